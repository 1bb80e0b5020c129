package dev.sockeye.inspect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where in a program a call was made.
///
/// @param thread the thread's name
/// @param frames the calls, innermost first, as `Class.method(File.java:12)`; frames of the JDK and of Sockeye may be
///               left out by whoever recorded it
public record Trace(String thread, List<String> frames) {

    private static final List<String> LIBRARY_PREFIXES =
            List.of("java.", "javax.", "jdk.", "sun.", "com.sun.", "dev.sockeye.");

    public Trace {
        frames = List.copyOf(frames);
    }

    /// The innermost frame that is the program's own; the innermost at all if every frame is the JDK's; null if there
    /// is none.
    public @Nullable String site() {
        for (String frame : frames) {
            if (!isLibrary(frame)) return frame;
        }
        return frames.isEmpty() ? null : frames.getFirst();
    }

    private static boolean isLibrary(String frame) {
        String name = frame.substring(frame.lastIndexOf('/', frame.indexOf('(')) + 1); // without loader and module
        return LIBRARY_PREFIXES.stream().anyMatch(name::startsWith);
    }
}
