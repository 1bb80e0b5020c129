package dev.sockeye.differential;

import dev.sockeye.host.Family;
import dev.sockeye.socket.ListenSocket;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.Socket;
import dev.sockeye.socket.SocketOption;
import dev.sockeye.socket.StreamSocket;
import dev.sockeye.tcp.MemoryInfo;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The calls of a program on the stack's sockets.
final class StackSockets implements Sockets {

    private static final int LARGEST = 1 << 20;

    private final Machine machine;
    private final Program program;
    private final TransportAddress local;
    private final TransportAddress remote;
    /// One for each thread: to make it anew takes longer than most programs.
    private static final ThreadLocal<MemorySegment> BUFFER =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(LARGEST));

    private final MemorySegment buffer = BUFFER.get();
    private @Nullable ListenSocket listener;
    private @Nullable StreamSocket socket;
    private int written;
    private int lastRead;

    StackSockets(Machine machine, Program program, TransportAddress local, TransportAddress remote) {
        this.machine = machine;
        this.program = program;
        this.local = local;
        this.remote = remote;
        if (program.passive()) listener = machine.openListen(family());
        else socket = machine.openStream(family());
        Socket first = Objects.requireNonNull(program.passive() ? listener : socket);
        setUp(first);
        require(first.bind(local), "bind");
        if (listener != null) require(listener.listen(8), "listen");
    }

    private Family family() {
        return program.ground().addresses().socketsAreV4() ? Family.INET : Family.INET6;
    }

    private void setUp(Socket made) {
        set(made, "SO_REUSEADDR", 1);
        for (Step.Call setting : program.settings()) set(made, setting.option(), setting.value());
    }

    private int openAgain() {
        if (socket != null) return NO_SOCKET;
        StreamSocket made = machine.openStream(family());
        setUp(made);
        socket = made;
        written = 0;
        return made.bind(local);
    }

    private static void require(int result, String what) {
        if (result < 0) throw new IllegalStateException(what + ": " + result);
    }

    @Override
    public int call(Step.Call call) {
        lastRead = 0;
        if (call.kind() == Step.CallKind.OPEN) return openAgain();
        ListenSocket listening = listener;
        StreamSocket on = socket;
        boolean isListeners = switch (call.kind()) {
            case ACCEPT, CLOSE_LISTENER, SHUT_LISTENER, SET_LISTENER, GET_LISTENER -> true;
            default -> false;
        };
        if (isListeners) return listening == null ? NO_SOCKET : callListener(listening, call);
        return on == null ? NO_SOCKET : callSocket(on, call);
    }

    private int callListener(ListenSocket on, Step.Call call) {
        return switch (call.kind()) {
            case ACCEPT -> accept(on);
            case SHUT_LISTENER -> on.shutdown();
            case SET_LISTENER -> set(on, call.option(), call.value());
            case GET_LISTENER -> get(on, call.option());
            default -> {
                listener = null;
                on.close();
                yield 0;
            }
        };
    }

    private int accept(ListenSocket on) {
        if (socket != null) return NO_SOCKET;
        StreamSocket[] accepted = new StreamSocket[1];
        int result = on.accept(accepted, 0, Socket.NOW);
        if (result < 0) return result;
        socket = accepted[0];
        written = 0;
        return 0;
    }

    private int callSocket(StreamSocket on, Step.Call call) {
        return switch (call.kind()) {
            case CONNECT -> on.connect(remote, 0, Socket.NOW);
            case WRITE -> write(on, call.value(), 0);
            case WRITE_MORE -> write(on, call.value(), Socket.MSG_MORE);
            case WRITE_OOB -> write(on, call.value(), Socket.MSG_OOB);
            case READ -> read(on, call.value(), 0);
            case PEEK -> read(on, call.value(), Socket.MSG_PEEK);
            case READ_TRUNC -> read(on, call.value(), Socket.MSG_TRUNC);
            case READ_OOB -> read(on, 1, Socket.MSG_OOB);
            case SHUT_READ -> on.shutdown(Shutdown.READ);
            case SHUT_WRITE -> on.shutdown(Shutdown.WRITE);
            case SHUT_BOTH -> on.shutdown(Shutdown.BOTH);
            case SET -> set(on, call.option(), call.value());
            case GET -> get(on, call.option());
            case GET_ERROR -> {
                Integer error = on.getOption(SocketOption.SO_ERROR);
                yield error == null ? 0 : error;
            }
            default -> {
                socket = null;
                on.close(Socket.NOW);
                yield 0;
            }
        };
    }

    private int write(StreamSocket on, int count, int flags) {
        KernelSockets.fill(buffer, written, count);
        int result = on.write(buffer, 0, count, flags, Socket.NOW);
        if (result > 0) written += result;
        return result;
    }

    private int read(StreamSocket on, int count, int flags) {
        int result = on.read(buffer, 0, count, flags, Socket.NOW);
        if (result > 0 && flags != Socket.MSG_TRUNC) lastRead = KernelSockets.checksum(buffer, result);
        return result;
    }

    @SuppressWarnings("unchecked") // by the option's own type
    private static int set(Socket on, String name, int value) {
        SocketOption<?> option = SocketOption.named(name);
        if (option == null) throw new IllegalArgumentException("no option " + name);
        if (option.type() == Boolean.class) return on.setOption((SocketOption<Boolean>) option, value != 0);
        if (option.type() == String.class)
            return on.setOption((SocketOption<String>) option, Options.CONGESTION[value]);
        return on.setOption((SocketOption<Integer>) option, value);
    }

    private static int get(Socket on, String name) {
        SocketOption<?> option = SocketOption.named(name);
        if (option == null) throw new IllegalArgumentException("no option " + name);
        return switch (on.getOption(option)) {
            case Boolean flag -> flag ? 1 : 0;
            case Integer number -> number;
            case String text -> List.of(Options.CONGESTION).indexOf(text);
            case null, default -> throw new IllegalStateException("no value of " + name);
        };
    }

    @Override
    public int lastRead() {
        return lastRead;
    }

    @Override
    public Snapshot look() {
        ListenSocket listening = listener;
        int ready = listening == null ? -1 : listening.readiness();
        StreamSocket on = socket;
        if (on == null) return new Snapshot(ready, -1, Map.of());
        TcpInfo info = on.info();
        Map<String, Long> values = new HashMap<>(InfoLayout.of(info));
        MemoryInfo memory = on.getOption(SocketOption.SO_MEMINFO);
        if (memory != null) {
            values.put("sndbuf", (long) memory.sndbuf());
            values.put("wmem_queued", (long) memory.wmemQueued());
        }
        values.put("inq", (long) on.available());
        values.put("outq", (long) on.unacknowledged());
        return new Snapshot(ready, on.readiness(), values);
    }

    @Override
    public void close() {
        if (socket != null) socket.abort();
        if (listener != null) listener.close();
        socket = null;
        listener = null;
    }
}
