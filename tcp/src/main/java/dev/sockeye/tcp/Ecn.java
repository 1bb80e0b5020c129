package dev.sockeye.tcp;

/// Explicit congestion notification (RFC 9293 3.8.2, SHLD-8): what the two ends agree on in their handshake, and
/// both halves of a connection that has agreed, in the classic way (RFC 3168 6.1) or the accurate one (RFC 9768).
/// See docs/linux/ecn.md.
final class Ecn {

    /// Codepoints of the IP header.
    static final int NOT_ECT = 0, ECT1 = 1, ECT0 = 2, CE = 3;

    private static final int CLASSIC = Segment.ECE | Segment.CWR;

    private final Connection c;

    EcnMode mode = EcnMode.DISABLED;
    /// A packet with ECT or CE was seen at some time.
    boolean seen;

    // The parts of accurate feedback: those of nobody, until it is agreed on.
    EcnFailures failures = EcnFailures.NONE;
    AccEcnReceiver received = AccEcnReceiver.NONE;
    AccEcnSender delivered = AccEcnSender.NONE;
    AccEcnOption option = AccEcnOption.NONE;

    // RFC 3168.
    /// We echo a CE mark until the peer says that it has reduced.
    private boolean echoing;
    /// We have reduced, and the next new segment says so.
    private boolean cwrQueued;

    // RFC 9768.
    /// The codepoint that the peer's latest SYN or SYN-ACK came with.
    private int synCodepoint;
    /// The next ACK tells that codepoint instead of a count.
    private boolean reflects;
    /// Our latest SYN has asked for something.
    private boolean asked;
    /// A listener of ours has answered the peer's SYN.
    private boolean passive;
    /// Our answer to a SYN that crossed ours has gone out.
    private boolean answeredCrossed;

    Ecn(Connection c) {
        this.c = c;
    }

    boolean isAgreed() {
        return mode != EcnMode.DISABLED;
    }

    boolean isAccurate() {
        return mode == EcnMode.ACCECN;
    }

    private void agreeOnAccurate() {
        mode = EcnMode.ACCECN;
        failures = new EcnFailures();
        received = new AccEcnReceiver();
        delivered = new AccEcnSender(failures);
        option = new AccEcnOption();
    }

    // ---------------------------------------------------------------- active open

    /// A connection is about to be opened: what its SYN asks for (`tcp_ecn`).
    void offer() {
        mode = switch (c.context.sysctl.tcp_ecn) {
            case 3 -> EcnMode.PENDING;
            case 1, 4 -> EcnMode.RFC3168;
            default -> c.congestion.needsEcn() ? EcnMode.RFC3168 : EcnMode.DISABLED;
        };
    }

    /// The flags of our SYN, and its codepoint. It is tried once more with those of RFC 9768 (3.1.4.1), but
    /// not with those of RFC 3168 (6.1.1.1): somebody on the path may not like them.
    void markSyn(Segment out) {
        if (c.congestion.needsEcn() && mode == EcnMode.RFC3168) out.ecn = ECT0;
        boolean fallBack = c.context.sysctl.tcp_ecn_fallback != 0;
        int retransmits = c.timeouts.retransmits;
        if (mode == EcnMode.PENDING && !(fallBack && retransmits > 1)) out.flags |= AceField.FLAGS;
        else if (mode == EcnMode.RFC3168 && !(fallBack && retransmits > 0)) out.flags |= CLASSIC;
        asked = out.has(CLASSIC);
    }

    /// The answer to our SYN (RFC 9768 3.1.2, table 2). RFC 3168 6.1.1, MUST-12. Linux: an answer in the
    /// accurate way counts even where we asked for the classic one.
    void onSynAck(Segment seg) {
        if (mode == EcnMode.DISABLED) return;
        switch (AceField.of(seg)) {
            case 0, 7 -> mode = EcnMode.DISABLED;
            case 1 -> mode = EcnMode.RFC3168;
            case 5 -> {
                // RFC 9768 3.1.3, MUST: what is reserved means accurate feedback, our SYN having arrived unchanged.
                if (mode != EcnMode.PENDING) return;
                acceptSynAck(seg);
                if (seg.ecn == CE) received.ce++;
            }
            default -> {
                acceptSynAck(seg);
                if (seg.ecn == CE && isPossible(AceField.of(seg))) received.ce++;
            }
        }
    }

