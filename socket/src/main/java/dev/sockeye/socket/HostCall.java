package dev.sockeye.socket;

import dev.sockeye.host.Host;

/// Something done with a host under its lock: short, and without waiting for anything.
///
/// @param <R> what comes of it
@FunctionalInterface
public interface HostCall<R extends @org.jspecify.annotations.Nullable Object> {

    /// Does it.
    ///
    /// @param now the host's clock, nanoseconds
    R run(Host host, long now);
}
