package dev.sockeye.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Asks the person at the terminal, on the standard error, so that the output stays what was asked for.
/// Where the standard input is no terminal there is nobody to ask.
final class Question {

    private final PrintStream err;

    Question(PrintStream err) {
        this.err = err;
    }

    /// Whether somebody can answer.
    static boolean canBeAsked() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /// @return whether the answer is yes; no answer is no
    boolean ask(String question) throws IOException {
        err.print(question + " [y/N] ");
        err.flush();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        return isYes(in.readLine());
    }

    static boolean isYes(@Nullable String answer) {
        return answer != null
                && (answer.strip().equalsIgnoreCase("y") || answer.strip().equalsIgnoreCase("yes"));
    }
}
