package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Page;
import dev.sockeye.wire.PageCache;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullUnmarked;

/// One connection of ours, and a peer that is the test itself: it sends segments written by hand and looks at
/// every one that it gets, in virtual time. Segments are in the words of [SegmentScript]; sequence numbers count
/// from each side's initial one, as in docs/linux. Super-segments are cut into packets, as a network would see
/// them.
///
/// Every byte says where in its stream it stands, both ways, and every byte that our end sends is looked at: what
/// goes again is what went.
///
/// `expect` wants the next segment exactly as it says, in the order of sending, timestamps left aside; a test ends
/// with nothing that was not expected, if it says [#expectNothing].
@NullUnmarked // without a connection before it opens
final class Peer {

    /// Near the end of the sequence space, so that every test goes around it.
    private static final int ISN = -3000;
    private static final int OUR_ISN = -2000;

    /// What was sent, and when.
    record Sent(String text, long at, boolean timestamps, int tsVal, int tsEcr, int ecn) {}

    final TcpSysctl sysctl = TcpSysctl.linux();
    final SocketOptions options = new SocketOptions();
    final PagePool pool = new PagePool();
    final PageCache cache = new PageCache(pool);
    final TcpContext context = new TcpContext(sysctl, cache, new SplittableRandom(1));
    int mtu = 1500;
    Connection connection;
    TimeWait timeWait;
    /// How long since the beginning, nanoseconds.
    long now = 1_000_000_000L;

    private final long start = now;
    /// The program accepts at once.
    boolean accepts = true;

    private int ourIsn = OUR_ISN;
    private final ArrayDeque<Sent> inbox = new ArrayDeque<>();
    private Sent last;
    private final Segment out = new Segment();
    private Handshake handshake;
    /// The peer's timestamp clock: what it puts into TSval; and the TSecr of its segments, 0 for what it got last.
    int tsVal = 1000;

    int tsEcr;
    private int lastTsVal;
    private int ecn;

    Peer() {
        sysctl.tcp_congestion_control = "reno"; // as in docs/linux
    }

    // ---------------------------------------------------------------- opening

    /// Our end has been opened passively by a SYN with an MSS option only. The handshake has taken 4 ms, so that
    /// the retransmission timeout is 204 ms, as in the laboratory.
    static Peer established() {
        return new Peer().accept("<mss 1460>");
    }

    /// The same with these options in the peer's SYN.
    static Peer established(String synOptions) {
        return new Peer().accept(synOptions);
    }

    Peer accept(String synOptions) {
        return accept(synOptions, 65535, 4);
    }

    /// A passive open: a SYN with these options and this window, our SYN-ACK, and its ACK `millis` later.
    Peer accept(String synOptions, int window, long millis) {
        acceptSyn("S 0:1(0) win " + window + " " + synOptions);
        now += millis * 1_000_000;
        boolean timestamps = handshake.timestamps;
        send(". 1:1(0) ack 1 win " + window + (timestamps ? " <TS>" : ""));
        expectNothing();
        connection.takeEvents();
        return this;
    }

    /// What a listener does with a SYN. The connection is made when the handshake is complete: by the next
    /// segment.
    Peer acceptSyn(String syn) {
        Segment seg = SegmentScript.parse(syn);
        seg.seq += ISN;
        seg.tsVal = tsVal;
        handshake = Handshake.ofSyn(seg, context, options, true, mtu, now);
        handshake.iss = ourIsn;
        handshake.synAckSentAt = now;
        lastTsVal = (int) (now / 1_000_000) + handshake.tsOffset;
        return this;
    }

    /// The SYN-ACK had to be sent again so many times.
    Peer afterRetransmissions(int times) {
        handshake.retransmits = handshake.timeouts = times;
        return this;
    }

    /// Our end connects; its SYN is the first segment to expect.
    Peer connect() {
        connection = new Connection(context, TUPLE, options, mtu);
        connection.connect(now);
        ourIsn = connection.iss;
        flush();
        return this;
    }

    /// Our end connects with so many bytes to write, as `sendto` with `MSG_FASTOPEN` does.
    ///
    /// @return how many go with the SYN, or a negated errno
    int connectFast(int count) {
        connection = new Connection(context, TUPLE, options, mtu);
        int result = connection.connect(MemorySegment.ofArray(bytesFrom(1, count)), 0, count, 0, now, null);
        ourIsn = connection.iss;
        flush();
        return result;
    }

