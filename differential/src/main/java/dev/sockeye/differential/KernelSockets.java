package dev.sockeye.differential;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.sockeye.linux.KernelSocket;
import dev.sockeye.linux.PollSet;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// The calls of a program on the kernel's own sockets.
final class KernelSockets implements Sockets {

    private static final int MSG_OOB = 1, MSG_PEEK = 2, MSG_TRUNC = 0x20, MSG_MORE = 0x8000;
    private static final int LARGEST = 1 << 20;
    private static final int EVENTS = PollSet.POLLIN | PollSet.POLLPRI | PollSet.POLLOUT | PollSet.POLLRDHUP;

    private static final byte[] STREAM = stream();

    private final Program program;
    private final TransportAddress local;
    private final TransportAddress remote;
    private final Arena arena = Arena.ofConfined();
    private final SystemCalls calls = new SystemCalls();
    private final PollSet asked = new PollSet(1);
    private @Nullable KernelSocket listener;
    private @Nullable KernelSocket socket;
    private @Nullable MemorySegment buffer;
    private int written;
    private int lastRead;

    KernelSockets(Program program, TransportAddress local, TransportAddress remote) throws SystemCallException {
        this.program = program;
        this.local = local;
        this.remote = remote;
        KernelSocket first = open();
        if (program.passive()) listener = first;
        else socket = first;
        SystemCallException.check(first.bind(local), "bind " + local);
        if (program.passive()) SystemCallException.check(first.listen(8), "listen");
    }

    private KernelSocket open() throws SystemCallException {
        KernelSocket made = KernelSocket.open(program.ground().addresses().socketsAreV4());
        set(made, "SO_REUSEADDR", 1);
        for (Step.Call setting : program.settings()) {
            int result = set(made, setting.option(), setting.value());
            if (setting.option().equals("TCP_CONGESTION")) SystemCallException.check(result, "TCP_CONGESTION");
        }
        return made;
    }

