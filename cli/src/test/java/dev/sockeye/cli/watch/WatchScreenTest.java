package dev.sockeye.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.Backlog;
import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.filter.SocketFilter;
import dev.sockeye.inspect.filter.StateSet;
import dev.sockeye.inspect.look.Look;
import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jline.utils.ScreenTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The full screen as a user has it: keys in, lines out, on a terminal that is emulated.
@Timeout(60)
class WatchScreenTest {

    private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
    private static final int COLUMNS = 130, ROWS = 24;
    private static final String ESC = "\u001b";

    private final BlockingQueue<Look> looks = new LinkedBlockingQueue<>();
    private ScreenTerminal.VirtualTerminal screen;
    private FutureTask<Void> running;

    @BeforeEach
    void start() throws IOException {
        looks.add(look(NOON, listener(), leaked(), idle()));
        screen = ScreenTerminal.withTerminal("test", "xterm-256color", COLUMNS, ROWS);
        var watch = new WatchScreen(
                screen.terminal(),
                "sockeye watch  web1",
                Duration.ofMillis(1),
                looks::take,
                WatchScreenTest::filter,
                "",
                (socket, around) -> List.of("About " + socket.local()),
                true);
        running = new FutureTask<>(() -> {
            watch.run();
            return null;
        });
        Thread.ofPlatform().daemon().start(running);
    }

    @AfterEach
    void end() throws IOException {
        screen.terminal().close();
    }

    private static Predicate<SocketSnapshot> filter(String text) {
        return SocketFilter.parse(text, StateSet.ALL);
    }

    private static Look look(Instant at, SocketSnapshot... sockets) {
        return new Look(at, List.of(sockets), List.of("somebody may not be seen"), Map.of());
    }

    private static TransportAddress address(String ip, int port) {
        return new TransportAddress(IpAddress.parse(ip), port);
    }

    private static SocketSnapshot listener() {
        return SocketSnapshot.tcp(NOON, "web1", TcpState.LISTEN, address("0.0.0.0", 8080))
                .inode(1)
                .owner(new Owner(4243, "web", null, "fd=3"))
                .backlog(new Backlog(0, 128, 0, 0))
                .build();
    }

    private static SocketSnapshot leaked() {
        var closed = new JournalEntry(
                NOON.minusSeconds(10_800),
                TcpState.ESTABLISHED,
                TcpState.CLOSE_WAIT,
                Journal.Cause.SEGMENT,
                Segment.FIN);
        return SocketSnapshot.tcp(NOON, "web1", TcpState.CLOSE_WAIT, address("10.0.0.1", 40_000))
                .remote(address("10.0.0.5", 5432))
                .inode(2)
                .owner(new Owner(812, "backend", null, "fd=7"))
                .journal(List.of(closed), 0)
                .build();
    }

    private static SocketSnapshot idle() {
        return SocketSnapshot.tcp(NOON, "web1", TcpState.ESTABLISHED, address("10.0.0.1", 8080))
                .remote(address("10.0.0.9", 51_000))
                .inode(0)
                .holder(Holder.ACCEPT_QUEUE)
                .queues(17, 0)
                .build();
    }

    // ---------------------------------------------------------------- the user

    private void press(String keys) throws IOException {
        screen.terminal().processInputBytes(keys.getBytes(StandardCharsets.UTF_8));
    }

    /// The screen's lines, once they contain this text.
    private List<String> linesWith(String text) throws InterruptedException {
        List<String> lines = List.of();
        for (int attempt = 0; attempt < 2000; attempt++) {
            lines = text(screen.screen());
            if (String.join("\n", lines).contains(text)) return lines;
            TimeUnit.MILLISECONDS.sleep(5);
        }
        throw new AssertionError("'" + text + "' does not come; there is\n" + String.join("\n", lines));
    }

