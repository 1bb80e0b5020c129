package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import java.time.Duration;
import java.util.StringJoiner;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// What calls return in which state: docs/linux/errors.md.
class CallsTest {

    private static final String SYN = "S 0:1(0) win 64240 <mss 1460,sackOK,TS val 0 ecr 0,wscale 10>";

    private static TcpEndpoint open(Rig rig) {
        return rig.host.openTcp(Family.INET);
    }

    private static String connect(Rig rig, TcpEndpoint socket, String ip, int port) {
        return Rig.result(socket.connect(Rig.at(ip, port), rig.now));
    }

    private static TcpEndpoint connecting(Rig rig) {
        TcpEndpoint socket = open(rig);
        assertThat(connect(rig, socket, Rig.PEER_V4, 80)).isEqualTo("EINPROGRESS");
        return socket;
    }

    private static Peer peerOf(Rig rig, TcpEndpoint socket) {
        return rig.peer(80, socket.localAddress().port());
    }

    private static TcpEndpoint connected(Rig rig) {
        TcpEndpoint socket = connecting(rig);
        peerOf(rig, socket)
                .receives(SYN)
                .sends("S. 0 ack 1 win 65535 <mss 1460>")
                .receives(". 1:1(0) ack 1 win 64240");
        assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
        return socket;
    }

    /// bind listen accept connect send recv shut-RD shut-WR getpeername, each on a socket of its own.
    private static String calls(Function<Rig, TcpEndpoint> state) {
        var results = new StringJoiner(" ");
        for (int call = 0; call < 9; call++) {
            try (var rig = new Rig()) {
                TcpEndpoint s = state.apply(rig);
                rig.pollAll();
                results.add(
                        switch (call) {
                            case 0 -> Rig.result(s.bind(Rig.at("0.0.0.0", 0), rig.now));
                            case 1 -> Rig.result(s.listen(5, rig.now));
                            case 2 -> s.accept(rig.now) != null ? "ok" : s.listener() == null ? "EINVAL" : "EAGAIN";
                            case 3 -> connect(rig, s, Rig.PEER_V4, 80);
                            case 4 -> rig.write(s, "hello");
                            case 5 -> rig.read(s);
                            case 6 -> Rig.result(s.shutdown(Shutdown.READ, rig.now));
                            case 7 -> Rig.result(s.shutdown(Shutdown.WRITE, rig.now));
                            default -> s.remoteAddress() == null ? "ENOTCONN" : "ok";
                        });
            }
        }
        return results.toString();
    }

    private static TcpEndpoint refused(Rig rig) {
        TcpEndpoint socket = connecting(rig);
        peerOf(rig, socket).receives(SYN).sends("R. 0 ack 1 win 0");
        return socket;
    }

    private static TcpEndpoint reset(Rig rig) {
        TcpEndpoint socket = connected(rig);
        Peer peer = peerOf(rig, socket);
        peer.sends("R 1 win 0");
        return socket;
    }

    private static TcpEndpoint errorTaken(TcpEndpoint socket) {
        assertThat(socket.takeError()).isPositive();
        return socket;
    }

    @Test
    void everyCallInEveryState() {
        String open = "ENOTCONN ENOTCONN ENOTCONN ENOTCONN";
        assertThat(calls(CallsTest::open)).isEqualTo("ok ok EINVAL EINPROGRESS EPIPE " + open);
        assertThat(calls(rig -> {
                    TcpEndpoint socket = open(rig);
                    assertThat(socket.bind(Rig.at("0.0.0.0", 7000), rig.now)).isZero();
                    return socket;
                }))
                .isEqualTo("EINVAL ok EINVAL EINPROGRESS EPIPE " + open);
        assertThat(calls(rig -> rig.listen(80, 5))).isEqualTo("EINVAL ok EAGAIN EISCONN EPIPE ENOTCONN ok ok ENOTCONN");
        assertThat(calls(CallsTest::connecting))
                .isEqualTo("EINVAL EINVAL EINVAL EALREADY EAGAIN EAGAIN ok ok ENOTCONN");
        assertThat(calls(CallsTest::connected)).isEqualTo("EINVAL EINVAL EINVAL ok 5 EAGAIN ok ok ok");
        assertThat(calls(CallsTest::refused))
                .isEqualTo("ok EINVAL EINVAL ECONNREFUSED ECONNREFUSED ECONNREFUSED ENOTCONN ENOTCONN ENOTCONN");
        assertThat(calls(rig -> errorTaken(refused(rig))))
                .isEqualTo("ok EINVAL EINVAL ECONNABORTED EPIPE end ENOTCONN ENOTCONN ENOTCONN");
    }

