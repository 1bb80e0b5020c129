package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.PageCache;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullUnmarked;

/// Two connections, `a` and `b`, with a wire between them and a clock, all in virtual time: what every test of the
/// protocol uses. `a` opens, `b` was listening. Segments that are sent lie in the wire until [#step] or [#advance]
/// carries them; a test can look at them, drop them, reorder them.
@NullUnmarked // an end has no connection before it opens
final class Pair {

    static final int END_OF_STREAM = 0;
    private static final int MTU = 1500;

    /// One end: a connection, and what a program does with it.
    final class End {
        final String name;
        final PagePool pool = new PagePool();
        final PageCache cache = new PageCache(pool);
        final TcpContext context;
        final SocketOptions options = new SocketOptions();
        Connection connection;
        TimeWait timeWait;
        /// What this end has sent and nobody has carried yet.
        final ArrayDeque<Copy> wire = new ArrayDeque<>();
        /// Everything that this end has ever sent, in words.
        final List<String> sent = new ArrayList<>();

        private final Segment out = new Segment();
        int iss;

        End(String name, long seed) {
            this.name = name;
            this.context = new TcpContext(sysctl, cache, new SplittableRandom(seed));
        }

        TcpState state() {
            return timeWait != null ? timeWait.state() : connection.state();
        }

        TcpInfo info() {
            return connection.info(now);
        }

        int write(String text) {
            return write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        int write(byte[] bytes) {
            return write(bytes, 0);
        }

        int write(byte[] bytes, int flags) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment from = arena.allocate(Math.max(1, bytes.length));
                MemorySegment.copy(bytes, 0, from, ValueLayout.JAVA_BYTE, 0, bytes.length);
                int written = 0;
                while (written < bytes.length) {
                    int rest = written > 0 ? Connection.MSG_REST : 0;
                    int count = connection.send(from, written, bytes.length - written, flags | rest, now);
                    flush();
                    if (count < 0) return written > 0 ? written : count;
                    written += count;
                }
                return written;
            }
        }