    /// Another socket in place of the one that was closed.
    private int openAgain() {
        if (socket != null) return NO_SOCKET;
        try {
            KernelSocket made = open();
            socket = made;
            written = 0;
            return made.bind(local);
        } catch (SystemCallException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int call(Step.Call call) {
        lastRead = 0;
        if (call.kind() == Step.CallKind.OPEN) return openAgain();
        KernelSocket on = switch (call.kind()) {
            case ACCEPT, CLOSE_LISTENER, SHUT_LISTENER, SET_LISTENER, GET_LISTENER -> listener;
            default -> socket;
        };
        if (on == null) return NO_SOCKET;
        return switch (call.kind()) {
            case CONNECT -> on.connect(remote);
            case OPEN -> throw new IllegalArgumentException("is made without a socket");
            case ACCEPT -> accept(on);
            case WRITE -> write(on, call.value(), 0);
            case WRITE_MORE -> write(on, call.value(), MSG_MORE);
            case WRITE_OOB -> write(on, call.value(), MSG_OOB);
            case READ -> read(on, call.value(), 0);
            case PEEK -> read(on, call.value(), MSG_PEEK);
            case READ_TRUNC -> read(on, call.value(), MSG_TRUNC);
            case READ_OOB -> read(on, 1, MSG_OOB);
            case SHUT_READ, SHUT_LISTENER -> on.shutdown(0);
            case SHUT_WRITE -> on.shutdown(1);
            case SHUT_BOTH -> on.shutdown(2);
            case CLOSE -> {
                socket = null;
                on.close();
                yield 0;
            }
            case CLOSE_LISTENER -> {
                listener = null;
                on.close();
                yield 0;
            }
            case SET, SET_LISTENER -> set(on, call.option(), call.value());
            case GET, GET_LISTENER -> get(on, call.option());
            case GET_ERROR -> {
                MemorySegment value = buffer();
                int result = on.getOption(KernelSocket.SOL_SOCKET, Options.SO_ERROR, value.asSlice(0, 4));
                yield result < 0 ? result : value.get(JAVA_INT, 0);
            }
        };
    }

    private int accept(KernelSocket on) {
        if (socket != null) return NO_SOCKET;
        @Nullable KernelSocket[] accepted = new KernelSocket[1];
        int result = on.accept(accepted);
        socket = accepted[0];
        if (result == 0) written = 0;
        return result;
    }

    private int write(KernelSocket on, int count, int flags) {
        MemorySegment from = buffer();
        fill(from, written, count);
        int result = on.send(from, 0, count, flags | KernelSocket.MSG_NOSIGNAL);
        if (result > 0) written += result;
        return result;
    }

    /// What of the program's stream begins at so many bytes: every byte says where it stands, within 64 KiB.
    static void fill(MemorySegment to, int at, int count) {
        for (int filled = 0; filled < count; ) {
            int from = at + filled & 0xffff;
            int part = Math.min(count - filled, STREAM.length - from);
            MemorySegment.copy(STREAM, from, to, JAVA_BYTE, filled, part);
            filled += part;
        }
    }

    private static byte[] stream() {
        byte[] stream = new byte[1 << 16];
        for (int i = 0; i < stream.length; i++) stream[i] = (byte) (i * 17 + (i >> 8));
        return stream;
    }

    private int read(KernelSocket on, int count, int flags) {
        MemorySegment to = buffer();
        int result = on.receive(to, 0, count, flags);
        if (result > 0 && flags != MSG_TRUNC) lastRead = checksum(to, result);
        return result;
    }

    static int checksum(MemorySegment memory, int count) {
        var crc = new CRC32();
        crc.update(memory.asSlice(0, count).toArray(JAVA_BYTE));
        return (int) crc.getValue();
    }

    private static int set(KernelSocket on, String option, int value) {
        Options.Place number = Options.PLACES.get(option);
        if (number == null) throw new IllegalArgumentException("no option " + option);
        try (Arena arena = Arena.ofConfined()) {
            if (option.equals("SO_LINGER")) {
                MemorySegment linger = arena.allocate(JAVA_INT, 2);
                linger.setAtIndex(JAVA_INT, 0, value >= 0 ? 1 : 0);
                linger.setAtIndex(JAVA_INT, 1, Math.max(value, 0));
                return on.setOption(number.level(), number.name(), linger);
            }
            if (option.equals("TCP_CONGESTION")) {
                byte[] name = Options.CONGESTION[value].getBytes(StandardCharsets.US_ASCII);
                return on.setOption(
                        number.level(),
                        number.name(),
                        arena.allocateFrom(java.lang.foreign.ValueLayout.JAVA_BYTE, name));
            }
            return on.setOption(number.level(), number.name(), value);
        }
    }

    private int get(KernelSocket on, String option) {
        Options.Place number = Options.PLACES.get(option);
        if (number == null) throw new IllegalArgumentException("no option " + option);
        MemorySegment value = buffer().asSlice(0, 16);
        value.fill((byte) 0);
        int result = on.getOption(number.level(), number.name(), value);
        if (result < 0) return result;
        if (option.equals("SO_LINGER")) return value.getAtIndex(JAVA_INT, 0) == 0 ? -1 : value.getAtIndex(JAVA_INT, 1);
        if (option.equals("TCP_CONGESTION")) return List.of(Options.CONGESTION).indexOf(value.getString(0));
        return value.get(JAVA_INT, 0);
    }

    @Override
    public int lastRead() {
        return lastRead;
    }

    @Override
    public Snapshot look() {
        int listening = listener == null ? -1 : poll(listener);
        KernelSocket on = socket;
        if (on == null) return new Snapshot(listening, -1, Map.of());
        MemorySegment info = buffer().asSlice(0, InfoLayout.BYTES);
        info.fill((byte) 0);
        Map<String, Long> values = new HashMap<>();
        if (on.getOption(KernelSocket.IPPROTO_TCP, Options.TCP_INFO, info) > 0) values.putAll(InfoLayout.read(info));
        MemorySegment memory = buffer().asSlice(0, 36);
        if (on.getOption(KernelSocket.SOL_SOCKET, Options.SO_MEMINFO, memory) > 0) {
            values.put("sndbuf", (long) memory.getAtIndex(JAVA_INT, 3));
            values.put("wmem_queued", (long) memory.getAtIndex(JAVA_INT, 5));
        }
        values.put("inq", (long) on.queued(KernelSocket.SIOCINQ));
        values.put("outq", (long) on.queued(KernelSocket.SIOCOUTQ));
        return new Snapshot(listening, poll(on), values);
    }

    private int poll(KernelSocket on) {
        asked.set(0, on.fd(), EVENTS);
        return calls.poll(asked, 0) == 0 ? 0 : asked.happened(0);
    }

    private MemorySegment buffer() {
        MemorySegment known = buffer;
        if (known == null) buffer = known = arena.allocate(LARGEST);
        return known;
    }

    @Override
    public void close() {
        for (KernelSocket each : new @Nullable KernelSocket[] {socket, listener}) {
            if (each == null) continue;
            set(each, "SO_LINGER", 0);
            each.close();
        }
        socket = null;
        listener = null;
        arena.close();
    }
}
