package dev.sockeye.cli.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.linux.Tun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `sockeye up` as a user has it, from the jar, with the kernel's own sockets on the other side; in a network namespace
/// of the test's, so that nobody else sees it. Skipped where the kernel permits none.
@EnabledOnOs(value = OS.LINUX, disabledReason = "a TUN device is Linux's")
@EnabledIfSystemProperty(named = "sockeye.jar", matches = ".+", disabledReason = "the jar is not built yet")
@Timeout(120)
class UpTest {

    private static final String PROGRAM_V4 = "10.78.0.2";
    private static final String PROGRAM_V6 = "fd73:6f63:6b65::2";

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    private interface Body {
        void run() throws Exception;
    }

    @BeforeEach
    void skipUnlessPermitted() throws Exception {
        try {
            NetworkNamespace.callInNew(
                    () -> new SystemCalls().close(Tun.open("probe", false).fd()));
        } catch (SystemCallException e) {
            assumeTrue(false, "skipped: this process may not make devices in a network namespace: " + e.getMessage());
        }
    }

    @AfterEach
    void endProcesses() throws InterruptedException {
        for (Process process : started) process.destroyForcibly().waitFor();
    }

    private static void inNamespace(Body body) throws Exception {
        NetworkNamespace.callInNew(() -> {
            body.run();
            return null;
        });
    }

