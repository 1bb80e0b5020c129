package dev.sockeye.tcp;

/// The data receiver of RFC 9768: counts the marks of what arrives, for the ACE field and the option to
/// tell, and knows when an option is due.
final class AccEcnReceiver {

    /// Of a connection that no marked packet has come to, without accurate feedback; nobody counts in it.
    static final AccEcnReceiver NONE = new AccEcnReceiver();

    /// A byte counter is told at least once in so many bytes, lest its 24 bits go around unseen.
    private static final int TOLD_EVERY = 1 << 22;

    /// Options that a change of codepoint asks for: the first may be lost.
    static final int AFTER_CHANGE = 2;

    /// Packets that came with CE: `r.cep`, from 0.
    int ce;
    /// Bytes of payload that came with ECT(1), ECT(0) and CE: `r.e1b`, `r.e0b`, `r.ceb`, from 0.
    int ect1Bytes, ect0Bytes, ceBytes;

    /// The codepoint of the last packet.
    int last;
    /// So many more options are due.
    int demand;
    /// How many counters the next option needs, to tell what has changed; in the order ECT(1), CE, ECT(0).
    int fields;

    /// A segment has arrived.
    ///
    /// @return whether its codepoint differs from the last one's: that is to be acknowledged at once (RFC
    ///         9768 3.2.2.5.1, "change-triggered ACKs")
    boolean onSegment(Segment seg) {
        int codepoint = seg.ecn;
        if (codepoint == Ecn.CE) ce += Math.max(1, seg.packetPayload);
        if (codepoint != Ecn.NOT_ECT && seg.length > 0) count(codepoint, seg.length);
        boolean changed = codepoint != last;
        if (changed || codepoint == Ecn.CE) {
            last = codepoint;
            demand = AFTER_CHANGE;
        }
        return changed;
    }

    private void count(int codepoint, int bytes) {
        int before;
        switch (codepoint) {
            case Ecn.ECT1 -> {
                before = ect1Bytes;
                ect1Bytes += bytes;
                fields = Math.max(fields, 1);
            }
            case Ecn.CE -> {
                before = ceBytes;
                ceBytes += bytes;
                fields = Math.max(fields, 2);
            }
            default -> {
                before = ect0Bytes;
                ect0Bytes += bytes;
                fields = 3;
            }
        }
        if (((before + bytes ^ before) & -TOLD_EVERY) != 0) demand = Math.max(demand, 1);
    }

    /// An option has gone out.
    void onOptionSent() {
        fields = 0;
        if (demand > 0) demand--;
    }
}
