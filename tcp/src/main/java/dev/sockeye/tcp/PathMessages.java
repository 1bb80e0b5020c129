package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;

/// What ICMP tells of a connection's segments (RFC 9293 3.9.2.2, RFC 5927): errors, and links that were too narrow.
final class PathMessages {

    private PathMessages() {}

    static boolean isInFlight(Connection c, int seq) {
        return c.state != TcpState.CLOSED && Seq.between(seq, firstInFlight(c), c.sndNxt);
    }

    private static int firstInFlight(Connection c) {
        return c.fastOpen.passive != null ? c.fastOpen.passive.iss() : c.sndUna;
    }

    private static boolean isForged(Connection c, int seq) {
        if (Seq.between(seq, firstInFlight(c), c.sndNxt)) return false;
        c.context.count(TcpMib.OutOfWindowIcmps);
        return true;
    }

    /// @param broken no way leads to the peer now
    /// @return whether the connection was being opened, and has ended
    static boolean onError(Connection c, Errno icmp, boolean broken, int seq, long now) {
        if (c.state == TcpState.CLOSED || isForged(c, seq)) return false;
        if (broken && !c.fastOpen.isHalfOpen()) {
            c.timeouts.revertBackoff(seq, now);
            if (c.state == TcpState.CLOSED) return false;
        }
        // RFC 9293 3.9.2.2, RFC 5461: only a connection that is being opened gives up; with Fast Open, one that no
        // program has yet.
        boolean opening = c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RCVD;
        if (opening && !c.fastOpen.isHeldByProgram()) {
            c.error = icmp.number();
            c.raise(Readiness.ERR | Readiness.IN | Readiness.OUT | Readiness.HUP);
            c.teardown.done(Journal.Cause.ICMP);
            return true;
        }
        if (c.options.receiveErrors) {
            c.error = icmp.number();
            c.raise(Readiness.ERR);
        } else {
            // RFC 9293 3.9.1.8, MUST-47, SHLD-20; RFC 9293 3.9.2.2, MUST-56, SHLD-25: told to who asks.
            c.softError = icmp.number();
        }
        return false;
    }

    static void onPacketTooBig(Connection c, int mtu, int seq, long now) {
        if (c.state == TcpState.CLOSED || isForged(c, seq)) return;
        // RFC 7323 5.7, MUST-31
        if (mtu >= c.sizes.pathMtu || !c.options.followsPathMtu()) return;
        c.sizes.setPathMtu(mtu);
        c.recovery.onSmallerMss(now);
    }
}
