package dev.sockeye.tcp;

/// The data sender of RFC 9768: takes from the peer's ACE field and option how much of what it has received
/// was marked. The ACE field has three bits, and an ACK may stand for more packets than they can count: the
/// rules for what is likely then are Linux's (RFC 9768 appendix A.2 has others).
final class AccEcnSender {

    /// An ACK that the ACE field cannot be wrong about stands for at most so many packets.
    private static final int SURE = AceField.MASK;

    /// Without option: where ACKs stand for more packets than this on average, a large one is no sign of
    /// lost ACKs.
    private static final int THINNED = 4;

    /// Weight of an average's past, and bits of its fraction.
    private static final int WEIGHT = 6, FRACTION = 6;

    /// Counters of 24 bits: past this, one that was never told cannot be taken up any more.
    private static final long TOO_LATE = (1 << 23) - 1;

    /// Of a connection without accurate feedback; nobody counts in it.
    static final AccEcnSender NONE = new AccEcnSender(EcnFailures.NONE);

    private final EcnFailures failures;

    /// Bytes delivered with ECT(1), ECT(0) and CE: `s.e1b`, `s.e0b`, `s.ceb`, from 0.
    int ect1Bytes, ect0Bytes, ceBytes;

    /// The codepoint that counts what an ACK without option delivers: the one that alone has grown of late;
    /// 0: none.
    private int estimated;

    /// Packets that an ACK delivers on average, with a fraction of six bits; 0 before the first.
    private int packetsPerAck;

    private boolean heard;
    /// The option at hand tells bytes that the ACE field may be compared with.
    private boolean bytesKnown;

    AccEcnSender(EcnFailures failures) {
        this.failures = failures;
    }

    /// An ACK has delivered something, or is newer than others by its timestamp.
    ///
    /// @param counted   marks counted so far
    /// @param handshake it acknowledges our SYN: its ACE field is no counter
    /// @return so many marks more
    int onAck(Segment seg, int counted, int packets, int bytes, boolean handshake, Connection c) {
        int ceBefore = ceBytes;
        bytesKnown = takeOption(seg, bytes, c.bytesSent);
        if (packets > 0) average(packets);
        if (handshake) return 0;
        int ace = AceField.of(seg);
        checkZeroed(ace, packets);
        if (failures.any(EcnFailures.ACE_RECEIVED)) return 0;
        int least = ace - AceField.FIRST - counted & AceField.MASK;
        if (packets <= SURE) return least;
        // The most that fits the field and the packets: all of them marked, but for less than a turn of the field.
        int most = packets - (packets - least & AceField.MASK);
        return bytesKnown ? choose(least, most, ceBytes - ceBefore, packets, bytes, c) : without(least, most);
    }

    /// RFC 9768 3.2.2.4: no counter that begins with 5 is 0 after fewer than three packets.
    private void checkZeroed(int ace, int packets) {
        boolean first = !heard;
        heard = true;
        if (first && ace == 0 && packets < 8 - AceField.FIRST) failures.add(EcnFailures.ACE_RECEIVED);
    }

    private void average(int packets) {
        int now = packets << FRACTION;
        if (packetsPerAck == 0) packetsPerAck = Math.min(now, 0xffff);
        else packetsPerAck = Math.min((packetsPerAck << WEIGHT) - packetsPerAck + now >> WEIGHT, 0xffff);
    }

    private int without(int least, int most) {
        return packetsPerAck > THINNED << FRACTION ? least : most;
    }

    /// The bytes that came with CE tell how often the field has gone around.
    private static int choose(int least, int most, int marked, int packets, int bytes, Connection c) {
        if (marked == 0) return least;
        if (packets >= (SURE + 1) * 2 && canTell(c)) {
            if (bytes <= marked) return most;
            int share = (int) (((long) marked * packets + bytes - 1) / bytes);
            return Math.min(most, least + (share & ~AceField.MASK));
        }
        int mss = c.sizes.mss;
        if (Integer.compareUnsigned(marked, least * mss) > 0) return most;
        // Less than half of what would be: it has not gone around.
        if (Integer.compareUnsigned(marked, most * mss >> 1) < 0) return least;
        return most;
    }

    /// Whether delivered packets and bytes belong to the same segments: without SACK not while some are
    /// missing.
    private static boolean canTell(Connection c) {
        LossRecovery.State state = c.recovery.state();
        return c.sackPermitted || state == LossRecovery.State.OPEN || state == LossRecovery.State.CWR;
    }

    // ---------------------------------------------------------------- the option

    /// Takes in the option, or where there is none estimates what it would have told.
    ///
    /// @return whether the bytes' marks are known
    private boolean takeOption(Segment seg, int bytes, long bytesSent) {
        if (failures.any(EcnFailures.OPTION_RECEIVED)) return false;
        if (seg.accEcnKind == 0) return takeNone(bytes, bytesSent);
        failures.onOption(seg);
        boolean known = estimated != 0;
        boolean anyGrown = false;
        boolean ambiguous = false;
        int before = estimated;
        for (int i = 0; i < seg.accEcnFields; i++) {
            int codepoint = AccEcnOption.codepoint(seg.accEcnKind, i);
            int grown = take(codepoint, seg.accEcnCounters[i]);
            if (grown < 0) ambiguous = true;
            if (grown != 0 && codepoint != before) {
                if (anyGrown) ambiguous = true;
                else estimated = codepoint;
                anyGrown = true;
            }
        }
        if (ambiguous) estimated = 0;
        return known && !ambiguous;
    }

    private boolean takeNone(int bytes, long bytesSent) {
        if (failures.optionSeen == EcnFailures.NOT_SEEN) {
            if (bytesSent >= TOO_LATE) {
                failures.optionSeen = EcnFailures.ZEROED;
                failures.add(EcnFailures.OPTION_RECEIVED);
            }
            return false;
        }
        if (estimated == 0) return false;
        add(estimated, bytes);
        return true;
    }

    /// Brings a counter to what the option says, by the 24 bits that it has.
    ///
    /// @return by how much
    private int take(int codepoint, int counter) {
        int told = counter - AccEcnOption.first(codepoint) - bytesOf(codepoint);
        int delta = told << 8 >> 8;
        add(codepoint, delta);
        return delta;
    }

    private int bytesOf(int codepoint) {
        return switch (codepoint) {
            case Ecn.ECT1 -> ect1Bytes;
            case Ecn.CE -> ceBytes;
            default -> ect0Bytes;
        };
    }

    private void add(int codepoint, int bytes) {
        switch (codepoint) {
            case Ecn.ECT1 -> ect1Bytes += bytes;
            case Ecn.CE -> ceBytes += bytes;
            default -> ect0Bytes += bytes;
        }
    }
}
