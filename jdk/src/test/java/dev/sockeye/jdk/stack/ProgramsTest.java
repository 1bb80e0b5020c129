package dev.sockeye.jdk.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.jdk.stack.Fork.Result;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Unmodified programs in JVMs of their own, with the agent: they run, and none of their sockets is the kernel's.
@Timeout(120)
@EnabledIfSystemProperty(named = "sockeye.agent", matches = ".+")
class ProgramsTest {

    private static final String ALONE = "outside=unreachable";

    private static Result onTheStack(String options, String... programAndArguments) throws Exception {
        return Fork.run(Fork.withAgent(options, programAndArguments));
    }

    private static Result success(String... lines) {
        return new Result(0, List.of(lines));
    }

    @Test
    void theHttpServerAndTheHttpClient() throws Exception {
        assertThat(onTheStack(ALONE, "programs.Http"))
                .isEqualTo(success("echoes: 100", "file: true", "url: by url connection", "kernel sockets: 0"));
    }

    @Test
    void tlsOverChannelsAndOverSockets(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("keys.p12");
        assertThat(Fork.run(List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "localhost",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "san=dns:localhost",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                "changeit"))
                        .exitCode())
                .isZero();
        assertThat(onTheStack(ALONE, "programs.Https", store.toString()))
                .isEqualTo(
                        success("https: 300000 over TLSv1.3", "direct: hello", "layered: hello", "kernel sockets: 0"));
    }

    @Test
    void nettysNioTransport() throws Exception {
        assertThat(onTheStack(ALONE, "-Dio.netty.tryReflectionSetAccessible=false", "programs.Netty")
                        .lines())
                .contains("echo: 8388608", "http: 100", "kernel sockets: 0");
    }

    @Test
    void aServerAndAClientOnTwoHosts() throws Exception {
        assertThat(onTheStack("host=client+server,net=10.0.0.0/24," + ALONE, "programs.TwoHosts"))
                .isEqualTo(success(
                        "send: 10.0.0.1 client.sockeye", "sendAsync: 10.0.0.1 client.sockeye", "kernel sockets: 0"));
    }

    @Test
    void aProgramWithoutSocketsRunsAsEver() throws Exception {
        assertThat(onTheStack("", "programs.Silent", "7")).isEqualTo(new Result(7, List.of("silent")));
        assertThat(onTheStack("summary=on", "programs.Silent", "0"))
                .isEqualTo(success(
                        "silent",
                        "sockeye: 0 of the program's sockets were opened on the kernel; 0 sockets of this process are"
                                + " the kernel's now"));
    }

    @Test
    void anExtensionGoesAlongOnceTheHostsRun() throws Exception {
        assertThat(onTheStack("x-greeting=hello", "programs.Silent", "0")).isEqualTo(success("silent"));
        assertThat(onTheStack("host=client+server,x-greeting=hello," + ALONE, "programs.TwoHosts")
                        .lines())
                .startsWith("hello from client: true")
                .hasSize(4);
    }

    @Test
    void badOptionsAreOneLineAndAnExitCode() throws Exception {
        assertThat(onTheStack("hots=a", "programs.Silent", "0"))
                .isEqualTo(new Result(64, List.of("sockeye: there is no option 'hots'")));
        assertThat(onTheStack("net.ipv4.tcp_fin_timeouts=3", "programs.Silent", "0")
                        .exitCode())
                .isEqualTo(64);
    }

    @Test
    void aServerOnTheWildcardIsReachedFromTheStackAndFromOutside() throws Exception {
        Process server = Fork.start(Fork.withAgent("", "programs.Echo"));
        try (BufferedReader output = server.inputReader(StandardCharsets.UTF_8)) {
            String http = output.readLine().replace("http ", "");
            String plain = output.readLine().replace("plain ", "");
            assertThat(List.of(output.readLine(), output.readLine(), output.readLine()))
                    .containsExactly("own http over http", "own plain over a socket", "ready");
            for (int i = 0; i < 3; i++) {
                Result asked = Fork.run(Fork.plain("programs.Client", http, plain));
                assertThat(asked.lines().subList(0, 2)).containsExactly("over http", "over a socket");
            }
            server.getOutputStream().close();
            assertThat(server.waitFor()).isZero();
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void listenersOnTheWildcardBehaveAsTheKernels() throws Exception {
        Result onTheKernel = Fork.run(Fork.plain("programs.Wildcard"));
        assertThat(onTheKernel.exitCode()).isZero();
        assertThat(onTheStack("", "programs.Wildcard")).isEqualTo(onTheKernel);
        assertThat(onTheStack("loopback=kernel", "programs.Wildcard")).isEqualTo(onTheKernel);
        assertThat(onTheStack(ALONE, "programs.Wildcard")).isEqualTo(onTheKernel);
    }

    @Test
    void aClientOnTheStackReachesThePortsThatAreTheKernels() throws Exception {
        Process server = Fork.start(Fork.plain("programs.Echo"));
        try (BufferedReader output = server.inputReader(StandardCharsets.UTF_8)) {
            String http = output.readLine().replace("http ", "");
            String plain = output.readLine().replace("plain ", "");
            assertThat(List.of(output.readLine(), output.readLine(), output.readLine()))
                    .containsExactly("own http over http", "own plain over a socket", "ready");
            Result asked =
                    Fork.run(Fork.withAgent("kernel-ports=" + http + "+" + plain, "programs.Client", http, plain));
            assertThat(asked.lines().subList(0, 2)).containsExactly("over http", "over a socket");
            server.getOutputStream().close();
        } finally {
            server.destroyForcibly();
        }
    }
}
