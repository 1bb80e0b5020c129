package dev.sockeye.tcp;

import static dev.sockeye.tcp.TcpState.ESTABLISHED;
import static dev.sockeye.tcp.TcpState.FIN_WAIT2;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import org.junit.jupiter.api.Test;

/// Keepalive (RFC 9293 3.8.4; the article's rows A7 and A8): who is asked when, and what becomes of those who do
/// not answer. docs/linux/timers.md, "Keepalive".
class KeepAliveTest {

    private static final String DATA = "P. 1:101(100) ack 1 win 64240";

    private static Peer keptAlive(int idle, int interval, int count) {
        var peer = new Peer();
        peer.options.keepAlive = true;
        peer.options.keepIdleSeconds = idle;
        peer.options.keepIntervalSeconds = interval;
        peer.options.keepCount = count;
        return peer.accept("<mss 1460>");
    }

    /// RFC 9293 3.8.4, MAY-5, MUST-29, SHLD-12: the third probe without an answer ends it, none before.
    @Test
    void aDeadPeerIsFoundOutAndResetAtTheEnd() {
        Peer peer = keptAlive(2, 1, 3);
        assertThat(peer.connection.timerName()).isEqualTo("keepalive");
        peer.expectAfter(2000, ". 0:0(0) ack 1 win 64240");
        peer.expectAfter(1000, ". 0:0(0) ack 1 win 64240");
        peer.expectAfter(1000, ". 0:0(0) ack 1 win 64240");
        peer.expectAfter(1000, "R. 1:1(0) ack 1 win 64240");
        assertThat(peer.poll()).isEqualTo("IN OUT ERR HUP RDHUP");
        assertThat(peer.readError()).isEqualTo(Errno.ETIMEDOUT);
        assertThat(peer.read(1)).isZero();
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);
        assertThat(peer.count(TcpMib.TCPKeepAlive)).isEqualTo(3);
        assertThat(peer.count(TcpMib.TCPAbortOnTimeout)).isEqualTo(1);
    }

    /// The article's row A7: two hours, then nine probes 75 s apart.
    /// RFC 9293 3.8.4, MUST-28
    @Test
    void byDefaultItTakesTwoHoursElevenMinutesAndFifteenSeconds() {
        Peer peer = keptAlive(0, 0, 0);
        peer.expectAfter(7_200_000, ". 0:0(0) ack 1 win 64240");
        for (int i = 0; i < 8; i++) peer.expectAfter(75_000, ". 0:0(0) ack 1 win 64240");
        peer.expectAfter(75_000, "R. 1:1(0) ack 1 win 64240");
        assertThat(peer.millis()).isEqualTo(4 + (7200 + 9 * 75) * 1000L); // after the handshake
    }

    /// RFC 9293 3.8.4, MUST-26, MUST-27
    @Test
    void anAnswerAndDataStartTheIdleTimeAnew() {
        Peer peer = keptAlive(2, 1, 3);
        peer.expectAfter(2000, ". 0:0(0) ack 1 win 64240");
        peer.elapse(500).send(". 1:1(0) ack 1 win 65535").expectNothing();
        peer.elapse(1500).send("P. 1:2(1) ack 1 win 65535").expect(". 1:1(0) ack 2 win 64239");
        peer.expectAfter(2000, ". 0:0(0) ack 2 win 64239");
        assertThat(peer.info().probes()).isEqualTo(1);
    }

    /// RFC 9293 3.8.4, MUST-26
    @Test
    void whileDataIsInFlightTheRetransmissionsWatch() {
        Peer peer = keptAlive(2, 1, 3);
        peer.elapse(1500);
        peer.write(100);
        peer.expect(DATA);
        for (int i = 0; i < 5; i++) peer.expectAfter(204L << i, DATA);
        assertThat(peer.count(TcpMib.TCPKeepAlive)).isZero();
    }

    @Test
    void switchedOnAfterTheIdleTimeItProbesAtOnce() {
        Peer peer = Peer.established().elapse(3000);
        peer.options.keepAlive = true;
        peer.options.keepIdleSeconds = 2;
        peer.options.keepIntervalSeconds = 1;
        peer.optionsChanged();
        peer.expectAfter(0, ". 0:0(0) ack 1 win 64240");
        peer.expectAfter(1000, ". 0:0(0) ack 1 win 64240");
    }

    @Test
    void itWorksInCloseWaitAndInAHeldFinWait2() {
        Peer peer = keptAlive(1, 1, 1);
        peer.send("F. 1:2(0) ack 1 win 65535");
        peer.elapse(100).expect(". 1:1(0) ack 2 win 64239");
        peer.expectAfter(900, ". 0:0(0) ack 2 win 64239").expectAfter(1000, "R. 1:1(0) ack 2 win 64239");
        assertThat(peer.socketError()).isEqualTo(Errno.ETIMEDOUT);

        peer = keptAlive(1, 1, 1);
        peer.shutdown(Shutdown.WRITE);
        peer.expect("F. 1:2(0) ack 1 win 64240").send(". 1:1(0) ack 2 win 65535");
        assertThat(peer.state()).isEqualTo(FIN_WAIT2);
        peer.expectAfter(1000, ". 1:1(0) ack 1 win 64240").expectAfter(1000, "R. 2:2(0) ack 1 win 64240");
        assertThat(peer.socketError()).isEqualTo(Errno.ETIMEDOUT);
    }

    @Test
    void theUserTimeoutReplacesTheCount() {
        var peer = new Peer();
        peer.options.keepAlive = true;
        peer.options.keepIdleSeconds = 1;
        peer.options.keepIntervalSeconds = 1;
        peer.options.userTimeoutMillis = 2500;
        peer.accept("<mss 1460>");
        peer.expectAfter(1000, ". 0:0(0) ack 1 win 64240").expectAfter(1000, ". 0:0(0) ack 1 win 64240");
        peer.expectAfter(1000, "R. 1:1(0) ack 1 win 64240");
        assertThat(peer.socketError()).isEqualTo(Errno.ETIMEDOUT);
    }

    /// The article's row A8: a peer that has vanished is never noticed by an end that only waits.
    /// RFC 9293 3.8.4, MUST-25
    @Test
    void withoutKeepaliveAHalfOpenConnectionStaysForEver() {
        Peer peer = Peer.established();
        peer.expectNothingFor(365L * 24 * 3600 * 1000);
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        assertThat(peer.connection.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    /// RFC 9293 3.8.4, MUST-24
    @Test
    void switchedOffItSaysNothingMore() {
        Peer peer = keptAlive(2, 1, 3);
        peer.expectAfter(2000, ". 0:0(0) ack 1 win 64240");
        peer.options.keepAlive = false;
        peer.optionsChanged();
        peer.expectNothingFor(24L * 3600 * 1000);
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        peer.options.keepAlive = true;
        peer.optionsChanged();
        peer.expectAfter(2000, ". 0:0(0) ack 1 win 64240");
    }
}
