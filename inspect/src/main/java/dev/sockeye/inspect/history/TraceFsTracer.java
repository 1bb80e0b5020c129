package dev.sockeye.inspect.history;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.sockeye.inspect.history.Observation.Kind;
import dev.sockeye.linux.Btf;
import dev.sockeye.linux.EventFd;
import dev.sockeye.linux.PollSet;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.linux.TraceFs;
import dev.sockeye.linux.TraceFs.Format;
import dev.sockeye.linux.TracePipe;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// What the kernel's own tracepoints write into a trace instance. Each processor has a buffer of its
/// own, read apart and put in order of time; a socket is known by its address in the kernel, which the
/// next one may get again. The final `tcp_info` comes from sock_diag, of the namespace that this was
/// opened in.
final class TraceFsTracer implements Tracer {

    private static final int BUSY_MILLIS = 10, IDLE_MILLIS = 50;

    /// Of `common_flags`: in an interrupt, in a softirq, with softirqs held off, as who injects packets
    /// has them.
    private static final int NOT_THE_OWNERS = 0x08 | 0x10 | 0x80;

    private static final int AF_INET6 = 10;
    private static final ValueLayout.OfShort PORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt V4 = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong V6 = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private interface Decoder {
        @Nullable
        Observation decode(long time, MemorySegment memory, long at);
    }

    private final TraceFs trace;
    private final List<TracePipe> pipes;
    private final Ends ends = new Ends();
    private final EventFd wake = new EventFd();
    private final Map<Integer, Decoder> decoders = new HashMap<>();
    private final TaskNames tasks;
    private Map<Integer, String> resetReasons = Map.of();
    private volatile boolean stopped;

    /// Begins to trace.
    ///
    /// @param bufferBytes for each processor
    TraceFsTracer(int bufferBytes) throws IOException {
        TraceFs opened = TraceFs.open("sockeye", Math.max(8, bufferBytes >> 10));
        try {
            trace = opened;
            tasks = new TaskNames(trace);
            pipes = trace.pipes();
            add("sock/inet_sock_set_state", "protocol==6", this::transition);
            addIfThere("tcp/tcp_retransmit_skb", format -> plain(Kind.RETRANSMISSION, format));
            addIfThere("tcp/tcp_receive_reset", format -> plain(Kind.RESET_RECEIVED, format));
            addIfThere("tcp/tcp_send_reset", this::resetSent);
        } catch (IOException | NoSuchElementException e) {
            opened.close();
            if (e instanceof IOException io) throw io;
            throw new IOException(e.getMessage(), e);
        }
    }

    private interface Maker {
        Decoder of(Format format);
    }

    private void add(String event, String filter, Maker maker) throws IOException {
        Format format = trace.format(event);
        decoders.put(format.id(), maker.of(format));
        trace.enable(event, filter);
    }

    private void addIfThere(String event, Maker maker) {
        try {
            add(event, "", maker);
        } catch (IOException | NoSuchElementException e) {
            // An older kernel has no such event: there is a history without it.
        }
    }

    // ---------------------------------------------------------------- events

    private Decoder transition(Format format) {
        int flags = format.field("common_flags").offset();
        int task = format.field("common_pid").offset();
        int old = format.field("oldstate").offset();
        int next = format.field("newstate").offset();
        Addresses addresses = new Addresses(format);
        int socket = format.field("skaddr").offset();
        return (time, memory, at) -> {
            Observation seen = addresses.begin(Kind.TRANSITION, time, memory, at);
            seen.address = memory.get(JAVA_LONG_UNALIGNED, at + socket);
            seen.from = KernelRecord.state(memory.get(JAVA_INT_UNALIGNED, at + old));
            seen.to = KernelRecord.state(memory.get(JAVA_INT_UNALIGNED, at + next));
            boolean inCall = (memory.get(JAVA_BYTE, at + flags) & NOT_THE_OWNERS) == 0;
            seen.ownCall = inCall && Move.isMadeByCall(seen.from, seen.to);
            if (seen.ownCall) seen.who = tasks.of(memory.get(JAVA_INT_UNALIGNED, at + task));
            return seen;
        };
    }

    private Decoder plain(Kind kind, Format format) {
        Addresses addresses = new Addresses(format);
        int socket = format.field("skaddr").offset();
        int state = format.fields().containsKey("state") ? format.field("state").offset() : -1;
        return (time, memory, at) -> {
            Observation seen = addresses.begin(kind, time, memory, at);
            seen.address = memory.get(JAVA_LONG_UNALIGNED, at + socket);
            seen.from =
                    state < 0 ? TcpState.ESTABLISHED : KernelRecord.state(memory.get(JAVA_INT_UNALIGNED, at + state));
            return seen;
        };
    }

