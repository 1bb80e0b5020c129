package dev.sockeye.inspect.history;

import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Something that happened to a socket of the kernel.
public sealed interface HistoryEvent {

    /// When.
    Instant at();

    /// Names the socket for as long as the machine runs, as sock_diag's does. Where the source does not
    /// tell it, a number below zero, which names the socket for as long as this history runs.
    long cookie();

    /// The inode number of its network namespace; 0 if the source does not tell it.
    long namespace();

    /// Its own address; port 0 where the kernel has not yet chosen one.
    TransportAddress local();

    /// The peer's; null if it has none.
    @Nullable
    TransportAddress remote();

    /// A change of state.
    ///
    /// @param who      who made the call that changed it; null where none did: a segment or a timer
    ///     arrived in softirq
    /// @param cause    what changed it; null if the source does not tell
    /// @param flags    the flags of the segment that did, bits of [dev.sockeye.tcp.Segment]; 0 where
    ///     none did
    /// @param why      the same in words: `close() by java 812`, `FIN from the peer`
    /// @param inFormer how long it had been in the state before; null if not known
    record Transition(
            Instant at,
            long cookie,
            long namespace,
            TransportAddress local,
            @Nullable TransportAddress remote,
            TcpState from,
            TcpState to,
            @Nullable Actor who,
            Journal.@Nullable Cause cause,
            int flags,
            String why,
            @Nullable Duration inFormer)
            implements HistoryEvent {}

    /// The kernel has let go of it: nothing more will happen to it, though an entry of TIME_WAIT may
    /// stay.
    ///
    /// @param last    the state that it was in before it was closed; null if not known
    /// @param figures what it had done
    /// @param info    its last `tcp_info`; null where the source tells the figures only
    record Destroyed(
            Instant at,
            long cookie,
            long namespace,
            TransportAddress local,
            @Nullable TransportAddress remote,
            @Nullable TcpState last,
            Figures figures,
            @Nullable TcpInfo info)
            implements HistoryEvent {}

    /// A segment was sent again.
    record Retransmission(
            Instant at,
            long cookie,
            long namespace,
            TransportAddress local,
            @Nullable TransportAddress remote,
            TcpState state)
            implements HistoryEvent {}

    /// A reset was sent.
    ///
    /// @param reason the kernel's own name for why, without `SK_RST_REASON_`; empty on kernels that do
    ///     not tell
    record ResetSent(
            Instant at,
            long cookie,
            long namespace,
            TransportAddress local,
            @Nullable TransportAddress remote,
            TcpState state,
            String reason)
            implements HistoryEvent {}

    /// The peer has reset the connection.
    record ResetReceived(
            Instant at,
            long cookie,
            long namespace,
            TransportAddress local,
            @Nullable TransportAddress remote,
            TcpState state)
            implements HistoryEvent {}

    /// A segment for it was thrown away.
    ///
    /// @param reason the kernel's own name for why, without `SKB_DROP_REASON_`
    record Dropped(
            Instant at,
            long cookie,
            long namespace,
            TransportAddress local,
            @Nullable TransportAddress remote,
            TcpState state,
            String reason)
            implements HistoryEvent {}
}
