package dev.sockeye.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Runs commands as `sockeye` does, in this process, and hears what the last one has said.
abstract class CommandTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /// @return the exit code
    final int run(String... arguments) {
        out.reset();
        err.reset();
        return new Sockeye(Terminal.of(Map.of(), 0), stream(out), stream(err)).run(arguments);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    /// What went to the standard output.
    final String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /// What went to the standard error.
    final String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
