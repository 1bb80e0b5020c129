package dev.sockeye.conformance.shell;

/// A block of commands is no shell language, or its last command failed.
public final class ShellException extends Exception {

    private static final long serialVersionUID = 1;

    ShellException(String message) {
        super(message);
    }
}
