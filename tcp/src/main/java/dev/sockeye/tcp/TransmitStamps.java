package dev.sockeye.tcp;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// When what was written is sent and acknowledged: the last byte of each write stands for it. Each time it is sent, and
/// when it is acknowledged, the [ErrorQueue] says so.
final class TransmitStamps {

    /// What is asked for a byte.
    ///
    /// @param seq of the byte
    private record Mark(int seq, int kinds) {}

    private final Connection c;
    private final ArrayDeque<Mark> marks = new ArrayDeque<>();

    /// The byte that has number 0: `sk_tskey`.
    int first;

    TransmitStamps(Connection c) {
        this.c = c;
    }

    /// A write has been laid out, and its end waits to be sent (`tcp_tx_timestamp`). Of several in one segment the last
    /// counts.
    void onWritten() {
        int kinds = c.options.timestamping & Stamping.TX;
        TxSegment last = c.send.unsent.last();
        if (kinds == 0 || last == null) return;
        dropFrom(last.seq);
        marks.addLast(new Mark(c.send.writeSeq - 1, kinds));
    }

    private void dropFrom(int seq) {
        for (Mark mark = marks.peekLast(); mark != null && !Seq.lt(mark.seq, seq); mark = marks.peekLast())
            marks.removeLast();
    }

    /// A segment goes out, for the first time or again.
    void onSent(Segment out) {
        if (marks.isEmpty() || out.length == 0) return;
        Mark in = null;
        for (Mark mark : marks) {
            if (Seq.lt(mark.seq, out.seq)) continue;
            if (!Seq.lt(mark.seq, out.seq + out.length)) break;
            in = mark;
        }
        if (in == null) return;
        if ((in.kinds & Stamping.TX_SCHED) != 0) add(ErrorRecord.SCHEDULED, in, out);
        if ((in.kinds & Stamping.TX_SOFTWARE) != 0) add(ErrorRecord.SENT, in, out);
    }

    /// The peer has acknowledged more.
    void onAcked() {
        for (Mark mark = marks.peekFirst(); mark != null && Seq.lt(mark.seq, c.sndUna); mark = marks.peekFirst()) {
            if ((mark.kinds & Stamping.TX_ACK) != 0) add(ErrorRecord.ACKNOWLEDGED, mark, acknowledged(mark));
            marks.removeFirst();
        }
    }

    private @Nullable Segment acknowledged(Mark mark) {
        for (int i = 0; i < c.send.inFlight.size(); i++) {
            TxSegment segment = c.send.inFlight.get(i);
            if (Seq.lt(mark.seq, segment.seq) || !Seq.lt(mark.seq, segment.seq + segment.length())) continue;
            var payload = new Segment();
            c.send.payload(segment, payload);
            return payload;
        }
        return null;
    }

    private void add(int moment, Mark mark, @Nullable Segment of) {
        int flags = c.options.timestamping;
        int number = (flags & Stamping.OPT_ID) != 0 ? mark.seq - first : 0;
        boolean timeOnly = (flags & Stamping.OPT_TSONLY) != 0;
        ByteBuffer payload = of == null || timeOnly ? ErrorRecord.NOTHING : of.copyPayload();
        c.errorQueue().addStamp(ErrorRecord.stamp(moment, number, c.context.epochNanos + c.now, payload));
    }
}
