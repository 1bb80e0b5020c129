package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `MSG_ZEROCOPY` and what the error queue tells of it, as the kernel told it: docs/linux/errqueue.md.
class ZeroCopyTest {

    private static Peer established() {
        var peer = new Peer();
        peer.options.zeroCopy = true;
        return peer.accept("<mss 1460>");
    }

    private static void write(Peer peer, int count) {
        assertThat(peer.write(count, Connection.MSG_ZEROCOPY)).isEqualTo(count);
        peer.sent();
    }

    private static void acknowledge(Peer peer, int number) {
        peer.send(". 1:1(0) ack " + number + " win 65535").sent();
    }

    /// The ranges of completed writes that the queue holds; it is empty then.
    private static List<String> complete(Peer peer) {
        var ranges = new ArrayList<String>();
        ErrorQueue queue = peer.connection.errorQueue();
        for (ErrorRecord record = queue.take(); record != null; record = queue.take()) {
            assertThat(record.errno()).isZero();
            assertThat(record.origin()).isEqualTo(ErrorRecord.ZEROCOPY);
            assertThat(record.code()).isEqualTo(ErrorRecord.COPIED);
            assertThat(record.payload()).isEmpty();
            ranges.add(record.info() + "-" + record.data());
        }
        return ranges;
    }

    @Test
    void aWriteIsCompleteWhenItIsAcknowledged() {
        Peer peer = established();
        write(peer, 100);
        assertThat(complete(peer)).isEmpty();
        acknowledge(peer, 51);
        assertThat(complete(peer)).isEmpty();
        assertThat(peer.poll()).isEqualTo("OUT");
        acknowledge(peer, 101);
        assertThat(peer.poll()).isEqualTo("OUT ERR");
        assertThat(peer.connection.takeEvents() & Readiness.ERR).isNotZero();
        assertThat(complete(peer)).containsExactly("0-0");
        assertThat(peer.poll()).isEqualTo("OUT");
        peer.checkReleased();
    }

    @Test
    void withoutTheOptionTheFlagMeansNothing() {
        Peer peer = Peer.established();
        write(peer, 100);
        acknowledge(peer, 101);
        assertThat(complete(peer)).isEmpty();
        peer.checkReleased();
    }

    @Test
    void writesThatFollowEachOtherAreToldOfTogether() {
        Peer peer = established();
        for (int i = 1; i <= 3; i++) {
            write(peer, 100);
            acknowledge(peer, 1 + 100 * i);
        }
        assertThat(complete(peer)).containsExactly("0-2");
        peer.checkReleased();
    }

    @Test
    void ordinaryAndEmptyWritesHaveNoNumber() {
        Peer peer = established();
        write(peer, 100);
        assertThat(peer.write(100)).isEqualTo(100);
        assertThat(peer.write(0, Connection.MSG_ZEROCOPY)).isZero();
        write(peer, 100);
        peer.sent();
        acknowledge(peer, 101);
        assertThat(complete(peer)).containsExactly("0-0");
        acknowledge(peer, 301);
        assertThat(complete(peer)).containsExactly("1-1");
        peer.checkReleased();
    }

    /// What one transmission carries is complete only together.
    @Test
    void writesThatWaitTogetherAreCompleteTogether() {
        Peer peer = established();
        write(peer, 16000);
        write(peer, 5000);
        write(peer, 5000);
        acknowledge(peer, 14601);
        acknowledge(peer, 16001);
        assertThat(complete(peer)).isEmpty();
        acknowledge(peer, 26001);
        assertThat(complete(peer)).containsExactly("0-2");
        peer.checkReleased();
    }

    @Test
    void whatIsNotTakenHasNoNumber() {
        var peer = new Peer();
        peer.options.zeroCopy = true;
        peer.options.sendBuffer = 4608;
        peer.accept("<mss 1460>");
        peer.connection.cwnd.segments = 100;
        int taken = peer.write(20000, Connection.MSG_ZEROCOPY);
        assertThat(taken).isPositive();
        assertThat(peer.write(20000, Connection.MSG_ZEROCOPY)).isEqualTo(Errno.EAGAIN.asResult());
        peer.sent();
        for (int at = 1; at < 1 + taken; ) {
            at = peer.relative(peer.connection.sndNxt);
            acknowledge(peer, at);
        }
        write(peer, 100);
        acknowledge(peer, taken + 101);
        assertThat(complete(peer)).containsExactly("0-1");
        peer.checkReleased();
    }

    @Test
    void aResetCompletesWhatIsLeft() {
        Peer peer = established();
        write(peer, 100);
        peer.send("R 1:1(0) win 0");
        assertThat(complete(peer)).containsExactly("0-0");
        assertThat(peer.socketError()).isEqualTo(Errno.ECONNRESET);
        peer.checkReleased();
    }

    /// `net.core.optmem_max` holds 227 notifications.
    @Test
    void whoDoesNotReadGetsNoRoom() {
        var peer = new Peer();
        peer.options.zeroCopy = true;
        peer.options.sendBuffer = 4 << 20;
        peer.accept("<mss 1460>");
        int at = 1;
        peer.options.noDelay = true;
        peer.optionsChanged();
        peer.connection.cwnd.segments = 1000;
        for (int i = 0; i < 227; i++, at++) {
            assertThat(peer.write(1, Connection.MSG_ZEROCOPY)).isEqualTo(1);
        }
        assertThat(peer.write(1, Connection.MSG_ZEROCOPY)).isEqualTo(Errno.ENOBUFS.asResult());
        assertThat(peer.write(1)).isEqualTo(1);
        peer.sent();
        acknowledge(peer, at + 1);
        assertThat(complete(peer)).containsExactly("0-226");
        assertThat(peer.write(1, Connection.MSG_ZEROCOPY)).isEqualTo(1);
        peer.abort();
        peer.checkReleased();
    }

    /// The error of a connect that failed can be read here, and is told then.
    @Test
    void anIcmpErrorThatWasReadIsNoLongerPending() {
        var peer = new Peer();
        peer.connect().sent();
        peer.icmp(Errno.EHOSTUNREACH, 0);
        var from = dev.sockeye.wire.IpAddress.parse("192.0.2.9");
        ErrorQueue queue = peer.connection.errorQueue();
        queue.add(ErrorRecord.icmp(Errno.EHOSTUNREACH.number(), 3, 1, from, Peer.TUPLE, 0x01020304));
        ErrorRecord record = queue.take();
        assertThat(record).isNotNull();
        assertThat(record.origin()).isEqualTo(ErrorRecord.ICMP);
        assertThat(record.offender()).isEqualTo(from);
        assertThat(record.peer()).isEqualTo(Peer.TUPLE.remote());
        assertThat(record.payload()).containsExactly(0, 80, 0x9c, 0x41, 1, 2, 3, 4);
        assertThat(peer.socketError()).isNull();
        assertThat(queue.take()).isNull();
    }
}
