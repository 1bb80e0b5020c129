package dev.sockeye.cli;

import dev.sockeye.cli.Terminal.Mark;
import dev.sockeye.inspect.Explainer;
import dev.sockeye.inspect.MachineSource;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Publisher;
import dev.sockeye.inspect.SequenceDiagram;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.jdk.HostScope;
import dev.sockeye.jdk.Installation;
import dev.sockeye.jdk.Placement;
import dev.sockeye.link.LinkCounters;
import dev.sockeye.socket.Machine;
import dev.sockeye.tcp.TcpState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The demonstration, act by act.
final class Demo implements AutoCloseable {

    private static final String PROGRAM = "demo";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// After this the forgotten socket is no longer one that its program may be about to close.
    private static final Duration FORGOTTEN = Duration.ofMillis(5100);

    private final Sockeye sockeye;
    private final Terminal terminal;
    private final long seed;
    private final long size;
    private final Path captureFile;
    private final DemoNetwork network;
    private final @Nullable Publisher publisher;
    private @Nullable DemoServer server;

    /// Held to the end, as such a program holds it: what nobody holds any more, the garbage collector closes.
    private final ForgetfulClient forgetful = new ForgetfulClient();

    Demo(Sockeye sockeye, long seed, long size, Path captureFile) throws IOException {
        this.sockeye = sockeye;
        this.terminal = sockeye.terminal();
        this.seed = seed;
        this.size = size;
        this.captureFile = captureFile;
        this.network = new DemoNetwork(seed, captureFile);
        Installation.install(new Placement(network.client(), Placement.Outside.UNREACHABLE, Set.of()));
        this.publisher = publish();
    }

    private @Nullable Publisher publish() {
        try {
            return Publisher.start(PROGRAM, MachineSource.ofAllRunning(PROGRAM));
        } catch (IOException e) {
            sockeye.complain("'sockeye ss' cannot see this process: " + e.getMessage());
            return null;
        }
    }

    /// @return the exit code
    int run() throws Exception {
        say("Two hosts, joined by a cable with a round trip of "
                + PlainWords.duration(DemoNetwork.ONE_WAY.multipliedBy(2)) + " that loses " + percent(DemoNetwork.LOSS)
                + " of all packets (seed " + seed + ").");
        say("  client  10.0.0.1  java.net.http.HttpClient, unmodified");
        say("  server  10.0.0.2  com.sun.net.httpserver.HttpServer, unmodified");
        boolean arrived;
        Path folder = Files.createTempDirectory("sockeye-demo");
        try {
            arrived = play(folder);
        } finally {
            delete(folder);
        }
        return arrived ? ExitCode.OK : ExitCode.INTERNAL;
    }

