package dev.sockeye.tcp;

import dev.sockeye.wire.TcpHeader;

/// How large segments are: what we send at most, and what we tell the peer to send (RFC 9293 3.7.1). Bytes.
final class SegmentSizes {

    static final int DEFAULT_MSS = 536;
    private static final int DEFAULT_MSS_V6 = 1220;
    static final int MIN_MSS = 88; // TCP_MIN_MSS

    private final Connection c;

    /// What we send at most in a segment, options aside; what we accept; what we said in our SYN; the peer's
    /// option.
    int mss, advMss, advertisedMss;

    int peerMss = DEFAULT_MSS;
    /// The receive window of the connection that the socket had before, bytes.
    int earlierWindow;

    int pathMtu;
    /// Of a segment without SACK blocks: what `mss` leaves room for.
    int headerLength = 20;

    SegmentSizes(Connection c, int mtu) {
        this.c = c;
        pathMtu = mtu;
        advMss = advertised(mtu, c.tuple.isV4(), c.options);
    }

    /// What a peer accepts that does not say it, bytes. RFC 9293 3.7.1, MUST-15
    static int unannounced(boolean v4) {
        return v4 ? DEFAULT_MSS : DEFAULT_MSS_V6;
    }

    /// The MSS to announce on a path of this MTU (RFC 9293 3.7.1), bytes; `TCP_MAXSEG` bounds it.
    static int advertised(int mtu, boolean v4, SocketOptions options) {
        return bounded(unbounded(mtu, v4), options);
    }

    /// As [#advertised], whatever `TCP_MAXSEG` says.
    static int unbounded(int mtu, boolean v4) {
        // RFC 9293 3.7.1, MUST-67: the MTU is never more than IP puts together.
        return mtu - (v4 ? 20 : 40) - 20;
    }

    static int bounded(int most, SocketOptions options) {
        return options.maxSegment > 0 ? Math.min(most, options.maxSegment) : most;
    }

    void setPathMtu(int mtu) {
        pathMtu = mtu;
        sync();
    }

    /// Computes the segment size from the path's MTU, as known and as probed, and the peer's option (`tcp_sync_mss`).
    void sync() {
        mss = boundToHalfWindow(c.probing.bound(payload(pathMtu)));
    }

    /// As [#sync], with the window of the peer's SYN taken for a scaled one.
    void syncScaled() {
        int told = c.maxWindow;
        c.maxWindow = told << c.sendScale;
        sync();
        c.maxWindow = told;
    }

    /// What fits a packet of this size, bytes (`tcp_mtu_to_mss`).
    int payload(int mtu) {
        return payloadWithoutOptions(mtu) - (headerLength - 20);
    }

    /// The packet that so much payload makes, bytes (`tcp_mss_to_mtu`).
    int packet(int payload) {
        return payload + headerLength + ipHeader();
    }

    int ipHeader() {
        return c.tuple.isV4() ? 20 : 40;
    }

    /// The most payload of a segment without options, bytes.
    int largest() {
        return payloadWithoutOptions(pathMtu);
    }

    private int payloadWithoutOptions(int mtu) {
        // RFC 9293 3.7.1, MUST-16
        return Math.max(Math.min(mtu - ipHeader() - 20, peerMss), c.context.sysctl.tcp_min_snd_mss);
    }

    /// What the peer is taken to accept before its SYN says so, bytes.
    void assumePeerMss(int bytes) {
        peerMss = c.options.maxSegment > 0 ? Math.min(bytes, c.options.maxSegment) : bytes;
        sync();
    }

    /// Never more than half the largest window that the peer has announced. RFC 9293 3.8.6.2.1, MUST-38
    int boundToHalfWindow(int size) {
        int half = Integer.compareUnsigned(c.maxWindow, DEFAULT_MSS) > 0 ? c.maxWindow >>> 1 : c.maxWindow;
        return half != 0 && size > half ? Math.max(half, 68 - headerLength) : size;
    }

    /// The size of the next data segment: SACK blocks, and an AccECN option, take their share
    /// (`tcp_current_mss`), and so does a signature, of which the `mss` knows nothing.
    int current() {
        int blocks = c.output.tellsOfGaps() ? c.sackList.count(sackRoom()) : 0;
        if (c.ecn.isAccurate()) return mss + headerLength - 20 - c.ecn.option.bytes(blocks, c);
        int most = mss - c.options.signatureBytes;
        return blocks == 0 ? most : most - 4 - 8 * blocks;
    }

    /// Bytes of options that every segment has: timestamps, and a signature.
    int usualOptions() {
        return headerLength - 20 + c.options.signatureBytes;
    }

    /// SACK blocks that fit beside those. Linux: none beside an MD5 signature and timestamps.
    int sackRoom() {
        int stamps = c.timestamps.agreed ? 12 : 0;
        return Math.max(0, (TcpHeader.MAX_OPTIONS_LENGTH - 4 - stamps - c.options.signatureBytes) / 8);
    }

    /// What the peer's segments are taken to carry, until some have come (`tcp_initialize_rcv_mss`).
    int initialReceived() {
        return initialReceived(c.receive.window);
    }

    int initialReceived(int window) {
        int hint = Math.min(Math.min(advMss, mss), window / 2);
        return Math.max(Math.min(hint, DEFAULT_MSS), MIN_MSS);
    }
}
