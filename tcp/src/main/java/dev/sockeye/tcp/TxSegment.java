package dev.sockeye.tcp;

import org.jspecify.annotations.Nullable;

/// A piece of the send queue that is, or will be, one transmission: a range of sequence numbers and what is known
/// of its fate. With segmentation offload it stands for several packets. Its bytes are in the [PageChain]. Pooled.
final class TxSegment {

    /// The peer has SACKed it.
    static final int SACKED = 1;
    /// Its (latest) retransmission is in flight.
    static final int RETRANSMITTED = 2;
    /// It is deemed lost.
    static final int LOST = 4;
    /// It was retransmitted at some time.
    static final int EVER_RETRANSMITTED = 8;
    /// Its overhead is not charged: where Linux has one buffer, it belongs to the segment before.
    static final int SHIFTED = 16;

    int seq;
    /// After the last sequence number, SYN and FIN counted.
    int endSeq;
    /// PSH, SYN, FIN (and CWR) for its transmission.
    int flags;
    /// Bits of the scoreboard.
    int marks;
    /// Packets it stands for on the wire, each of [#mss] bytes at most; 0 until it is sent.
    int packets;

    int mss;
    /// Nothing may be appended: `MSG_EOR`.
    boolean endOfRecord;

    /// When it was last sent, nanoseconds. RFC 8985 4, MUST-4
    long sentAt;
    /// By which of the connection's transmissions that was; see [Rack#remaining].
    int sentBy;

    /// Snapshots of [DeliveryRate] when it was last sent.
    long firstSentAt, deliveredAt;
    int delivered, deliveredCe, lost;
    /// Packets in the network when it was last sent, with its own.
    int txInFlight;

    boolean appLimited;

    /// Neighbours in the order of transmission: see [Rack].
    @Nullable
    TxSegment earlier, later;

    boolean inRack;

    /// The next in a free list.
    @Nullable
    TxSegment nextFree;

    int length() {
        return endSeq - seq - (flags & Segment.FIN) - (flags >> 1 & 1);
    }

    /// Bytes of each of its packets but the last.
    int packetLength() {
        return packets > 1 ? mss : length();
    }

    boolean is(int mark) {
        return (marks & mark) != 0;
    }

    void mark(int mark) {
        marks |= mark;
    }

    void unmark(int mark) {
        marks &= ~mark;
    }

    /// How many packets of `mss` bytes it takes; a lone SYN or FIN takes one.
    void setPackets(int mss) {
        this.mss = mss;
        int length = length();
        packets = length <= mss ? 1 : (length + mss - 1) / mss;
    }

    /// What was known when `other`, which it was cut off, was sent.
    void copySnapshots(TxSegment other) {
        sentAt = other.sentAt;
        sentBy = other.sentBy;
        firstSentAt = other.firstSentAt;
        deliveredAt = other.deliveredAt;
        delivered = other.delivered;
        deliveredCe = other.deliveredCe;
        lost = other.lost;
        txInFlight = other.txInFlight;
        appLimited = other.appLimited;
    }

    void reset(int seq) {
        this.seq = this.endSeq = seq;
        flags = marks = packets = mss = 0;
        endOfRecord = appLimited = false;
        sentAt = firstSentAt = deliveredAt = 0;
        delivered = deliveredCe = lost = txInFlight = sentBy = 0;
    }
}
