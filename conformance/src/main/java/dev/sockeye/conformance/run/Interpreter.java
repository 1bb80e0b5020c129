package dev.sockeye.conformance.run;

import dev.sockeye.conformance.machine.Disk;
import dev.sockeye.conformance.machine.HostUnderTest;
import dev.sockeye.conformance.machine.SystemCalls;
import dev.sockeye.conformance.machine.Unsupported;
import dev.sockeye.conformance.python.Python;
import dev.sockeye.conformance.python.PythonException;
import dev.sockeye.conformance.run.Outcome.Status;
import dev.sockeye.conformance.script.Action;
import dev.sockeye.conformance.script.EventTime;
import dev.sockeye.conformance.script.Script;
import dev.sockeye.conformance.script.Script.Event;
import dev.sockeye.conformance.shell.Environment;
import dev.sockeye.conformance.shell.Shell;
import dev.sockeye.conformance.shell.ShellException;
import org.jspecify.annotations.Nullable;

/// Runs one script on one machine, event by event.
public final class Interpreter {

    private final Script script;
    private final Configuration configuration;
    private final HostUnderTest machine;
    private final Clock clock;
    private final Log log;
    private final Sockets sockets;
    private final SystemCalls calls;
    private final CallEvents callEvents;
    private final PacketEvents packetEvents;
    private final Python python;
    private final Shell shell;

    private int line;

    private Interpreter(Script script, Configuration configuration, HostUnderTest machine) {
        this.script = script;
        this.configuration = configuration;
        this.machine = machine;
        var disk = new Disk();
        clock = new Clock(machine, configuration);
        log = new Log(configuration.verbose(), machine.now());
        sockets = new Sockets(configuration.setup());
        calls = new SystemCalls(machine, configuration.setup(), disk);
        callEvents = new CallEvents(machine, calls, sockets, clock, log, configuration.setup());
        packetEvents = new PacketEvents(machine, configuration, sockets, clock, log);
        python = new Python(name -> SocketNames.valueOf(name, sockets.current(), machine.now()));
        shell = new Shell(new Environment(machine, disk));
    }

    /// Runs a script on a machine of its own.
    public static Outcome run(Script script, Configuration configuration) {
        try (var machine = new HostUnderTest(configuration.setup())) {
            return new Interpreter(script, configuration, machine).run();
        }
    }

    private Outcome run() {
        if (configuration.dryRun()) return new Outcome(Status.PASSED, 0, "", log.lines());
        try {
            if (configuration.withDefaults()) shell.setDefaults();
            if (script.init() != null) commands(script.init());
            for (Event event : script.events()) {
                line = event.line();
                run(event);
                callEvents.throwIfFailed();
            }
            if (callEvents.isRunning()) callEvents.await("the call has not returned when the script ends");
            if (configuration.strict()) packetEvents.checkNothingIsLeft();
            if (script.cleanup() != null) commands(script.cleanup());
            return new Outcome(Status.PASSED, 0, "", log.lines());
        } catch (Unsupported e) {
            return ended(Status.UNSUPPORTED, String.valueOf(e.getMessage()));
        } catch (Failure e) {
            return ended(
                    e.kind() == Failure.Kind.HOST ? Status.FAILED : Status.INVALID, String.valueOf(e.getMessage()));
        } finally {
            calls.descriptors().closeAll(machine.now());
        }
    }

    private Outcome ended(Status status, String message) {
        return new Outcome(status, line, message, log.lines());
    }

    private void run(Event event) throws Failure {
        boolean arrives = event.action() instanceof Action.Inbound;
        EventTime due = clock.due(event.time(), arrives);
        EventTime end = event.action() instanceof Action.SystemCall call && call.end() != null
                ? clock.due(call.end(), false)
                : null;
        if (event.action() instanceof Action.Outbound(var packet)) {
            packetEvents.leave(packet, due);
        } else {
            clock.await(due, arrives);
            callEvents.throwIfFailed();
            String late = clock.difference(due, machine.now(), "the event");
            if (late != null) throw Failure.host(late);
            act(event, end);
        }
        clock.passed(due, arrives);
    }

    private void act(Event event, @Nullable EventTime end) throws Failure {
        switch (event.action()) {
            case Action.Inbound(var packet) -> packetEvents.arrive(packet);
            case Action.SystemCall call -> {
                if (callEvents.isRunning()) callEvents.await("the call has not returned when the next one is due");
                callEvents.make(event.line(), call, end);
            }
            case Action.PythonBlock block -> python(block);
            case Action.ShellBlock block -> commands(block);
            case Action.Outbound outbound -> throw new AssertionError(outbound);
        }
    }

    private void python(Action.PythonBlock block) throws Failure {
        try {
            log.output(python.run(block.text()));
        } catch (PythonException e) {
            line = block.line() + e.line() - 1;
            String message = String.valueOf(e.getMessage());
            switch (e.kind()) {
                case ASSERTION -> throw Failure.host("error in Python code: " + message);
                case ERROR -> throw Failure.script("error in Python code: " + message);
                case UNSUPPORTED -> throw new Unsupported("Python's " + message);
            }
        }
    }

    private void commands(Action.ShellBlock block) throws Failure {
        line = block.line();
        try {
            String output = shell.run(block.text());
            machine.settle();
            if (configuration.verbose()) log.output(output);
        } catch (ShellException e) {
            throw Failure.host("error executing command: " + e.getMessage());
        }
    }
}