        /// Reads up to `most` bytes; a negative errno becomes its number's text.
        byte[] readBytes(int most) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment to = arena.allocate(Math.max(1, most));
                int count = connection.receive(to, 0, most, 0, now);
                flush();
                if (count < 0) throw new AssertionError("read gave " + count);
                return to.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
            }
        }

        String read() {
            return new String(readBytes(1 << 20), StandardCharsets.ISO_8859_1);
        }

        /// What a read of one byte returns: a count, 0 or a negated errno.
        int readResult() {
            return readResult(0);
        }

        int readResult(int flags) {
            try (Arena arena = Arena.ofConfined()) {
                int count = connection.receive(arena.allocate(1), 0, 1, flags, now);
                flush();
                return count;
            }
        }

        void close() {
            connection.close(now);
            flush();
        }

        int shutdown(Shutdown how) {
            int result = connection.shutdown(how, now);
            flush();
            return result;
        }

        void abort() {
            connection.abort(now);
            flush();
        }

        /// Takes what the connection has to send into the wire.
        void flush() {
            while (connection.nextSegment(out, now)) {
                sent.add(text(out));
                wire.add(new Copy(out, now));
            }
            if (connection.state() == TcpState.CLOSED && timeWait == null) timeWait = connection.timeWait();
        }

        /// The segment in packetdrill's words, with numbers relative to the initial ones.
        String text(Segment seg) {
            Copy copy = new Copy(seg, now);
            End other = this == a ? b : a;
            copy.segment.seq = seg.syn() ? 0 : seg.rst() && !seg.hasAck() && seg.seq == 0 ? 0 : seg.seq - iss;
            if (seg.hasAck()) copy.segment.ack = seg.ack - other.iss;
            for (int i = 0; i < seg.sackBlocks; i++) {
                copy.segment.sackLeft[i] -= other.iss;
                copy.segment.sackRight[i] -= other.iss;
            }
            copy.segment.timestamps = false;
            String text = copy.segment.toString();
            copy.release(this);
            return text;
        }

        void deliver(Segment segment) {
            if (timeWait != null) {
                throw new AssertionError(name + " is in " + timeWait.state() + ": the host answers for it");
            }
            connection.onSegment(segment, now);
            flush();
        }

        /// The states it has been through, from the first.
        List<TcpState> life() {
            var states = new ArrayList<TcpState>();
            Journal journal = connection.journal();
            for (int i = 0; i < journal.size(); i++) states.add(journal.to(i));
            return states;
        }
    }

    /// A segment that owns its bytes: what lies in the wire.
    static final class Copy {
        final Segment segment = new Segment();
        final long sentAt;

        Copy(Segment from, long sentAt) {
            this.sentAt = sentAt;
            segment.seq = from.seq;
            segment.ack = from.ack;
            segment.flags = from.flags;
            segment.window = from.window;
            segment.urgentPointer = from.urgentPointer;
            segment.mss = from.mss;
            segment.windowScale = from.windowScale;
            segment.sackPermitted = from.sackPermitted;
            segment.timestamps = from.timestamps;
            segment.tsVal = from.tsVal;
            segment.tsEcr = from.tsEcr;
            segment.ecn = from.ecn;
            segment.accEcnKind = from.accEcnKind;
            segment.accEcnFields = from.accEcnFields;
            System.arraycopy(from.accEcnCounters, 0, segment.accEcnCounters, 0, 3);
            for (int i = 0; i < from.sackBlocks; i++) segment.addSack(from.sackLeft[i], from.sackRight[i]);
            segment.packetPayload = from.packetPayload;
            for (int i = 0; i < from.slices(); i++) {
                from.page(i).retain();
                segment.addPayload(from.page(i), from.offset(i), from.length(i));
            }
        }

        void release(End sender) {
            for (int i = 0; i < segment.slices(); i++) segment.page(i).release(sender.cache);
        }
    }

    final TcpSysctl sysctl = TcpSysctl.linux();
    long now = 1_000_000_000L;
    /// One way.
    Duration delay = Duration.ofMillis(10);
    final End a;
    final End b;

    private Pair(long seed) {
        a = new End("a", seed);
        b = new End("b", seed + 1);
    }

    /// Two ends that know nothing of each other yet; [#open] opens.
    static Pair closed() {
        return new Pair(1);
    }

    /// Two ends in ESTABLISHED, all quiet.
    static Pair established() {
        Pair pair = closed();
        pair.open();
        return pair;
    }

    private static final FourTuple TUPLE = new FourTuple(
            new TransportAddress(IpAddress.parse("10.0.0.1"), 40000),
            new TransportAddress(IpAddress.parse("10.0.0.2"), 80));

    /// `a` connects, up to the SYN in the wire.
    Pair connect() {
        a.connection = new Connection(a.context, TUPLE, a.options, MTU);
        a.connection.connect(now);
        a.iss = a.connection.iss;
        a.flush();
        return this;
    }

    /// The three-way handshake.
    Pair open() {
        connect();
        Copy syn = a.wire.remove();
        elapse(delay);
        acceptSyn(syn.segment);
        elapse(delay);
        Segment synAck = synAck(syn.segment);
        a.deliver(synAck);
        elapse(delay);
        b.connection = Connection.accepted(b.context, TUPLE.reversed(), b.options, MTU, handshake, now);
        carry(a, b, a.wire.size());
        step();
        a.connection.takeEvents();
        b.connection.takeEvents();
        a.sent.clear();
        b.sent.clear();
        return this;
    }

    private Handshake handshake;

    /// What a listener does with a SYN: the connection is made when the handshake is complete.
    private void acceptSyn(Segment syn) {
        handshake = Handshake.ofSyn(syn, b.context, b.options, true, MTU, now);
        handshake.iss = 77_000;
        b.iss = handshake.iss;
        handshake.synAckSentAt = now;
    }

    private Segment synAck(Segment syn) {
        Segment synAck = new Segment();
        synAck.flags = Segment.SYN | Segment.ACK;
        synAck.seq = handshake.iss;
        synAck.ack = syn.seq + 1;
        synAck.mss = handshake.advertisedMss;
        synAck.window = Math.min(65535, handshake.receiveWindow);
        synAck.windowScale = handshake.receiveWindowScale;
        synAck.sackPermitted = handshake.sackPermitted;
        synAck.timestamps = handshake.timestamps;
        synAck.tsVal = (int) (now / 1_000_000) + handshake.tsOffset;
        synAck.tsEcr = handshake.tsRecent;
        return synAck;
    }

    /// Everything is given back: no page is held by anybody.
    void checkReleased() {
        loseAll(a);
        loseAll(b);
        a.cache.clear();
        b.cache.clear();
        if (a.pool.pagesOut() + b.pool.pagesOut() != 0) {
            throw new AssertionError("pages held: " + a.pool.pagesOut() + " of a, " + b.pool.pagesOut() + " of b");
        }
    }

    /// Time passes, and nothing else.
    void elapse(Duration time) {
        now += time.toNanos();
    }

    /// Carries what lies in the wire to the other end, and what that provokes, until all is quiet; each way takes
    /// [#delay].
    void step() {
        for (int i = 0; i < 100_000; i++) {
            if (a.wire.isEmpty() && b.wire.isEmpty()) return;
            now += delay.toNanos();
            carry(a, b, a.wire.size());
            carry(b, a, b.wire.size());
        }
        throw new AssertionError("the two never fall silent");
    }

    /// Carries `count` segments from one end to the other.
    void carry(End from, End to, int count) {
        while (count-- > 0 && !from.wire.isEmpty()) {
            Copy copy = from.wire.remove();
            if (to.timeWait == null) to.deliver(copy.segment);
            copy.release(from);
        }
    }

    /// Loses the next segment of this end.
    void lose(End from) {
        from.wire.remove().release(from);
    }

    void loseAll(End from) {
        while (!from.wire.isEmpty()) lose(from);
    }

    /// Time passes; timers run when they are due, and segments arrive after [#delay].
    void advance(Duration time) {
        long end = now + time.toNanos();
        for (int i = 0; i < 5_000_000; i++) {
            long next = Math.min(deadline(a), deadline(b));
            if (next > end) {
                now = end;
                return;
            }
            now = Math.max(now, next);
            arrive(a, b);
            arrive(b, a);
            timer(a);
            timer(b);
        }
        throw new AssertionError("no end of events");
    }

    private long deadline(End end) {
        long timer = end.connection.nextDeadline();
        return end.wire.isEmpty() ? timer : Math.min(timer, end.wire.peek().sentAt + delay.toNanos());
    }

    private void arrive(End from, End to) {
        while (!from.wire.isEmpty() && from.wire.peek().sentAt + delay.toNanos() <= now) carry(from, to, 1);
    }

    private void timer(End end) {
        if (end.connection.nextDeadline() > now) return;
        end.connection.onTimer(now);
        end.flush();
    }
}
