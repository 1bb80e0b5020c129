package dev.sockeye.conformance.machine;

/// A script wants something that this interpreter, or the stack, does not have: not a failure of the stack.
public final class Unsupported extends RuntimeException {

    private static final long serialVersionUID = 1;

    /// Something is not there.
    ///
    /// @param what in words, such as `setsockopt SO_ZEROCOPY`
    public Unsupported(String what) {
        super(what);
    }
}
