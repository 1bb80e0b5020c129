package dev.sockeye.inspect.history;

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

import dev.sockeye.inspect.history.Observation.Kind;
import dev.sockeye.linux.BpfCode;
import dev.sockeye.linux.BpfCode.Helper;
import dev.sockeye.linux.BpfCode.Register;
import dev.sockeye.linux.Btf;
import dev.sockeye.tcp.TcpState;

/// The programs that run in the kernel, one at each tracepoint: each fills a [KernelRecord] on its
/// stack and puts it into the ring, or counts that there was no room. Where a member of a structure
/// stands is asked of the kernel.
///
/// What the registers hold is the same in all: R6 the socket as the tracepoint passes it, R7 the same
/// as a `tcp_sock`, R8 the program's own argument, R9 the record's length.
final class TracePrograms {

    private static final Register SOCKET = R6, TCP = R7, ARGUMENT = R8, LENGTH = R9, STACK = R10;

    /// Where the record begins on the stack.
    private static final int RECORD = -KernelRecord.MADE;

    private static final int AF_INET6 = 10;
    private static final int CREATE = 1;

    /// In place of a map.
    private static final int NONE = -1;

    private final Btf btf;
    private final int ring;
    private final int lost;
    private final int storage;

    /// @param btf     the kernel's types
    /// @param ring    the ring buffer that records go into
    /// @param lost    an array with a count for each kind, of those that found no room
    /// @param storage what each socket's last change of state is stored in; -1 for none
    TracePrograms(Btf btf, int ring, int lost, int storage) {
        this.btf = btf;
        this.ring = ring;
        this.lost = lost;
        this.storage = storage;
    }

    /// `inet_sock_set_state`, where nobody is told of it: it is only stored.
    static BpfCode ofStorage(Btf btf, int storage) {
        return new TracePrograms(btf, NONE, NONE, storage).transitions();
    }

    // ---------------------------------------------------------------- one for each tracepoint

    /// `inet_sock_set_state(sk, oldstate, newstate)`
    BpfCode transitions() {
        var code = new BpfCode();
        code.load(8, ARGUMENT, R1, 8).load(8, LENGTH, R1, 16);
        socket(code, 0);
        clear(code);
        code.store(1, STACK, RECORD + KernelRecord.FROM, ARGUMENT);
        code.store(1, STACK, RECORD + KernelRecord.TO, LENGTH);
        code.copy(ARGUMENT, LENGTH); // the new state
        common(code, Kind.TRANSITION);
        copy(code, 1, KernelRecord.RETRANSMITS, "inet_conn", "icsk_retransmits");
        copy(code, 1, KernelRecord.PROBES, "inet_conn", "icsk_probes_out");
        copy(code, 4, KernelRecord.RCV_NXT, "rcv_nxt");
        copy(code, 4, KernelRecord.COPIED_SEQ, "copied_seq");
        copy(code, 4, KernelRecord.WRITE_SEQ, "write_seq");
        copy(code, 4, KernelRecord.SND_UNA, "snd_una");
        code.set(LENGTH, KernelRecord.CAUSED);
        // Only who holds the socket's lock has moved it, or is about to take in what came while he held it.
        code.load(1, R1, STACK, RECORD + KernelRecord.OWNED).jumpIf(R1, 0, "nobody");
        task(code);
        code.set(LENGTH, KernelRecord.MADE).label("nobody");
        if (storage != NONE) store(code);
        return ring == NONE ? end(code) : output(code, Kind.TRANSITION);
    }

    /// `tcp_retransmit_skb(sk, ...)`, `tcp_receive_reset(sk)`
    BpfCode plain(Kind kind) {
        var code = new BpfCode();
        socket(code, 0);
        clear(code);
        state(code);
        common(code, kind);
        return output(code.set(LENGTH, KernelRecord.COMMON), kind);
    }

    /// `tcp_send_reset(sk, skb, reason)`, `kfree_skb(skb, location, reason, rx_sk)`: the socket may be
    /// null.
    ///
    /// @param socket which argument is the socket
    /// @param reason which is the reason; -1 if this kernel passes none
    BpfCode reasoned(Kind kind, int socket, int reason) {
        var code = new BpfCode();
        if (reason < 0) code.set(ARGUMENT, 0);
        else code.load(8, ARGUMENT, R1, 8 * reason);
        socket(code, socket);
        clear(code);
        state(code);
        code.store(4, STACK, RECORD + KernelRecord.REASON, ARGUMENT);
        common(code, kind);
        return output(code.set(LENGTH, KernelRecord.COMMON), kind);
    }