    private static List<String> text(ScreenTerminal terminal) {
        long[] cells = new long[COLUMNS * ROWS];
        terminal.dump(cells, new int[2]);
        var text = new StringBuilder();
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                int c = ScreenTerminal.cellCodePoint(cells[row * COLUMNS + column]);
                text.appendCodePoint(c == 0 ? ' ' : c);
            }
            text.append('\n');
        }
        return text.toString().lines().map(String::stripTrailing).toList();
    }

    private static String first(List<String> lines) {
        return lines.get(ListView.HEAD).substring(0, 10).strip();
    }

    @Test
    void troubleComesFirst() throws Exception {
        List<String> lines = linesWith("CLOSE-WAIT ");
        assertThat(lines.get(0)).startsWith("sockeye watch  web1 ");
        assertThat(lines.subList(1, 7))
                .containsExactly(
                        "3 sockets:  ESTAB 1  CLOSE-WAIT 1  LISTEN 1   1 fault   1 worth a look",
                        "somebody may not be seen",
                        "State      Recv-Q Send-Q Local Address:Port Peer Address:Port In/s Out/s RTT Retrans In state Process",
                        "CLOSE-WAIT      0      0 10.0.0.1:40000     10.0.0.5:5432                               3h00m backend 812 fd=7",
                        "ESTAB          17      0 10.0.0.1:8080      10.0.0.9:51000                                >0s (not accepted)",
                        "LISTEN          0    128 0.0.0.0:8080       *                                             >0s web 4243 fd=3");
        assertThat(lines.getLast()).isEqualTo("Enter open  / filter  < > sort by  r reverse  p pause  h help  q quit");
    }

    @Test
    void keysSortAndReverse() throws Exception {
        linesWith("CLOSE-WAIT ");
        press(">"); // by state
        for (int i = 0; i < 200 && !first(text(screen.screen())).equals("ESTAB"); i++) TimeUnit.MILLISECONDS.sleep(10);
        assertThat(first(text(screen.screen()))).isEqualTo("ESTAB");
        press("r");
        for (int i = 0; i < 200 && !first(text(screen.screen())).equals("LISTEN"); i++) TimeUnit.MILLISECONDS.sleep(10);
        assertThat(first(text(screen.screen()))).isEqualTo("LISTEN");
    }

    @Test
    void filterIsTypedAndMended() throws Exception {
        linesWith("CLOSE-WAIT ");
        press("/state nonsense\r");
        linesWith("nonsense_   ");
        press("\u007f".repeat(8) + "close-wait\r");
        List<String> lines = linesWith("Filter: state close-wait   (1 shown)");
        assertThat(lines.subList(4, 6))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("CLOSE-WAIT"),
                        line -> assertThat(line).isEmpty());
    }

    @Test
    void pageOfASocketIsOpenedAndLeft() throws Exception {
        linesWith("CLOSE-WAIT ");
        press("\r");
        List<String> lines = linesWith("About 10.0.0.1:40000");
        assertThat(lines)
                .contains("Timeline")
                .anyMatch(line -> line.endsWith("ESTAB -> CLOSE-WAIT: the peer closed (FIN)"));
        press(ESC);
        linesWith("3 sockets:");
    }

    @Test
    void whatIsGoneStaysOnItsPage() throws Exception {
        linesWith("CLOSE-WAIT ");
        press("\r");
        linesWith("About 10.0.0.1:40000");
        looks.add(look(NOON.plusSeconds(1), listener()));
        linesWith("This socket is gone; this is how it was last.");
    }

    @Test
    void cursorStaysOnItsSocketWhenOthersCome() throws Exception {
        linesWith("CLOSE-WAIT ");
        press(ESC + "[B" + ESC + "[B"); // to the listener
        looks.add(look(NOON.plusSeconds(1), listener(), leaked()));
        linesWith("2 sockets:");
        press("\r");
        linesWith("About 0.0.0.0:8080");
    }

    @Test
    void quits() throws Exception {
        linesWith("CLOSE-WAIT ");
        press("q");
        running.get(10, TimeUnit.SECONDS);
        assertThat(running.isDone()).isTrue();
    }

    @Test
    void helpAndPause() throws Exception {
        linesWith("CLOSE-WAIT ");
        press("h");
        linesWith("sort by another column");
        press("x");
        linesWith("3 sockets:");
        press("p");
        linesWith("paused  ");
        press("p");
        looks.add(look(NOON.plusSeconds(1), listener()));
        linesWith("1 socket:");
    }
}
