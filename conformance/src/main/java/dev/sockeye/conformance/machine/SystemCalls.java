package dev.sockeye.conformance.machine;

import dev.sockeye.conformance.script.Action;
import dev.sockeye.conformance.script.Expression;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.TransportAddress;
import org.jspecify.annotations.Nullable;

/// The system calls of a script, on the host under test. Those that block are [Call]s to be tried again.
public final class SystemCalls {

    private final Descriptors descriptors = new Descriptors();
    private final Setup setup;
    private final Disk disk;
    private final SocketCalls sockets;
    private final DataCalls data;
    private final MessageCalls messages;
    private final OptionCalls options;
    private final PollCalls polls;

    /// The calls of one script.
    public SystemCalls(HostUnderTest machine, Setup setup, Disk disk) {
        this.setup = setup;
        this.disk = disk;
        sockets = new SocketCalls(machine, descriptors, setup);
        data = new DataCalls(descriptors);
        messages = new MessageCalls(descriptors, data, setup.toleranceNanos());
        options = new OptionCalls(descriptors);
        polls = new PollCalls(descriptors);
    }

    /// The script's file descriptors.
    public Descriptors descriptors() {
        return descriptors;
    }

    /// Begins a call.
    ///
    /// @param mayBlock whether it may wait for something
    /// @throws BadCall     if it makes no sense
    /// @throws Unsupported if there is no such call here
    public Call begin(Action.SystemCall call, boolean mayBlock, long now) throws BadCall {
        var arguments = new Arguments(call.name(), call.arguments(), setup);
        long expected = call.result() instanceof Expression.Anything ? -1 : arguments.number(call.result());
        Call begun = begin(call.name(), arguments, expected, now);
        return switch (call.name()) {
            case "accept", "accept4", "read", "recv", "recvfrom", "readv", "recvmsg" ->
                TimedCall.of(begun, descriptors, arguments.integer(0), false, now);
            case "connect", "write", "send", "sendto", "writev", "sendmsg", "sendfile" ->
                TimedCall.of(begun, descriptors, arguments.integer(0), true, now);
            default -> begun;
        };
    }

    private Call begin(String name, Arguments arguments, long expected, long now) throws BadCall {
        return switch (name) {
            case "socket" -> sockets.socket(arguments, expected);
            case "bind" -> sockets.bind(arguments);
            case "listen" -> sockets.listen(arguments);
            case "accept", "accept4" -> sockets.accept(arguments, expected);
            case "connect" -> sockets.connect(arguments);
            case "shutdown" -> sockets.shutdown(arguments);
            case "close" -> sockets.close(arguments);
            case "read", "recv", "recvfrom", "readv" -> data.receive(name, arguments);
            case "write", "send", "sendto", "writev" -> data.send(name, arguments, peer());
            case "sendfile" -> data.sendFile(arguments);
            case "splice" -> data.splice(arguments);
            case "recvmsg" -> messages.receive(arguments);
            case "sendmsg" -> messages.send(arguments, peer());
            case "setsockopt" -> options.set(arguments);
            case "getsockopt" -> options.get(arguments);
            case "fcntl" -> options.fcntl(arguments);
            case "ioctl" -> options.ioctl(arguments);
            case "poll" -> polls.poll(arguments, now);
            case "epoll_create", "epoll_create1" -> polls.create(expected);
            case "epoll_ctl" -> polls.control(arguments);
            case "epoll_wait" -> polls.await(arguments, now);
            case "open" -> open(arguments, expected);
            case "pipe" -> pipe(arguments);
            default -> throw new Unsupported("the system call " + name);
        };
    }

    private TransportAddress peer() {
        return new TransportAddress(setup.remote(), setup.connectPort());
    }

    /// Whether a call may begin a connection: `connect`, or a send with `MSG_FASTOPEN`.
    public boolean connects(Action.SystemCall call) throws BadCall {
        int flags = switch (call.name()) {
            case "connect" -> -1;
            case "sendto" -> 3;
            case "sendmsg" -> 2;
            default -> 0;
        };
        if (flags <= 0) return flags < 0;
        long value = new Arguments(call.name(), call.arguments(), setup).number(flags);
        return (value & Constants.MSG_FASTOPEN) != 0;
    }

    /// What a result is called: `-1 EAGAIN (Resource temporarily unavailable)`, or the number.
    public static String shown(long result) {
        if (result >= 0) return Long.toString(result);
        int errno = (int) -result;
        return "-1 " + Constants.errorName(errno) + " (" + Constants.errorText(errno) + ")";
    }

    /// The number of an error's name; null if there is none of that name.
    public static @Nullable Integer errno(String name) {
        Long number = Constants.number(name);
        return number == null ? null : number.intValue();
    }

    /// The number behind a result as a script writes it.
    public long expected(Action.SystemCall call) throws BadCall {
        return new Arguments(call.name(), call.arguments(), setup).number(call.result());
    }

    // ---------------------------------------------------------------- files

    private Call open(Arguments arguments, long expected) throws BadCall {
        String name = new String(arguments.text(0), java.nio.charset.StandardCharsets.UTF_8);
        int flags = arguments.integer(1);
        return now -> {
            if ((flags & Constants.O_CREAT) != 0 && disk.find(name) == null) disk.create(name, 0);
            if ((flags & Constants.O_TRUNC) != 0) disk.create(name, 0);
            Disk.Entry entry = disk.find(name);
            if (entry == null) return Errno.ENOENT.asResult();
            return descriptors.open(new PlainFile(entry, flags), expected);
        };
    }

    private Call pipe(Arguments arguments) throws BadCall {
        var ends = arguments.array(arguments.get(0));
        if (ends.size() != 2) throw new BadCall("pipe fills in two descriptors");
        long reading = arguments.number(ends.get(0));
        long writing = arguments.number(ends.get(1));
        return now -> {
            var content = new PipeEnd.Content();
            descriptors.open(new PipeEnd(content, true, 0), reading);
            descriptors.open(new PipeEnd(content, false, 1), writing);
            return 0;
        };
    }
}
