package dev.sockeye.inspect.doctor;

/// How bad a finding is.
public enum Severity {
    /// Worth knowing; nothing is wrong, or it cannot be told from here.
    NOTE,
    /// Something is wrong, and somebody should look at it; the service still works.
    WARNING,
    /// Connections fail now, or will within minutes.
    CRITICAL
}
