package dev.sockeye.tcp;

import static dev.sockeye.tcp.TcpState.CLOSED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import org.junit.jupiter.api.Test;

/// What the calls return after the peer's reset, in each state, whichever call is first: docs/linux/close.md,
/// "What the calls return after a RST". The error is told once; ERR goes from poll with it.
class ResetTest {

    private static final String AFTER = "IN OUT HUP RDHUP";
    private static final String PENDING = "IN OUT ERR HUP RDHUP";

    private static Peer reset(Peer peer, int seq) {
        peer.send("R " + seq + ":" + seq + "(0) win 0").sent();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.poll()).isEqualTo(PENDING);
        return peer;
    }

    private static Peer withTenUnread() {
        Peer peer = Peer.established();
        return peer.send("P. 1:11(10) ack 1 win 65535").expect(". 1:1(0) ack 11 win 64230");
    }

    /// RFC 9293 3.6, MUST-12: aborted.
    @Test
    void inEstablishedTheFirstCallIsToldWhicheverItIs() {
        Peer peer = reset(Peer.established(), 1);
        assertThat(peer.readError()).isEqualTo(Errno.ECONNRESET);
        assertThat(peer.read(100)).isZero();
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);
        assertThat(peer.shutdown(Shutdown.WRITE)).isEqualTo(Errno.ENOTCONN.asResult());
        assertThat(peer.poll()).isEqualTo(AFTER);

        peer = reset(Peer.established(), 1);
        assertThat(peer.writeError()).isEqualTo(Errno.ECONNRESET);
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);
        assertThat(peer.read(100)).isZero();

        peer = reset(Peer.established(), 1);
        assertThat(peer.socketError()).isEqualTo(Errno.ECONNRESET);
        assertThat(peer.socketError()).isNull();
        assertThat(peer.read(100)).isZero();
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);
        assertThat(peer.poll()).isEqualTo(AFTER);
    }

    @Test
    void whatWasQueuedCanStillBeReadAndThenTheErrorComes() {
        Peer peer = reset(withTenUnread(), 11);
        assertThat(peer.read(100)).isEqualTo(10);
        assertThat(peer.readError()).isEqualTo(Errno.ECONNRESET);
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);

        peer = reset(withTenUnread(), 11);
        assertThat(peer.writeError()).isEqualTo(Errno.ECONNRESET);
        assertThat(peer.read(100)).isEqualTo(10);
        assertThat(peer.read(100)).isZero();
        assertThat(peer.poll()).isEqualTo(AFTER);
        peer.checkReleased();
    }

    /// The stream had ended properly, so a reader learns nothing of it; a writer's pipe is broken.
    @Test
    void inCloseWaitItIsABrokenPipe() {
        Peer peer = Peer.established().send("F. 1:2(0) ack 1 win 65535");
        reset(peer, 2);
        assertThat(peer.read(100)).isZero();
        assertThat(peer.read(100)).isZero();
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);
        assertThat(peer.socketError()).isNull();
        assertThat(peer.poll()).isEqualTo(AFTER);

        peer = Peer.established().send("FP. 1:12(10) ack 1 win 65535");
        reset(peer, 12);
        assertThat(peer.read(100)).isEqualTo(10);
        assertThat(peer.read(100)).isZero();
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);
    }

    /// FIN, write, RST, write, write: the program that only writes.
    @Test
    void whoOnlyWritesNeverSeesTheResetAsSuch() {
        Peer peer = Peer.established().send("F. 1:2(0) ack 1 win 65535");
        assertThat(peer.write(5)).isEqualTo(5);
        peer.expect("P. 1:6(5) ack 2 win 64239");
        reset(peer, 2);
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);
        assertThat(peer.read(10)).isZero();
        assertThat(peer.count(TcpMib.EstabResets)).isEqualTo(1);
    }

    @Test
    void inFinWaitItIsAReset() {
        Peer peer = Peer.established();
        peer.shutdown(Shutdown.WRITE);
        reset(peer, 1);
        assertThat(peer.writeError()).isEqualTo(Errno.ECONNRESET);
        assertThat(peer.read(100)).isZero();
        assertThat(peer.poll()).isEqualTo(AFTER);

        peer = Peer.established();
        peer.shutdown(Shutdown.WRITE);
        peer.send(". 1:1(0) ack 2 win 65535");
        reset(peer, 1);
        assertThat(peer.readError()).isEqualTo(Errno.ECONNRESET);
        assertThat(peer.read(100)).isZero();
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);
        assertThat(peer.socketError()).isNull();
    }

    /// In LAST_ACK the stream has ended for the reader; the error is left for the writer.
    @Test
    void inLastAckTheReaderIsAtTheEndAndTheWriterIsTold() {
        Peer peer = Peer.established().send("F. 1:2(0) ack 1 win 65535");
        peer.shutdown(Shutdown.WRITE);
        reset(peer, 2);
        assertThat(peer.read(100)).isZero();
        assertThat(peer.writeError()).isEqualTo(Errno.ECONNRESET);
        assertThat(peer.socketError()).isNull();
        assertThat(peer.poll()).isEqualTo(AFTER);
    }

    /// RFC 5461: an ICMP error ends nothing once the connection stands; only SO_ERROR tells of it.
    /// RFC 9293 3.9.1.8, MUST-47, SHLD-20; RFC 9293 3.9.2.2, SHLD-25
    @Test
    void anIcmpErrorIsSoft() {
        Peer peer = Peer.established();
        peer.write(100);
        peer.sent();
        peer.icmp(Errno.EHOSTUNREACH, 1);
        assertThat(peer.poll()).isEqualTo("OUT");
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
        assertThat(peer.write(10)).isEqualTo(10);
        assertThat(peer.socketError()).isEqualTo(Errno.EHOSTUNREACH);
        assertThat(peer.socketError()).isNull();
        peer.send(". 1:1(0) ack 101 win 65535").expect("P. 101:111(10) ack 1 win 64240");
    }
}
