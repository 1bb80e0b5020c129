package dev.sockeye.tcp;

import org.jspecify.annotations.Nullable;

/// What two ends agree on in their SYNs (row A5 of the article: "metadata"), and the numbers they start with. A
/// passive open gathers it while half-open, a SYN cookie brings it back, and [Connection] is built from it.
public final class Handshake {

    /// Our initial sequence number, and the peer's.
    public int iss, irs;

    /// The most payload the peer accepts in a segment, from its MSS option; bytes.
    public int peerMss = 536;

    /// The MSS that we announced, bytes; and what the path carries, which a SYN-ACK that goes again announces unless
    /// `TCP_MAXSEG` says less by then.
    public int advertisedMss;

    private int pathMss;

    /// Shifts of the windows that the peer, and we, announce; -1 each where scaling was not agreed on (RFC 7323
    /// 2).
    public int sendWindowScale = -1, receiveWindowScale = -1;

    public boolean sackPermitted;
    public boolean timestamps;

    /// Which feedback of congestion marks is agreed on; the codepoint of the IP header that the peer's
    /// latest SYN came with; and what of the handshake went wrong for accurate feedback, bits of
    /// `tcpi_accecn_fail_mode`.
    public EcnMode ecn = EcnMode.DISABLED;

    public int synCodepoint, ecnFailures;

    /// TS.Recent, and when it was taken, in nanoseconds of the host's clock.
    public int tsRecent;

    public long tsRecentAt;

    /// What is added to the host's clock in our TSval (RFC 7323 5.4: a random offset per connection).
    public int tsOffset;

    /// The window we announced in our SYN or SYN-ACK, bytes, unscaled; and the one the peer announced in its SYN.
    public int receiveWindow, peerWindow;
    /// Never announce more: what the listener's options said when the SYN came (`rsk_window_clamp`).
    int windowClamp;

    /// When our SYN-ACK was first sent, nanoseconds, or -1 where that is not known (SYN cookie); and how often
    /// again.
    public long synAckSentAt = -1;

    public int retransmits;

    /// Bytes of options that the signature of our SYN-ACK takes; 0 without one.
    int signatureBytes;

    /// TCP-AO's KeyIDs (RFC 5925 2.2), of what we sign, and of what the peer does; -1 without.
    public int aoSendId = -1, aoReceiveId = -1;

    /// How often it was waited for in vain; a SYN-ACK goes again also where the SYN comes again.
    int timeouts;

    /// The DSCP of the peer's SYN, in its place in the traffic class.
    public int synTrafficClass;

    /// `TCP_SAVED_SYN`: the headers of the peer's SYN, if they were to be kept.
    public byte @Nullable [] savedSyn;

    /// The Fast Open cookie that our SYN-ACK is to carry, if any, and in which of the option's two kinds.
    boolean offersCookie, cookieExperimental;

    long cookie;

    /// Whether the peer's SYN was signed with TCP-AO.
    public boolean usesAo() {
        return aoSendId >= 0;
    }

    /// Whether both ends announced a window scale (RFC 7323 2.2).
    public boolean windowScaling() {
        return sendWindowScale >= 0;
    }

    /// Takes in what the peer's SYN offers, as far as this host has it switched on (`tcp_timestamps`, `tcp_sack`,
    /// `tcp_window_scaling`, `tcp_ecn`).
    ///
    /// @param v4  whether the connection is IPv4
    /// @param mtu of the path, bytes
    static Handshake ofSyn(Segment syn, TcpContext context, SocketOptions options, boolean v4, int mtu, long now) {
        TcpSysctl sysctl = context.sysctl;
        var handshake = new Handshake();
        handshake.irs = syn.seq;
        handshake.peerMss = peerMss(syn, options, v4);
        handshake.pathMss = SegmentSizes.unbounded(mtu, v4);
        handshake.advertisedMss = SegmentSizes.bounded(handshake.pathMss, options);
        handshake.peerWindow = syn.window;
        handshake.synTrafficClass = syn.trafficClass;
        handshake.sackPermitted = syn.sackPermitted && sysctl.tcp_sack != 0;
        handshake.timestamps = syn.timestamps && sysctl.tcp_timestamps != 0;
        if (handshake.timestamps) {
            handshake.tsRecent = syn.tsVal;
            handshake.tsRecentAt = now;
        }
        if (syn.windowScale >= 0 && sysctl.tcp_window_scaling != 0) {
            // RFC 7323 2.2, MUST-1; RFC 7323 2.3, MUST-11
            handshake.sendWindowScale = Math.min(syn.windowScale, 14);
        }
        handshake.signatureBytes = syn.signatureBytes;
        handshake.chooseEcn(syn, sysctl.tcp_ecn);
        handshake.chooseReceiveWindow(context, options);
        return handshake;
    }

