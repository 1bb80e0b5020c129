package dev.sockeye.inspect;

import dev.sockeye.tcp.Segment;
import java.util.List;

/// Sequence numbers as people read them: counted from each side's SYN, which is 0, so that the first byte is 1.
final class SequenceNumbers {

    private final int[] base = new int[2];
    private final boolean[] known = new boolean[2];

    SequenceNumbers(List<SegmentSeen> segments) {
        for (SegmentSeen seg : segments) {
            int side = side(seg.fromLeft());
            if (!known[side] || seg.has(Segment.SYN)) learn(side, seg.has(Segment.SYN) ? seg.seq() : seg.seq() - 1);
            if (seg.has(Segment.ACK)) learn(1 - side, seg.ack() - 1);
            if (known[0] && known[1]) return;
        }
    }

    private void learn(int side, int number) {
        if (known[side]) return;
        base[side] = number;
        known[side] = true;
    }

    private static int side(boolean left) {
        return left ? 0 : 1;
    }

    /// Where the segment begins, in its sender's count.
    long seq(SegmentSeen seg) {
        return Integer.toUnsignedLong(seg.seq() - base[side(seg.fromLeft())]);
    }

    /// What it acknowledges, in the receiver's count.
    long ack(SegmentSeen seg) {
        return Integer.toUnsignedLong(seg.ack() - base[side(!seg.fromLeft())]);
    }
}
