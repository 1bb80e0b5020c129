package dev.sockeye.tcp;

import dev.sockeye.wire.TcpOptions;

/// The AccECN option that we send (RFC 9768 3.2.3): whether, with how many counters, and what gives way to
/// it. Ours is always kind 174, ECT(1) first; a peer's may be kind 172.
final class AccEcnOption {

    /// Values of `tcp_ecn_option`: never; when something has changed, and as the beacon says; with each
    /// segment where the path lets it pass; with each regardless.
    static final int NEVER = 0, MINIMUM = 1, FULL = 2, PERSIST = 3;
    private static final int MOST_FIELDS = 3, BASE = 2, FIELD = 3;
    private static final int MAX_OPTIONS = 40;

    /// Of a connection without accurate feedback, which sends none.
    static final AccEcnOption NONE = new AccEcnOption();

    /// When an option last went out, nanoseconds; whether a DSACK went with it.
    private long sentAt;

    private boolean sentWithDuplicate;
    /// SACK blocks that are left beside the fields that [#fit] has found.
    private int blocks;

    /// The codepoint that counter `i` of an option counts.
    static int codepoint(int kind, int i) {
        if (i == 1) return Ecn.CE;
        return (kind == TcpOptions.KIND_ACCECN1) == (i == 0) ? Ecn.ECT1 : Ecn.ECT0;
    }

    /// What a codepoint's counter begins with, so that zeroing shows (RFC 9768 3.2.1).
    static int first(int codepoint) {
        return codepoint == Ecn.CE ? 0 : 1;
    }

    // ---------------------------------------------------------------- whether

    private boolean isDue(Connection c) {
        Ecn ecn = c.ecn;
        if (ecn.mode != EcnMode.ACCECN) return false;
        int wanted = c.context.sysctl.tcp_ecn_option;
        if (wanted == NEVER || ecn.failures.optionSeen == EcnFailures.NOT_SEEN) return false;
        if (wanted < PERSIST && ecn.failures.any(EcnFailures.OPTION_SENT)) return false;
        return wanted >= FULL || ecn.received.demand > 0 || beacon(c);
    }

    /// Some times in a round trip (RFC 9768 3.2.3.3: at least three).
    private boolean beacon(Connection c) {
        int times = c.context.sysctl.tcp_ecn_option_beacon;
        return times != 0 && (c.now - sentAt) / 1000 * times >= c.rtt.smoothedMicros();
    }

    // ---------------------------------------------------------------- how large

    /// Bytes of all options of the next segment, with so many SACK blocks.
    int bytes(int sackBlocks, Connection c) {
        int base = c.sizes.usualOptions();
        int fields = isDue(c) ? fit(base, sackBlocks, c) : -1;
        return total(base, fields, fields < 0 ? sackBlocks : blocks);
    }

    /// The most fields that fit beside the SACK blocks, of which the last but two give way if those that
    /// have changed do not fit otherwise.
    ///
    /// @return -1 if none of that fits; the blocks that are left are in [#blocks]
    private int fit(int base, int sackBlocks, Connection c) {
        int needed = c.ecn.received.fields;
        for (blocks = sackBlocks; ; blocks--) {
            for (int fields = MOST_FIELDS; fields >= needed; fields--) {
                if (total(base, fields, blocks) <= MAX_OPTIONS) return fields;
            }
            if (blocks <= 2 || needed == 0) return -1;
        }
    }

    private static int total(int base, int fields, int sackBlocks) {
        int length = base + (fields < 0 ? 0 : BASE + FIELD * fields);
        if (sackBlocks > 0) length += (2 - length & 3) + 2 + 8 * sackBlocks;
        return length + 3 & ~3;
    }

    // ---------------------------------------------------------------- into a segment

    /// Adds the option to a segment that has its timestamps and SACK blocks, if it is due and there is room.
    void writeTo(Segment out, boolean duplicate, Connection c) {
        if (!isDue(c)) return;
        int fields = fit(c.sizes.usualOptions(), out.sackBlocks, c);
        if (fields < 0) return;
        out.sackBlocks = blocks;
        AccEcnReceiver received = c.ecn.received;
        put(out, fields, received.ect1Bytes, received.ceBytes, received.ect0Bytes);
        received.onOptionSent();
        sentAt = c.now;
        sentWithDuplicate = duplicate;
    }

    /// The option of a SYN-ACK that has all others: no data has come yet. All counters, or as many as there is room
    /// for.
    static void writeToSynAck(Segment out, TcpSysctl sysctl) {
        if (sysctl.tcp_ecn_option == NEVER) return;
        int fields = MOST_FIELDS;
        while (fields >= 0 && synAckBytes(out, fields) > MAX_OPTIONS) fields--;
        if (fields >= 0) put(out, fields, 0, 0, 0);
    }

    /// In their order: a signature, MSS, timestamps with SACK-permitted, AccECN, SACK-permitted alone, window scale,
    /// Fast Open; with
    /// as many no-operations in front of each as it takes to align it.
    private static int synAckBytes(Segment out, int fields) {
        int length = out.signatureBytes + 4 + (out.timestamps ? 12 : 0) + BASE + FIELD * fields;
        if (out.sackPermitted && !out.timestamps) length += (2 - length & 3) + 2;
        if (out.windowScale >= 0) length += (1 - length & 3) + 3;
        length = length + 3 & ~3;
        return out.fastOpenLength < 0
                ? length
                : length + (out.fastOpenExperimental ? 4 : 2) + out.fastOpenLength + 3 & ~3;
    }

    private static void put(Segment out, int fields, int ect1Bytes, int ceBytes, int ect0Bytes) {
        out.accEcnKind = TcpOptions.KIND_ACCECN1;
        out.accEcnFields = fields;
        out.accEcnCounters[0] = ect1Bytes + first(Ecn.ECT1) & 0xff_ffff;
        out.accEcnCounters[1] = ceBytes + first(Ecn.CE) & 0xff_ffff;
        out.accEcnCounters[2] = ect0Bytes + first(Ecn.ECT0) & 0xff_ffff;
    }

    /// Data has come that the last DSACK has already called a duplicate: that ACK, which had our option,
    /// did not arrive. Somebody may not like the option (RFC 9768 3.2.3.2.2).
    void onRepeatedDuplicate(Connection c) {
        if (sentWithDuplicate && c.ecn.mode == EcnMode.ACCECN) c.ecn.failures.add(EcnFailures.OPTION_SENT);
    }
}
