package dev.sockeye.inspect.blame;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a socket of a JVM was opened or accepted.
///
/// @param fd     its descriptor
/// @param at     when
/// @param thread the name of the thread that did it
/// @param frames its stack, the innermost first
public record Opening(int fd, Instant at, String thread, List<StackTraceElement> frames) {

    public Opening {
        frames = List.copyOf(frames);
    }

    /// The line of the program's own, such as `com.acme.Client.connect(Client.java:88)`; of the JDK if
    /// there is none.
    public String line() {
        @Nullable StackTraceElement own = Jdk.firstOfProgram(frames);
        if (own != null) return Jdk.line(own);
        return frames.isEmpty() ? "?" : Jdk.line(frames.getFirst());
    }
}
