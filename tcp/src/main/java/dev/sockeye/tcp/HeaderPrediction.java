package dev.sockeye.tcp;

/// Van Jacobson's header prediction, as Linux has it (`tp->pred_flags`): what the next segment of a transfer in one
/// direction looks like, if nothing unusual happens. What looks so needs no checks: it is the next data, or an ACK.
///
/// It is here not for speed but because what Linux does on this way differs in small things, and is counted apart
/// (`TCPHPHits`, `TCPHPAcks`; docs/linux/counters.md).
final class HeaderPrediction {

    private static final int ACE = Segment.AE | Segment.CWR | Segment.ECE;
    private static final int PREDICTED = Segment.FIN | Segment.SYN | Segment.RST | Segment.URG | Segment.ACK | ACE;

    private final Connection c;
    private boolean on;
    private int flags;
    /// As in the header.
    private int window;

    HeaderPrediction(Connection c) {
        this.c = c;
    }

    /// `__tcp_fast_path_on`
    void on() {
        on = true;
        flags = Segment.ACK;
        if (c.ecn.isAccurate()) flags |= AceField.counter(c.rate.deliveredCe);
        window = c.sndWnd >>> c.sendScale;
    }

    void off() {
        on = false;
    }

    /// It is on again if nothing speaks against it (`tcp_fast_path_check`).
    void check() {
        if (c.outOfOrder.isEmpty()
                && c.receive.window != 0
                && c.receiveBuffer.charged() < c.receive.buffer
                && !c.urgent.pending) {
            on();
        }
    }

    boolean matches(Segment seg) {
        return on
                && (seg.flags & PREDICTED) == flags
                && seg.window == window
                && seg.seq == c.rcvNxt
                && !Seq.gt(seg.ack, c.sndNxt)
                && seg.sackBlocks == 0
                && seg.accEcnKind == 0
                && seg.timestamps == c.timestamps.agreed
                && !(seg.timestamps && seg.tsVal - c.timestamps.recent < 0)
                && !Seq.gt(seg.endSeq(), c.rcvNxt + c.receive.remaining(c.rcvNxt));
    }
}