    private boolean play(Path folder) throws Exception {
        Path file = folder.resolve("file");
        String sent = DemoDownload.makeFile(file, size, seed);
        server = HostScope.call(network.server(), () -> new DemoServer(file));
        startForgetfulClient();
        long leakedAt = System.nanoTime();
        boolean arrived = transferAndTellItsLife(sent, folder.resolve("received"));
        pause(FORGOTTEN.minusNanos(System.nanoTime() - leakedAt));
        explainForgotten();
        showSockets();
        showCapture();
        return arrived;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) Files.delete(file);
        }
        Files.delete(folder);
    }

    private static String percent(double probability) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * probability);
    }

    // ---------------------------------------------------------------- a file crosses, and the life of its connection

    private boolean transferAndTellItsLife(String sent, Path to) throws Exception {
        heading("A file of " + PlainWords.count(size, "byte", "bytes") + " crosses");
        var download = new DemoDownload();
        ConnectionEnds connection;
        DemoDownload.Result result;
        try (HttpClient client = HttpClient.newHttpClient();
                var _ = showProgress(download)) {
            URI uri = URI.create("http://10.0.0.2:" + DemoServer.PORT + "/file");
            result = download.fetch(client, uri, to);
            connection = ConnectionEnds.established(network.client(), network.server(), DemoServer.PORT);
        }
        showResult(result, sent);
        if (connection != null) {
            await(connection::isOver);
            heading("The life of that connection");
            var look = new SequenceDiagram.Look(
                    Math.clamp(terminal.columns(), SequenceDiagram.MIN_WIDTH, 120), terminal.unicode());
            connection.diagram(network, look).forEach(this::say);
        }
        return result.sha256().equals(sent);
    }

    private AutoCloseable showProgress(DemoDownload download) {
        if (!terminal.isTerminal()) return () -> {};
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                sockeye.out().printf(Locale.ROOT, "\r  %3d %%", 100 * download.received() / size);
                sockeye.out().flush();
                pause(Duration.ofMillis(100));
            }
        });
        return () -> {
            thread.interrupt();
            thread.join();
            sockeye.out().print("\r\u001b[K");
        };
    }

    private void showResult(DemoDownload.Result result, String sent) {
        double seconds = result.time().toNanos() / 1e9;
        LinkCounters packets = network.counters();
        say(String.format(Locale.ROOT, "  %.1f s, %.1f MB/s; ", seconds, result.bytes() / seconds / 1e6)
                + PlainWords.count(packets.sent(), "packet", "packets") + ", of which "
                + PlainWords.grouped(packets.lost()) + " were lost and made good");
        say("  SHA-256 sent      " + sent);
        say("  SHA-256 received  " + result.sha256());
        say(
                result.sha256().equals(sent)
                        ? terminal.mark("  They agree.", Mark.GREEN)
                        : terminal.mark("  They differ: this is a fault of Sockeye.", Mark.RED));
    }

    // ---------------------------------------------------------------- a client forgets to close

    private void startForgetfulClient() throws InterruptedException {
        Thread thread = new Thread(() -> HostScope.run(network.client(), this::askPrice), "price-watcher");
        thread.start();
        thread.join();
    }

    private void askPrice() {
        try {
            forgetful.askPrice("10.0.0.2", DemoServer.PORT);
        } catch (IOException e) {
            sockeye.complain("the forgetful client failed: " + e);
        }
    }

    private void explainForgotten() {
        heading("A client forgot to close");
        var explainer = new Explainer();
        for (SocketSnapshot socket : socketsOf(network.client())) {
            if (socket.state() != TcpState.CLOSE_WAIT) continue;
            ExplanationText.lines(explainer.explain(socket), terminal).forEach(this::say);
        }
    }

    // ---------------------------------------------------------------- what can be seen

    private void showSockets() {
        heading("The sockets of both hosts, as 'sockeye ss -tapo' lists them");
        var columns = SsTable.Columns.of("po");
        for (Machine machine : List.of(network.client(), network.server())) {
            say(terminal.mark(machine.name(), Mark.CYAN));
            new SsTable(terminal, columns, SsNames.NUMBERS)
                    .lines(socketsOf(machine))
                    .forEach(line -> say("  " + line));
        }
    }

    private static List<SocketSnapshot> socketsOf(Machine machine) {
        return new MachineSource(machine, PROGRAM)
                .sockets().stream()
                        .sorted(Comparator.comparingLong(SocketSnapshot::inode))
                        .toList();
    }

    private void showCapture() throws IOException {
        long packets = network.finishCapture();
        heading("Everything that was sent is in a file for Wireshark");
        say("  wireshark " + captureFile + "     (" + PlainWords.count(packets, "packet", "packets") + ", the first "
                + DemoNetwork.CAPTURED_BYTES + " bytes of each)");
    }

    /// Keeps the hosts running until the process is ended.
    void stay() throws InterruptedException {
        say("");
        say(
                "Both hosts keep running: try 'sockeye ss -tapo' and 'sockeye explain CLOSE_WAIT' in another terminal. Ctrl-C ends.");
        Thread.currentThread().join();
    }

    // ---------------------------------------------------------------- small things

    private void say(String line) {
        sockeye.out().println(line);
    }

    private void heading(String text) {
        say("");
        say(terminal.mark(text, Mark.BOLD));
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) pause(Duration.ofMillis(10));
    }

    private static void pause(Duration time) {
        if (time.isNegative()) return;
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (publisher != null) publisher.close();
        if (server != null) server.close();
        network.close();
    }
}
