package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Urgent data (RFC 9293 3.8.5): what is sent, when a program is told, what it reads. The kernel's dialogues are in
/// docs/linux/urgent.md.
class UrgentDataTest {

    private static boolean wasTold(Peer peer) {
        return (peer.connection.takeEvents() & Readiness.PRI) != 0;
    }

    // ---------------------------------------------------------------- sending

    /// RFC 9293 3.8.5, MUST-30, MUST-62: "pointer".
    @Test
    void thePointerIsOneBeyondTheUrgentData() {
        Peer peer = Peer.established();
        peer.write(5, Connection.MSG_OOB);
        peer.write(3);
        peer.expect("PU. 1:6(5) ack 1 win 64240 urg 5", "P. 6:9(3) ack 1 win 64240");
        peer.send(". 1:1(0) ack 9 win 65535");
        peer.write(1);
        peer.expect("P. 9:10(1) ack 1 win 64240").expectNothing();
    }

    /// RFC 9293 3.8.5, MUST-31: a pointer has 16 bits, and points as far as it can.
    @Test
    void seventyThousandBytesAreUrgent() {
        var peer = new Peer();
        peer.options.sendBuffer = 400_000;
        peer.accept("<mss 1460>");
        assertThat(peer.write(70_000, Connection.MSG_OOB)).isEqualTo(70_000);
        for (int i = 0; i < 10; i++) {
            int from = 1 + 1460 * i;
            int pointer = Math.min(70_001 - from, 65_535);
            peer.expect("U. " + from + ":" + (from + 1460) + "(1460) ack 1 win 64240 urg " + pointer);
        }
        for (int i = 0; i < 2; i++) {
            peer.expectNothing();
            int acked = peer.relative(peer.connection.sndNxt);
            peer.elapse(4).send(". 1:1(0) ack " + acked + " win 65535");
            assertThat(acked).isLessThan(70_001);
            List<String> sent = peer.sent();
            assertThat(sent).isNotEmpty().allMatch(text -> text.contains("U. ") && text.contains(" urg "));
            if (i == 1) assertThat(sent.getLast()).isEqualTo("PU. 68621:70001(1380) ack 1 win 64240 urg 1380");
        }
        peer.elapse(4).send(". 1:1(0) ack 70001 win 65535").expectNothing().checkReleased();
    }

    /// "closed_window": the news go ahead of the data.
    @Test
    void aClosedWindowDoesNotHoldBackTheNews() {
        Peer peer = new Peer().accept("<mss 1460>", 1000, 4);
        peer.write(1000);
        peer.expect(". 1:501(500) ack 1 win 64240", "P. 501:1001(500) ack 1 win 64240");
        peer.send(". 1:1(0) ack 1001 win 0");
        peer.write(100);
        peer.write(5, Connection.MSG_OOB);
        for (int millis : new int[] {204, 408}) {
            peer.expectAfter(millis, "U. 1001:1001(0) ack 1 win 64240 urg 105");
            peer.expect("U. 1000:1000(0) ack 1 win 64240 urg 106").expectNothing();
            peer.send(". 1:1(0) ack 1001 win 0").expectNothing();
        }
        peer.send(". 1:1(0) ack 1001 win 2000").expect("PU. 1001:1106(105) ack 1 win 64240 urg 105");
        assertThat(peer.count(TcpMib.TCPWinProbe)).isEqualTo(4);
    }

    // ---------------------------------------------------------------- receiving

