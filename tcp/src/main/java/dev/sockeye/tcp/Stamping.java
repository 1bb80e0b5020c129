package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;
import org.jspecify.annotations.Nullable;

/// `SO_TIMESTAMPING` of a connection: when bytes were sent, acknowledged and received. See docs/linux/stamping.md
public final class Stamping {

    /// Flags of `SO_TIMESTAMPING` (`SOF_TIMESTAMPING_*`, linux/net_tstamp.h): which moments are noted.
    public static final int TX_SOFTWARE = 1 << 1, RX_SOFTWARE = 1 << 3, TX_SCHED = 1 << 8, TX_ACK = 1 << 9;

    /// Flags: what is told of them. Without [#SOFTWARE] the times are left out.
    public static final int SOFTWARE = 1 << 4, OPT_ID = 1 << 7, OPT_TSONLY = 1 << 11, OPT_ID_TCP = 1 << 16;

    /// `SOF_TIMESTAMPING_OPT_STATS`: refused.
    private static final int OPT_STATS = 1 << 12;

    /// All that Linux knows; hardware's have no effect here.
    private static final int KNOWN = (1 << 19) - 1;

    /// What makes writes be noted.
    static final int TX = TX_SOFTWARE | TX_SCHED | TX_ACK;

    final TransmitStamps transmit;
    private final ReceiveStamps received = new ReceiveStamps();
    private final Connection c;
    private long lastRead;

    Stamping(Connection c) {
        this.c = c;
        transmit = new TransmitStamps(c);
    }

    /// Sets `SO_TIMESTAMPING` (`sock_set_timestamping`). With [#OPT_ID] records have a number: how many bytes after
    /// this call (that is, after the first that is not acknowledged, or with [#OPT_ID_TCP] after the last that was
    /// written) the byte is.
    ///
    /// @param connection null where the socket has none
    /// @return 0, or `-EINVAL` where Linux does not take the flags, or not in this state
    public static int set(SocketOptions options, @Nullable Connection connection, int flags) {
        boolean numbered = (flags & OPT_ID) != 0;
        if ((flags & ~KNOWN) != 0 || (flags & OPT_STATS) != 0) return Errno.EINVAL.asResult();
        if ((flags & OPT_ID_TCP) != 0 && !numbered) return Errno.EINVAL.asResult();
        boolean begins = numbered && (options.timestamping & OPT_ID) == 0;
        if (begins) {
            if (connection == null || connection.state == TcpState.CLOSED) return Errno.EINVAL.asResult();
            connection.stamping().transmit.first =
                    (flags & OPT_ID_TCP) != 0 ? connection.send.writeSeq : connection.sndUna;
        }
        options.timestamping = flags;
        if (connection != null && flags != 0) connection.stamping();
        return 0;
    }

    private boolean tells(int flag) {
        return (c.options.timestamping & flag) != 0;
    }

    /// Bytes have come that were not there.
    void onArrived(int seq, int endSeq) {
        if (tells(RX_SOFTWARE) && Seq.lt(seq, endSeq)) received.add(seq, endSeq, c.context.epochNanos + c.now);
    }

    /// A program has read, or peeked at, what ends with this byte.
    void onRead(int lastSeq, boolean peek) {
        lastRead = received.of(lastSeq);
        if (!peek) received.removeBefore(lastSeq + 1);
    }

    /// When the last byte of the last read came; nanoseconds since the Unix epoch, 0 if that was not noted, or is not
    /// to be told.
    long lastRead() {
        return tells(SOFTWARE) ? lastRead : 0;
    }
}
