package dev.sockeye.inspect;

import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.TcpState;
import java.time.Instant;

/// One change of a socket's state.
///
/// @param flags the flags of the segment that caused it, bits of [dev.sockeye.tcp.Segment]; 0 where none did
public record JournalEntry(Instant at, TcpState from, TcpState to, Journal.Cause cause, int flags) {}