    /// `tcp_destroy_sock(sk)`
    BpfCode ends() {
        var code = new BpfCode();
        socket(code, 0);
        clear(code);
        state(code);
        common(code, Kind.DESTROYED);
        copy(code, 8, KernelRecord.BYTES_SENT, "bytes_sent");
        copy(code, 8, KernelRecord.BYTES_ACKED, "bytes_acked");
        copy(code, 8, KernelRecord.BYTES_RECEIVED, "bytes_received");
        copy(code, 8, KernelRecord.BYTES_RETRANS, "bytes_retrans");
        copy(code, 4, KernelRecord.SEGS_OUT, "segs_out");
        copy(code, 4, KernelRecord.SEGS_IN, "segs_in");
        copy(code, 4, KernelRecord.TOTAL_RETRANS, "total_retrans");
        copy(code, 4, KernelRecord.SRTT, "srtt_us");
        // The first of three samples of a windowed minimum, each a time and a value.
        int minimum = btf.offset("tcp_sock", "rtt_min", "s") + 4;
        code.load(4, R1, TCP, minimum).store(4, STACK, RECORD + KernelRecord.MIN_RTT, R1);
        if (btf.has("tcp_sock", "total_rto")) {
            int timeouts = btf.offset("tcp_sock", "total_rto");
            code.load(2, R1, TCP, timeouts).store(4, STACK, RECORD + KernelRecord.TOTAL_RTO, R1);
        }
        return output(code.set(LENGTH, KernelRecord.ENDED), Kind.DESTROYED);
    }

    // ---------------------------------------------------------------- their parts

    /// Goes on only with a whole TCP socket: no request, no TIME_WAIT, no other protocol, and not null.
    private void socket(BpfCode code, int argument) {
        code.load(8, SOCKET, R1, 8 * argument).jumpIf(SOCKET, 0, "out");
        code.copy(R1, SOCKET).call(Helper.SKC_TO_TCP_SOCK).jumpIf(R0, 0, "out").copy(TCP, R0);
    }

    private static void clear(BpfCode code) {
        for (int at = 0; at < KernelRecord.MADE; at += 8) code.storeNumber(8, STACK, RECORD + at, 0);
    }

    private void state(BpfCode code) {
        code.load(1, R1, TCP, ofSock("__sk_common", "skc_state"));
        code.store(1, STACK, RECORD + KernelRecord.FROM, R1).store(1, STACK, RECORD + KernelRecord.TO, R1);
    }

    private void common(BpfCode code, Kind kind) {
        code.call(Helper.KTIME_GET_NS).store(8, STACK, RECORD + KernelRecord.TIME, R0);
        code.copy(R1, SOCKET).call(Helper.GET_SOCKET_COOKIE).store(8, STACK, RECORD + KernelRecord.COOKIE, R0);
        code.storeNumber(1, STACK, RECORD + KernelRecord.KIND, kind.ordinal());
        sock(code, 4, 1, KernelRecord.OWNED, "sk_lock", "owned");
        code.load(8, R1, TCP, ofSock("__sk_common", "skc_net", "net"));
        code.load(4, R1, R1, btf.offset("net", "ns", "inum")).store(4, STACK, RECORD + KernelRecord.NAMESPACE, R1);
        // The number among the ports is 0 as soon as the port is free; what was sent with stays.
        copy(code, 2, KernelRecord.LOCAL_PORT, "inet_conn", "icsk_inet", "inet_sport");
        sock(code, 2, 2, KernelRecord.REMOTE_PORT, "__sk_common", "skc_dport");
        sock(code, 4, 2, KernelRecord.ERROR, "sk_err");
        sock(code, 4, 4, KernelRecord.SOCK_FLAGS, "__sk_common", "skc_flags");
        sock(code, 2, 2, KernelRecord.FAMILY, "__sk_common", "skc_family"); // and it stays in R1
        if (btf.has("sock", "__sk_common", "skc_v6_daddr")) {
            code.jumpIfNot(R1, AF_INET6, "v4");
            sock(code, 8, 8, KernelRecord.LOCAL, "__sk_common", "skc_v6_rcv_saddr");
            sock(code, 8, 8, KernelRecord.REMOTE, "__sk_common", "skc_v6_daddr");
            second(code, KernelRecord.LOCAL, "skc_v6_rcv_saddr");
            second(code, KernelRecord.REMOTE, "skc_v6_daddr");
            code.jump("addressed").label("v4");
        }
        sock(code, 4, 4, KernelRecord.LOCAL, "__sk_common", "skc_rcv_saddr");
        sock(code, 4, 4, KernelRecord.REMOTE, "__sk_common", "skc_daddr");
        code.label("addressed");
    }

