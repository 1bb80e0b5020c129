package dev.sockeye.inspect.history;

import dev.sockeye.inspect.Owner;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A connection from its beginning to its end, as one of its ends has lived it.
///
/// @param owner           who held this end; null if not known
/// @param opened          when it began: the call of `connect`, or the handshake's end where the peer
///     called; null if that was before anybody looked
/// @param opening         who or what opened it, in words; empty if not known
/// @param active          whether this end called `connect`
/// @param handshake       from our SYN to the peer's answer; null of an accepted connection, where the
///     kernel tells nothing before the handshake is over
/// @param ended           when it was over
/// @param length          from beginning to end; null if the beginning is not known
/// @param firstCloser     who closed first
/// @param closing         how that was, in words; empty if nobody closed
/// @param ending          what ended it at last, in words; empty if not known
/// @param last            the state that it ended in: TIME_WAIT or FIN_WAIT2 if the kernel keeps an
///     entry for it
/// @param peerClosed      whether the peer's FIN has come, which counts as a byte received
/// @param established     whether it was ever a connection
/// @param figures         what it had done; null where the kernel has not told
/// @param retransmissions that were seen
/// @param resetsSent      the kernel's reasons, each once
/// @param drops           the kernel's reasons for segments thrown away, each with how often
public record Story(
        long cookie,
        long namespace,
        TransportAddress local,
        @Nullable TransportAddress remote,
        @Nullable Owner owner,
        @Nullable Instant opened,
        String opening,
        boolean active,
        @Nullable Duration handshake,
        Instant ended,
        @Nullable Duration length,
        Closer firstCloser,
        String closing,
        String ending,
        @Nullable TcpState last,
        boolean peerClosed,
        boolean established,
        @Nullable Figures figures,
        long retransmissions,
        List<String> resetsSent,
        List<Drop> drops) {

    /// Who closes.
    public enum Closer {
        /// This end.
        WE,
        /// The other.
        PEER,
        /// The connection was cut off, or never was.
        NOBODY
    }

    /// Segments thrown away for one reason.
    public record Drop(String reason, long count) {}

    public Story {
        resetsSent = List.copyOf(resetsSent);
        drops = List.copyOf(drops);
    }
}
