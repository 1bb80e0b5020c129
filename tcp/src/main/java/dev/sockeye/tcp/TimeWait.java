package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;

/// A connection whose work is done: TIME_WAIT, or an orphan in FIN_WAIT2 (`struct inet_timewait_sock`). It holds only
/// what answering late segments needs.
///
/// RFC 9293 3.6.1 wants 2 MSL in TIME_WAIT, 4 minutes; Linux takes 60 s ([#LENGTH]).
public final class TimeWait {

    final TcpContext context;
    private final FourTuple tuple;
    private TcpState state;
    private int sndNxt;
    private int rcvNxt;
    private int receiveWindow;
    private final int windowScale;
    private final boolean timestamps;
    private int tsRecent;
    private long tsRecentAt;
    private final int tsOffset;
    private long deadline;

    /// What a connection leaves behind.
    ///
    /// @param state         TIME_WAIT or FIN_WAIT2
    /// @param receiveWindow bytes; `windowScale` is the shift to announce it with
    /// @param deadline      nanoseconds, when it ends
    TimeWait(
            TcpContext context,
            FourTuple tuple,
            TcpState state,
            int sndNxt,
            int rcvNxt,
            int receiveWindow,
            int windowScale,
            boolean timestamps,
            int tsRecent,
            long tsRecentAt,
            int tsOffset,
            long deadline) {
        this.context = context;
        this.tuple = tuple;
        this.state = state;
        this.sndNxt = sndNxt;
        this.rcvNxt = rcvNxt;
        this.receiveWindow = receiveWindow;
        this.windowScale = windowScale;
        this.timestamps = timestamps;
        this.tsRecent = tsRecent;
        this.tsRecentAt = tsRecentAt;
        this.tsOffset = tsOffset;
        this.deadline = deadline;
    }

    /// Which connection this was.
    public FourTuple tuple() {
        return tuple;
    }

    /// TIME_WAIT or FIN_WAIT2.
    public TcpState state() {
        return state;
    }

    /// When it ends, nanoseconds.
    public long deadline() {
        return deadline;
    }
}
