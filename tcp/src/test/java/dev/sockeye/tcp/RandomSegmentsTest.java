package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever arrives, in whatever order, whatever the program does and whenever timers run: nothing is thrown, no
/// page is lost, and what must always hold holds. A failure names its seed.
class RandomSegmentsTest {

    private static final int STEPS = 250;
    private static final int SEEDS = 1500;

    @ParameterizedTest(name = "seeds {0} * 1500 and following")
    @ValueSource(ints = {0, 1, 2, 3})
    void nothingBreaksIt(int block) {
        for (int seed = block * SEEDS; seed < (block + 1) * SEEDS; seed++) {
            var run = new RandomSegmentsTest();
            try {
                run.run(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", step " + run.step + " (" + run.what + "): " + e, e);
            }
        }
    }

    private SplittableRandom random = new SplittableRandom();
    private final Peer peer = new Peer();
    private Connection c;
    private int step;
    private String what = "";
    private int edge;
    private boolean edgeKnown;
    private long droppedBefore;
    /// How far the hand-written peer believes to have sent.
    private int next = 1;

    private void run(int seed) {
        random = new SplittableRandom(seed);
        open();
        c = peer.connection;
        peer.skippedUrgent = true;
        for (step = 0; step < STEPS; step++) {
            act();
            peer.sent();
            check();
        }
        peer.checkReleased();
        assertThat(peer.context.orphans).as("orphans").isZero();
        assertThat(peer.context.memory.pages()).as("bytes charged to the host").isZero();
    }

    private void open() {
        peer.sysctl.tcp_recovery = random.nextInt(3) == 0 ? 0 : 1;
        peer.sysctl.tcp_congestion_control = random.nextBoolean() ? "cubic" : "reno";
        peer.sysctl.tcp_ecn = random.nextInt(6);
        peer.sysctl.tcp_ecn_option = random.nextInt(4);
        peer.options.noDelay = random.nextBoolean();
        peer.options.keepAlive = random.nextInt(4) == 0;
        peer.options.outOfBandInline = random.nextBoolean();
        if (random.nextInt(3) == 0) peer.options.receiveBuffer = 2304 + random.nextInt(30_000);
        if (random.nextInt(3) == 0) peer.options.sendBuffer = 4608 + random.nextInt(30_000);
        if (random.nextInt(4) == 0) peer.options.userTimeoutMillis = 1 + random.nextInt(20_000);
        String options = "<mss " + pick(0, 60, 536, 1000, 1460) + (random.nextBoolean() ? ",sackOK" : "")
                + (random.nextBoolean() ? ",TS" : "") + (random.nextBoolean() ? ",wscale " + random.nextInt(15) : "")
                + ">";
        int window = pick(0, 500, 5000, 65_535);
        if (random.nextInt(4) == 0) {
            peer.acceptSyn("SEWA 0:1(0) win " + window + " " + options);
            peer.now += random.nextInt(100) * 1_000_000L;
            peer.send(random.nextInt(8) + ". 1:1(0) ack 1 win " + window + (options.contains("TS") ? " <TS>" : ""));
            return;
        }
        if (random.nextInt(3) > 0) {
            peer.accept(options, window, random.nextInt(100));
            return;
        }
        peer.connect();
        if (random.nextInt(4) > 0) peer.send("S." + random.nextInt(8) + " 0:1(0) ack 1 win " + window + " " + options);
    }

    private int pick(int... values) {
        return values[random.nextInt(values.length)];
    }

    private void act() {
        switch (random.nextInt(16)) {
            case 0 -> {
                what = "write";
                peer.write(
                        1 + random.nextInt(pick(10, 2000, 100_000)),
                        pick(0, 0, 0, Connection.MSG_OOB, Connection.MSG_MORE));
            }
            case 1 -> {
                what = "read";
                peer.read(
                        random.nextInt(20_000),
                        pick(0, 0, Connection.MSG_PEEK, Connection.MSG_TRUNC, Connection.MSG_OOB));
            }
            case 2 -> {
                what = "time";
                peer.elapse(random.nextInt(pick(3, 50, 500, 100_000)));
            }
            case 3 -> program();
            case 4, 5, 6, 7, 8 -> {
                what = "the next data";
                Segment seg = segment();
                seg.seq = next;
                seg.length = random.nextInt(3000);
                next += seg.length;
                peer.send(seg);
            }
            case 9, 10, 11, 12 -> {
                what = "an ACK";
                Segment seg = segment();
                seg.seq = next;
                peer.send(seg);
            }
            default -> {
                what = "anything";
                peer.send(anything());
            }
        }
    }