    private void acceptSynAck(Segment seg) {
        agreeOnAccurate();
        synCodepoint = seg.ecn;
        if (seg.accEcnKind != 0) received.demand = AccEcnReceiver.AFTER_CHANGE;
        failures.onOption(seg);
    }

    /// Whether our SYN or SYN-ACK, which was not-ECT, can have come to the peer as it says (RFC 9768
    /// 3.2.2.3).
    private boolean isPossible(int ace) {
        if (c.context.sysctl.tcp_ecn_fallback == 0 || AceField.codepoint(ace) == NOT_ECT) return true;
        failures.add(EcnFailures.ACE_RECEIVED);
        return false;
    }

    // ---------------------------------------------------------------- both open at once

    /// The peer's SYN has crossed ours.
    void onCrossedSyn(Segment seg) {
        if (mode == EcnMode.PENDING) {
            if (AceField.asks(seg)) {
                agreeOnAccurate();
                synCodepoint = received.last = seg.ecn;
            } else {
                mode = EcnMode.RFC3168;
            }
        }
        if (mode == EcnMode.RFC3168 && (seg.flags & CLASSIC) != CLASSIC) mode = EcnMode.DISABLED;
    }

    /// Our answer to it.
    void markCrossedSynAck(Segment out) {
        boolean again = answeredCrossed;
        answeredCrossed = true;
        if (mode == EcnMode.RFC3168) {
            // Linux: the SYN-ACK is our SYN with other flags, and keeps what that has lost.
            if (asked) out.flags |= Segment.ECE;
        } else if (mode == EcnMode.ACCECN) {
            int flags = AceField.reflection(synCodepoint);
            // Linux: to the retransmission it looks like a SYN that asks in the classic way.
            if (again && flags == CLASSIC && c.context.sysctl.tcp_ecn_fallback != 0) flags = 0;
            out.flags |= flags;
            // RFC 9768 3.2.3.2.2: the second retransmission is without the option.
            if (c.timeouts.retransmits < 2) AccEcnOption.writeToSynAck(out, c.context.sysctl);
        }
    }

    // ---------------------------------------------------------------- passive open

    /// The handshake of a passive open is about to be completed.
    void take(Handshake handshake) {
        passive = true;
        mode = handshake.ecn;
        if (mode != EcnMode.ACCECN) return;
        agreeOnAccurate();
        failures.add(handshake.ecnFailures);
        received.last = handshake.synCodepoint;
        synCodepoint = handshake.synCodepoint;
        received.demand = 1;
    }

    /// The segment that completes a handshake in which we have sent a SYN-ACK: its ACE field tells how that
    /// arrived (RFC 9768 3.2.2.1, table 4).
    void onLastOfHandshake(Segment seg) {
        if (mode != EcnMode.ACCECN) return;
        failures.onOption(seg);
        checkReflection(seg);
        if (passive) onSegment(seg);
    }

    private void checkReflection(Segment seg) {
        if (seg.sackBlocks > 0) return;
        int ace = AceField.of(seg);
        switch (ace) {
            // MUST: no ECT from now on, and nothing of the peer's feedback is believed.
            case 0 -> failures.add(EcnFailures.ACE_RECEIVED | EcnFailures.OPTION_RECEIVED);
            case 1, 5, 7 -> {} // a count, where the ACK was lost; or not defined
            default -> {
                boolean marked = AceField.codepoint(ace) == CE;
                if (seg.length == 0 && isPossible(ace) && marked && c.rate.deliveredCe == 0) c.rate.deliveredCe = 1;
            }
        }
    }

    /// A SYN, or SYN-ACK, has come again on the established connection: the challenge ACK tells how it
    /// arrived (RFC 9768 3.1.5, MUST).
    void onSynAgain(Segment seg) {
        if (mode != EcnMode.ACCECN) return;
        synCodepoint = seg.ecn;
        reflects = true;
        if (seg.accEcnKind != 0 && failures.optionSeen < EcnFailures.COUNTERS) {
            failures.onOption(seg);
            received.demand = Math.max(received.demand, 1);
        }
    }

    /// The next ACK answers a SYN-ACK.
    void reflectNext() {
        reflects = isAccurate();
    }

