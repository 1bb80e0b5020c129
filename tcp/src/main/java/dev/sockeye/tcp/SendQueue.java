package dev.sockeye.tcp;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What the program has written and the peer has not yet acknowledged: first what is in flight (or lost), then
/// what was never sent. The bytes are in a [PageChain]; how they are cut into transmissions, in two [TxQueue]s.
///
/// Memory is charged as Linux charges it (a fixed overhead for each segment, and the bytes), because how much a
/// `write` takes, and when a socket is writable again, follows from it.
final class SendQueue {

    /// What Linux charges for an empty segment, bytes: `struct sk_buff` 256, its shared info 320, room for headers
    /// 256; see docs/linux/accounting.md.
    static final int OVERHEAD = 832;

    private final SocketMemory memory;
    private final PageChain chain;
    private @Nullable TxSegment free;
    private int freeCount;

    final TxQueue inFlight = new TxQueue();
    final TxQueue unsent = new TxQueue();

    /// The number after the last byte (or FIN) in the queue: `write_seq`.
    int writeSeq;
    /// What is charged against `SO_SNDBUF`, bytes: `sk_wmem_queued`.
    int charged;

    SendQueue(TcpContext context, SocketMemory memory) {
        this.memory = memory;
        this.chain = new PageChain(context.pages);
    }

    // ---------------------------------------------------------------- the program's side

    /// Appends bytes to the last unsent segment, or to a new one.
    void append(TxSegment to, MemorySegment from, long offset, int length) {
        chain.append(from, offset, length, writeSeq);
        to.endSeq += length;
        to.packets = 0;
        writeSeq += length;
        charge(length);
    }

    /// A new, empty segment at the end.
    TxSegment appendSegment() {
        TxSegment segment = take(writeSeq);
        unsent.addLast(segment);
        charge(OVERHEAD);
        return segment;
    }

    /// A SYN or FIN of its own at the end of the queue.
    TxSegment appendControl(int flag) {
        TxSegment segment = appendSegment();
        segment.flags = flag;
        segment.endSeq = ++writeSeq;
        return segment;
    }

    /// Puts FIN behind the last byte that is not sent yet.
    void appendFin() {
        TxSegment last = unsent.last();
        if (last == null) {
            appendControl(Segment.FIN);
            return;
        }
        last.flags |= Segment.FIN;
        last.endSeq = ++writeSeq;
    }

    // ---------------------------------------------------------------- the network's side

    /// The first unsent segment has been sent.
    TxSegment moveToFlight() {
        TxSegment sent = unsent.removeFirst();
        inFlight.addLast(sent);
        return sent;
    }

    /// Cuts `segment` so that `length` bytes stay in it; the rest, with PSH and FIN, becomes a segment behind it.
    ///
    /// @param in the queue it is in, at place `i`
    TxSegment split(TxQueue in, int i, int length, int mss) {
        TxSegment segment = in.get(i);
        int cut = segment.seq + length + (segment.flags >> 1 & 1);
        TxSegment rest = take(cut);
        rest.endSeq = segment.endSeq;
        segment.endSeq = cut;
        int tailFlags = Segment.FIN | Segment.PSH;
        rest.flags = segment.flags & tailFlags;
        segment.flags &= ~tailFlags;
        rest.marks = segment.marks & ~TxSegment.SHIFTED;
        rest.endOfRecord = segment.endOfRecord;
        segment.endOfRecord = false;
        rest.copySnapshots(segment);
        in.insert(i + 1, rest);
        charge(OVERHEAD);
        segment.setPackets(mss);
        rest.setPackets(mss);
        // The first half was sent with the second still behind it.
        segment.txInFlight = Math.max(0, segment.txInFlight - rest.packets);
        return rest;
    }

    /// Moves so many bytes from the front of a segment to the one before it.
    void borrow(TxSegment segment, TxSegment next, int bytes) {
        segment.endSeq += bytes;
        next.seq += bytes;
    }

    /// Puts the segment behind the one at place `i` into it, with its PSH and FIN.
    void join(TxQueue in, int i) {
        TxSegment segment = in.get(i);
        TxSegment next = in.get(i + 1);
        segment.endSeq = next.endSeq;
        segment.flags |= next.flags;
        segment.endOfRecord = next.endOfRecord;
        segment.marks |= next.marks & TxSegment.EVER_RETRANSMITTED;
        in.remove(i + 1);
        charge(-overhead(next));
        give(next);
    }

    /// SACKed segments side by side share one overhead: Linux shifts the bytes of one into the other; see
    /// docs/linux/congestion.md.
    void shift(TxSegment segment) {
        if (segment.is(TxSegment.SHIFTED)) return;
        segment.mark(TxSegment.SHIFTED);
        charge(-OVERHEAD);
    }

    /// Joins the segment in flight at place `i` with the shifted one behind it.
    void joinShifted(int i) {
        TxSegment segment = inFlight.get(i);
        int packets = segment.packets + inFlight.get(i + 1).packets;
        join(inFlight, i);
        segment.packets = packets;
    }

    /// What a segment is charged beside its bytes.
    static int overhead(TxSegment segment) {
        return segment.is(TxSegment.SHIFTED) ? 0 : OVERHEAD;
    }

    /// The bytes before `seq` are acknowledged and dropped from the first segment in flight.
    void trimFirst(TxSegment first, int seq) {
        charge(-(seq - first.seq));
        first.seq = seq;
    }

    /// The first segment in flight is acknowledged whole.
    void removeFirst() {
        TxSegment acked = inFlight.removeFirst();
        charge(-(overhead(acked) + acked.length()));
        give(acked);
    }

    /// Lets go of the bytes before `seq`.
    void releaseBefore(int seq) {
        chain.dropBefore(seq);
    }

    /// Fills in the payload of a transmission of `segment`.
    void payload(TxSegment segment, Segment out) {
        chain.addTo(out, segment.seq + (segment.flags >> 1 & 1), segment.length());
    }

    /// How many bytes from `seq` on one transmission can carry, at most `length`.
    int reach(int seq, int length) {
        return chain.reach(seq, length);
    }

    /// Everything is forgotten: the connection is over.
    void clear() {
        while (!inFlight.isEmpty()) give(inFlight.removeFirst());
        while (!unsent.isEmpty()) give(unsent.removeFirst());
        chain.clear();
        charge(-charged);
    }

    private void charge(int bytes) {
        charged += bytes;
        memory.charge(bytes);
    }

    // ---------------------------------------------------------------- the pool

    private TxSegment take(int seq) {
        TxSegment segment = free;
        if (segment == null) {
            segment = new TxSegment();
        } else {
            free = segment.nextFree;
            segment.nextFree = null;
            freeCount--;
        }
        segment.reset(seq);
        return segment;
    }

    /// A few are kept for the next writes, so that a steady connection makes none and an idle one keeps few.
    private void give(TxSegment segment) {
        if (freeCount >= 256) return;
        segment.nextFree = free;
        free = segment;
        freeCount++;
    }
}
