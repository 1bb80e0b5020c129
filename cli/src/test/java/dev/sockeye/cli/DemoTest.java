package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.PublishFolder;
import dev.sockeye.inspect.RunningStacks;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Pcapng;
import dev.sockeye.wire.PcapngReader;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The demonstration in a JVM of its own, as a user starts it, with a smaller file.
@Timeout(120)
class DemoTest {

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endProcesses() throws InterruptedException {
        for (Process process : started) {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly();
        }
    }

    private Process sockeye(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-opens=java.base/java.net=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Sockeye.class.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static String outputOf(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aFileCrossesAndAConnectionsLifeIsTold() throws Exception {
        Process demo = sockeye("demo", "--size", "5");
        String output = outputOf(demo);
        assertThat(demo.waitFor()).as(output).isZero();

        assertThat(output).contains("A file of 5 242 880 bytes crosses", "They agree.");
        String life =
                output.substring(output.indexOf("The life of that connection"), output.indexOf("A client forgot"));
        assertThat(life)
                .contains("connect: SYN_SENT │── SYN mss 1460, sack, ts, scale ")
                .contains("close: FIN_WAIT1 │── FIN ACK seq ")
                .contains("│ LISTEN", "│ SYN_RCVD", "│ ESTABLISHED", "│ CLOSE_WAIT", "│ read: end of stream")
                .contains("│ close: LAST_ACK", " ESTABLISHED │", " FIN_WAIT2 │", " TIME_WAIT │", "│ CLOSED");
        assertThat(output)
                .contains("has read to the end of the stream", "But it has not called close().")
                .contains("ForgetfulClient.askPrice(ForgetfulClient.java:", "price-watcher")
                .contains("CLOSE-WAIT 0      0           10.0.0.1:", "FIN-WAIT-2 0      0           10.0.0.2:8080");
        assertThat(output.lines()).allMatch(line -> line.length() <= 130);
        assertThat(packetsIn(folder.resolve("demo.pcapng"))).isGreaterThan(3600);
    }

    private static int packetsIn(Path capture) throws IOException {
        int packets = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(capture))) {
            var reader = new PcapngReader(in);
            for (Pcapng.Block block = reader.next(); block != null; block = reader.next()) {
                if (block instanceof Pcapng.CapturedPacket) packets++;
            }
        }
        return packets;
    }

    @Test
    void anotherProcessSeesItsSockets() throws Exception {
        Process demo = sockeye("demo", "--size", "1", "--stay");
        awaitLine(demo, "Both hosts keep running");
        List<SocketSnapshot> sockets = new RunningStacks(new PublishFolder(folder.resolve("sockeye")))
                .sockets()
                .sockets();
        assertThat(sockets)
                .filteredOn(socket -> socket.state() == TcpState.CLOSE_WAIT)
                .singleElement()
                .satisfies(socket -> {
                    assertThat(socket.host()).isEqualTo("client");
                    assertThat(socket.owner()).extracting("pid", "thread").containsExactly(demo.pid(), "price-watcher");
                    assertThat(socket.usage().endOfStreamRead()).isNotNull();
                });
        Process ss = sockeye("ss", "-Htapn", "state", "close-wait", "src", "10.0.0.1");
        assertThat(outputOf(ss))
                .matches("0 +0 +10\\.0\\.0\\.1:\\d+ +10\\.0\\.0\\.2:8080 users:\\(\\(\"demo\",pid=" + demo.pid()
                        + ",thread=\"price-watcher\"\\)\\)\n");
        assertThat(ss.waitFor()).isZero();
    }

    private static void awaitLine(Process process, String beginning) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(beginning)) return;
        }
        throw new AssertionError("the process ended before it said: " + beginning);
    }

    @Test
    void aCaptureThatCannotBeWrittenIsOneLine() throws Exception {
        Process demo = sockeye("demo", "--capture", "nowhere/demo.pcapng");
        assertThat(outputOf(demo)).isEqualTo("sockeye: nowhere/demo.pcapng: there is no such file or folder\n");
        assertThat(demo.waitFor()).isEqualTo(ExitCode.IO);
    }
}
