package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Data both ways (the article's row A6): how writes become segments (RFC 9293 3.7.4, 3.8.5), how much a write
/// takes, what reads give. docs/linux/timers.md ("Nagle"), docs/linux/windows.md ("SO_SNDBUF").
class DataTest {

    // ---------------------------------------------------------------- sizes of segments, PSH

    /// RFC 9293 3.9.1.2, MUST-61, SHLD-28
    @Test
    void aLongWriteIsCutIntoFullSegmentsAndPushesItsLast() {
        Peer peer = Peer.established();
        assertThat(peer.write(4000)).isEqualTo(4000);
        peer.expect(
                ". 1:1461(1460) ack 1 win 64240",
                ". 1461:2921(1460) ack 1 win 64240",
                "P. 2921:4001(1080) ack 1 win 64240");
        peer.expectNothing();
    }

    /// docs/linux/timers.md, "small_window": a write pushes whenever it is half the largest window further.
    @Test
    void aWritePushesEachHalfWindow() {
        Peer peer = new Peer().accept("<mss 1460>", 4000, 4);
        peer.write(4000);
        peer.expect(
                ". 1:1461(1460) ack 1 win 64240",
                "P. 1461:2921(1460) ack 1 win 64240",
                "P. 2921:4001(1080) ack 1 win 64240");
    }

    /// RFC 9293 3.8.6.2.1: never more than half the largest window in one segment.
    /// RFC 9293 3.8.6.2.1, MUST-38
    @Test
    void aSegmentIsHalfTheLargestWindowAtMost() {
        Peer peer = new Peer().accept("<mss 1460>", 1000, 4);
        peer.write(1000);
        peer.expect(". 1:501(500) ack 1 win 64240", "P. 501:1001(500) ack 1 win 64240");
    }

    @Test
    void maxSegmentBoundsWhatIsSent() {
        var peer = new Peer();
        peer.options.maxSegment = 700;
        peer.accept("<mss 1460>");
        peer.write(1000);
        peer.expect(". 1:701(700) ack 1 win 65100", "P. 701:1001(300) ack 1 win 65100");
    }

    /// RFC 7323, RFC 2018: what options take is taken from the payload.
    /// RFC 9293 3.7.1, MUST-16
    @Test
    void optionsTakeTheirShareOfASegment() {
        Peer peer = Peer.established("<mss 1460,sackOK,TS>");
        peer.write(1448);
        peer.expect("P. 1:1449(1448) ack 1 win 65160");
        peer.send(". 101:201(100) ack 1449 win 65535 <TS>").expect(". 1449:1449(0) ack 1 win 65160 <sack 101:201>");
        peer.write(2000);
        peer.expect(
                ". 1449:2885(1436) ack 1 win 65160 <sack 101:201>", "P. 2885:3449(564) ack 1 win 65160 <sack 101:201>");
    }

    // ---------------------------------------------------------------- Nagle, NODELAY, CORK, MSG_MORE

    /// RFC 9293 3.7.4, SHLD-7, MUST-17; RFC 9293 3.9.1.2, SHLD-27, MAY-16
    @Test
    void aSmallSegmentWaitsForTheAckOfAnotherSmallOne() {
        Peer peer = Peer.established();
        peer.write(10);
        peer.expect("P. 1:11(10) ack 1 win 64240");
        peer.write(10);
        peer.write(10);
        peer.expectNothing();
        peer.send(". 1:1(0) ack 11 win 65535").expect("P. 11:31(20) ack 1 win 64240");
        peer.send(". 1:1(0) ack 31 win 65535");
        // Minshall: behind a full segment a small one need not wait, but the next does.
        peer.write(1500);
        peer.expect(". 31:1491(1460) ack 1 win 64240", "P. 1491:1531(40) ack 1 win 64240");
        peer.write(10);
        peer.expectNothing();
        peer.send(". 1:1(0) ack 1531 win 65535").expect("P. 1531:1541(10) ack 1 win 64240");
        peer.send(". 1:1(0) ack 1541 win 65535");
        // TCP_NODELAY sends what waits, and nothing waits from then on.
        peer.write(10);
        peer.write(10);
        peer.expect("P. 1541:1551(10) ack 1 win 64240").expectNothing();
        peer.options.noDelay = true;
        peer.optionsChanged();
        peer.expect("P. 1551:1561(10) ack 1 win 64240");
        peer.write(10);
        peer.expect("P. 1561:1571(10) ack 1 win 64240");
    }

    /// RFC 9293 3.9.1.2, MUST-60
    @Test
    void corkHoldsAPartialSegmentForTwoHundredMilliseconds() {
        Peer peer = Peer.established();
        peer.options.cork = true;
        peer.optionsChanged();
        peer.write(100);
        peer.expectNothingFor(100);
        peer.write(1460);
        peer.expect(". 1:1461(1460) ack 1 win 64240").expectNothing();
        peer.send(". 1:1(0) ack 1461 win 65535").expectNothing();
        peer.write(10);
        peer.expectNothing();
        peer.options.cork = false;
        peer.optionsChanged();
        peer.expect("P. 1461:1571(110) ack 1 win 64240");
        peer.send(". 1:1(0) ack 1571 win 65535");
        peer.write(10, Connection.MSG_MORE);
        peer.expectAfter(204, "P. 1571:1581(10) ack 1 win 64240");
    }

    @Test
    void aRecordEndsItsSegment() {
        Peer peer = Peer.established();
        peer.write(10);
        peer.write(20, Connection.MSG_EOR);
        peer.write(30);
        peer.expect("P. 1:11(10) ack 1 win 64240");
        peer.send(". 1:1(0) ack 11 win 65535").expect("P. 11:31(20) ack 1 win 64240");
        peer.send(". 1:1(0) ack 31 win 65535").expect("P. 31:61(30) ack 1 win 64240");
    }

    // ---------------------------------------------------------------- how much a write takes

    /// "send_buffers": until EAGAIN, nothing acknowledged, ten segments in flight.
    @ParameterizedTest(name = "SO_SNDBUF {0}, writes of {1}: {2} taken")
    @CsvSource({
        "0, 65536, 46720",
        "4608, 65536, 46720",
        "8192, 65536, 46720",
        "32768, 65536, 46720",
        "131072, 65536, 143080",
        "524288, 65536, 528520",
        "0, 1000, 46260",
        "4608, 1000, 46260",
        "32768, 1000, 46260",
        "131072, 1000, 142620",
        "524288, 1000, 528060",
        "0, 1, 45261",
        "4608, 1, 2921",
        "8192, 1, 5841",
        "32768, 1, 45261",
        "131072, 1, 141621"
    })
    void aWriteTakesWhatTheBufferHolds(int sendBuffer, int size, int taken) {
        var peer = new Peer();
        peer.options.sendBuffer = sendBuffer;
        peer.accept("<mss 1460>", 65_535, 5);
        int total = 0;
        while (true) {
            int count = peer.write(size);
            if (count < 0) break;
            total += count;
        }
        assertThat(total).isEqualTo(taken);
        if (size > 1) assertThat(peer.info().unacked()).isEqualTo(10);
        assertThat(peer.writeError()).isEqualTo(Errno.EAGAIN);
        assertThat(peer.poll()).isEmpty();
        peer.checkReleased();
    }

    /// "writable_again": when a third of the buffer is free.
    @Test
    void aFullSocketIsWritableAgainWhenAThirdIsFree() {
        var peer = new Peer();
        peer.options.sendBuffer = 131_072;
        peer.accept("<mss 1460>", 65_535, 2);
        while (peer.write(65_536) > 0) peer.sent();
        peer.connection.takeEvents();
        int acked = 1;
        while ((peer.connection.takeEvents() & Readiness.OUT) == 0) {
            acked += 1460;
            peer.send(". 1:1(0) ack " + acked + " win 65535").elapse(2).sent();
        }
        // The kernel: after 81760, for its segments in flight are charged a little more.
        assertThat(acked - 1).isBetween(60_000, 85_000);
        assertThat(peer.poll()).isEqualTo("OUT");
    }

    @Test
    void notSentLowWaterHoldsAWriterBack() {
        var peer = new Peer();
        peer.options.notSentLowWater = 10_000;
        peer.accept("<mss 1460>", 20_000, 0);
        int total = 0;
        for (int count = peer.write(5000); count > 0; count = peer.write(5000)) total += count;
        assertThat(total).isBetween(24_000, 45_000);
        assertThat(peer.info().notsent_bytes()).isGreaterThanOrEqualTo(10_000);
    }

    // ---------------------------------------------------------------- reading

    @Test
    void readsTakeWhatIsThereAndPeekLeavesIt() {
        Peer peer = Peer.established();
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
        peer.send("P. 1:11(10) ack 1 win 65535")
                .send("P. 11:3011(3000) ack 1 win 65535")
                .sent();
        assertThat(peer.read(0)).isZero();
        assertThat(peer.read(5, Connection.MSG_PEEK)).isEqualTo(5);
        assertThat(peer.read(7)).isEqualTo(7);
        assertThat(peer.read(1000)).isEqualTo(1000);
        assertThat(peer.read(100, Connection.MSG_TRUNC)).isEqualTo(100);
        assertThat(peer.connection.receiveQueueBytes()).isEqualTo(1903);
        assertThat(peer.read(100_000)).isEqualTo(1903);
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
        peer.checkReleased();
    }

    /// SO_RCVLOWAT: not readable before so much is there, or the stream ends.
    @Test
    void lowWaterKeepsASocketUnreadable() {
        var peer = new Peer();
        peer.options.receiveLowWater = 100;
        peer.accept("<mss 1460>");
        peer.send("P. 1:51(50) ack 1 win 65535").sent();
        assertThat(peer.poll()).isEqualTo("OUT");
        peer.send("P. 51:101(50) ack 1 win 65535").sent();
        assertThat(peer.poll()).isEqualTo("IN OUT");
        peer.read(60);
        peer.send("F. 101:102(0) ack 1 win 65535").sent();
        assertThat(peer.poll()).isEqualTo("IN OUT RDHUP");
    }

    /// The front of a segment that came before is left out; what is new of it is taken.
    @Test
    void overlapsAreTakenOnce() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        peer.send("P. 1:101(100) ack 1 win 65535").expect(". 1:1(0) ack 101 win 64140");
        peer.send("P. 51:151(100) ack 1 win 65535").expect(". 1:1(0) ack 151 win 64090 <sack 51:101>");
        peer.send("P. 201:301(100) ack 1 win 65535").expect(". 1:1(0) ack 151 win 64090 <sack 201:301>");
        peer.send("P. 101:251(150) ack 1 win 65535").expect(". 1:1(0) ack 301 win 63940 <sack 101:151>");
        assertThat(peer.read(1000)).isEqualTo(300);
        peer.checkReleased();
    }

    // ---------------------------------------------------------------- urgent data

    /// The pointer says where it ends: one further than the byte (`tcp_stdurg` 0).
    @Test
    void urgentDataIsSentWithItsPointer() {
        Peer peer = Peer.established();
        peer.write(5, Connection.MSG_OOB);
        peer.expect("PU. 1:6(5) ack 1 win 64240 urg 5");
        peer.write(3);
        peer.send(". 1:1(0) ack 6 win 65535").expect("P. 6:9(3) ack 1 win 64240");
    }

    @Test
    void urgentDataIsReadApart() {
        Peer peer = Peer.established();
        peer.skippedUrgent = true;
        peer.send("PU. 1:6(5) ack 1 win 65535 urg 3").sent();
        assertThat(peer.poll()).isEqualTo("IN PRI OUT");
        assertThat(peer.read(10, Connection.MSG_OOB)).isEqualTo(1);
        assertThat(peer.read(10, Connection.MSG_OOB)).isEqualTo(Errno.EINVAL.asResult());
        assertThat(peer.read(10)).isEqualTo(2); // up to the mark
        assertThat(peer.read(10)).isEqualTo(2); // and what follows the urgent byte
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
        peer.checkReleased();
    }

    @Test
    void inlineItStaysInTheStream() {
        var peer = new Peer();
        peer.options.outOfBandInline = true;
        peer.accept("<mss 1460>");
        peer.send("PU. 1:6(5) ack 1 win 65535 urg 3").sent();
        assertThat(peer.read(10, Connection.MSG_OOB)).isEqualTo(Errno.EINVAL.asResult());
        assertThat(peer.read(10)).isEqualTo(2);
        assertThat(peer.read(10)).isEqualTo(3);
    }

    @Test
    void withoutUrgentDataThereIsNothingToReadApart() {
        assertThat(Peer.established().read(1, Connection.MSG_OOB)).isEqualTo(Errno.EINVAL.asResult());
    }
}
