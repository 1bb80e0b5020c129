package dev.sockeye.linux;

import static dev.sockeye.linux.BpfCode.Register.R0;
import static dev.sockeye.linux.BpfCode.Register.R1;
import static dev.sockeye.linux.BpfCode.Register.R10;
import static dev.sockeye.linux.BpfCode.Register.R2;
import static dev.sockeye.linux.BpfCode.Register.R3;
import static dev.sockeye.linux.BpfCode.Register.R4;
import static dev.sockeye.linux.BpfCode.Register.R6;
import static dev.sockeye.linux.BpfCode.Register.R7;
import static dev.sockeye.linux.BpfCode.Register.R8;
import static dev.sockeye.linux.BpfCode.Register.R9;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.sockeye.linux.BpfCode.Helper;
import dev.sockeye.linux.BpfCode.Register;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/// Which TCP sockets of the machine have changed their state, in whatever network namespace: a program in the kernel
/// notes each change in a ring buffer, which is read whenever it suits. For who keeps an account of sockets and would
/// rather not go to those to which nothing has happened ([DiagWalk] does). It costs who makes the change some 0.3 µs.
///
/// What it does not see, for the kernel tells of it at no tracepoint: connections that become half-open or
/// TIME_WAIT, and end as such; sockets that are accepted, or closed when that does not move them
/// (docs/linux/changes.md).
/// Used by one thread at a time.
public final class TcpChanges implements AutoCloseable {

    /// Told of each change; asks about it, during the call only.
    @FunctionalInterface
    public interface Visitor {
        /// @param change the last that was read
        void changed(TcpChanges change);
    }

    /// The record: where its parts are. Addresses are in the network's order, and IPv4 mapped.
    private static final int COOKIE = 0, LOCAL = 8, REMOTE = 24, NAMESPACE = 40, LOCAL_PORT = 44, REMOTE_PORT = 46;
    private static final int TO = 48, DEVICE = 52, RECORD = 56;
    private static final int MAPPED_PREFIX = 10, MAPPED_ADDRESS = 12;
    private static final int AF_INET6 = 10, NO_WAKEUP = 1;
    private static final int STACK_RECORD = -RECORD, KEY = -RECORD - 8;
    private static final Register SOCKET = R6, TCP = R7, OLD = R8, NEW = R9, STACK = R10;

    private static final ValueLayout.OfShort PORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong TWO_WORDS = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Bpf bpf = new Bpf();
    private final List<Integer> opened = new ArrayList<>();
    private final RingBuffer ring;
    private final int lost;
    private long lostBefore;
    private MemorySegment memory = MemorySegment.NULL;
    private long at;

    /// Begins.
    ///
    /// @param ringBytes a power of two, of pages: 64 bytes of it hold a change
    /// @throws IOException if this kernel cannot, or does not permit it
    public TcpChanges(int ringBytes) throws IOException {
        RingBuffer mapped = null;
        try {
            int records = own(bpf.createMap(Bpf.RINGBUF, 0, 0, ringBytes, 0, "sockeye_changes"));
            lost = own(bpf.createMap(Bpf.ARRAY, Integer.BYTES, Long.BYTES, 1, 0, "sockeye_missed"));
            mapped = new RingBuffer(records, ringBytes);
            ring = mapped;
            Btf btf = Btf.ofKernel();
            attach(btf, "inet_sock_set_state", transitions(btf, records));
            attach(btf, "tcp_retransmit_synack", halfOpen(btf, records));
        } catch (IOException | NoSuchElementException e) {
            if (mapped != null) mapped.close();
            closeAll();
            if (e instanceof IOException io) throw io;
            throw new IOException(e.getMessage(), e);
        }
    }

    private int own(int fd) {
        opened.add(fd);
        return fd;
    }

    private void attach(Btf btf, String tracepoint, BpfCode code) throws SystemCallException {
        own(bpf.attachTracepoint(code, btf.type(Btf.TYPEDEF, "btf_trace_" + tracepoint), "sockeye_change"));
    }

    // ---------------------------------------------------------------- in the kernel

    /// `inet_sock_set_state(sk, oldstate, newstate)`
    private BpfCode transitions(Btf btf, int records) {
        var code = new BpfCode();
        code.load(8, SOCKET, R1, 0).load(8, OLD, R1, 8).load(8, NEW, R1, 16);
        // Who counts listeners goes to them all: they are few, and have a table of their own.
        code.jumpIf(NEW, DiagSocket.LISTEN, "out");
        code.jumpIfNot(NEW, DiagSocket.CLOSE, "connection").jumpIf(OLD, DiagSocket.LISTEN, "out");
        code.label("connection");
        code.copy(R1, SOCKET).call(Helper.SKC_TO_TCP_SOCK).jumpIf(R0, 0, "out").copy(TCP, R0);
        clear(code);
        code.store(1, STACK, STACK_RECORD + TO, NEW);
        code.copy(R1, SOCKET).call(Helper.GET_SOCKET_COOKIE).store(8, STACK, STACK_RECORD + COOKIE, R0);
        namespace(code, btf, TCP);
        // What was sent with stays when the port is free again.
        int port = btf.offset("tcp_sock", "inet_conn", "icsk_inet", "inet_sport");
        code.load(2, R1, TCP, port).store(2, STACK, STACK_RECORD + LOCAL_PORT, R1);
        copy(code, btf, 2, REMOTE_PORT, "skc_dport");
        copy(code, btf, 4, DEVICE, "skc_bound_dev_if");
        copy(code, btf, 2, TO + 2, "skc_family"); // and it stays in R1
        if (btf.has("sock", "__sk_common", "skc_v6_daddr")) {
            code.jumpIfNot(R1, AF_INET6, "v4");
            address(code, btf, LOCAL, "skc_v6_rcv_saddr");
            address(code, btf, REMOTE, "skc_v6_daddr");
            code.jump("addressed").label("v4");
        }
        code.storeNumber(2, STACK, STACK_RECORD + LOCAL + MAPPED_PREFIX, -1);
        code.storeNumber(2, STACK, STACK_RECORD + REMOTE + MAPPED_PREFIX, -1);
        copy(code, btf, 4, LOCAL + MAPPED_ADDRESS, "skc_rcv_saddr");
        copy(code, btf, 4, REMOTE + MAPPED_ADDRESS, "skc_daddr");
        return output(code.label("addressed"), records);
    }

