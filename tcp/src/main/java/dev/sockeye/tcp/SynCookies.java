package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;
import org.jspecify.annotations.Nullable;

/// SYN cookies (D. J. Bernstein 1996, RFC 4987 3.6): when the SYN queue is full the state of the handshake goes
/// into our initial sequence number, and comes back in the final ACK. The sequence number holds the minute and one
/// of four MSS values, under a keyed hash; the lower six bits of TSval hold the rest, where the peer sends
/// timestamps.
final class SynCookies {

    /// A cookie is good in the minute it was made in and in the next.
    private static final int MAX_AGE_MINUTES = 2;

    private static final long MINUTE = 60_000_000_000L;

    private static final int[] MSS_V4 = {536, 1300, 1440, 1460};
    private static final int[] MSS_V6 = {1220, 1420, 1440, 8940};

    private static final int WINDOW_SCALE_MASK = 0xf;
    private static final int NO_WINDOW_SCALE = 0xf;
    private static final int SACK = 0x10;
    private static final int ECN = 0x20;
    private static final int TIMESTAMP_BITS = 6;

    private final long key0;
    private final long key1;
    private final long key2;

    SynCookies(TcpContext context) {
        this.key0 = context.random.nextLong();
        this.key1 = context.random.nextLong();
        this.key2 = context.random.nextLong();
    }

    /// Makes `handshake` one that a cookie can bring back, and puts the cookie into its [Handshake#iss].
    void encode(FourTuple tuple, Handshake handshake, long now) {
        if (!handshake.timestamps) {
            handshake.sackPermitted = false;
            if (handshake.ecn == EcnMode.RFC3168) handshake.ecn = EcnMode.DISABLED;
            handshake.sendWindowScale = -1;
            handshake.receiveWindowScale = -1;
        }
        int[] table = tuple.isV4() ? MSS_V4 : MSS_V6;
        int index = table.length - 1;
        while (index > 0 && handshake.peerMss < table[index]) index--;
        handshake.peerMss = table[index];
        int minute = minute(now);
        handshake.iss = first(tuple) + handshake.irs + (minute << 24) + (second(tuple, minute) + index & 0xffffff);
    }

    /// TSval for the SYN-ACK: the clock, set back by up to 63 ms, so that its lower six bits are the options'.
    int timestamp(Handshake handshake, long now) {
        int options = handshake.windowScaling() ? handshake.sendWindowScale : NO_WINDOW_SCALE;
        if (handshake.sackPermitted) options |= SACK;
        if (handshake.ecn == EcnMode.RFC3168) options |= ECN;
        int clock = IsnGenerator.timestamp(now, 0);
        int stamp = clock & -(1 << TIMESTAMP_BITS) | options;
        if (stamp - clock > 0) stamp -= 1 << TIMESTAMP_BITS;
        return stamp + handshake.tsOffset;
    }

    /// The handshake whose cookie an ACK brings back.
    ///
    /// @param tsOffset of this connection's TSval
    /// @return null if it is none of ours, or too old
    @Nullable
    Handshake decode(FourTuple tuple, Segment ack, int tsOffset, TcpSysctl sysctl, long now) {
        int mss = mssOf(tuple, ack.ack - 1, ack.seq - 1, now);
        if (mss == 0) return null;
        var handshake = new Handshake();
        handshake.iss = ack.ack - 1;
        handshake.irs = ack.seq - 1;
        handshake.peerMss = mss;
        handshake.peerWindow = ack.window;
        handshake.tsOffset = tsOffset;
        // RFC 9768 5.1: whoever tells in its ACK how our SYN-ACK arrived has agreed on accurate feedback.
        if (sysctl.tcp_ecn >= 3 && AceField.of(ack) > 1) handshake.ecn = EcnMode.ACCECN;
        if (!ack.timestamps) return handshake;
        handshake.timestamps = true;
        handshake.tsRecent = ack.tsVal;
        handshake.tsRecentAt = now;
        return decodeOptions(ack.tsEcr - tsOffset, handshake, sysctl) ? handshake : null;
    }

    /// What we would not have offered, the peer has made up.
    private static boolean decodeOptions(int stamp, Handshake handshake, TcpSysctl sysctl) {
        if (sysctl.tcp_timestamps == 0) return false;
        handshake.sackPermitted = (stamp & SACK) != 0;
        if (handshake.sackPermitted && sysctl.tcp_sack == 0) return false;
        boolean classic = (stamp & ECN) != 0 && sysctl.tcp_ecn != 0;
        if (classic && handshake.ecn == EcnMode.DISABLED) handshake.ecn = EcnMode.RFC3168;
        int scale = stamp & WINDOW_SCALE_MASK;
        if (scale == NO_WINDOW_SCALE) return true;
        handshake.sendWindowScale = scale;
        return sysctl.tcp_window_scaling != 0;
    }

    /// The MSS in a cookie, 0 if it is not good.
    private int mssOf(FourTuple tuple, int cookie, int irs, long now) {
        int minute = minute(now);
        int rest = cookie - first(tuple) - irs;
        int age = minute - (rest >>> 24) & 0xff;
        if (age >= MAX_AGE_MINUTES) return 0;
        int index = rest - second(tuple, minute - age) & 0xffffff;
        int[] table = tuple.isV4() ? MSS_V4 : MSS_V6;
        return index < table.length ? table[index] : 0;
    }

    private static int minute(long now) {
        return (int) (now / MINUTE);
    }

    private int first(FourTuple tuple) {
        return (int) SipHash.hash(key0, key1, tuple);
    }

    private int second(FourTuple tuple, int minute) {
        return (int) SipHash.hash(key0, key2 + minute, tuple);
    }
}
