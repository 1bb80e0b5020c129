package dev.sockeye.conformance.machine;

/// A call in a script makes no sense, or gave something else than the script says.
public final class BadCall extends Exception {

    private static final long serialVersionUID = 1;

    /// What is wrong.
    public BadCall(String message) {
        super(message);
    }
}
