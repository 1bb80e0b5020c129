package dev.sockeye.conformance.script;

/// A script is not of the language: what is wrong, and where.
public final class ScriptException extends Exception {

    private static final long serialVersionUID = 1;

    private final int line;

    /// Something is wrong in this line.
    public ScriptException(int line, String message) {
        super(message);
        this.line = line;
    }

    /// The line, from 1.
    public int line() {
        return line;
    }
}