    private void program() {
        int which = random.nextInt(40);
        what = "call " + which;
        switch (which) {
            case 0 -> peer.close();
            case 1 -> peer.shutdown(Shutdown.values()[random.nextInt(3)]);
            case 2 -> peer.abort();
            case 3, 4, 5 -> peer.icmp(Errno.EHOSTUNREACH, relativeUna() + random.nextInt(1000));
            case 6, 7, 8 -> peer.packetTooBig(552 + random.nextInt(1000), relativeUna());
            case 9, 10 -> {
                peer.options.cork = random.nextBoolean();
                peer.optionsChanged();
            }
            case 11, 12 -> peer.quickAck(random.nextBoolean());
            case 13 -> {
                peer.options.keepAlive = random.nextBoolean();
                peer.options.keepIdleSeconds = random.nextInt(20);
                peer.options.maxSegment = pick(0, 100, 700);
                peer.optionsChanged();
            }
            case 14 -> peer.socketError();
            default -> peer.elapse(random.nextInt(300));
        }
    }

    private int relativeUna() {
        return peer.relative(c.sndUna);
    }

    /// A segment with an ACK of something that was sent, or is near that.
    private Segment segment() {
        var seg = new Segment();
        seg.flags = Segment.ACK | (random.nextInt(3) == 0 ? Segment.PSH : 0);
        int outstanding = c.sndNxt - c.sndUna;
        int ack = relativeUna()
                + switch (random.nextInt(6)) {
                    case 0 -> outstanding;
                    case 1 -> 0;
                    case 2 -> random.nextInt(200) - 100;
                    default -> outstanding == 0 ? 0 : random.nextInt(outstanding + 1);
                };
        seg.ack = ack;
        seg.window = pick(0, 1, 300, 5000, 65_535);
        seg.timestamps = c.timestamps.agreed && random.nextInt(10) > 0;
        if (random.nextInt(20) == 0) seg.flags |= pick(Segment.ECE, Segment.CWR, Segment.ECE | Segment.CWR);
        if (c.ecn.isAccurate()) seg.flags |= random.nextInt(8) << 6;
        seg.ecn = random.nextInt(3) == 0 ? random.nextInt(4) : 0;
        if (random.nextInt(4) == 0) addAccEcn(seg);
        if (random.nextInt(3) == 0) addSack(seg, outstanding);
        return seg;
    }

    private void addAccEcn(Segment seg) {
        seg.accEcnKind = pick(172, 174);
        seg.accEcnFields = random.nextInt(4);
        for (int i = 0; i < 3; i++) seg.accEcnCounters[i] = random.nextInt(pick(2, 10_000, 1 << 24));
    }

    private void addSack(Segment seg, int outstanding) {
        for (int i = random.nextInt(4); i >= 0; i--) {
            int left = relativeUna() + random.nextInt(outstanding + 100) - 50;
            seg.addSack(left, left + random.nextInt(Math.max(2, outstanding)));
        }
    }

    private Segment anything() {
        Segment seg = segment();
        seg.flags = random.nextInt(8) == 0 ? random.nextInt(512) : seg.flags;
        if (random.nextInt(60) != 0) seg.flags &= ~Segment.RST;
        if (random.nextInt(10) == 0) seg.flags |= Segment.FIN;
        if (random.nextInt(10) == 0) seg.flags |= Segment.URG;
        seg.urgentPointer = random.nextInt(pick(3, 3000, 65_536));
        seg.seq = next + pick(0, 0, -1, 1, random.nextInt(4000) - 2000, random.nextInt(200_000) - 100_000);
        seg.length = random.nextInt(pick(1, 100, 5000));
        if (random.nextInt(10) == 0) seg.ack = random.nextInt();
        if (random.nextInt(10) == 0) {
            seg.timestamps = true;
            seg.tsVal = random.nextInt();
            seg.tsEcr = random.nextInt();
        }
        seg.mss = pick(0, 536, random.nextInt(65_536));
        seg.windowScale = pick(-1, random.nextInt(256));
        seg.packetPayload = seg.length > 0 ? pick(0, 1, 2) : 0;
        if (seg.seq + seg.length - next > 0 && seg.seq <= next) next = seg.seq + seg.length;
        return seg;
    }