    /// Nothing is to be told of a SYN after all.
    void reflectNothing() {
        reflects = false;
    }

    // ---------------------------------------------------------------- data receiver

    /// An acceptable segment has come on the established connection: counts it. Linux counts so whatever
    /// was agreed on.
    void onSegment(Segment seg) {
        if (received == AccEcnReceiver.NONE) {
            if (seg.ecn == NOT_ECT) return;
            received = new AccEcnReceiver();
        }
        if (seg.ecn != NOT_ECT && mode != EcnMode.RFC3168) seen = true;
        if (received.onSegment(seg) && mode == EcnMode.ACCECN) c.acks.now = true;
    }

    /// Data was accepted. RFC 3168 6.1.1, MUST-11
    void onData(Segment seg) {
        if (mode == EcnMode.DISABLED) return;
        switch (seg.ecn) {
            // Linux: who sends ECT and then does not, sends again.
            case NOT_ECT -> {
                if (seen) c.acks.enterQuickMode(c.receive.window, 2);
            }
            case CE -> {
                if (c.congestion.needsEcn()) c.congestion.onEvent(CongestionControl.Event.ECN_IS_CE, c.now);
                if (mode == EcnMode.RFC3168 && !echoing) {
                    c.acks.enterQuickMode(c.receive.window, 2);
                    echoing = true;
                }
                seen = true;
            }
            default -> {
                if (c.congestion.needsEcn()) c.congestion.onEvent(CongestionControl.Event.ECN_NO_CE, c.now);
                seen = true;
            }
        }
    }

    /// The peer has reduced its window.
    ///
    /// @return whether that is to be acknowledged at once
    boolean onCwr(Segment seg) {
        if (mode != EcnMode.RFC3168 || !seg.has(Segment.CWR)) return false;
        echoing = false;
        return seg.sequenceLength() > 0;
    }

    // ---------------------------------------------------------------- data sender

    boolean isEcho(Segment seg) {
        return mode == EcnMode.RFC3168 && seg.has(Segment.ECE) && !seg.syn();
    }

    /// We have reduced our window.
    void queueCwr() {
        if (mode == EcnMode.RFC3168) cwrQueued = true;
    }

    void withdrawCwr() {
        cwrQueued = false;
    }

    /// Counts the marks that an ACK tells of.
    ///
    /// @param packets newly delivered; `bytes` likewise
    /// @return how many there are
    int onAck(Segment seg, int packets, int bytes, boolean handshake) {
        int marks = delivered.onAck(seg, c.rate.deliveredCe, packets, bytes, handshake, c);
        c.rate.deliveredCe += marks;
        return marks;
    }

    // ---------------------------------------------------------------- what goes out

    /// The codepoint of the packets that our ACKs go in.
    int ackCodepoint() {
        boolean capable = mode == EcnMode.ACCECN && !failures.any(EcnFailures.ACE_SENT | EcnFailures.ACE_RECEIVED);
        return capable ? ECT0 : NOT_ECT;
    }

    /// Marks a segment on its way out, after its SACK blocks and before its payload.
    ///
    /// In the classic way only data that is sent for the first time is ECN-capable, in the accurate one all
    /// is (Linux; draft-ietf-tcpm-generalized-ecn). RFC 3168 5.2, MUST-2, MUST-3; RFC 3168 6.1.4, MUST-15;
    /// RFC 3168 6.1.5, MUST-16, MUST-17
    ///
    /// @param newData it is such data
    void mark(Segment out, boolean newData) {
        switch (mode) {
            // RFC 3168 6.1.1, MUST-9
            case DISABLED, PENDING -> {}
            case RFC3168 -> markClassic(out, newData);
            case ACCECN -> {
                out.ecn = ackCodepoint();
                out.aceField = true;
                out.flags |= reflects ? AceField.reflection(synCodepoint) : AceField.counter(received.ce);
                reflects = false;
            }
        }
    }

    private void markClassic(Segment out, boolean newData) {
        if (newData) {
            out.ecn = ECT0;
            // RFC 3168 6.1.1, MUST-10
            if (cwrQueued) {
                out.flags |= Segment.CWR;
                cwrQueued = false;
            }
        } else if (c.congestion.needsEcn()) {
            out.ecn = ECT0;
        }
        if (echoing) out.flags |= Segment.ECE;
    }
}
