package dev.sockeye.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// One line on the standard error that says how far something is, and is gone when it is over: only where somebody
/// sees it.
final class Progress {

    private static final String ERASE = "\r\u001b[K"; // ECMA-48: EL

    private final PrintStream err;
    private final boolean isSeen;
    private boolean isShown;

    /// @param err the standard error
    Progress(PrintStream err) {
        this(err, isTerminal());
    }

    Progress(PrintStream err, boolean isSeen) {
        this.err = err;
        this.isSeen = isSeen;
    }

    private static boolean isTerminal() {
        if ("dumb".equals(System.getenv("TERM"))) return false;
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /// Whether anybody sees what is said.
    boolean isSeen() {
        return isSeen;
    }

    /// Says how far it is now, in place of what it said before.
    void show(String line) {
        if (!isSeen) return;
        err.print(ERASE + line);
        err.flush();
        isShown = true;
    }

    /// Takes the line away.
    void clear() {
        if (!isShown) return;
        err.print(ERASE);
        err.flush();
        isShown = false;
    }
}
