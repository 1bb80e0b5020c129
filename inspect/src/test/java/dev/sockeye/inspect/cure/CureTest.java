package dev.sockeye.inspect.cure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.Settings;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.cure.Outcome.Result;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import dev.sockeye.tcp.TcpState;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import programs.Loopback;
import programs.OrderService;
import programs.Peer;
import programs.Program;

/// Cures on real sockets of this process and of another, in a namespace of the test's own.
@EnabledOnOs(value = OS.LINUX, disabledReason = "pidfd_getfd and sock_diag are Linux's")
class CureTest {

    private static final Duration SHORTLY = Duration.ofSeconds(5);

    /// A connection of this process's own: what it holds it may borrow without any rights.
    private record Pair(ServerSocket listener, Socket client, Socket server) implements AutoCloseable {

        @SuppressWarnings("AddressSelection")
        static Pair open() throws IOException {
            var listener = new ServerSocket(0);
            var client = new Socket("127.0.0.1", listener.getLocalPort());
            return new Pair(listener, client, listener.accept());
        }

        SocketSnapshot clientSide() throws IOException {
            return one(client.getLocalPort(), listener.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
            listener.close();
        }
    }

    private static SocketSnapshot one(int local, int remote) throws IOException {
        try (var source = new KernelSource()) {
            return source.look(KernelQuery.ALL).sockets().stream()
                    .filter(each -> each.local().port() == local || local == 0)
                    .filter(each -> each.remote() != null && each.remote().port() == remote)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static KernelDetail kernel(SocketSnapshot socket) {
        return Objects.requireNonNull(socket.kernel());
    }

    private static void assertReset(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(SocketException.class).hasMessage(message);
    }

    @Test
    void keepaliveIsSetAndCanBeReadBack() throws Exception {
        Loopback.run(() -> {
            try (Pair pair = Pair.open()) {
                SocketSnapshot socket = pair.clientSide();
                pair.client.setTcpNoDelay(true);
                pair.client.setSoLinger(true, 7);
                SocketOptionsOf before = Objects.requireNonNull(SocketOptionsOf.read(socket));
                assertThat(before.settings().keepAlive()).isEqualTo(false);

                assertThat(new Keepalive(30, 10, 3).apply(socket))
                        .isEqualTo(Outcome.done("keepalive is on: first probe after 30 s of silence, then every 10 s;"
                                + " 3 without an answer end it (it was off)"));
                Settings was = before.settings();
                assertThat(SocketOptionsOf.read(socket))
                        .isEqualTo(new SocketOptionsOf(
                                new Settings(
                                        true,
                                        30,
                                        10,
                                        3,
                                        true,
                                        7,
                                        was.v6Only(),
                                        was.congestionControl(),
                                        was.receiveBuffer(),
                                        was.sendBuffer()),
                                Duration.ZERO));
                assertThat(pair.client.getKeepAlive()).isTrue();
                assertThat(new Keepalive(30, 10, 3).apply(socket).text()).endsWith(" (it was on before, with 30 s)");
            }
        });
    }

    @Test
    void shutdownEndsItAsTheProgramWould() throws Exception {
        Loopback.run(() -> {
            try (Pair pair = Pair.open()) {
                SocketSnapshot socket = pair.clientSide();
                assertThat(new Shutdown().apply(socket).result()).isEqualTo(Result.DONE);
                assertThat(Aftermath.await(socket, SHORTLY)).isEqualTo(TcpState.FIN_WAIT2);
                assertThat(pair.server.getInputStream().read()).isEqualTo(-1);
                assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
            }
        });
    }

    @Test
    void killEndsItByForce() throws Exception {
        Loopback.run(() -> {
            try (Pair pair = Pair.open()) {
                SocketSnapshot socket = pair.clientSide();
                Outcome outcome = new Kill().apply(socket);
                assumeTrue(outcome.result() != Result.IMPOSSIBLE, () -> "skipped: " + outcome.text());
                assertThat(outcome)
                        .isEqualTo(Outcome.done(
                                "it is over: the peer was sent a reset, and the program gets ECONNABORTED"));
                assertThat(Aftermath.stateOf(socket)).isNull();
                InputStream peer = pair.server.getInputStream();
                assertReset(peer::read, "Connection reset");
                assertThat(new Kill().apply(socket)).isEqualTo(Outcome.gone("it is gone already"));
            }
        });
    }

    @Test
    void anotherSocketInItsPlaceIsLeftAlone() throws Exception {
        Loopback.run(() -> {
            try (Pair pair = Pair.open()) {
                SocketSnapshot socket = pair.clientSide();
                SocketSnapshot stale = withCookie(socket, kernel(socket).cookie() + 1);
                int fd = Borrowing.descriptor(Objects.requireNonNull(socket.owner()));
                Outcome leftAlone = Outcome.gone("descriptor " + fd + " of process "
                        + ProcessHandle.current().pid() + " is another socket by now, which was left alone");
                assertThat(new Shutdown().apply(stale)).isEqualTo(leftAlone);
                assertThat(Keepalive.SOON.apply(stale)).isEqualTo(leftAlone);
                assertThat(new Kill().apply(stale)).isEqualTo(Outcome.gone("it is gone already"));
                assertThat(SocketOptionsOf.read(stale)).isNull();
                pair.client.getOutputStream().write(1);
                assertThat(pair.server.getInputStream().read()).isEqualTo(1);
                assertThat(pair.client.getKeepAlive()).isFalse();
            }
        });
    }

    private static SocketSnapshot withCookie(SocketSnapshot socket, long cookie) {
        KernelDetail kernel = kernel(socket);
        return SocketSnapshot.tcp(socket.takenAt(), socket.host(), socket.state(), socket.local())
                .remote(socket.remote())
                .inode(socket.inode())
                .owners(socket.owners())
                .kernel(KernelDetail.of(kernel.family(), cookie, kernel.uid(), kernel.namespace()))
                .build();
    }

    @Test
    void aLeakInAnotherProcessAndNamespaceIsCured() throws Exception {
        var leaked = new SocketSnapshot[1];
        Loopback.run(() -> {
            try (Peer peer = Peer.thatCloses();
                    Program program = Program.java(List.of(), OrderService.class, peer.port())) {
                program.await("ready");
                leaked[0] = one(0, peer.port());
                assertThat(leaked[0].state()).isEqualTo(TcpState.CLOSE_WAIT);
                assertThat(leaked[0].owners()).extracting(Owner::pid).containsExactly((long) program.pid());
                // from a thread that is in this machine's own namespace
                var outcome = new Outcome[1];
                onThreadOfTheMachine(() -> outcome[0] = new Shutdown().apply(leaked[0]));
                assertThat(outcome[0])
                        .isEqualTo(Outcome.done("a FIN was sent; with the peer's acknowledgment it is gone. The program"
                                + " still has the descriptor"));
                assertThat(Aftermath.await(leaked[0], SHORTLY)).isNull();
                assertThat(new Kill().apply(leaked[0])).isEqualTo(Outcome.gone("it is gone already"));
            }
        });
    }

    private static void onThreadOfTheMachine(Runnable action) throws Exception {
        try (var namespace = dev.sockeye.linux.NetworkNamespace.at("/proc/self/ns/net")) {
            namespace.call(() -> {
                action.run();
                return true;
            });
        }
    }

    @Test
    void whatCannotBeDone() throws Exception {
        assertThatThrownBy(() -> new Keepalive(0, 1, 1))
                .hasMessage("the idle time of keepalive is from 1 to 32767, not 0");
        SocketSnapshot ours = SocketSnapshot.tcp(
                        java.time.Instant.EPOCH,
                        "host",
                        TcpState.ESTABLISHED,
                        new dev.sockeye.wire.TransportAddress(dev.sockeye.wire.IpAddress.LOOPBACK_V4, 1))
                .build();
        Outcome unknown = Outcome.impossible("it is no socket of this kernel's, or its cookie is not known");
        assertThat(Keepalive.SOON.apply(ours)).isEqualTo(unknown);
        assertThat(new Shutdown().apply(ours)).isEqualTo(unknown);
        assertThat(new Kill().apply(ours)).isEqualTo(unknown);
    }
}
