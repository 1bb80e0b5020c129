package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// `SO_TIMESTAMPING`: what the error queue tells of bytes that were written, as the kernel told it in
/// docs/linux/stamping.md.
class StampingTest {

    private static final int ALL =
            Stamping.TX_SCHED | Stamping.TX_SOFTWARE | Stamping.TX_ACK | Stamping.SOFTWARE | Stamping.OPT_ID;
    private static final String[] MOMENTS = {"SND", "SCHED", "ACK"};

    private static Peer established(int flags) {
        var peer = new Peer().accept("<mss 1460>");
        set(peer, flags);
        return peer;
    }

    private static void set(Peer peer, int flags) {
        assertThat(Stamping.set(peer.connection.options(), peer.connection, flags))
                .isZero();
    }

    private static void write(Peer peer, int count) {
        assertThat(peer.write(count)).isEqualTo(count);
        peer.sent();
    }

    private static void acknowledge(Peer peer, int number) {
        peer.send(". 1:1(0) ack " + number + " win 65535").sent();
    }

    /// What the queue holds; it is empty then.
    private static List<String> told(Peer peer) {
        var told = new ArrayList<String>();
        ErrorQueue queue = peer.connection.errorQueue();
        for (ErrorRecord record = queue.take(); record != null; record = queue.take()) {
            assertThat(record.errno()).isEqualTo(Errno.ENOMSG.number());
            assertThat(record.origin()).isEqualTo(ErrorRecord.TIMESTAMPING);
            long millis = TimeUnit.NANOSECONDS.toMillis(record.time());
            String looped = record.payload().length == 0 ? "" : ", " + record.payload().length + " B";
            told.add(MOMENTS[record.info()] + " " + record.data() + " at " + millis + looped);
        }
        return told;
    }

    @Test
    void aWriteIsToldOfByItsLastByte() {
        Peer peer = established(ALL);
        long at = TimeUnit.NANOSECONDS.toMillis(peer.now);
        write(peer, 4000);
        assertThat(peer.poll()).isEqualTo("OUT ERR");
        assertThat(told(peer)).containsExactly("SCHED 3999 at " + at + ", 4000 B", "SND 3999 at " + at + ", 4000 B");
        assertThat(peer.poll()).isEqualTo("OUT");
        acknowledge(peer, 1461);
        acknowledge(peer, 4000);
        assertThat(told(peer)).isEmpty();
        peer.elapse(7);
        acknowledge(peer, 4001);
        assertThat(told(peer)).containsExactly("ACK 3999 at " + (at + 7) + ", 1 B");
        peer.checkReleased();
    }

    @Test
    void ofWritesInOneSegmentTheLastCounts() {
        Peer peer = established(ALL | Stamping.OPT_TSONLY);
        write(peer, 10);
        write(peer, 10);
        write(peer, 10);
        told(peer);
        acknowledge(peer, 11);
        long at = TimeUnit.NANOSECONDS.toMillis(peer.now);
        assertThat(told(peer)).containsExactly("ACK 9 at " + at, "SCHED 29 at " + at, "SND 29 at " + at);
        acknowledge(peer, 31);
        assertThat(told(peer)).containsExactly("ACK 29 at " + at);
        peer.checkReleased();
    }

    @Test
    void numbersBeginWithWhatIsNotAcknowledgedOrNotWritten() {
        Peer peer = established(0);
        write(peer, 10);
        set(peer, Stamping.TX_ACK | Stamping.OPT_ID | Stamping.OPT_TSONLY);
        write(peer, 10);
        acknowledge(peer, 11);
        acknowledge(peer, 21);
        assertThat(told(peer)).containsExactly("ACK 19 at 0");
        set(peer, 0);
        write(peer, 10);
        set(peer, Stamping.TX_ACK | Stamping.OPT_ID | Stamping.OPT_ID_TCP | Stamping.OPT_TSONLY);
        write(peer, 10);
        acknowledge(peer, 31);
        acknowledge(peer, 41);
        assertThat(told(peer)).containsExactly("ACK 9 at 0");
        peer.checkReleased();
    }

