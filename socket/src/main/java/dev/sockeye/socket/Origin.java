package dev.sockeye.socket;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Who did something with a socket: the thread and the lines of code.
///
/// @param at         when, nanoseconds of the machine's clock
/// @param threadName as it was then
/// @param threadId   [Thread#threadId]
/// @param frames     the callers, innermost first, without the stack's own; resolved to file and line only when
///     asked
public record Origin(long at, String threadName, long threadId, List<StackFrame> frames) {

    /// What is noted of a socket.
    public enum Detail {
        /// Nothing; costs nothing.
        NONE,
        /// Where it was opened, about a microsecond a socket.
        OPENED,
        /// Also the last read and the last write, about a microsecond a call.
        CALLS
    }

    /// Frames kept: enough to come out of a framework's machinery to the program's own code.
    private static final int DEPTH = 64;

    private static final Set<String> OURS = Stream.of(
                    Origin.class,
                    Socket.class,
                    TcpSocket.class,
                    StreamSocket.class,
                    ListenSocket.class,
                    DatagramSocket.class,
                    Machine.class)
            .map(Class::getName)
            .collect(Collectors.toUnmodifiableSet());

    private static final StackWalker WALKER = StackWalker.getInstance();

    static Origin here(long now) {
        Thread thread = Thread.currentThread();
        List<StackFrame> frames = WALKER.walk(
                stack -> stack.dropWhile(Origin::isOurs).limit(DEPTH).toList());
        return new Origin(now, thread.getName(), thread.threadId(), frames);
    }

    private static boolean isOurs(StackFrame frame) {
        String owner = frame.getClassName();
        return OURS.contains(owner) || owner.startsWith("dev.sockeye.jdk.");
    }

    /// The caller as `Class.method(File.java:12)`; the innermost that is none of the JDK's, if there is one.
    public String line() {
        for (StackFrame frame : frames) {
            String owner = frame.getClassName();
            if (!owner.startsWith("java.") && !owner.startsWith("jdk.") && !owner.startsWith("sun.")) {
                return frame.toStackTraceElement().toString();
            }
        }
        return frames.isEmpty() ? "?" : frames.getFirst().toStackTraceElement().toString();
    }
}
