package dev.sockeye.host;

import org.jspecify.annotations.Nullable;

/// Something with a deadline, in a [TimerWheel] or not.
abstract class Timer {

    static final long NEVER = Long.MAX_VALUE;

    /// When it is due, nanoseconds; [#NEVER] if it is not.
    long deadline = NEVER;

    /// Where it is in the wheel, -1 if it is not; and its neighbours there.
    int slot = -1;

    @Nullable
    Timer previous;

    @Nullable
    Timer next;

    /// The deadline has come. It is no longer in the wheel.
    abstract void fire(long now);
}
