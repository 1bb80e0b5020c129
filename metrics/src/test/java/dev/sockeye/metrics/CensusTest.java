package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The kernel's sockets, counted, in a namespace where there are no others.
@EnabledOnOs(value = OS.LINUX, disabledReason = "sock_diag is Linux's")
class CensusTest {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final List<AutoCloseable> opened = new ArrayList<>();
    private Census census;

    @BeforeEach
    void begin() {
        census = null;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) each.close();
    }

    private <T extends AutoCloseable> T own(T resource) {
        opened.add(resource);
        return resource;
    }

    private List<Family> look() throws IOException {
        if (census == null) census = own(new Census(null, false, Bounds.STANDARD, 1));
        return Families.of(census.look(), Findings.NONE, "test");
    }

    private ServerSocket listen(int backlog) throws IOException {
        return own(new ServerSocket(0, backlog, LOOPBACK));
    }

    private Socket connect(ServerSocket to) throws IOException {
        return own(new Socket(LOOPBACK, to.getLocalPort()));
    }

    /// Every state of a name, where only some have sockets.
    private static Map<String, Double> states(String name, Map<String, Integer> some) {
        Map<String, Double> all = new TreeMap<>();
        for (String state : StateLabel.NAMES) {
            all.put(name + " " + state, (double) some.getOrDefault(state, 0));
        }
        return all;
    }

    private static Map<String, Double> of(String name, List<Family> families, Metric metric) {
        Map<String, Double> family = Exposition.family(families, metric);
        family.keySet().removeIf(series -> !series.startsWith(name + " "));
        return family;
    }

    private static String host() throws IOException {
        return java.nio.file.Files.readString(java.nio.file.Path.of("/proc/sys/kernel/hostname"))
                .strip();
    }

    @Test
    void socketsAreCountedByStateWithZeros() throws Exception {
        Inside.run(() -> {
            ServerSocket listener = listen(10);
            Socket client = connect(listener);
            Socket accepted = own(listener.accept());
            Socket forgotten = connect(listener);
            own(listener.accept()).close(); // the peer of one that is not closed
            connect(listener); // waits to be accepted
            awaitFin(forgotten);
            List<Family> families = look();
            assertThat(Exposition.family(families, Metric.SOCKETS))
                    .isEqualTo(states(host(), Map.of("listen", 1, "established", 4, "close_wait", 1, "fin_wait2", 1)));
            assertThat(of("java", families, Metric.PROCESS_SOCKETS))
                    .isEqualTo(states("java", Map.of("listen", 1, "established", 3, "close_wait", 1)));
            assertThat(of("(nobody)", families, Metric.PROCESS_SOCKETS))
                    .as("one waits to be accepted, one was closed and waits for its peer")
                    .isEqualTo(states("(nobody)", Map.of("established", 1, "fin_wait2", 1)));
            forgotten.close();
            client.close();
            accepted.close();
            Map<String, Double> later = of("java", look(), Metric.PROCESS_SOCKETS);
            assertThat(later.get("java close_wait"))
                    .as("the series stays, at zero")
                    .isZero();
        });
    }

    /// The end of the stream can be read when the FIN is there.
    private static void awaitFin(Socket socket) throws IOException {
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void overflowsAreCountedForTheListenerAndGoOnWhenItStartsAnew() throws Exception {
        Inside.run(() -> {
            ServerSocket listener = listen(1);
            ServerSocket other = listen(5);
            int port = listener.getLocalPort();
            String mine = host() + " 127.0.0.1:" + port + " java";
            String others = host() + " 127.0.0.1:" + other.getLocalPort() + " java";
            connect(listener);
            connect(listener); // Linux admits one more than the limit
            SocketChannel refused = overflow(port);
            double first = awaitOverflow(mine, 0);
            refused.close(); // or it would try again, and get in when there is room
            List<Family> families = look();
            assertThat(Exposition.family(families, Metric.ACCEPT_QUEUE)).isEqualTo(Map.of(mine, 2.0, others, 0.0));
            assertThat(Exposition.family(families, Metric.ACCEPT_QUEUE_LIMIT))
                    .isEqualTo(Map.of(mine, 1.0, others, 5.0));
            assertThat(Exposition.family(families, Metric.ACCEPT_QUEUE_FILL)).isEqualTo(Map.of(mine, 2.0, others, 0.0));
            assertThat(Exposition.family(families, Metric.ACCEPT_QUEUE_OVERFLOWS)
                            .get(others))
                    .isZero();
            listener.close();
            look();
            assertThat(Exposition.family(look(), Metric.ACCEPT_QUEUE_LIMIT))
                    .as("nobody listens")
                    .isEqualTo(Map.of(mine, 0.0, others, 5.0));
            ServerSocket again = own(new ServerSocket());
            again.setReuseAddress(true);
            again.bind(new InetSocketAddress(LOOPBACK, port), 1);
            assertThat(Exposition.family(look(), Metric.ACCEPT_QUEUE_OVERFLOWS).get(mine))
                    .as("the kernel begins at 0, the series does not")
                    .isEqualTo(first);
            connect(again);
            connect(again);
            overflow(port);
            assertThat(awaitOverflow(mine, first)).isGreaterThan(first);
        });
    }

    /// Tries to connect where there is no room: the SYN is dropped.
    private SocketChannel overflow(int port) throws IOException {
        SocketChannel refused = own(SocketChannel.open());
        refused.configureBlocking(false);
        refused.connect(new InetSocketAddress(LOOPBACK, port));
        return refused;
    }

    private double awaitOverflow(String listener, double moreThan) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() < until) {
            Double count =
                    Exposition.family(look(), Metric.ACCEPT_QUEUE_OVERFLOWS).get(listener);
            if (count != null && count > moreThan) return count;
            Thread.sleep(20);
        }
        throw new AssertionError("no overflow of " + listener + " within 10 s");
    }

    @Test
    void portsAreCountedTowardsTheDestinationThatTakesMany() throws Exception {
        Inside.run(() -> {
            ServerSocket many = listen(100);
            ServerSocket few = listen(100);
            for (int i = 0; i < 40; i++) connect(many);
            for (int i = 0; i < 5; i++) connect(few);
            String series = host() + " 127.0.0.1 127.0.0.1:" + many.getLocalPort();
            List<Family> families = look();
            assertThat(Exposition.family(families, Metric.PORTS_USED)).isEqualTo(Map.of(series, 40.0));
            double size = Exposition.family(families, Metric.PORTS).get(host());
            assertThat(Exposition.family(families, Metric.PORTS_USED_RATIO)).isEqualTo(Map.of(series, 40 / size));
        });
    }

    @Test
    void bytesAreCountedFromTheBeginningOfAConnectionThatBeganLater() throws Exception {
        Inside.run(() -> {
            ServerSocket listener = listen(10);
            look(); // nothing is there yet
            assertThat(Exposition.family(look(), Metric.BYTES_SENT)).isEqualTo(Map.of(host(), 0.0));
            assertThat(Exposition.family(look(), Metric.SEGMENTS_SENT)).containsOnlyKeys(host());
            connect(listener).getOutputStream().write(new byte[1000]);
            census.measureNext();
            assertThat(Exposition.family(look(), Metric.BYTES_SENT)).isEqualTo(Map.of(host(), 1000.0));
            assertThat(Exposition.family(look(), Metric.BYTES_RETRANSMITTED)).isEqualTo(Map.of(host(), 0.0));
        });
    }

    @Test
    void aSocketKeepsItsAgeWhileItStaysInItsState() throws Exception {
        Inside.run(() -> {
            ServerSocket listener = listen(10);
            look();
            Socket forgotten = connect(listener);
            own(listener.accept()).close();
            awaitFin(forgotten);
            look();
            double first =
                    Exposition.family(look(), Metric.PROCESS_OLDEST_CLOSE_WAIT).get("java");
            double later = first;
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (later <= first && System.nanoTime() < until) {
                Thread.sleep(20);
                later = Exposition.family(look(), Metric.PROCESS_OLDEST_CLOSE_WAIT)
                        .get("java");
            }
            assertThat(later).isGreaterThan(first);
            assertThat(Exposition.family(look(), Metric.OLDEST).get(host() + " close_wait"))
                    .isGreaterThanOrEqualTo(later);
            assertThat(Exposition.family(look(), Metric.OLDEST).get(host() + " time_wait"))
                    .isZero();
        });
    }
}
