package dev.sockeye.conformance.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A script as it was read.
///
/// @param options what stands in front, `--name=value`
/// @param init    commands to run before the first event
/// @param cleanup commands to run after the last
public record Script(
        List<OptionLine> options,
        Action.@Nullable ShellBlock init,
        List<Event> events,
        Action.@Nullable ShellBlock cleanup) {

    public Script {
        options = List.copyOf(options);
        events = List.copyOf(events);
    }

    /// `--name=value`
    ///
    /// @param value empty where there is none
    public record OptionLine(int line, String name, String value) {}

    /// One step of the dialogue.
    public record Event(int line, EventTime time, Action action) {}
}
