package dev.sockeye.inspect.history;

import dev.sockeye.tcp.TcpInfo;

/// What a connection had done when it ended, as `tcp_info` has it.
///
/// @param bytesSent          of data, with those sent again
/// @param bytesAcknowledged  that the peer has acknowledged
/// @param bytesReceived      of data, in order
/// @param bytesRetransmitted of those sent
/// @param segmentsOut        all, with those without data
/// @param segmentsIn         all
/// @param retransmissions    segments sent again
/// @param timeouts           how often the retransmission timer has fired; 0 on kernels that do not
///     count it
/// @param rttMicros          the smoothed round trip
/// @param minRttMicros       the shortest round trip of late; 0 if none was measured
public record Figures(
        long bytesSent,
        long bytesAcknowledged,
        long bytesReceived,
        long bytesRetransmitted,
        long segmentsOut,
        long segmentsIn,
        long retransmissions,
        long timeouts,
        long rttMicros,
        long minRttMicros) {

    /// No round trip was measured: the kernel's largest number says so.
    private static final long NOT_MEASURED = 0xffff_ffffL;

    public Figures {
        if (minRttMicros == NOT_MEASURED) minRttMicros = 0;
    }

    static Figures of(TcpInfo info) {
        return new Figures(
                info.bytes_sent(),
                info.bytes_acked(),
                info.bytes_received(),
                info.bytes_retrans(),
                Integer.toUnsignedLong(info.segs_out()),
                Integer.toUnsignedLong(info.segs_in()),
                Integer.toUnsignedLong(info.total_retrans()),
                info.total_rto(),
                Integer.toUnsignedLong(info.rtt()),
                Integer.toUnsignedLong(info.min_rtt()));
    }
}
