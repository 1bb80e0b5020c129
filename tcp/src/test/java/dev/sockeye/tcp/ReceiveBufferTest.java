package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What a receiver does whose buffer is full, number by number as Linux was seen to do it; see docs/linux/memory.md
class ReceiveBufferTest {

    /// `SO_RCVBUF` 8000: 16000 bytes.
    private static Peer withSmallBuffer() {
        var peer = new Peer();
        peer.options.receiveBuffer = 16_000;
        return peer.accept("<mss 1460,sackOK>");
    }

    /// Data arrives.
    ///
    /// @return what it was answered with in the next three milliseconds, if anything
    private static String data(Peer peer, int from, int length) {
        peer.send(". " + from + ":" + (from + length) + "(" + length + ") ack 1 win 65535");
        List<String> sent = peer.elapse(3).sent();
        return sent.isEmpty() ? "" : sent.getLast();
    }

    /// What is charged, and what was done for it so far.
    private static String told(Peer peer) {
        return peer.connection.receiveBuffer.charged() + " pruned " + peer.count(TcpMib.PruneCalled) + " collapsed "
                + peer.count(TcpMib.TCPRcvCollapsed) + " thrown away " + peer.count(TcpMib.OfoPruned) + " refused "
                + peer.count(TcpMib.RcvPruned) + " dropped " + peer.count(TcpMib.TCPOFODrop) + " coalesced "
                + peer.count(TcpMib.TCPRcvCoalesce);
    }

    @Test
    void islandsFurtherAndFurtherAheadAreDroppedOnceTheBufferIsFull() {
        Peer peer = withSmallBuffer();
        for (int seq = 201; seq <= 4001; seq += 200) data(peer, seq, 100);
        assertThat(told(peer)).isEqualTo("16640 pruned 0 collapsed 0 thrown away 0 refused 0 dropped 0 coalesced 0");
        data(peer, 4201, 100);
        assertThat(told(peer)).isEqualTo("16640 pruned 1 collapsed 0 thrown away 0 refused 1 dropped 1 coalesced 0");
        peer.checkReleased();
    }

    @Test
    void islandsNearerAndNearerTakeThePlaceOfThoseBeyond() {
        Peer peer = withSmallBuffer();
        for (int seq = 7001; seq >= 3201; seq -= 200) data(peer, seq, 100);
        assertThat(told(peer)).isEqualTo("16640 pruned 0 collapsed 0 thrown away 0 refused 0 dropped 0 coalesced 0");
        assertThat(data(peer, 3001, 100)).isEqualTo(". 1:1(0) ack 1 win 7300 <sack 3001:3101>");
        assertThat(told(peer)).isEqualTo("14976 pruned 1 collapsed 0 thrown away 1 refused 0 dropped 0 coalesced 0");
        data(peer, 2801, 100);
        data(peer, 2601, 100);
        assertThat(data(peer, 2401, 100)).isEqualTo(". 1:1(0) ack 1 win 7300 <sack 2401:2501>");
        assertThat(told(peer)).isEqualTo("14976 pruned 2 collapsed 0 thrown away 2 refused 0 dropped 0 coalesced 0");
        peer.checkReleased();
    }

    /// What fits the buffer before it is full may exceed it.
    @Test
    void theLastSegmentMayBeTooLargeAndWhatFillsTheGapThrowsItOut() {
        Peer peer = withSmallBuffer();
        for (int seq = 201; seq < 4000; seq += 200) data(peer, seq, 100);
        data(peer, 4201, 1000);
        assertThat(told(peer)).isEqualTo("18112 pruned 0 collapsed 0 thrown away 0 refused 0 dropped 0 coalesced 0");
        data(peer, 5401, 100);
        assertThat(told(peer)).isEqualTo("18112 pruned 1 collapsed 0 thrown away 0 refused 1 dropped 1 coalesced 0");
        data(peer, 1, 100);
        assertThat(told(peer)).isEqualTo("16640 pruned 2 collapsed 0 thrown away 1 refused 1 dropped 1 coalesced 0");
        data(peer, 101, 100);
        assertThat(told(peer)).isEqualTo("14144 pruned 3 collapsed 1 thrown away 2 refused 1 dropped 1 coalesced 1");
        assertThat(peer.read(1000)).isEqualTo(300);
        peer.checkReleased();
    }

    @Test
    void aFullBufferOfSmallSegmentsWithoutGapsIsLaidTogether() {
        Peer peer = withSmallBuffer();
        for (int seq = 201; seq <= 2101; seq += 100) data(peer, seq, 100);
        assertThat(told(peer)).isEqualTo("16640 pruned 0 collapsed 0 thrown away 0 refused 0 dropped 0 coalesced 0");
        for (int seq = 2201; seq <= 3701; seq += 100) data(peer, seq, 100);
        assertThat(told(peer)).isEqualTo("4352 pruned 1 collapsed 20 thrown away 0 refused 0 dropped 0 coalesced 16");
        for (int seq = 3801; seq <= 4101; seq += 100) data(peer, seq, 100);
        assertThat(told(peer)).isEqualTo("6848 pruned 1 collapsed 20 thrown away 0 refused 0 dropped 0 coalesced 17");
        for (int seq = 4201; seq <= 5301; seq += 100) data(peer, seq, 100);
        assertThat(told(peer)).isEqualTo("16832 pruned 1 collapsed 20 thrown away 0 refused 0 dropped 0 coalesced 17");
        for (int seq = 5401; seq <= 5701; seq += 100) data(peer, seq, 100);
        assertThat(told(peer)).isEqualTo("8320 pruned 2 collapsed 35 thrown away 0 refused 0 dropped 0 coalesced 19");
        data(peer, 1, 200);
        assertThat(peer.read(10_000)).as("every byte is checked").isEqualTo(5800);
        assertThat(peer.connection.receiveBuffer.charged()).isZero();
        peer.checkReleased();
    }

    @Test
    void inOrderThreeOfTwoHundredBytesShareABuffer() {
        Peer peer = withSmallBuffer();
        int[] charged = {1280, 2560, 2560, 3840, 5120, 5120, 6400, 7680, 7680};
        for (int i = 0; i < charged.length; i++) {
            data(peer, 1 + 400 * i, 200);
            data(peer, 201 + 400 * i, 200);
            assertThat(peer.connection.receiveBuffer.charged())
                    .as("after %d", 2 * i + 2)
                    .isEqualTo(charged[i]);
        }
        assertThat(peer.count(TcpMib.TCPRcvCoalesce)).isEqualTo(12);
        assertThat(peer.read(10_000)).isEqualTo(3600);
        peer.checkReleased();
    }

    /// Without `SO_RCVBUF` the buffer grows with what is charged, as long as the host has memory: 832 bytes for
    /// each byte beyond a gap.
    @Test
    void islandsOfAByteMakeABufferGrowThatWasNotSet() {
        Peer peer = Peer.established("<mss 1460,sackOK,wscale 7>");
        for (int seq = 3; seq < 3203; seq += 4) data(peer, seq, 1);
        assertThat(peer.connection.receiveBuffer.charged()).isEqualTo(665_600);
        assertThat(peer.connection.receiveBuffer()).isEqualTo(664_768);
        assertThat(peer.count(TcpMib.PruneCalled)).isEqualTo(642);
        assertThat(peer.pool.bytesReserved()).as("native memory").isLessThan(665_600);
        peer.checkReleased();
    }
}
