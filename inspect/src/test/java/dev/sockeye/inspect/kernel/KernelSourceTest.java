package dev.sockeye.inspect.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.inspect.Backlog;
import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SnapshotJson;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The kernel's sockets as snapshots, on the loopback interface.
@EnabledOnOs(value = OS.LINUX, disabledReason = "sock_diag is Linux's")
class KernelSourceTest {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final List<AutoCloseable> opened = new ArrayList<>();
    private KernelSource source;
    private ServerSocket listener;

    @BeforeEach
    void listen() throws IOException {
        source = own(new KernelSource());
        listener = own(new ServerSocket(0, 7, LOOPBACK));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) each.close();
    }

    private <T extends AutoCloseable> T own(T resource) {
        opened.add(resource);
        return resource;
    }

    private Socket connect() throws IOException {
        return own(new Socket(LOOPBACK, listener.getLocalPort()));
    }

    private List<SocketSnapshot> ofOurPort() throws IOException {
        return source.sockets().stream().filter(this::isOurs).toList();
    }

    private boolean isOurs(SocketSnapshot socket) {
        int port = listener.getLocalPort();
        return socket.local().port() == port
                || socket.remote() != null && socket.remote().port() == port;
    }

    private SocketSnapshot local(SocketAddress address) throws IOException {
        int port = ((InetSocketAddress) address).getPort();
        return ofOurPort().stream()
                .filter(socket -> socket.local().port() == port)
                .findFirst()
                .orElseThrow();
    }

    // ---------------------------------------------------------------- one namespace

    @Test
    void listenerHasItsQueueAndItsHolder() throws IOException {
        connect();
        SocketSnapshot seen = local(listener.getLocalSocketAddress());
        assertThat(seen.state()).isEqualTo(TcpState.LISTEN);
        assertThat(seen.remote()).isNull();
        assertThat(seen.backlog()).isEqualTo(new Backlog(1, 7, 0, 0));
        assertThat(seen.recvQ()).isEqualTo(1);
        assertThat(seen.sendQ()).isEqualTo(7);
        assertThat(seen.holder()).isEqualTo(Holder.PROGRAM);
        assertThat(seen.owners()).hasSize(1);
        Owner owner = seen.owners().getFirst();
        assertThat(owner.pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(owner.program()).isEqualTo("java");
        assertThat(owner.handle()).startsWith("fd=");
    }

    @Test
    void connectionHasTcpInfoMemoryAndAnIdentity() throws IOException {
        Socket client = connect();
        Socket server = own(listener.accept());
        client.getOutputStream().write(new byte[1000]);
        SocketSnapshot seen = local(client.getLocalSocketAddress());
        assertThat(seen.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(seen.remote())
                .isEqualTo(new TransportAddress(IpAddress.parse("127.0.0.1"), listener.getLocalPort()));
        assertThat(seen.info()).isNotNull();
        assertThat(seen.info().bytes_sent()).isEqualTo(1000);
        assertThat(seen.info().state()).isEqualTo(1);
        KernelDetail kernel = seen.kernel();
        assertThat(kernel).isNotNull();
        assertThat(kernel.cookie()).isNotZero();
        assertThat(kernel.memory()).isNotNull();
        assertThat(kernel.memory().sendBuffer()).isPositive();
        assertThat(seen.settings().congestionControl()).isNotEmpty();
        assertThat(local(server.getLocalSocketAddress()).recvQ()).isIn(0L, 1L); // the listener comes first
        assertThat(ofOurPort().stream().mapToLong(SocketSnapshot::recvQ).max()).hasValue(1000);
    }

    @Test
    void keepaliveIsKnownWhereNoOtherTimerHidesIt() throws IOException {
        Socket client = connect();
        assertThat(local(client.getLocalSocketAddress()).settings().keepAlive()).isFalse();
        client.setKeepAlive(true);
        SocketSnapshot guarded = local(client.getLocalSocketAddress());
        assertThat(guarded.settings().keepAlive()).isTrue();
        assertThat(guarded.timer()).isNotNull().extracting(Timer::kind).isEqualTo(Timer.Kind.KEEPALIVE);
    }

    @Test
    void whatNobodyHasAcceptedIsInTheQueue() throws IOException {
        Socket client = connect();
        SocketSnapshot waiting = ofOurPort().stream()
                .filter(socket -> socket.remote() != null && socket.remote().port() == client.getLocalPort())
                .findFirst()
                .orElseThrow();
        assertThat(waiting.holder()).isEqualTo(Holder.ACCEPT_QUEUE);
        assertThat(waiting.owners()).isEmpty();
    }

    @Test
    void snapshotIsTheSameAfterAJourneyThroughJson() throws IOException {
        connect();
        for (SocketSnapshot seen : ofOurPort()) {
            assertThat(SnapshotJson.read(SnapshotJson.write(seen))).isEqualTo(seen);
        }
    }

    @Test
    void onlyTheStatesAskedForAreSeen() throws IOException {
        connect();
        KernelQuery listening = KernelQuery.ALL.inStates(1 << TcpState.LISTEN.number());
        assertThat(source.look(listening).sockets()).isNotEmpty().allMatch(socket -> socket.state() == TcpState.LISTEN);
    }

    @Test
    void ipv4SocketOfAnIpv6ListenerIsOfTheIpv6Family() throws IOException {
        ServerSocket both = own(new ServerSocket(0));
        own(new Socket(LOOPBACK, both.getLocalPort()));
        List<SocketSnapshot> seen = source.sockets().stream()
                .filter(socket ->
                        socket.state() == TcpState.ESTABLISHED && socket.local().port() == both.getLocalPort())
                .toList();
        assertThat(seen).hasSize(1);
        assertThat(seen.getFirst().kernel()).isNotNull();
        assertThat(seen.getFirst().kernel().family()).isEqualTo(KernelDetail.IPV6);
        assertThat(seen.getFirst().local().ip()).isEqualTo(IpAddress.parse("127.0.0.1"));
    }

    // ---------------------------------------------------------------- other namespaces

    @Test
    void namespaceOfAnotherProcessIsSeenToo() throws Exception {
        assumeTrue(mayMakeNamespaces(), "may not make a network namespace: run as root");
        List<AutoCloseable> there = new ArrayList<>();
        try {
            int port = NetworkNamespace.callInNew(() -> {
                try (Rtnetlink links = new Rtnetlink()) {
                    links.setUp("lo", true);
                }
                var elsewhere = new ServerSocket(0, 5, LOOPBACK);
                there.add(elsewhere);
                Process inhabitant = new ProcessBuilder("sleep", "60").start();
                there.add(inhabitant::destroyForcibly);
                return elsewhere.getLocalPort();
            });
            List<SocketSnapshot> seen =
                    source.look(KernelQuery.ALL.ofAllNamespaces()).sockets();
            List<SocketSnapshot> listeners = seen.stream()
                    .filter(socket -> socket.state() == TcpState.LISTEN
                            && socket.local().port() == port
                            && socket.host().startsWith("sleep@net:"))
                    .toList();
            assertThat(listeners).hasSize(1);
            assertThat(listeners.getFirst().owners())
                    .extracting(Owner::pid)
                    .containsExactly(ProcessHandle.current().pid());
            assertThat(source.sockets()).noneMatch(socket -> socket.host().startsWith("sleep@"));
        } finally {
            for (AutoCloseable each : there) each.close();
        }
    }

    private static boolean mayMakeNamespaces() throws Exception {
        try {
            return NetworkNamespace.callInNew(() -> true);
        } catch (SystemCallException e) {
            return false;
        }
    }
}
