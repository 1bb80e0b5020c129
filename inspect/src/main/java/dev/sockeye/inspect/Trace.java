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
            List.of("java.", "javax.", "jdk.", "sun.", "com.sun.", "dev.sockeye.socket.", "dev.sockeye.jdk.");

    public Trace {
        frames = List.copyOf(frames);
    }

    /// The innermost frame that is the program's own; the innermost at all if every frame is the JDK's; null if there
    /// is none. It is given without class loader and module: `com.example.Backend.open(Backend.java:41)`.
    public @Nullable String site() {
        for (String frame : frames) {
            String call = call(frame);
            if (LIBRARY_PREFIXES.stream().noneMatch(call::startsWith)) return call;
        }
        return frames.isEmpty() ? null : call(frames.getFirst());
    }

    /// A frame without class loader and module: [StackTraceElement#toString] puts them before slashes.
    private static String call(String frame) {
        int arguments = frame.indexOf('(');
        return frame.substring(frame.lastIndexOf('/', arguments < 0 ? frame.length() : arguments) + 1);
    }
}