    static final FourTuple TUPLE = new FourTuple(
            new TransportAddress(IpAddress.parse("192.0.2.1"), 80),
            new TransportAddress(IpAddress.parse("192.0.2.2"), 40001));

    // ---------------------------------------------------------------- the peer

    /// The peer sends a segment.
    Peer send(String text) {
        return send(SegmentScript.parse(text));
    }

    /// The same in a packet with these ECN bits.
    Peer send(String text, int ecnField) {
        ecn = ecnField;
        send(text);
        ecn = 0;
        return this;
    }

    Peer send(Segment seg) {
        if (connection == null) {
            connection = Connection.accepted(context, TUPLE, options, mtu, handshake, now);
            if (accepts) connection.onAccepted();
        }
        seg.seq += ISN;
        if (seg.hasAck()) seg.ack += ourIsn;
        for (int i = 0; i < seg.sackBlocks; i++) {
            seg.sackLeft[i] += ourIsn;
            seg.sackRight[i] += ourIsn;
        }
        if (seg.timestamps && seg.tsVal == 0) {
            seg.tsVal = tsVal + (int) ((now - start) / 1_000_000);
            seg.tsEcr = tsEcr != 0 ? tsEcr : seg.hasAck() ? lastTsVal : 0;
        }
        if (seg.ecn == 0) seg.ecn = ecn;
        seg.headerLength += (seg.timestamps ? 12 : 0) + (seg.sackBlocks > 0 ? 4 + 8 * seg.sackBlocks : 0);
        List<Page> pages = fillPayload(seg);
        connection.onSegment(seg, now);
        pages.forEach(page -> page.release(cache));
        flush();
        return this;
    }

    /// Every byte says where in the stream it stands.
    static byte byteAt(int number) {
        return (byte) (number * 7 + (number >> 8));
    }

    private static byte[] bytesFrom(int number, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = byteAt(number + i);
        return bytes;
    }

    private List<Page> fillPayload(Segment seg) {
        var pages = new ArrayList<Page>();
        int length = seg.length;
        seg.length = 0;
        int at = seg.seq - ISN + (seg.syn() ? 1 : 0);
        while (length > 0) {
            int part = Math.min(length, 4096);
            Page page = cache.take(part);
            for (int i = 0; i < part; i++) page.memory().set(ValueLayout.JAVA_BYTE, i, byteAt(at + i));
            seg.addPayload(page, 0, part);
            pages.add(page);
            at += part;
            length -= part;
        }
        return pages;
    }

    // ---------------------------------------------------------------- what it gets

    /// The next segment that our end has sent is this one.
    Peer expect(String text) {
        last = inbox.poll();
        if (last == null) throw new AssertionError("expected  " + text + "\nbut nothing was sent");
        if (!matches(text, last.text)) throw new AssertionError("expected  " + text + "\nbut was   " + last.text);
        return this;
    }

    /// A text without a window matches any.
    private static boolean matches(String expected, String text) {
        if (expected.contains(" win ") || expected.startsWith("R")) return text.equals(expected);
        return text.replaceAll(" win \\d+", "").equals(expected);
    }

    Peer expect(String... texts) {
        for (String text : texts) expect(text);
        return this;
    }

    /// The same in a packet that is marked so: `[ect0] W. 1:1(0) ack 1`.
    Peer expectMarked(String text) {
        int end = text.indexOf(']');
        expect(text.substring(end + 2));
        String mark = SegmentScript.MARKS.get(last.ecn);
        if (!mark.equals(text.substring(1, end))) throw new AssertionError(text + "\nbut in a packet marked " + mark);
        return this;
    }

    /// Nothing more was sent.
    Peer expectNothing() {
        if (!inbox.isEmpty()) throw new AssertionError("nothing expected, but " + inbox);
        return this;
    }

    /// Nothing is sent for so long.
    Peer expectNothingFor(long millis) {
        expectNothing();
        elapse(millis);
        return expectNothing();
    }