    /// `tcp_retransmit_synack(sk, req)`: somebody is half-open for longer than he should be.
    private BpfCode halfOpen(Btf btf, int records) {
        var code = new BpfCode();
        code.load(8, SOCKET, R1, 0)
                .copy(R1, SOCKET)
                .call(Helper.SKC_TO_TCP_SOCK)
                .jumpIf(R0, 0, "out");
        code.copy(TCP, R0);
        clear(code);
        code.storeNumber(1, STACK, STACK_RECORD + TO, DiagSocket.NEW_SYN_RECV);
        namespace(code, btf, TCP);
        return output(code, records);
    }

    private static void clear(BpfCode code) {
        for (int at = 0; at < RECORD; at += 8) code.storeNumber(8, STACK, STACK_RECORD + at, 0);
    }

    private static void namespace(BpfCode code, Btf btf, Register socket) {
        code.load(8, R1, socket, btf.offset("sock", "__sk_common", "skc_net", "net"));
        code.load(4, R1, R1, btf.offset("net", "ns", "inum")).store(4, STACK, STACK_RECORD + NAMESPACE, R1);
    }

    private static void copy(BpfCode code, Btf btf, int bytes, int to, String member) {
        int from = btf.offset("sock", "__sk_common", member);
        code.load(bytes, R1, TCP, from).store(bytes, STACK, STACK_RECORD + to, R1);
    }

    private static void address(BpfCode code, Btf btf, int to, String member) {
        int from = btf.offset("sock", "__sk_common", member);
        code.load(8, R1, TCP, from).store(8, STACK, STACK_RECORD + to, R1);
        code.load(8, R1, TCP, from + 8).store(8, STACK, STACK_RECORD + to + 8, R1);
    }

    /// Nobody is woken: who reads comes when it suits him. Where there is no room, that is counted.
    private BpfCode output(BpfCode code, int records) {
        code.map(R1, records)
                .copy(R2, STACK)
                .add(R2, STACK_RECORD)
                .set(R3, RECORD)
                .set(R4, NO_WAKEUP);
        code.call(Helper.RINGBUF_OUTPUT).jumpIf(R0, 0, "out");
        code.storeNumber(4, STACK, KEY, 0).map(R1, lost).copy(R2, STACK).add(R2, KEY);
        code.call(Helper.MAP_LOOKUP_ELEM).jumpIf(R0, 0, "out").set(R1, 1).addAtomically(R0, 0, R1);
        return code.label("out").set(R0, 0).exit();
    }

    // ---------------------------------------------------------------- here

    /// Hands over what has happened since the last time, oldest first.
    ///
    /// @return whether that is all: if not, there was no room for more
    public boolean read(Visitor visitor) throws SystemCallException {
        ring.read((from, offset, _) -> {
            memory = from;
            at = offset;
            visitor.changed(this);
        });
        memory = MemorySegment.NULL;
        long lostNow = ByteBuffer.wrap(bpf.lookup(lost, 0, Long.BYTES))
                .order(ByteOrder.nativeOrder())
                .getLong();
        boolean isAll = lostNow == lostBefore;
        lostBefore = lostNow;
        return isAll;
    }

    /// The inode number of the network namespace that it is of.
    public long namespace() {
        return memory.get(JAVA_INT, at + NAMESPACE) & 0xffff_ffffL;
    }

    /// The state that it is in since then, as [DiagSocket] numbers them. [DiagSocket#NEW_SYN_RECV] says only that
    /// some connection of the namespace has been half-open for too long; then all else is 0.
    public int state() {
        return memory.get(JAVA_BYTE, at + TO);
    }

    /// Names the socket for as long as the machine runs.
    public long cookie() {
        return memory.get(JAVA_LONG, at + COOKIE);
    }

    /// Where it was then: with the local port 0, if the kernel had not chosen one yet.
    public DiagPlace place() {
        return new DiagPlace(
                memory.get(TWO_WORDS, at + LOCAL),
                memory.get(TWO_WORDS, at + LOCAL + 8),
                memory.get(PORT, at + LOCAL_PORT) & 0xffff,
                memory.get(TWO_WORDS, at + REMOTE),
                memory.get(TWO_WORDS, at + REMOTE + 8),
                memory.get(PORT, at + REMOTE_PORT) & 0xffff,
                memory.get(JAVA_INT, at + DEVICE));
    }

    private void closeAll() {
        for (int fd : opened.reversed()) bpf.close(fd);
        opened.clear();
    }

    /// Ends it.
    @Override
    public void close() {
        ring.close();
        closeAll();
    }
}
