package dev.sockeye.tcp;

import java.util.ArrayList;
import java.util.List;

/// When bytes that a program has not read yet came; which of them came first is kept where some came twice.
final class ReceiveStamps {

    /// @param endSeq behind the last byte
    /// @param at     nanoseconds since the Unix epoch
    private record Range(int seq, int endSeq, long at) {}

    /// In the order of their bytes; they do not overlap.
    private final List<Range> ranges = new ArrayList<>();

    void add(int seq, int endSeq, long at) {
        int i = ranges.size();
        // What comes in order is last.
        while (i > 0 && Seq.lt(seq, ranges.get(i - 1).endSeq)) i--;
        while (i < ranges.size() && Seq.lt(seq, endSeq)) {
            Range next = ranges.get(i);
            if (Seq.lt(seq, next.seq)) {
                int until = Seq.lt(endSeq, next.seq) ? endSeq : next.seq;
                ranges.add(i++, new Range(seq, until, at));
            }
            seq = next.endSeq;
            i++;
        }
        if (Seq.lt(seq, endSeq)) ranges.add(i, new Range(seq, endSeq, at));
    }

    /// When this byte came; 0 if that is not known.
    long of(int seq) {
        for (Range each : ranges) if (!Seq.lt(seq, each.seq) && Seq.lt(seq, each.endSeq)) return each.at;
        return 0;
    }

    void removeBefore(int seq) {
        int gone = 0;
        while (gone < ranges.size() && !Seq.gt(ranges.get(gone).endSeq, seq)) gone++;
        ranges.subList(0, gone).clear();
    }
}