    /// SACK blocks do not fit beside a signature and timestamps: the timestamps go. Linux: not from a SYN cookie's
    /// SYN-ACK, and the window is reckoned as if they were there; see docs/linux/signatures.md
    void makeRoomForSignature() {
        if (signatureBytes > 0 && sackPermitted) timestamps = false;
    }

    private void chooseEcn(Segment syn, int wanted) {
        if (wanted >= 3 && AceField.asks(syn)) {
            ecn = EcnMode.ACCECN;
            synCodepoint = syn.ecn;
        } else if (wanted != 0 && syn.has(Segment.ECE) && syn.has(Segment.CWR)) {
            // RFC 3168 6.1.1, MUST-8, MUST-12: ECE and CWR ask for ECN. Linux: only where the IP header is
            // not-ECT, for a path that sets the one may set the other; unless AE asks for more.
            if (syn.ecn == Ecn.NOT_ECT || syn.has(Segment.AE)) ecn = EcnMode.RFC3168;
        }
    }

    /// What a SYN-ACK announces that is sent now.
    int mssToAnnounce(SocketOptions options) {
        return SegmentSizes.bounded(pathMss, options);
    }

    /// The SYN has come again.
    void onSynAgain(Segment syn) {
        if (ecn != EcnMode.ACCECN) return;
        // RFC 9768 3.1.5, MUST: feed back how the latest arrived.
        synCodepoint = syn.ecn;
        // RFC 9768 3.1.5, MUST NOT: no ECT after a SYN that asks for nothing.
        if (AceField.of(syn) == 0) ecnFailures |= EcnFailures.ACE_RECEIVED;
    }

    /// The ECN flags, and the AccECN option, of a SYN-ACK.
    ///
    /// @param again how often it was sent before
    void markSynAck(Segment out, int again, TcpSysctl sysctl) {
        // RFC 3168 6.1.1, MUST-8, MUST-13
        if (ecn == EcnMode.RFC3168) out.flags |= Segment.ECE;
        if (ecn != EcnMode.ACCECN) return;
        // RFC 9768 3.2.3.2.2: the first retransmission is without option, the next without flags; the mode stays.
        if (again < 2) out.flags |= AceField.reflection(synCodepoint);
        else ecnFailures |= EcnFailures.ACE_SENT;
        if (again == 0) AccEcnOption.writeToSynAck(out, sysctl);
    }

    /// The most payload the peer takes: what it announced, and no more than the program set with `TCP_MAXSEG`; 536 or
    /// 1220 (for IPv6) where it did not. Linux: whatever is set; see docs/linux/differential.md,
    /// "maxseg_unannounced"
    private static int peerMss(Segment syn, SocketOptions options, boolean v4) {
        // RFC 9293 3.7.1, MUST-14
        if (syn.mss == 0) return SegmentSizes.unannounced(v4);
        return SegmentSizes.bounded(syn.mss, options);
    }

    /// The window that the SYN-ACK announces and its scale, from the receive buffer.
    void chooseReceiveWindow(TcpContext context, SocketOptions options) {
        chooseReceiveWindow(context, options, advertisedMss - (timestamps ? 12 : 0));
    }

    /// @param segment the window is to be a multiple of it, bytes
    void chooseReceiveWindow(TcpContext context, SocketOptions options, int segment) {
        var receive = new ReceiveWindow(context, options);
        receive.initialize(segment, windowScaling());
        receiveWindow = receive.window;
        windowClamp = receive.clamp;
        if (windowScaling()) receiveWindowScale = receive.scale;
    }
}