    /// The next segment comes after exactly so many milliseconds without any.
    Peer expectAfter(long millis, String text) {
        expectNothing();
        long from = now;
        while (inbox.isEmpty() && connection.nextDeadline() <= from + 2 * millis * 1_000_000 + 1_000_000_000) {
            now = Math.max(now, connection.nextDeadline());
            connection.onTimer(now);
            flush();
        }
        if (inbox.isEmpty())
            throw new AssertionError("expected  " + text + "\nafter " + millis + " ms, but nothing came");
        long after = (now - from) / 1_000_000;
        expect(text);
        if (after != millis) throw new AssertionError(text + "\nafter " + after + " ms instead of " + millis);
        return this;
    }

    /// What was sent and not looked at yet.
    List<String> sent() {
        List<String> texts = inbox.stream().map(Sent::text).toList();
        if (!inbox.isEmpty()) last = inbox.getLast();
        inbox.clear();
        return texts;
    }

    /// The same, with what else is known of each.
    List<Sent> takeSent() {
        var all = new ArrayList<>(inbox);
        inbox.clear();
        return all;
    }

    boolean hasSent() {
        return !inbox.isEmpty();
    }

    /// Milliseconds since the beginning at which the segment expected last was sent.
    long sentAtMillis() {
        return (last.at - start) / 1_000_000;
    }

    /// The ECN field, TSval and TSecr of the segment expected last.
    int lastEcn() {
        return last.ecn;
    }

    boolean lastHasTimestamps() {
        return last.timestamps;
    }

    int lastTsVal() {
        return last.tsVal;
    }

    int lastTsEcr() {
        return last.tsEcr;
    }

    private void flush() {
        while (connection.nextSegment(out, now)) {
            int size = out.packetPayload == 0 ? Math.max(1, out.length) : out.packetPayload;
            int at = 0;
            do {
                int length = Math.min(size, out.length - at);
                boolean isLast = at + length == out.length;
                inbox.add(new Sent(words(out, at, length, isLast), now, out.timestamps, out.tsVal, out.tsEcr, out.ecn));
                at += length;
            } while (at < out.length);
            checkPayload();
            if (out.timestamps) lastTsVal = out.tsVal;
        }
        if (connection.state() == TcpState.CLOSED && timeWait == null) timeWait = connection.timeWait();
    }

    private void checkPayload() {
        int number = out.seq - ourIsn + (out.syn() ? 1 : 0);
        for (int i = 0; i < out.slices(); i++) {
            MemorySegment memory = out.page(i).memory();
            for (int at = out.offset(i); at < out.offset(i) + out.length(i); at++, number++) {
                if (memory.get(ValueLayout.JAVA_BYTE, at) != byteAt(number)) {
                    throw new AssertionError("byte " + number + " of our stream is wrong in " + inbox);
                }
            }
        }
    }

    private String words(Segment seg, int from, int length, boolean isLast) {
        var copy = new Segment();
        copy.flags = seg.flags & (isLast ? -1 : ~(Segment.PSH | Segment.FIN));
        copy.seq = seg.seq - ourIsn + from;
        if (seg.rst() && !seg.hasAck() || !seg.rst() || seg.seq != 0) copy.length = length;
        if (seg.rst() && seg.hasAck() && seg.seq == 0) copy.seq = 0;
        if (seg.hasAck()) copy.ack = seg.ack - ISN;
        copy.window = seg.window;
        copy.urgentPointer = seg.urgentPointer;
        copy.mss = seg.mss;
        copy.sackPermitted = seg.sackPermitted;
        copy.windowScale = seg.windowScale;
        copy.fastOpenLength = seg.fastOpenLength;
        copy.fastOpenExperimental = seg.fastOpenExperimental;
        System.arraycopy(seg.fastOpenCookie, 0, copy.fastOpenCookie, 0, Math.max(0, seg.fastOpenLength));
        copy.accEcnKind = seg.accEcnKind;
        copy.accEcnFields = seg.accEcnFields;
        System.arraycopy(seg.accEcnCounters, 0, copy.accEcnCounters, 0, 3);
        for (int i = 0; i < seg.sackBlocks; i++) copy.addSack(seg.sackLeft[i] - ISN, seg.sackRight[i] - ISN);
        String text = copy.toString();
        return seg.syn() && seg.timestamps ? text.replace("<", "<TS,") : text;
    }

    // ---------------------------------------------------------------- time

