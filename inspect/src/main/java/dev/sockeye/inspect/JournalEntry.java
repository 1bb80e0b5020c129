package dev.sockeye.inspect;

import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.TcpState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One change of a socket's state.
///
/// @param flags the flags of the segment that caused it, bits of [dev.sockeye.tcp.Segment]; 0 where none did
/// @param who   who made the call that caused it, such as `java 812`; null where none did, or if that is not known
public record JournalEntry(
        Instant at,
        TcpState from,
        TcpState to,
        Journal.Cause cause,
        int flags,
        @Nullable String who) {

    /// One whose maker is the program itself, or nobody.
    public JournalEntry(Instant at, TcpState from, TcpState to, Journal.Cause cause, int flags) {
        this(at, from, to, cause, flags, null);
    }
}
