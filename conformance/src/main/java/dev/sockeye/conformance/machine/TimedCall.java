package dev.sockeye.conformance.machine;

/// A call on a socket whose `SO_RCVTIMEO` or `SO_SNDTIMEO` bounds how long it blocks.
final class TimedCall implements Call {

    private final Call call;
    private final long until;
    private boolean begun;

    /// @param until when it gives up, nanoseconds
    private TimedCall(Call call, long until) {
        this.call = call;
        this.until = until;
    }

    /// The call, bound if its socket says so.
    ///
    /// @param sends whether `SO_SNDTIMEO` counts, and not `SO_RCVTIMEO`
    static Call of(Call call, Descriptors descriptors, int fd, boolean sends, long now) {
        if (!(descriptors.get(fd) instanceof SocketFile file)) return call;
        long timeout = sends ? file.sendTimeout : file.receiveTimeout;
        return timeout == SocketFile.FOREVER ? call : new TimedCall(call, now + timeout);
    }

    @Override
    public long attempt(long now) throws BadCall {
        if (begun && now >= until) return call.expired(now);
        begun = true;
        long result = call.attempt(now);
        return result == BLOCKED && now >= until ? call.expired(now) : result;
    }

    @Override
    public long deadline() {
        return Math.min(until, call.deadline());
    }
}
