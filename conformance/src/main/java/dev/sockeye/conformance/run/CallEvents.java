package dev.sockeye.conformance.run;

import dev.sockeye.conformance.machine.BadCall;
import dev.sockeye.conformance.machine.Call;
import dev.sockeye.conformance.machine.HostUnderTest;
import dev.sockeye.conformance.machine.Setup;
import dev.sockeye.conformance.machine.SocketFile;
import dev.sockeye.conformance.machine.SystemCalls;
import dev.sockeye.conformance.script.Action;
import dev.sockeye.conformance.script.EventTime;
import dev.sockeye.conformance.script.Expression;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Lines with system calls. A script has one program of one thread: while a call blocks, packets come and
/// go, and the next call waits for its end.
final class CallEvents {

    /// How long a call may block that nothing brings to an end.
    private static final long PATIENCE = TimeUnit.HOURS.toNanos(3);

    private final HostUnderTest machine;
    private final SystemCalls calls;
    private final Sockets sockets;
    private final Clock clock;
    private final Log log;
    private final TransportAddress peer;

    private @Nullable Running running;
    private @Nullable Failure failed;

    /// A call that has not returned.
    private record Running(
            int line,
            Action.SystemCall spec,
            Call call,
            @Nullable EventTime end) {}

    CallEvents(HostUnderTest machine, SystemCalls calls, Sockets sockets, Clock clock, Log log, Setup setup) {
        this.machine = machine;
        this.calls = calls;
        this.sockets = sockets;
        this.clock = clock;
        this.log = log;
        this.peer = new TransportAddress(setup.remote(), setup.connectPort());
        machine.onChange(this::retry);
    }

    /// Makes a call.
    ///
    /// @param end when it is to return, on the machine's clock; null where it is not to block
    void make(int line, Action.SystemCall spec, @Nullable EventTime end) throws Failure {
        log.event(clock.now(), spec.name() + " syscall", spec.arguments().toString());
        Call call;
        try {
            call = calls.begin(spec, end != null, machine.now());
            if (calls.connects(spec)) connecting(spec);
        } catch (BadCall e) {
            throw Failure.script("runtime error in " + spec.name() + " call: " + e.getMessage());
        }
        running = new Running(line, spec, call, end);
        machine.setAlarm(call.deadline());
        retry();
        machine.settle();
        throwIfFailed();
        if (end == null && running != null) await("the call blocks, though the script does not say so");
    }

    /// A call that connects tells whose SYN the next lines mean.
    private void connecting(Action.SystemCall spec) {
        SocketFile file = file(spec);
        if (file == null || file.endpoint().state() != TcpState.CLOSED) return;
        sockets.connecting(file, peer);
    }

    private @Nullable SocketFile file(Action.SystemCall spec) {
        if (spec.arguments().isEmpty() || !(spec.arguments().getFirst() instanceof Expression.Numeral(long fd)))
            return null;
        return calls.descriptors().socket((int) fd);
    }

    /// Lets time pass until the call under way has returned.
    void await(String complaint) throws Failure {
        long until = machine.now() + PATIENCE;
        while (running != null) {
            if (!machine.stepUntil(until) && running != null) {
                Action.SystemCall spec = running.spec;
                running = null;
                throw Failure.host("runtime error in " + spec.name() + " call: " + complaint);
            }
        }
        throwIfFailed();
    }

    boolean isRunning() {
        return running != null;
    }

    /// What went wrong with a call that has returned meanwhile.
    void throwIfFailed() throws Failure {
        Failure failure = failed;
        failed = null;
        if (failure != null) throw failure;
    }

    /// Something has happened: a call that blocks may go on.
    private void retry() {
        Running current = running;
        if (current == null) return;
        running = null; // what the attempt brings about must not begin another
        try {
            long result = current.call.attempt(machine.now());
            if (result == Call.BLOCKED) {
                running = current;
                machine.setAlarm(current.call.deadline());
                return;
            }
            returned(current, result);
        } catch (BadCall e) {
            fail(Failure.host("runtime error in " + current.spec.name() + " call: " + e.getMessage()));
        } catch (Failure e) {
            fail(e);
        }
        machine.settle();
    }

    private void fail(Failure failure) {
        if (failed == null) failed = failure;
    }

    private void returned(Running current, long result) throws Failure, BadCall {
        Action.SystemCall spec = current.spec;
        log.event(clock.now(), spec.name() + " returns", SystemCalls.shown(result));
        String wrong = difference(spec, result);
        if (wrong != null) throw Failure.host("runtime error in " + spec.name() + " call: " + wrong);
        EventTime end = current.end;
        String late = end == null ? null : clock.difference(end, machine.now(), "system call return");
        if (late != null) throw Failure.host(late);
        if (result >= 0) succeeded(spec, (int) result);
    }

    private @Nullable String difference(Action.SystemCall spec, long result) throws BadCall {
        if (spec.result() instanceof Expression.Anything) return null;
        long expected = calls.expected(spec);
        String errno = spec.errno();
        if (expected >= 0 || result >= 0) {
            if (expected == result) return null;
            String wanted = expected + (errno == null ? "" : " " + errno);
            return "expected result " + wanted + " but got " + SystemCalls.shown(result);
        }
        if (errno == null) return null;
        Integer number = SystemCalls.errno(errno);
        if (number == null) return "there is no error " + errno;
        return result == -number
                ? null
                : "expected errno " + number + " (" + errno + ") but got " + SystemCalls.shown(result);
    }

    private void succeeded(Action.SystemCall spec, int result) throws Failure {
        switch (spec.name()) {
            case "socket" -> {
                SocketFile file = calls.descriptors().socket(result);
                if (file != null) sockets.opened(file);
            }
            case "accept", "accept4" -> {
                SocketFile file = calls.descriptors().socket(result);
                if (file != null) sockets.accepted(file);
            }
            case "listen" -> {
                SocketFile file = file(spec);
                if (file != null) sockets.listening(file);
            }
            default -> {}
        }
    }
}