    /// A command in this thread's namespace.
    private Process start(List<String> command) throws IOException {
        var builder = new ProcessBuilder(command)
                .redirectError(folder.resolve("errors").toFile());
        builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /// `sockeye up OPTIONS -- java WebProgram ARGUMENTS`, serving.
    private Process up(List<String> options, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(java(), "-jar", System.getProperty("sockeye.jar"), "up"));
        command.addAll(options);
        command.addAll(List.of("--", "java", "-cp", classes(), WebProgram.class.getName()));
        command.addAll(List.of(arguments));
        Process process = start(command);
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        assertThat(said.readLine()).as(() -> errors()).isEqualTo("serving");
        return process;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String classes() {
        return Path.of("target", "test-classes").toAbsolutePath().toString();
    }

    private String errors() {
        try {
            return Files.readString(folder.resolve("errors"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The last line of what a server says to a request, by a socket of the kernel's.
    private static String get(String address, String path) throws IOException {
        try (var socket = new Socket(address, 8080)) {
            String request = "GET " + path + " HTTP/1.0\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.substring(answer.lastIndexOf('\n') + 1);
        }
    }

    private static boolean isThere(String device) throws SystemCallException {
        try (var netlink = new Rtnetlink()) {
            return netlink.indexOf(device) > 0;
        } catch (SystemCallException e) {
            return false;
        }
    }

    @Test
    void theKernelsSocketsReachTheProgramOverBothFamilies() throws Exception {
        inNamespace(() -> {
            up(List.of());
            assertThat(get(PROGRAM_V4, "/hello")).startsWith("hello /10.78.0.1:");
            assertThat(get(PROGRAM_V6, "/hello")).startsWith("hello /[fd73:6f63:6b65:0:0:0:0:1]:");
            assertThat(errors())
                    .startsWith("sockeye: sockeye0: the program is 10.78.0.2 and fd73:6f63:6b65::2, this machine is"
                            + " 10.78.0.1 and fd73:6f63:6b65::1\n");
        });
    }

    @Test
    void curlReachesTheProgram() throws Exception {
        assumeTrue(isInstalled("curl"), "skipped: curl is not installed");
        inNamespace(() -> {
            up(List.of());
            Process curl = start(List.of("curl", "-sS", "http://" + PROGRAM_V4 + ":8080/hello"));
            assertThat(new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("hello /10.78.0.1:");
            assertThat(curl.waitFor()).isZero();
        });
    }

    private static boolean isInstalled(String program) {
        for (String place : System.getenv("PATH").split(":", -1))
            if (Files.isExecutable(Path.of(place, program))) return true;
        return false;
    }

    /// A server of the kernel's, which says one thing.
    @Test
    void theProgramReachesAServerOfTheKernels() throws Exception {
        inNamespace(() -> {
            try (var server = new ServerSocket(80)) {
                Thread.ofPlatform().daemon().start(() -> {
                    try (Socket client = server.accept()) {
                        client.getInputStream().read();
                        String answer = "HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nkernel";
                        client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                        client.shutdownOutput();
                        client.getInputStream().readAllBytes();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                up(List.of(), "10.78.0.1");
                assertThat(get(PROGRAM_V4, "/fetch")).isEqualTo("kernel");
            }
        });
    }

    @Test
    void addressesDeviceAndMtuAreThoseThatWereChosen() throws Exception {
        inNamespace(() -> {
            up(List.of("--device", "eye7", "--address", "10.1.2.9/24", "--host-address", "10.1.2.5", "--mtu", "9000"));
            assertThat(isThere("eye7")).isTrue();
            assertThat(get("10.1.2.9", "/hello")).startsWith("hello /10.1.2.5:");
            assertThat(errors()).startsWith("sockeye: eye7: the program is 10.1.2.9, this machine is 10.1.2.5\n");
        });
    }

    @Test
    void twoProgramsHaveTwoDevices() throws Exception {
        inNamespace(() -> {
            up(List.of());
            up(List.of());
            assertThat(get("10.78.0.2", "/hello")).startsWith("hello /10.78.0.1:");
            assertThat(get("10.78.1.2", "/hello")).startsWith("hello /10.78.1.1:");
        });
    }

    @Test
    void theExitCodeIsTheProgramsAndTheDeviceGoesWithIt() throws Exception {
        inNamespace(() -> {
            Process up = up(List.of());
            assertThat(isThere("sockeye0")).isTrue();
            try (var socket = new Socket(PROGRAM_V4, 8080)) {
                socket.getOutputStream().write("GET /exit HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(up.waitFor()).isEqualTo(7);
            }
            assertThat(isThere("sockeye0")).isFalse();
        });
    }

    @Test
    void aSignalReachesTheProgramAndTheDeviceGoesWithIt() throws Exception {
        inNamespace(() -> {
            Process up = up(List.of());
            ProcessHandle.of(up.pid()).orElseThrow().destroy(); // SIGTERM, and its output stays open
            assertThat(up.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("told to end");
            assertThat(up.waitFor()).isEqualTo(128 + 15);
            assertThat(isThere("sockeye0")).isFalse();
        });
    }

    @Test
    void aProgramThatIsKilledLeavesNoDevice() throws Exception {
        inNamespace(() -> {
            Process up = up(List.of());
            assertThat(isThere("sockeye0")).isTrue();
            up.destroyForcibly();
            assertThat(up.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(isThere("sockeye0")).isFalse();
        });
    }

    /// Even root may need no rights on the machine for this.
    @Test
    void inAPrivateNetworkOnlyProgramsInsideReachIt() throws Exception {
        assumeTrue(isInstalled("unshare") && isInstalled("nsenter"), "skipped: util-linux is not installed");
        assumeTrue(isInstalled("curl"), "skipped: curl is not installed");
        Process probe = start(List.of("unshare", "--user", "--map-root-user", "--net", "true"));
        assumeTrue(probe.waitFor() == 0, "skipped: this system lets users make no namespaces of their own");
        inNamespace(() -> {
            Process up = up(List.of("--private"));
            assertThat(isThere("sockeye0")).isFalse();
            assertThat(errors()).contains("--target " + up.pid() + " curl http://10.78.0.2:PORT/");
            List<String> inside = new ArrayList<>(List.of("nsenter", "--preserve-credentials", "--user", "--net"));
            inside.addAll(List.of("--target", Long.toString(up.pid()), "curl", "-sS", "http://10.78.0.2:8080/hello"));
            Process curl = start(inside);
            assertThat(new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("hello /10.78.0.1:");
        });
    }

    @Test
    void aDeviceThatIsInUseIsNamed() throws Exception {
        inNamespace(() -> {
            up(List.of("--device", "eye0"));
            Process second = start(
                    List.of(java(), "-jar", System.getProperty("sockeye.jar"), "up", "--device", "eye0", "--", "java"));
            assertThat(second.waitFor()).isEqualTo(69);
            assertThat(errors()).isEqualTo("sockeye: up: the device eye0 is in use: say another --device\n");
        });
    }
}