    /// RFC 9293 3.8.5, MUST-32: "ahead".
    @Test
    void aProgramIsToldOfAPointerAndOfEachThatIsFurther() {
        Peer peer = Peer.established();
        peer.skippedUrgent = true;
        peer.send("U. 1:1(0) ack 1 win 65535 urg 100");
        assertThat(wasTold(peer)).isTrue();
        assertThat(peer.poll()).isEqualTo("OUT");
        assertThat(peer.read(10, Connection.MSG_OOB)).isEqualTo(Errno.EAGAIN.asResult());
        peer.send("U. 1:1(0) ack 1 win 65535 urg 200");
        assertThat(wasTold(peer)).isTrue();
        peer.send("U. 1:1(0) ack 1 win 65535 urg 150").send("U. 1:1(0) ack 1 win 65535 urg 200");
        assertThat(wasTold(peer)).as("not further").isFalse();
        peer.send("P. 1:200(199) ack 1 win 65535");
        assertThat(peer.poll()).isEqualTo("IN OUT");
        peer.send("P. 200:201(1) ack 1 win 65535");
        assertThat(peer.poll()).isEqualTo("IN PRI OUT");
        assertThat(peer.read(1000)).isEqualTo(199);
        assertThat(peer.read(10, Connection.MSG_OOB)).isEqualTo(1);
        peer.send("PU. 201:204(3) ack 1 win 65535 urg 0");
        assertThat(wasTold(peer)).as("of the first byte").isTrue();
        assertThat(peer.poll()).isEqualTo("IN PRI OUT");
        assertThat(peer.read(10, Connection.MSG_OOB)).isEqualTo(1);
        assertThat(peer.read(10)).isEqualTo(2);
        peer.checkReleased();
    }

    /// RFC 9293 3.8.5, MUST-30, MUST-33: "receive".
    @Test
    void aProgramKnowsWhetherUrgentDataIsStillToBeRead() {
        Peer peer = Peer.established();
        peer.skippedUrgent = true;
        peer.send("PU. 1:6(5) ack 1 win 65535 urg 3");
        assertThat(peer.poll()).isEqualTo("IN PRI OUT");
        assertThat(peer.connection.isAtUrgentMark()).isFalse();
        assertThat(peer.read(10)).isEqualTo(2);
        assertThat(peer.connection.isAtUrgentMark()).isTrue();
        assertThat(peer.poll()).isEqualTo("IN PRI OUT");
        assertThat(peer.read(10, Connection.MSG_OOB)).isEqualTo(1);
        assertThat(peer.poll()).isEqualTo("IN OUT");
        assertThat(peer.read(10, Connection.MSG_OOB)).isEqualTo(Errno.EINVAL.asResult());
        assertThat(peer.connection.isAtUrgentMark()).isTrue();
        assertThat(peer.read(10)).isEqualTo(2);
        assertThat(peer.connection.isAtUrgentMark()).isFalse();
        peer.checkReleased();
    }

    /// "again": at the mark the old byte goes; before it, it stays in the stream.
    @Test
    void aSecondUrgentByteTakesTheFirstOnesPlace() {
        Peer peer = Peer.established();
        peer.skippedUrgent = true;
        peer.send("PU. 1:4(3) ack 1 win 65535 urg 3");
        assertThat(peer.read(10)).isEqualTo(2);
        peer.send("PU. 4:7(3) ack 1 win 65535 urg 3");
        assertThat(peer.read(10, Connection.MSG_OOB)).isEqualTo(1);
        assertThat(peer.read(10)).isEqualTo(2);
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
        peer.send("PU. 7:10(3) ack 1 win 65535 urg 3").send("PU. 10:13(3) ack 1 win 65535 urg 3");
        assertThat(peer.read(10, Connection.MSG_OOB)).isEqualTo(1);
        assertThat(peer.read(20)).isEqualTo(5);
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
        peer.checkReleased();
    }

    /// "fin_received": no byte will come any more.
    @Test
    void afterTheEndOfTheStreamThereIsNoUrgentByteToWaitFor() {
        Peer peer = Peer.established();
        peer.send("F. 1:2(0) ack 1 win 65535").send("U. 2:2(0) ack 1 win 65535 urg 10");
        assertThat(wasTold(peer)).isTrue();
        assertThat(peer.poll()).isEqualTo("IN OUT RDHUP");
        assertThat(peer.read(10, Connection.MSG_OOB)).isZero();
    }

    /// "acks": every segment points to urgent data that the peer has not got, also one that carries none.
    @Test
    void anAcknowledgmentPointsToIt() {
        Peer peer = new Peer().accept("<mss 1460>", 0, 4);
        peer.write(16, Connection.MSG_OOB);
        peer.expectNothing();
        peer.send("P. 1:42(41) ack 1 win 0").expect("U. 1:1(0) ack 42 win 64199 urg 16");
        peer.abort();
        peer.expect("RU. 1:1(0) ack 42 win 64199 urg 16");
    }
}
