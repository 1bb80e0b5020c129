package dev.sockeye.inspect.blame;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// That a program has read the end of a stream: it knows that the peer has closed.
///
/// @param at     when
/// @param peer   the peer's address, as the JVM writes it
/// @param port   the peer's port
/// @param thread the thread that read
/// @param frames its stack, the innermost first
public record EndOfStream(Instant at, String peer, int port, String thread, List<StackTraceElement> frames) {

    public EndOfStream {
        frames = List.copyOf(frames);
    }

    /// The line of the program's own, such as `com.acme.Client.read(Client.java:95)`; of the JDK if
    /// there is none.
    public String line() {
        @Nullable StackTraceElement own = Jdk.firstOfProgram(frames);
        if (own != null) return Jdk.line(own);
        return frames.isEmpty() ? "?" : Jdk.line(frames.getFirst());
    }
}