    @Test
    void aResetConnectionStaysConnectedToItsProgram() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = connected(rig);
            assertThat(connect(rig, socket, Rig.PEER_V4, 80)).isEqualTo("ok");
            assertThat(connect(rig, socket, Rig.PEER_V4, 80)).isEqualTo("EISCONN");
            TcpEndpoint dead = reset(rig);
            assertThat(dead.takeError()).isEqualTo(Errno.ECONNRESET.number());
            assertThat(rig.write(dead, "x")).isEqualTo("EPIPE");
            assertThat(rig.read(dead)).isEqualTo("end");
            assertThat(dead.remoteAddress()).isNull();
        }
    }

    @Test
    void afterARefusalTheSocketMayTryAgain() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = refused(rig);
            assertThat(socket.readiness())
                    .isEqualTo(Readiness.IN | Readiness.OUT | Readiness.ERR | Readiness.HUP | Readiness.RDHUP);
            assertThat(connect(rig, socket, Rig.PEER_V4, 80)).isEqualTo("ECONNREFUSED");
            assertThat(connect(rig, socket, Rig.PEER_V4, 80)).isEqualTo("EINPROGRESS");
            peerOf(rig, socket).receives(SYN).sends("R. 0 ack 1 win 0");
            assertThat(socket.takeError()).isEqualTo(Errno.ECONNREFUSED.number());
            assertThat(connect(rig, socket, Rig.PEER_V4, 80)).isEqualTo("ECONNABORTED");
            assertThat(connect(rig, socket, Rig.PEER_V4, 80)).isEqualTo("EINPROGRESS");
        }
    }

    @Test
    void disconnectResetsTheConnectionAndLeavesAnError() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = connected(rig);
            int port = socket.localAddress().port();
            assertThat(socket.disconnect(rig.now)).isZero();
            assertThat(rig.peer(80, port).next()).startsWith("R. ");
            assertThat(socket.localAddress()).isEqualTo(Rig.at("0.0.0.0", port));
            assertThat(socket.readiness()).isEqualTo(Readiness.OUT | Readiness.ERR | Readiness.HUP);
            assertThat(connect(rig, socket, Rig.PEER_V4, 82)).isEqualTo("EINPROGRESS");
        }
    }

    @Test
    void shutdownWhileConnectingEndsTheAttemptWithoutASegment() {
        for (Shutdown how : Shutdown.values()) {
            try (var rig = new Rig()) {
                TcpEndpoint socket = connecting(rig);
                Peer peer = peerOf(rig, socket).receives(SYN);
                assertThat(socket.shutdown(how, rig.now)).isZero();
                peer.receivesNothing();
                assertThat(socket.state()).isEqualTo(TcpState.CLOSED);
                assertThat(socket.readiness()).isEqualTo(Readiness.OUT | Readiness.ERR | Readiness.HUP);
                assertThat(socket.takeError()).isEqualTo(Errno.ECONNRESET.number());
                assertThat(rig.read(socket)).isEqualTo("ENOTCONN");
                assertThat(rig.write(socket, "x")).isEqualTo("EPIPE");
                assertThat(connect(rig, socket, Rig.PEER_V4, 81)).isEqualTo("EINPROGRESS");
            }
        }
    }

    /// RFC 9293 3.9.1.1, MUST-46
    @Test
    void destinationsThatCannotBeReached() {
        try (var rig = new Rig()) {
            rig.host.routes().addUnreachable("198.51.100.0/24");
            assertThat(connect(rig, open(rig), "203.0.113.1", 80)).isEqualTo("ENETUNREACH");
            assertThat(connect(rig, open(rig), "198.51.100.1", 80)).isEqualTo("EHOSTUNREACH");
            assertThat(connect(rig, open(rig), "192.0.2.255", 80)).isEqualTo("ENETUNREACH");
            assertThat(connect(rig, open(rig), "255.255.255.255", 80)).isEqualTo("ENETUNREACH");
            assertThat(connect(rig, open(rig), "224.0.0.1", 80)).isEqualTo("ENETUNREACH");
            assertThat(connect(rig, open(rig), "fd00::2", 80)).isEqualTo("EAFNOSUPPORT");
            assertThat(connect(rig, open(rig), Rig.PEER_V4, 0)).isEqualTo("EINPROGRESS");
            TcpEndpoint loopback = open(rig);
            assertThat(loopback.bind(Rig.at("127.0.0.1", 0), rig.now)).isZero();
            assertThat(connect(rig, loopback, Rig.PEER_V4, 80)).isEqualTo("EINVAL");
            TcpEndpoint v6Only = rig.host.openTcp(Family.INET6);
            assertThat(v6Only.setV6Only(true)).isZero();
            assertThat(connect(rig, v6Only, Rig.PEER_V4, 80)).isEqualTo("ENETUNREACH");
            rig.eth0.setUp(false);
            assertThat(connect(rig, open(rig), Rig.PEER_V4, 80)).isEqualTo("ENETUNREACH");
        }
    }

    @Test
    void theWildcardAsADestinationIsThisHost() {
        try (var rig = new Rig()) {
            TcpEndpoint refused = open(rig);
            assertThat(connect(rig, refused, "0.0.0.0", 9)).isEqualTo("EINPROGRESS");
            assertThat(refused.takeError()).isEqualTo(Errno.ECONNREFUSED.number());
            rig.listen(80, 5);
            TcpEndpoint accepted = open(rig);
            assertThat(connect(rig, accepted, "0.0.0.0", 80)).isEqualTo("EINPROGRESS");
            assertThat(accepted.remoteAddress()).isEqualTo(Rig.at("127.0.0.1", 80));
            assertThat(rig.host.pollTransmit()).as("loopback never leaves").isNull();
        }
    }

    @Test
    void aSocketCanConnectToItself() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = open(rig);
            assertThat(socket.bind(Rig.at("127.0.0.1", 7100), rig.now)).isZero();
            assertThat(connect(rig, socket, "127.0.0.1", 7100)).isEqualTo("EINPROGRESS");
            assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
            assertThat(rig.write(socket, "hello")).isEqualTo("5");
            assertThat(rig.read(socket)).isEqualTo("hello");
        }
    }

    @Test
    void aRunOfTimeoutsEndsAConnect() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = connecting(rig);
            rig.advance(Duration.ofSeconds(131).minusNanos(1));
            assertThat(socket.state()).isEqualTo(TcpState.SYN_SENT);
            rig.advance(Duration.ofNanos(1));
            assertThat(socket.takeError()).isEqualTo(Errno.ETIMEDOUT.number());
        }
    }

    /// docs/linux/differential.md, "told": once `connect` has said why, the socket is as new.
    @Test
    void aSocketWhoseFailureWasToldIsAsNew() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = refused(rig);
            assertThat(connect(rig, socket, Rig.PEER_V4, 80)).isEqualTo("ECONNREFUSED");
            assertThat(socket.readiness()).isEqualTo(Readiness.OUT | Readiness.HUP);
            assertThat(rig.read(socket)).isEqualTo("ENOTCONN");
        }
    }

    /// docs/linux/differential.md, "connect_after_shutdown": `shutdown` decides what a later `connect` says.
    @Test
    void connectAfterShutdown() {
        try (var rig = new Rig()) {
            TcpEndpoint up = connected(rig);
            assertThat(up.shutdown(Shutdown.BOTH, rig.now)).isZero();
            assertThat(connect(rig, up, Rig.PEER_V4, 80)).isEqualTo("EISCONN");
        }
        try (var rig = new Rig()) {
            TcpEndpoint down = refused(rig);
            assertThat(Rig.result(down.shutdown(Shutdown.READ, rig.now))).isEqualTo("ENOTCONN");
            assertThat(connect(rig, down, Rig.PEER_V4, 80)).isEqualTo("EINVAL");
        }
    }

    /// docs/linux/differential.md, "shutdown_closed": it fails, and yet there is nothing to read any more.
    @Test
    void shutdownOfASocketThatIsNotConnectedCountsAllTheSame() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = open(rig);
            assertThat(Rig.result(socket.shutdown(Shutdown.READ, rig.now))).isEqualTo("ENOTCONN");
            assertThat(socket.readiness()).isEqualTo(Readiness.IN | Readiness.OUT | Readiness.HUP | Readiness.RDHUP);
        }
    }

    /// docs/linux/differential.md, "calls": whether there is urgent data is asked before whether there is a connection.
    @Test
    void urgentDataIsAskedForFirst() {
        try (var rig = new Rig()) {
            byte[] buffer = new byte[1];
            var memory = java.lang.foreign.MemorySegment.ofArray(buffer);
            assertThat(Rig.result(open(rig).receive(memory, 0, 1, Connection.MSG_OOB, rig.now)))
                    .isEqualTo("EINVAL");
            assertThat(Rig.result(refused(rig).receive(memory, 0, 1, Connection.MSG_OOB, rig.now)))
                    .isEqualTo("EINVAL");
        }
    }

    /// docs/linux/differential.md, "syn_outq": a SYN is no data.
    @Test
    void aSynIsNotWrittenData() {
        try (var rig = new Rig()) {
            assertThat(connecting(rig).unacknowledgedBytes()).isZero();
        }
    }

    /// docs/linux/differential.md, "listen_quickack": listen makes void what `TCP_QUICKACK` said before.
    @Test
    void listenForgetsQuickAck() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = open(rig);
            socket.setQuickAck(false, rig.now);
            assertThat(socket.bind(Rig.at("0.0.0.0", 7000), rig.now)).isZero();
            assertThat(socket.listen(5, rig.now)).isZero();
            assertThat(socket.options().delayAcks).isFalse();
        }
    }

    /// docs/linux/differential.md, "earlier_window": what the peer's segments are taken to be follows from the window
    /// that the socket had before.
    @Test
    void aSocketThatConnectsAgainHasItsWindow() {
        try (var rig = new Rig()) {
            assertThat(connecting(rig).info(rig.now).rcv_mss()).isEqualTo(88);
        }
        try (var rig = new Rig()) {
            TcpEndpoint again = refused(rig);
            assertThat(connect(rig, again, Rig.PEER_V4, 80)).isEqualTo("ECONNREFUSED");
            assertThat(connect(rig, again, Rig.PEER_V4, 80)).isEqualTo("EINPROGRESS");
            assertThat(again.info(rig.now).rcv_mss()).isEqualTo(524);
        }
    }
}
