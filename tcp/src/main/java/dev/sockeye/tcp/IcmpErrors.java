package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;

/// What ICMP tells of segments of ours (`tcp_v4_err`, `tcp_v6_err`): that they do not arrive, or are too long for the
/// path.
final class IcmpErrors {

    private final Connection c;

    IcmpErrors(Connection c) {
        this.c = c;
    }

    /// Whether a segment of ours with this number is in flight: what an ICMP message quotes must be (RFC 5927
    /// 4.1).
    boolean isInFlight(int seq) {
        return c.state != TcpState.CLOSED && Seq.between(seq, firstInFlight(), c.sndNxt);
    }

    private int firstInFlight() {
        return c.fastOpen.passive != null ? c.fastOpen.passive.iss() : c.sndUna;
    }

    private boolean isCredible(int seq) {
        if (c.state == TcpState.CLOSED) return false;
        if (isInFlight(seq)) return true;
        c.context.count(TcpMib.OutOfWindowIcmps);
        return false;
    }

    /// It did not arrive.
    void onError(Errno icmp, boolean fatal, int seq) {
        if (!isCredible(seq)) return;
        // RFC 9293 3.9.2.2, RFC 5461: only a connection that is being opened gives up; with Fast Open, one that no
        // program has yet.
        boolean opening = c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RCVD;
        if (opening && !c.fastOpen.isHeldByProgram()) {
            c.error = icmp.number();
            c.raise(Readiness.ERR | Readiness.IN | Readiness.OUT | Readiness.HUP);
            c.teardown.done(Journal.Cause.ICMP);
        } else if (c.options.receiveErrors) {
            c.error = icmp.number();
            c.raise(Readiness.ERR);
        } else {
            // RFC 9293 3.9.1.8, MUST-47, SHLD-20; RFC 9293 3.9.2.2, MUST-56, SHLD-25: told to who asks.
            c.softError = icmp.number();
        }
    }

    /// It was too long.
    void onPacketTooBig(int mtu, int seq, long now) {
        if (!isCredible(seq)) return;
        // RFC 7323 5.7, MUST-31
        if (mtu >= c.sizes.pathMtu || !c.options.followsPathMtu()) return;
        c.sizes.narrow(mtu);
        c.recovery.onSmallerMss(now);
    }
}
