package dev.sockeye.conformance.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an event does.
public sealed interface Action {

    /// `<`: a packet arrives.
    record Inbound(PacketSpec packet) implements Action {}

    /// `>`: a packet leaves.
    record Outbound(PacketSpec packet) implements Action {}

    /// A system call, and what it returns.
    ///
    /// @param result the value; an [Expression.Anything] for whatever comes
    /// @param errno  `EAGAIN`, or null
    /// @param end    when a blocking call returns; null where it is not to block
    record SystemCall(
            String name,
            List<Expression> arguments,
            Expression result,
            @Nullable String errno,
            @Nullable EventTime end) implements Action {

        public SystemCall {
            arguments = List.copyOf(arguments);
        }
    }

    /// `%{ ... }%`
    record PythonBlock(int line, String text) implements Action {}

    /// Commands between backquotes.
    record ShellBlock(int line, String text) implements Action {}
}
