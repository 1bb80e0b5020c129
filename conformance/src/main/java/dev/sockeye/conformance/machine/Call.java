package dev.sockeye.conformance.machine;

import dev.sockeye.wire.Errno;

/// A system call on its way: it is tried, and tried again when something has happened, until it returns.
public interface Call {

    /// What [#attempt] gives while the call blocks.
    long BLOCKED = Long.MIN_VALUE;

    /// Tries.
    ///
    /// @return the result, a negated errno, or [#BLOCKED]
    /// @throws BadCall if what it hands out differs from what the script says
    long attempt(long now) throws BadCall;

    /// What it returns if it has blocked for as long as `SO_RCVTIMEO` or `SO_SNDTIMEO` permit.
    ///
    /// @throws BadCall as [#attempt] does
    default long expired(long now) throws BadCall {
        return Errno.EAGAIN.asResult();
    }

    /// When it returns though nothing has happened; nanoseconds, `Long.MAX_VALUE` for never.
    default long deadline() {
        return Long.MAX_VALUE;
    }
}
