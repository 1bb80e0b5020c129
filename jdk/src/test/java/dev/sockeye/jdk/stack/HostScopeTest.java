package dev.sockeye.jdk.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sockeye.host.Host;
import dev.sockeye.host.Sysctl;
import dev.sockeye.jdk.HostScope;
import dev.sockeye.link.MemorySwitch;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.RealTime;
import dev.sockeye.wire.PagePool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Three hosts in one JVM: a socket is on the host of its thread, or on the one whose address it is bound to.
@Timeout(60)
@EnabledIfSystemProperty(named = "sockeye.agent", matches = ".+")
@SuppressWarnings("AddressSelection") // each name has one address
class HostScopeTest {

    private static final PagePool POOL = new PagePool();
    private static final MemorySwitch NETWORK = new MemorySwitch(POOL);
    private static Machine alpha = machine("alpha", "10.88.0.1/24");
    private static Machine beta = machine("beta", "10.88.0.2/24");
    private static Machine gamma = machine("gamma", "10.88.0.3/24");
    private static HttpServer server;

    private static Machine machine(String name, String address) {
        var machine = new Machine(new Host(name, Sysctl.linux(), POOL, name.hashCode()), RealTime.shared());
        machine.attach("eth0", 1_500, NETWORK, address);
        return machine;
    }

    /// On alpha, on the wildcard: it answers with who asks.
    @BeforeAll
    static void serve() throws Exception {
        server = HostScope.call(alpha, () -> HttpServer.create(new InetSocketAddress(8080), 0));
        server.createContext("/", exchange -> {
            byte[] caller =
                    exchange.getRemoteAddress().getAddress().getHostAddress().getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, caller.length);
            exchange.getResponseBody().write(caller);
            exchange.close();
        });
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
        alpha.close();
        beta.close();
        gamma.close();
    }

    private static final HttpRequest REQUEST =
            HttpRequest.newBuilder(URI.create("http://alpha.sockeye:8080/")).build();

    /// Who alpha's server sees when `call` runs there.
    private static String from(Machine host, Callable<String> call) throws Exception {
        return HostScope.call(host, call);
    }

    private static String plainSocket() throws IOException {
        try (var socket = new Socket("alpha.sockeye", 8080)) {
            return socket.getLocalAddress().getHostAddress();
        }
    }

    private static String channel() throws IOException {
        try (var channel = SocketChannel.open(new InetSocketAddress("alpha", 8080))) {
            return ((InetSocketAddress) channel.getLocalAddress()).getAddress().getHostAddress();
        }
    }

    @Test
    void aSocketIsOnTheHostOfItsThread() throws Exception {
        assertThat(from(beta, HostScopeTest::plainSocket)).isEqualTo("10.88.0.2");
        assertThat(from(gamma, HostScopeTest::plainSocket)).isEqualTo("10.88.0.3");
        assertThat(from(beta, HostScopeTest::channel)).isEqualTo("10.88.0.2");
        assertThat(from(alpha, HostScopeTest::channel)).isEqualTo("10.88.0.1");
    }

    @Test
    void threadsAreBornOnTheHostOfTheirParent() throws Exception {
        assertThat(from(beta, () -> {
                    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                        return executor.submit(HostScopeTest::plainSocket).get();
                    }
                }))
                .isEqualTo("10.88.0.2");
        assertThat(from(gamma, () -> {
                    try (var executor = Executors.newFixedThreadPool(1)) {
                        return executor.submit(HostScopeTest::plainSocket).get();
                    }
                }))
                .isEqualTo("10.88.0.3");
        try (var executor = Executors.newThreadPerTaskExecutor(
                HostScope.threads(gamma, Thread.ofPlatform().factory()))) {
            assertThat(executor.submit(HostScopeTest::plainSocket).get()).isEqualTo("10.88.0.3");
        }
    }

    @Test
    void aScopeEnds() throws Exception {
        HostScope.run(beta, () -> HostScope.run(gamma, () -> {}));
        assertThat(from(beta, () -> {
                    HostScope.run(gamma, () -> {});
                    return plainSocket();
                }))
                .isEqualTo("10.88.0.2");
    }

    @Test
    void aSocketBoundToAnAddressIsOnTheHostThatOwnsIt() throws Exception {
        assertThat(from(beta, () -> {
                    try (var socket = new Socket()) {
                        socket.setTcpNoDelay(true);
                        socket.bind(new InetSocketAddress("gamma.sockeye", 0));
                        socket.connect(new InetSocketAddress("alpha.sockeye", 8080));
                        return socket.getLocalAddress().getHostAddress() + " " + socket.getTcpNoDelay();
                    }
                }))
                .isEqualTo("10.88.0.3 true");
        try (var listener = ServerSocketChannel.open().bind(new InetSocketAddress("beta.sockeye", 0));
                var plain = new ServerSocket(0, 5, InetAddress.getByName("gamma"))) {
            assertThat(from(alpha, () -> {
                        try (var toBeta = SocketChannel.open(listener.getLocalAddress());
                                var toGamma = new Socket(plain.getInetAddress(), plain.getLocalPort())) {
                            return toBeta.isConnected() + " " + toGamma.isConnected();
                        }
                    }))
                    .isEqualTo("true true");
        }
    }

    @Test
    void twoHostsHaveTheSamePorts() throws Exception {
        try (var onBeta = HostScope.call(beta, () -> new ServerSocket(8080));
                var onGamma = HostScope.call(gamma, () -> new ServerSocket(8080))) {
            assertThat(onBeta.getLocalPort()).isEqualTo(onGamma.getLocalPort());
        }
    }

    @Test
    void theHttpClientIsOnTheHostOfWhoSends() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(from(
                            beta,
                            () -> client.send(REQUEST, HttpResponse.BodyHandlers.ofString())
                                    .body()))
                    .isEqualTo("10.88.0.2");
        }
    }

    @Test
    void theHttpClientSendsLaterFromTheHostOfItsExecutorOrItsAddress() throws Exception {
        try (var threads = Executors.newCachedThreadPool();
                HttpClient client = HttpClient.newBuilder()
                        .executor(HostScope.executor(gamma, threads))
                        .build()) {
            assertThat(client.sendAsync(REQUEST, HttpResponse.BodyHandlers.ofString())
                            .join()
                            .body())
                    .isEqualTo("10.88.0.3");
        }
        try (HttpClient client = HttpClient.newBuilder()
                .localAddress(InetAddress.getByName("beta.sockeye"))
                .build()) {
            assertThat(client.sendAsync(REQUEST, HttpResponse.BodyHandlers.ofString())
                            .join()
                            .body())
                    .isEqualTo("10.88.0.2");
        }
    }

    @Test
    void namesLeadToAddressesAndBack() throws Exception {
        InetAddress address = InetAddress.getByName("beta.sockeye");
        assertThat(address.getHostAddress()).isEqualTo("10.88.0.2");
        assertThat(InetAddress.getByName("BETA").getHostAddress()).isEqualTo("10.88.0.2");
        assertThat(InetAddress.getByAddress(address.getAddress()).getHostName()).isEqualTo("beta.sockeye");
        assertThat(InetAddress.getByAddress(address.getAddress()).getCanonicalHostName())
                .isEqualTo("beta.sockeye");
    }
}
