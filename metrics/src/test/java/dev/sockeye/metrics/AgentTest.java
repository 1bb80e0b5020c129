package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The agent as Prometheus and a collector have it.
@EnabledOnOs(value = OS.LINUX, disabledReason = "sock_diag is Linux's")
class AgentTest {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<String> said = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) each.close();
    }

    private <T extends AutoCloseable> T own(T resource) {
        opened.add(resource);
        return resource;
    }

    static AgentSettings settings(int port, Duration findings, @Nullable URI otlp) {
        return new AgentSettings(
                new InetSocketAddress(LOOPBACK, port),
                Duration.ofMillis(100),
                1,
                false,
                findings,
                otlp,
                Duration.ofMillis(200),
                Bounds.STANDARD,
                "1.2.3");
    }

    private Agent start(AgentSettings settings) throws IOException {
        return own(Agent.start(settings, (level, line) -> said.add(level + " " + line)));
    }

    private record Answer(int status, String type, String text) {}

    private static Answer get(Agent agent, String path, String accept) throws IOException {
        URI uri = URI.create("http://127.0.0.1:" + agent.address().getPort() + path);
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestProperty("Accept", accept);
        int status = connection.getResponseCode();
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            String text = body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(status, connection.getContentType(), text);
        }
    }

    private static String scrape(Agent agent) throws IOException {
        Answer answer = get(agent, "/metrics", "text/plain");
        assertThat(answer.status()).isEqualTo(200);
        return answer.text();
    }

    /// Asks again until it is so, for ten seconds.
    private static Map<String, Double> await(Agent agent, Metric metric, Map<String, Double> expected)
            throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        Map<String, Double> seen;
        do {
            seen = Exposition.family(scrape(agent), metric);
            if (seen.equals(expected)) break;
            Thread.sleep(50);
        } while (System.nanoTime() < until);
        return seen;
    }

    @Test
    void whatIsScrapedIsWhatIsThere() throws Exception {
        Inside.run(() -> {
            Agent agent = start(settings(0, Duration.ZERO, null));
            ServerSocket listener = own(new ServerSocket(0, 7, LOOPBACK));
            for (int i = 0; i < 3; i++) own(new Socket(LOOPBACK, listener.getLocalPort()));
            String host = java.nio.file.Files.readString(java.nio.file.Path.of("/proc/sys/kernel/hostname"))
                    .strip();
            String ours = host + " 127.0.0.1:" + listener.getLocalPort() + " java";
            String its = host + " 127.0.0.1:" + agent.address().getPort() + " java";
            assertThat(await(agent, Metric.ACCEPT_QUEUE, Map.of(ours, 3.0, its, 0.0)))
                    .isEqualTo(Map.of(ours, 3.0, its, 0.0));
            assertThat(Exposition.family(scrape(agent), Metric.ACCEPT_QUEUE_LIMIT)
                            .get(ours))
                    .isEqualTo(7);
            assertThat(Exposition.family(scrape(agent), Metric.BUILD_INFO)).isEqualTo(Map.of("1.2.3", 1.0));
            Map<String, Double> forgotten = new TreeMap<>();
            for (String name : List.of("java", "(nobody)", "(unknown)")) forgotten.put(name + " close_wait", 0.0);
            Map<String, Double> states = Exposition.family(scrape(agent), Metric.PROCESS_SOCKETS);
            states.keySet().removeIf(series -> !series.endsWith("close_wait"));
            assertThat(states).isEqualTo(forgotten);
        });
    }

    @Test
    void everyFamilyHasItsTypeAndItsHelp() throws Exception {
        Agent agent = start(settings(0, Duration.ofMinutes(1), null));
        awaitFindings(agent);
        String text = scrape(agent);
        for (Metric metric : Metric.values()) {
            if (metric == Metric.PORTS_USED || metric == Metric.PORTS_USED_RATIO) continue; // nobody takes many
            if (metric.family() != metric) continue;
            String kind = metric.kind() == Metric.Kind.COUNTER ? "counter" : "gauge";
            assertThat(text)
                    .contains("# HELP " + metric.queried() + " " + metric.help() + "\n")
                    .contains("# TYPE " + metric.queried() + " " + kind + "\n");
        }
        Answer open = get(agent, "/metrics", "application/openmetrics-text; version=1.0.0");
        assertThat(open.type()).startsWith("application/openmetrics-text");
        assertThat(open.text()).endsWith("# EOF\n");
    }

    private static void awaitFindings(Agent agent) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (Exposition.family(scrape(agent), Metric.FINDINGS).isEmpty()) {
            assertThat(System.nanoTime()).as("findings within 20 s").isLessThan(until);
            Thread.sleep(50);
        }
    }

    @Test
    void findingsAreCountedWithZeros() throws Exception {
        Inside.run(() -> {
            ServerSocket listener = own(new ServerSocket(0, 1, LOOPBACK));
            for (int i = 0; i < 2; i++) own(new Socket(LOOPBACK, listener.getLocalPort()));
            Agent agent = start(settings(0, Duration.ofSeconds(1), null));
            awaitFindings(agent);
            Map<String, Double> findings = Exposition.family(scrape(agent), Metric.FINDINGS);
            assertThat(findings).containsKeys("accept-queue-full critical", "accept-queue-full warning");
            assertThat(findings.values().stream()
                            .mapToDouble(Double::doubleValue)
                            .sum())
                    .as("a listener whose queue is full is a finding: %s", findings)
                    .isPositive();
            assertThat(Exposition.family(scrape(agent), Metric.FINDING_SOCKETS).get("accept-queue-full"))
                    .isPositive();
        });
    }

    @Test
    void saysWhetherItIsWellAndWhatElseThereIs() throws Exception {
        Agent agent = start(settings(0, Duration.ZERO, null));
        assertThat(get(agent, "/healthz", "*/*")).isEqualTo(new Answer(200, "text/plain; charset=utf-8", "ok\n"));
        assertThat(get(agent, "/", "*/*").text()).contains("<a href=\"metrics\">");
        assertThat(get(agent, "/secret", "*/*").status()).isEqualTo(404);
    }

    @Test
    void anAddressThatIsTakenIsSaidAndNothingIsLeftRunning() throws Exception {
        ServerSocket taken = own(new ServerSocket(0, 1, LOOPBACK));
        assertThatThrownBy(() -> start(settings(taken.getLocalPort(), Duration.ZERO, null)))
                .isInstanceOf(BindException.class)
                .hasMessage("127.0.0.1:" + taken.getLocalPort() + ": Address already in use");
    }

    @Test
    void endsWhenItIsClosed() throws Exception {
        Agent agent = start(settings(0, Duration.ofSeconds(1), null));
        agent.close();
        agent.await();
        assertThatThrownBy(() -> scrape(agent)).isInstanceOf(IOException.class);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("sockeye-look", "sockeye-doctor", "sockeye-otlp");
    }

    // ---------------------------------------------------------------- OTLP

    @Test
    void aCollectorGetsTheSameSeries() throws Exception {
        BlockingQueue<byte[]> received = new ArrayBlockingQueue<>(100);
        HttpServer collector = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
        own(() -> collector.stop(0));
        collector.createContext("/v1/metrics", exchange -> {
            try (exchange;
                    InputStream body = exchange.getRequestBody()) {
                boolean isZipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
                byte[] bytes = isZipped ? new GZIPInputStream(body).readAllBytes() : body.readAllBytes();
                assertThat(received.offer(bytes)).isTrue();
                exchange.sendResponseHeaders(200, -1);
            }
        });
        collector.start();
        URI endpoint = URI.create("http://127.0.0.1:" + collector.getAddress().getPort());
        Agent agent = start(settings(0, Duration.ZERO, endpoint));
        byte[] message = received.poll(20, TimeUnit.SECONDS);
        assertThat(message).as("nothing came within 20 s; said: %s", said).isNotNull();
        OtlpMessage told = OtlpMessage.read(message);
        assertThat(told.resource())
                .containsEntry("service.name", "sockeye-agent")
                .containsEntry("service.version", "1.2.3");
        List<Family> families = agent.families();
        List<String> expected = families.stream()
                .filter(family -> !family.points().isEmpty())
                .map(family -> family.metric().queried())
                .toList();
        assertThat(told.metrics().keySet()).containsExactlyInAnyOrderElementsOf(expected);
        OtlpMessage.Told looks = told.metrics().get("sockeye_looks_total");
        assertThat(looks.isMonotonic()).isTrue();
        assertThat(looks.points().get("")).isPositive();
        assertThat(told.metrics().get("sockeye_build_info"))
                .isEqualTo(new OtlpMessage.Told(false, Map.of("version=1.2.3", 1.0)));
        Map<String, Double> sockets = told.metrics().get("sockeye_sockets").points();
        assertThat(sockets).hasSize(StateLabel.COUNT);
        assertThat(sockets.keySet()).allMatch(labels -> labels.matches("namespace=\\S+ state=[a-z0-9_]+"));
    }

    @Test
    void aCollectorThatIsNotThereIsSaidOnce() throws Exception {
        int nobody;
        try (ServerSocket port = new ServerSocket(0, 1, LOOPBACK)) {
            nobody = port.getLocalPort();
        }
        Agent agent = start(settings(0, Duration.ZERO, URI.create("http://127.0.0.1:" + nobody)));
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (said.isEmpty() && System.nanoTime() < until) Thread.sleep(50);
        assertThat(said).containsExactly("WARNING cannot send to http://127.0.0.1:" + nobody + "; trying again");
        assertThat(get(agent, "/healthz", "*/*").status()).isEqualTo(200);
    }

    @Test
    void theCollectorsPathIsOtlpsUnlessOneIsGiven() {
        assertThat(OtlpPush.withPath(URI.create("http://c:4318"))).hasToString("http://c:4318/v1/metrics");
        assertThat(OtlpPush.withPath(URI.create("http://c:4318/"))).hasToString("http://c:4318/v1/metrics");
        assertThat(OtlpPush.withPath(URI.create("https://c/otlp/v1/metrics"))).hasToString("https://c/otlp/v1/metrics");
    }
}
