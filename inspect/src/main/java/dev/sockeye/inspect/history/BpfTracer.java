package dev.sockeye.inspect.history;

import dev.sockeye.inspect.history.Observation.Kind;
import dev.sockeye.linux.Bpf;
import dev.sockeye.linux.BpfCode;
import dev.sockeye.linux.Btf;
import dev.sockeye.linux.EventFd;
import dev.sockeye.linux.RingBuffer;
import dev.sockeye.linux.SystemCallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.LockSupport;

/// What the programs of [TracePrograms] see. At rest it sleeps in the kernel; when something happens it
/// is woken, and then waits a little, so that it is woken once for many events and not for each.
final class BpfTracer implements Tracer {

    private static final long GATHER_NANOS = 3_000_000;

    private final Bpf bpf = new Bpf();
    private final List<Integer> opened = new ArrayList<>();
    private final List<Integer> programs = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final EventFd wake;
    private final RingBuffer ring;
    private final KernelRecord records;
    private final int lost;
    private final boolean stores;
    private volatile boolean stopped;

    /// Loads and attaches the programs.
    ///
    /// @param ringBytes a power of two
    /// @param storage   whether each socket's last change is stored with it
    /// @throws IOException if this kernel cannot, or does not permit it
    BpfTracer(int ringBytes, boolean storage) throws IOException {
        wake = new EventFd();
        stores = storage;
        RingBuffer mapped = null;
        try {
            // First what may be refused, then what takes time.
            int events = own(bpf.createMap(Bpf.RINGBUF, 0, 0, ringBytes, 0, "sockeye_events"));
            lost = own(bpf.createMap(Bpf.ARRAY, Integer.BYTES, Long.BYTES, Kind.values().length, 0, "sockeye_lost"));
            int stored = storage ? own(bpf.createSocketStorage(KernelRecord.STORED, StoredJournals.MAP)) : -1;
            mapped = new RingBuffer(events, ringBytes);
            ring = mapped;
            Btf btf = Btf.ofKernel();
            var code = new TracePrograms(btf, events, lost, stored);
            attach(btf, "inet_sock_set_state", code.transitions());
            attachOthers(btf, code);
            records = new KernelRecord(
                    names(btf, "sk_rst_reason", "SK_RST_REASON_"), names(btf, "skb_drop_reason", "SKB_DROP_REASON_"));
            if (stores) StorageSign.put();
        } catch (IOException | NoSuchElementException e) {
            if (mapped != null) mapped.close();
            close(opened);
            wake.close();
            if (e instanceof IOException io) throw io;
            throw new IOException(e.getMessage(), e);
        }
    }

    private int own(int fd) {
        opened.add(fd);
        return fd;
    }

    private void attach(Btf btf, String tracepoint, BpfCode code) throws SystemCallException {
        int type = btf.type(Btf.TYPEDEF, "btf_trace_" + tracepoint);
        int program = own(bpf.loadTracing(code, type, "sockeye_trace"));
        own(bpf.attach(program));
        programs.add(program);
    }

    /// Those without which there is still a history.
    private void attachOthers(Btf btf, TracePrograms programs) {
        attachIfThere(btf, "tcp_retransmit_skb", "retransmissions", () -> programs.plain(Kind.RETRANSMISSION));
        attachIfThere(btf, "tcp_receive_reset", "resets received", () -> programs.plain(Kind.RESET_RECEIVED));
        attachIfThere(btf, "tcp_destroy_sock", "final figures", programs::ends);
        attachIfThere(btf, "tcp_send_reset", "resets sent", () -> {
            int reason = btf.tracepointArguments("tcp_send_reset") > 2 ? 2 : -1;
            return programs.reasoned(Kind.RESET_SENT, 0, reason);
        });
        attachIfThere(btf, "kfree_skb", "drops", () -> {
            if (btf.tracepointArguments("kfree_skb") < 4) {
                throw new NoSuchElementException("this kernel does not say whose segment it drops");
            }
            return programs.reasoned(Kind.DROPPED, 3, 2);
        });
    }

    private interface Writer {
        BpfCode write();
    }

    private void attachIfThere(Btf btf, String tracepoint, String what, Writer program) {
        try {
            attach(btf, tracepoint, program.write());
        } catch (SystemCallException | NoSuchElementException e) {
            missing.add(what + " are not seen: " + e.getMessage());
        }
    }

    static Map<Integer, String> names(Btf btf, String enumeration, String prefix) {
        if (!btf.has(Btf.ENUM, enumeration)) return Map.of();
        Map<Integer, String> names = new HashMap<>();
        btf.enumeration(enumeration)
                .forEach((number, name) ->
                        names.put(number, name.startsWith(prefix) ? name.substring(prefix.length()) : name));
        return names;
    }

    /// What this kernel does not tell, in words.
    List<String> missing() {
        return List.copyOf(missing);
    }

    @Override
    public void run(Sink to) {
        RingBuffer.Reader reader = (memory, at, length) -> {
            Observation seen = records.read(memory, at, length);
            if (seen != null) to.seen(seen);
        };
        while (!stopped) {
            boolean any = ring.read(reader) > 0;
            int latest = to.rest();
            if (!any) ring.await(wake, latest);
            if (!stopped) LockSupport.parkNanos(GATHER_NANOS);
        }
        ring.read(reader);
        to.rest();
    }

    @Override
    public void stop() {
        stopped = true;
        wake.signal();
    }

    @Override
    public long lost() throws IOException {
        var calls = new Bpf();
        long sum = 0;
        for (int kind = 0; kind < Kind.values().length; kind++) {
            sum += ByteBuffer.wrap(calls.lookup(lost, kind, Long.BYTES))
                    .order(ByteOrder.nativeOrder())
                    .getLong();
        }
        for (int program : programs) sum += calls.missed(program);
        return sum;
    }

    private void close(List<Integer> fds) {
        for (int fd : fds.reversed()) bpf.close(fd);
        fds.clear();
    }

    @Override
    public void close() {
        if (stores) StorageSign.remove();
        ring.close();
        close(opened);
        wake.close();
    }
}
