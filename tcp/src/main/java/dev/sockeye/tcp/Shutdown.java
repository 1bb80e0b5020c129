package dev.sockeye.tcp;

/// The `how` of `shutdown(2)`.
public enum Shutdown {
    READ,
    WRITE,
    BOTH
}