    /// Time passes, and our timers run when they are due.
    Peer elapse(long millis) {
        return elapseUntil(now + millis * 1_000_000);
    }

    /// The same until a time.
    Peer elapseUntil(long end) {
        while (connection.nextDeadline() <= end) {
            now = Math.max(now, connection.nextDeadline());
            connection.onTimer(now);
            flush();
        }
        now = end;
        return this;
    }

    /// It is so late, and our timers run.
    void fireTimers(long time) {
        now = time;
        connection.onTimer(now);
        flush();
    }

    long millis() {
        return (now - start) / 1_000_000;
    }

    // ---------------------------------------------------------------- the program at our end

    /// Writes so many bytes; returns what was taken, or a negated errno.
    int write(int count) {
        return write(count, 0);
    }

    int write(int count, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            int next = connection.send.writeSeq - ourIsn + (connection.isDeferred() ? 1 : 0);
            MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytesFrom(next, Math.max(1, count)));
            int written = 0;
            do {
                int rest = written > 0 ? Connection.MSG_REST : 0;
                int result = connection.send(from, written, count - written, flags | rest, now);
                flush();
                if (result < 0) return written > 0 ? written : result;
                written += result;
            } while (written < count);
            return written;
        }
    }

    /// Reads; every byte is checked against its place in the stream. Returns the count, or a negated errno.
    int read(int most) {
        return read(most, 0);
    }

    int read(int most, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment to = arena.allocate(Math.max(1, most));
            int at = connection.copiedSeq - ISN;
            int count = connection.receive(to, 0, most, flags, now);
            flush();
            boolean plain = (flags & ~Connection.MSG_PEEK) == 0;
            for (int i = 0; i < count && plain; i++) {
                byte got = to.get(ValueLayout.JAVA_BYTE, i);
                if (got != byteAt(at + i) && !connection.urgent.pending && !skippedUrgent) {
                    throw new AssertionError("byte " + (at + i) + " is wrong");
                }
            }
            return count;
        }
    }

    /// Whether the stream may have lost its urgent byte, so that places in it are not known.
    boolean skippedUrgent;

    Errno readError() {
        return errno(read(1));
    }

    Errno writeError() {
        return errno(write(1));
    }

    private static Errno errno(int result) {
        for (Errno errno : Errno.values()) if (errno.asResult() == result) return errno;
        throw new AssertionError("no error: " + result);
    }

    /// `SO_ERROR`, null if there is none.
    Errno socketError() {
        int number = connection.socketError();
        return number == 0 ? null : errno(-number);
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

    void optionsChanged() {
        connection.onOptionsChanged(now);
        flush();
    }

    void quickAck(boolean on) {
        connection.quickAck(on, now);
        flush();
    }

    void icmp(Errno errno, int seq) {
        boolean broken = errno == Errno.ENETUNREACH || errno == Errno.EHOSTUNREACH;
        connection.onIcmpError(errno, broken, ourIsn + seq, now);
        flush();
    }

    void packetTooBig(int mtuThen, int seq) {
        connection.onPacketTooBig(mtuThen, ourIsn + seq, now);
        flush();
    }

    /// A number of our sequence space, counted from the initial one.
    int relative(int seq) {
        return seq - ourIsn;
    }

    TcpState state() {
        return connection.state();
    }

    TcpInfo info() {
        return connection.info(now);
    }

    long count(TcpMib counter) {
        return context.counters.get(counter);
    }

    /// `poll`, in words.
    String poll() {
        int bits = connection.readiness();
        var names = new ArrayList<String>();
        if ((bits & Readiness.IN) != 0) names.add("IN");
        if ((bits & Readiness.PRI) != 0) names.add("PRI");
        if ((bits & Readiness.OUT) != 0) names.add("OUT");
        if ((bits & Readiness.ERR) != 0) names.add("ERR");
        if ((bits & Readiness.HUP) != 0) names.add("HUP");
        if ((bits & Readiness.RDHUP) != 0) names.add("RDHUP");
        return String.join(" ", names);
    }

    /// Ends the test: our end closes for good, and nothing of it is left.
    void checkReleased() {
        connection.abort(now);
        flush();
        cache.clear();
        if (pool.pagesOut() != 0) throw new AssertionError(pool.pagesOut() + " pages held");
    }
}
