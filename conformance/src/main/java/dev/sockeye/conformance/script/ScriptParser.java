package dev.sockeye.conformance.script;

import dev.sockeye.conformance.script.Script.Event;
import dev.sockeye.conformance.script.Script.OptionLine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a script: options, commands to begin with, events, commands to end with.
public final class ScriptParser {

    private final Scanner in;
    private final PacketParser packets;
    private final CallParser calls;

    private ScriptParser(String text) {
        in = new Scanner(text);
        packets = new PacketParser(in);
        calls = new CallParser(in);
    }

    /// Reads a script.
    ///
    /// @throws ScriptException if it is none
    public static Script parse(String text) throws ScriptException {
        return new ScriptParser(text).script();
    }

    private Script script() throws ScriptException {
        List<OptionLine> options = new ArrayList<>();
        while (in.skipSpace().looksAt("--")) options.add(option());
        Action.ShellBlock init = in.skipSpace().peek() == '`' ? shell() : null;
        List<Event> events = new ArrayList<>();
        Action.ShellBlock cleanup = null;
        while (!in.skipSpace().atEnd()) {
            if (cleanup != null) throw in.error("no event can follow the commands at the end: an event has a time");
            if (in.peek() == '`') cleanup = shell();
            else events.add(event());
        }
        if (events.isEmpty()) throw in.error("the script has no events");
        return new Script(options, init, events, cleanup);
    }

    private OptionLine option() throws ScriptException {
        int line = in.line();
        String[] parts = in.run("an option").substring(2).split("=", 2);
        return new OptionLine(line, parts[0], parts.length > 1 ? parts[1] : "");
    }

    private Event event() throws ScriptException {
        int line = in.line();
        EventTime time = time();
        EventTime end = null;
        if (in.take("...")) {
            boolean relative = time.kind() == EventTime.Kind.RELATIVE;
            in.take("+");
            end = EventTime.at(relative ? EventTime.Kind.RELATIVE : EventTime.Kind.ABSOLUTE, in.seconds());
        }
        Action action = action(end);
        boolean outbound = action instanceof Action.Outbound;
        boolean exact = time.kind() == EventTime.Kind.RELATIVE || time.kind() == EventTime.Kind.ABSOLUTE;
        if (!exact && !outbound) throw new ScriptException(line, "only a packet that is sent can have a range of time");
        if (end != null && !(action instanceof Action.SystemCall)) {
            throw new ScriptException(line, "only a system call can block");
        }
        return new Event(line, time, action);
    }

    private EventTime time() throws ScriptException {
        if (in.take("*")) return EventTime.at(EventTime.Kind.ANY, 0);
        boolean relative = in.take("+");
        if (!Character.isDigit(in.skipSpace().peek()) && in.peek() != '.') throw in.expected("the time of an event");
        long from = in.seconds();
        if (!in.take("~")) return EventTime.at(relative ? EventTime.Kind.RELATIVE : EventTime.Kind.ABSOLUTE, from);
        in.take("+");
        long to = in.seconds();
        if (to < from) throw in.error("the range of time ends before it begins");
        return new EventTime(relative ? EventTime.Kind.RELATIVE_RANGE : EventTime.Kind.ABSOLUTE_RANGE, from, to);
    }

    private Action action(@Nullable EventTime end) throws ScriptException {
        char first = in.skipSpace().peek();
        if (first == '<' || first == '>') {
            in.next();
            PacketSpec packet = packets.packet();
            return first == '<' ? new Action.Inbound(packet) : new Action.Outbound(packet);
        }
        if (first == '`') return shell();
        if (in.looksAt("%{")) return python();
        if (Scanner.isWordStart(first)) return calls.call(end);
        throw in.expected("a packet, a system call, `commands` or %{ Python }%");
    }

    private Action.ShellBlock shell() throws ScriptException {
        int line = in.line();
        in.require("`");
        return new Action.ShellBlock(line, in.until("`", "the block of commands"));
    }

    private Action.PythonBlock python() throws ScriptException {
        int line = in.line();
        in.require("%{");
        return new Action.PythonBlock(line, in.until("}%", "the Python block"));
    }
}