    // ---------------------------------------------------------------- what always holds

    private void check() {
        Scoreboard board = c.board;
        if (c.state == TcpState.CLOSED) {
            assertThat(c.nextDeadline()).as("timer of a closed connection").isEqualTo(Timers.NEVER);
            assertThat(board.packetsOut).as("packets out when closed").isZero();
            return;
        }
        assertThat(Seq.leq(c.sndUna, c.sndNxt)).as("SND.UNA <= SND.NXT").isTrue();
        assertThat(Seq.leq(c.sndNxt, c.send.writeSeq))
                .as("SND.NXT <= what was written")
                .isTrue();
        checkQueue();
        assertThat(board.packetsOut).as("packets out").isNotNegative();
        assertThat(board.sackedOut).as("SACKed").isNotNegative();
        assertThat(board.lostOut).as("lost").isNotNegative();
        assertThat(board.retransOut).as("retransmitted").isNotNegative();
        assertThat(board.leftOut()).as("SACKed and lost").isLessThanOrEqualTo(board.packetsOut);
        assertThat(c.cwnd.segments).as("congestion window").isPositive();
        assertThat(c.cwnd.ssthresh).as("ssthresh").isGreaterThanOrEqualTo(2);
        if (board.packetsOut > 0) {
            assertThat(c.timers.retransmissionAt)
                    .as("a timer for what is in flight")
                    .isNotEqualTo(Timers.NEVER);
        }
        if (board.packetsOut == 0 && !c.send.unsent.isEmpty() && c.state.isSynchronized()) {
            assertThat(c.timers.retransmissionAt).as("a timer for what waits").isNotEqualTo(Timers.NEVER);
        }
        assertThat(c.nextDeadline()).as("the next timer").isGreaterThan(peer.now - 1);
        checkWindow();
    }

    private void checkQueue() {
        int packets = 0;
        int sacked = 0;
        int lost = 0;
        int retransmitted = 0;
        int at = c.sndUna;
        TxQueue queue = c.send.inFlight;
        for (int i = 0; i < queue.size(); i++) {
            TxSegment segment = queue.get(i);
            if (i == 0)
                assertThat(Seq.leq(segment.seq, at))
                        .as("the first in flight is not acknowledged")
                        .isTrue();
            else assertThat(segment.seq).as("no gap in the queue").isEqualTo(at);
            at = segment.endSeq;
            packets += segment.packets;
            if (segment.is(TxSegment.SACKED)) sacked += segment.packets;
            if (segment.is(TxSegment.LOST)) lost += segment.packets;
            if (segment.is(TxSegment.RETRANSMITTED)) retransmitted += segment.packets;
        }
        assertThat(at).as("end of what is in flight").isEqualTo(c.sndNxt);
        assertThat(c.board.packetsOut).as("packets in the queue").isEqualTo(packets);
        if (c.sackPermitted)
            assertThat(c.board.sackedOut).as("SACKed in the queue").isEqualTo(sacked);
        assertThat(c.board.lostOut).as("lost in the queue").isEqualTo(lost);
        assertThat(c.board.retransOut).as("retransmitted in the queue").isEqualTo(retransmitted);
    }

    /// RFC 9293 3.8.6: the window that was announced is never taken back.
    private void checkWindow() {
        if (!c.state.isSynchronized()) return;
        int now = c.receive.updatedAt + c.receive.window;
        // Linux since 6.6: a segment that there is no memory for closes the window at once.
        long dropped = peer.count(TcpMib.RcvPruned);
        if (edgeKnown && dropped == droppedBefore) {
            assertThat(Seq.leq(edge, now))
                    .as("the right edge stays or moves right")
                    .isTrue();
        }
        droppedBefore = dropped;
        edge = now;
        edgeKnown = true;
        assertThat(Seq.leq(c.copiedSeq, c.rcvNxt))
                .as("read no more than was received")
                .isTrue();
        assertThat(c.receiveBuffer.charged()).as("charged for what is received").isNotNegative();
        if (c.receiveQueue.isEmpty() && c.outOfOrder.isEmpty())
            assertThat(c.receiveBuffer.charged()).isZero();
    }
}