    private Decoder resetSent(Format format) {
        int reason = format.field("reason").offset();
        int socket = format.field("skaddr").offset();
        int state = format.field("state").offset();
        int source = format.field("saddr").offset();
        int destination = format.field("daddr").offset();
        resetReasons = reasons();
        return (time, memory, at) -> {
            long address = memory.get(JAVA_LONG_UNALIGNED, at + socket);
            if (address == 0) return null; // to a segment that no socket was there for
            var seen = new Observation(
                    Kind.RESET_SENT, time, sockaddr(memory, at + source), sockaddr(memory, at + destination));
            seen.address = address;
            seen.from = KernelRecord.state(memory.get(JAVA_INT_UNALIGNED, at + state));
            int number = memory.get(JAVA_INT_UNALIGNED, at + reason);
            seen.reason = resetReasons.getOrDefault(number, "" + number);
            return seen;
        };
    }

    private static Map<Integer, String> reasons() {
        try {
            return BpfTracer.names(Btf.ofKernel(), "sk_rst_reason", "SK_RST_REASON_");
        } catch (IOException e) {
            return Map.of(); // then there are numbers
        }
    }

    /// `struct sockaddr_in` or `sockaddr_in6`
    private static TransportAddress sockaddr(MemorySegment memory, long at) {
        boolean v6 = memory.get(JAVA_SHORT_UNALIGNED, at) == AF_INET6;
        IpAddress ip = v6
                ? new IpAddress(memory.get(V6, at + 8), memory.get(V6, at + 16))
                : IpAddress.v4(memory.get(V4, at + 4));
        return new TransportAddress(ip, memory.get(PORT, at + 2) & 0xffff);
    }

    /// The addresses of the older events, with ports in the machine's order.
    private static final class Addresses {

        private final int sport;
        private final int dport;
        private final int family;
        private final int saddr;
        private final int daddr;
        private final int saddrV6;
        private final int daddrV6;

        Addresses(Format format) {
            sport = format.field("sport").offset();
            dport = format.field("dport").offset();
            family = format.field("family").offset();
            saddr = format.field("saddr").offset();
            daddr = format.field("daddr").offset();
            saddrV6 = format.field("saddr_v6").offset();
            daddrV6 = format.field("daddr_v6").offset();
        }

        Observation begin(Kind kind, long time, MemorySegment memory, long at) {
            boolean v6 = memory.get(JAVA_SHORT_UNALIGNED, at + family) == AF_INET6;
            TransportAddress local = address(memory, at + (v6 ? saddrV6 : saddr), v6, at + sport);
            TransportAddress remote = address(memory, at + (v6 ? daddrV6 : daddr), v6, at + dport);
            return new Observation(kind, time, local, remote.port() == 0 ? null : remote);
        }

        private static TransportAddress address(MemorySegment memory, long ip, boolean v6, long port) {
            IpAddress address =
                    v6 ? new IpAddress(memory.get(V6, ip), memory.get(V6, ip + 8)) : IpAddress.v4(memory.get(V4, ip));
            return new TransportAddress(address, memory.get(JAVA_SHORT_UNALIGNED, port) & 0xffff);
        }
    }

    // ---------------------------------------------------------------- running

    @Override
    public void run(Sink to) throws IOException {
        var calls = new SystemCalls();
        var poll = new PollSet(1);
        poll.set(0, wake.fd(), PollSet.POLLIN);
        List<Observation> early = new ArrayList<>();
        List<Observation> ended = new ArrayList<>();
        while (!stopped) {
            // What was before this moment is in the buffers; what comes after it may be in one and not in another.
            long now = System.nanoTime();
            List<Observation> seen = new ArrayList<>(early);
            early.clear();
            for (TracePipe pipe : pipes) {
                pipe.read((time, memory, at, _) -> {
                    Decoder decoder = decoders.get(memory.get(JAVA_SHORT_UNALIGNED, at) & 0xffff);
                    Observation what = decoder == null ? null : decoder.decode(time, memory, at);
                    if (what != null) (what.nanoTime < now ? seen : early).add(what);
                });
            }
            seen.sort(Comparator.comparingLong(what -> what.nanoTime));
            seen.forEach(to::seen);
            // An end is told a round later than it was heard: by then all that led to it has been told.
            ended.forEach(to::seen);
            ended.clear();
            ends.read(ended::add);
            int latest = Math.min(to.rest(), seen.isEmpty() ? IDLE_MILLIS : BUSY_MILLIS);
            calls.poll(poll, latest);
        }
        early.forEach(to::seen);
        ended.forEach(to::seen);
        to.rest();
    }

    @Override
    public void stop() {
        stopped = true;
        wake.signal();
    }

    @Override
    public long lost() throws IOException {
        return trace.lost() + ends.lost();
    }

    @Override
    public void close() throws IOException {
        ends.close();
        wake.close();
        trace.close();
    }
}