    @Test
    void whatIsSentAgainIsToldOfAgain() {
        Peer peer = established(Stamping.TX_SOFTWARE | Stamping.SOFTWARE | Stamping.OPT_ID | Stamping.OPT_TSONLY);
        long at = TimeUnit.NANOSECONDS.toMillis(peer.now);
        write(peer, 100);
        peer.elapse(1000).sent();
        assertThat(told(peer)).containsExactly("SND 99 at " + at, "SND 99 at " + (at + 204), "SND 99 at " + (at + 612));
        acknowledge(peer, 101);
        assertThat(told(peer)).isEmpty();
        peer.checkReleased();
    }

    @Test
    void flagsCountWhenTheProgramWritesAndTimesWhenItReads() {
        Peer peer = established(ALL | Stamping.OPT_TSONLY);
        write(peer, 10);
        write(peer, 10);
        set(peer, 0);
        acknowledge(peer, 11);
        write(peer, 10);
        acknowledge(peer, 21);
        // Without OPT_TSONLY the data is there, and without OPT_ID no number.
        assertThat(told(peer))
                .containsExactly(
                        "SCHED 9 at 0",
                        "SND 9 at 0",
                        "ACK 0 at 0, 10 B",
                        "SCHED 0 at 0, 10 B",
                        "SND 0 at 0, 10 B",
                        "ACK 0 at 0, 10 B");
        peer.checkReleased();
    }

    @Test
    void aQueueThatNobodyReadsIsBounded() {
        Peer peer = established(Stamping.TX_SOFTWARE | Stamping.OPT_ID | Stamping.OPT_TSONLY);
        peer.connection.options().receiveBuffer = 8192;
        peer.connection.onOptionsChanged(peer.now);
        for (int i = 1; i <= 40; i++) {
            write(peer, 10);
            acknowledge(peer, 1 + 10 * i);
        }
        assertThat(told(peer)).hasSize(9).endsWith("SND 89 at 0");
        peer.checkReleased();
    }

    @Test
    void whatLinuxRefusesIsRefused() {
        var options = new SocketOptions();
        int invalid = Errno.EINVAL.asResult();
        assertThat(Stamping.set(options, null, 1 << 19)).isEqualTo(invalid);
        assertThat(Stamping.set(options, null, Stamping.OPT_ID_TCP)).isEqualTo(invalid);
        assertThat(Stamping.set(options, null, Stamping.OPT_ID)).isEqualTo(invalid);
        assertThat(Stamping.set(options, null, Stamping.TX_ACK | Stamping.SOFTWARE))
                .isZero();
        assertThat(options.timestamping).isEqualTo(Stamping.TX_ACK | Stamping.SOFTWARE);
    }

    /// When the last byte of each read came, milliseconds.
    private static List<Long> read(Peer peer, int... counts) {
        var times = new ArrayList<Long>();
        for (int count : counts) {
            assertThat(peer.read(count)).isEqualTo(count);
            times.add(TimeUnit.NANOSECONDS.toMillis(peer.connection.receiveTime()));
        }
        return times;
    }

    @Test
    void aReadTellsWhenItsLastByteCame() {
        Peer peer = established(Stamping.RX_SOFTWARE | Stamping.SOFTWARE);
        long at = TimeUnit.NANOSECONDS.toMillis(peer.now);
        peer.send("P. 201:301(100) ack 1 win 65535").elapse(10);
        peer.send("P. 1:101(100) ack 1 win 65535").elapse(10);
        // Of what comes twice the first counts.
        peer.send("P. 51:251(200) ack 1 win 65535").sent();
        assertThat(read(peer, 100, 50, 50, 100)).containsExactly(at + 10, at + 20, at + 20, at);
        peer.checkReleased();
    }

    @Test
    void oneReadOverTwoSegmentsTellsOfTheSecond() {
        Peer peer = established(Stamping.RX_SOFTWARE | Stamping.SOFTWARE);
        long at = TimeUnit.NANOSECONDS.toMillis(peer.now);
        peer.send("P. 1:101(100) ack 1 win 65535").elapse(10);
        peer.send("P. 101:201(100) ack 1 win 65535").sent();
        assertThat(read(peer, 150, 50)).containsExactly(at + 10, at + 10);
        set(peer, Stamping.RX_SOFTWARE);
        peer.send("P. 201:301(100) ack 1 win 65535").sent();
        assertThat(read(peer, 100)).containsExactly(0L);
        peer.checkReleased();
    }
}
