package dev.sockeye.conformance.python;

/// A block of Python failed, or is beyond what is understood.
public final class PythonException extends Exception {

    private static final long serialVersionUID = 1;

    /// What kind of failure it is.
    public enum Kind {
        /// An assertion does not hold.
        ASSERTION,
        /// The program is wrong: an unknown name, a division by zero.
        ERROR,
        /// The program is of a kind that this interpreter does not run.
        UNSUPPORTED
    }

    private final Kind kind;
    private final int line;

    PythonException(Kind kind, int line, String message) {
        super(message);
        this.kind = kind;
        this.line = line;
    }

    /// What kind of failure it is.
    public Kind kind() {
        return kind;
    }

    /// The line of the block, from 1.
    public int line() {
        return line;
    }
}