    private int ofSock(String... path) {
        return btf.offset("sock", path);
    }

    /// Copies a member of `struct sock`, which a `tcp_sock` begins with.
    private void sock(BpfCode code, int bytes, int stored, int to, String... path) {
        code.load(bytes, R1, TCP, ofSock(path)).store(stored, STACK, RECORD + to, R1);
    }

    private void second(BpfCode code, int to, String member) {
        code.load(8, R1, TCP, ofSock("__sk_common", member) + 8).store(8, STACK, RECORD + to + 8, R1);
    }

    private void copy(BpfCode code, int bytes, int to, String... path) {
        code.load(bytes, R1, TCP, btf.offset("tcp_sock", path)).store(bytes, STACK, RECORD + to, R1);
    }

    /// Who runs: thread, process, and the system call that it is in.
    private void task(BpfCode code) {
        code.call(Helper.GET_CURRENT_TASK_BTF).copy(R2, R0);
        code.load(4, R1, R2, btf.offset("task_struct", "flags")).store(4, STACK, RECORD + KernelRecord.TASK_FLAGS, R1);
        code.load(4, R1, R2, btf.offset("task_struct", "pid")).store(4, STACK, RECORD + KernelRecord.TID, R1);
        code.load(4, R1, R2, btf.offset("task_struct", "tgid")).store(4, STACK, RECORD + KernelRecord.PID, R1);
        name(code, R2, KernelRecord.THREAD);
        code.load(8, R3, R2, btf.offset("task_struct", "group_leader"));
        name(code, R3, KernelRecord.COMMAND);
        // What the thread came into the kernel with is kept at the end of its stack.
        boolean amd64 = btf.has("pt_regs", "orig_ax");
        if (!amd64 && !btf.has("pt_regs", "syscallno")) return;
        code.copy(R1, R0).call(Helper.TASK_PT_REGS);
        if (amd64) code.load(8, R1, R0, btf.offset("pt_regs", "orig_ax"));
        else code.load(4, R1, R0, btf.offset("pt_regs", "syscallno"));
        code.store(8, STACK, RECORD + KernelRecord.SYSCALL, R1);
    }

    private void name(BpfCode code, Register task, int to) {
        int from = btf.offset("task_struct", "comm");
        code.load(8, R1, task, from).store(8, STACK, RECORD + to, R1);
        code.load(8, R1, task, from + 8).store(8, STACK, RECORD + to + 8, R1);
    }

    /// Stores the record with the socket, unless it is about to go, or has a state that lasts no longer
    /// than this.
    private void store(BpfCode code) {
        code.jumpIf(ARGUMENT, TcpState.CLOSED.number(), "stored");
        code.jumpIf(ARGUMENT, TcpState.SYN_RCVD.number(), "stored");
        code.map(R1, storage).copy(R2, SOCKET).set(R3, 0).set(R4, CREATE).call(Helper.SK_STORAGE_GET);
        code.jumpIf(R0, 0, "stored");
        for (int at = 0; at < KernelRecord.MADE; at += 8) {
            code.load(8, R1, STACK, RECORD + at).store(8, R0, at, R1);
        }
        code.load(8, R1, R0, KernelRecord.COUNT).add(R1, 1).store(8, R0, KernelRecord.COUNT, R1);
        code.jumpIfNot(R1, 1, "stored");
        code.load(8, R1, STACK, RECORD + KernelRecord.TIME).store(8, R0, KernelRecord.FIRST, R1);
        code.label("stored");
    }

    /// Puts the record into the ring. It wakes the reader if he has read all that was before it, and
    /// only then: who sleeps is woken at once, who is busy is not disturbed.
    private BpfCode output(BpfCode code, Kind kind) {
        code.map(R1, ring)
                .copy(R2, STACK)
                .add(R2, RECORD)
                .copy(R3, LENGTH)
                .set(R4, 0)
                .call(Helper.RINGBUF_OUTPUT);
        code.jumpIf(R0, 0, "out");
        code.storeNumber(4, STACK, RECORD, kind.ordinal());
        code.map(R1, lost)
                .copy(R2, STACK)
                .add(R2, RECORD)
                .call(Helper.MAP_LOOKUP_ELEM)
                .jumpIf(R0, 0, "out");
        code.set(R1, 1).addAtomically(R0, 0, R1);
        return end(code);
    }

    private static BpfCode end(BpfCode code) {
        return code.label("out").set(R0, 0).exit();
    }
}
