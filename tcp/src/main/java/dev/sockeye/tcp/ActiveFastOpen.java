package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;
import java.lang.foreign.MemorySegment;

/// A connection that our program opens with Fast Open (RFC 7413 4.1.3 and 4.2.1): with `MSG_FASTOPEN`, or with
/// `TCP_FASTOPEN_CONNECT`, where connecting waits for the first write. Which cookie the SYN carries, or asks for, how
/// much data goes with it, and what the SYN-ACK makes of it all.
final class ActiveFastOpen {

    /// Bits of `tcp_fastopen`.
    static final int CLIENT = 1, NO_COOKIE = 4;

    /// `tcpi_fastopen_client_fail`
    private static final int COOKIE_UNAVAILABLE = 1, DATA_NOT_ACKED = 2, SYN_RETRANSMITTED = 3;

    /// What is left free beside the data: as much as TCP options can take, for boxes on the way that add some.
    private static final int OPTION_ROOM = 40;

    private final Connection c;

    /// The option of the SYN: the cookie's length, 0 to ask for one, -1 for no option.
    private int cookieLength;

    private final byte[] cookie = new byte[16];
    private boolean experimental;

    /// Connecting waits for the first write.
    private boolean deferred;
    /// It was not, for there was no cookie: the SYN has asked for one.
    private boolean busy;
    /// What the server is taken to accept until its SYN-ACK says so, bytes.
    private int assumedMss;
    /// The SYN has a second segment in the queue, which goes with it.
    private boolean paired;
    /// The SYN had the option (`syn_fastopen`), of the experimental kind; it had data (`syn_data`).
    private boolean optionSent, experimentalSent, dataSent;
    /// The first attempt after a pause: see [FastOpenPause].
    private boolean trial;

    /// Why it did not work, as `tcpi_fastopen_client_fail` tells it.
    int clientFail;

    /// When the connection ended, all that had come of the peer was a FIN behind a gap.
    private boolean loneFin;

    ActiveFastOpen(Connection c) {
        this.c = c;
    }

    // ---------------------------------------------------------------- opening

    boolean isDeferred() {
        return deferred;
    }

    /// `TCP_FASTOPEN_CONNECT`: `connect` waits for the first write, if that can go with the SYN.
    ///
    /// @return whether it waits; if not, the SYN is to ask for a cookie
    boolean defer(long now) {
        deferred = mayCarryData(c.sizes.advertisedMss, now) >= 0;
        busy = !deferred;
        return deferred;
    }

    boolean isBusy() {
        return busy;
    }

    /// Sends the SYN, and with it as much of these bytes as may go.
    ///
    /// @return the count, or `-EINPROGRESS` where none went
    int open(MemorySegment from, long offset, int length, int flags, long now) {
        int mss = mayCarryData(c.sizes.advMss, now);
        deferred = false;
        Opening.prepareSyn(c, now);
        int count = 0;
        if (mss >= 0) {
            c.sizes.assumePeerMss(mss);
            count = Math.min(length, c.sizes.largest() - OPTION_ROOM);
        } else {
            // Linux: a SYN-ACK without the option leaves it at this, and not at 536, see docs/linux/fast-open.md
            c.sizes.peerMss = c.options.maxSegment > 0 ? Math.min(assumedMss, c.options.maxSegment) : assumedMss;
            if (cookieLength > 0) cookieLength = 0;
        }
        c.send.appendControl(Segment.SYN);
        int before = c.send.writeSeq;
        if (mss >= 0) appendData(from, offset, count, now);
        // Linux: what goes with the SYN counts as a write without copy; see docs/linux/errqueue.md
        boolean zeroCopy = (flags & Connection.MSG_ZEROCOPY) != 0 && c.options.zeroCopy;
        if (zeroCopy && count > 0) c.zeroCopy().begin(count, before);
        c.output.sendSyn();
        return count > 0 ? count : Errno.EINPROGRESS.asResult();
    }

    /// What goes with the SYN stands in the queue behind it, so that it can be acknowledged, and sent again, by
    /// itself. Linux: also where it is empty.
    private void appendData(MemorySegment from, long offset, int count, long now) {
        TxSegment data = c.send.appendSegment();
        data.flags |= Segment.PSH;
        if (count > 0) {
            c.send.append(data, from, offset, count);
            c.busy.start(BusyTime.Reason.BUSY, now);
        }
        paired = true;
        dataSent = count > 0;
    }

    /// Looks up what is known of the server, and decides (`tcp_fastopen_cookie_check`).
    ///
    /// @param mss to reckon with where none is known
    /// @return the MSS to reckon with, or -1 if no data may go with the SYN
    private int mayCarryData(int mss, long now) {
        // RFC 7413 4.2.1, MUST-10; RFC 7413 4.2.2, MUST-11; RFC 7413 4.1.3, SHLD-1
        cookieLength = 0;
        experimental = false;
        FastOpenCache.Server known = c.context.fastOpenCache.find(c.tuple);
        if (known != null) {
            if (known.mss != 0) mss = known.mss;
            cookieLength = known.cookieLength;
            System.arraycopy(known.cookie, 0, cookie, 0, cookieLength);
            experimental = known.cookieLength > 0
                    ? known.cookieExperimental
                    : known.kind == FastOpenCache.Kind.EXPERIMENTAL_NEXT;
        }
        assumedMss = mss;
        // RFC 7413 4.1.3.1, SHLD-2
        if (c.context.fastOpenPause.isOn(now)) {
            cookieLength = -1;
            return -1;
        }
        trial = c.context.fastOpenPause.isOnTrial();
        if ((c.context.sysctl.tcp_fastopen & NO_COOKIE) != 0 || c.options.fastOpenNoCookie) {
            cookieLength = -1;
            return mss;
        }
        if (cookieLength > 0) return mss;
        clientFail = COOKIE_UNAVAILABLE;
        return -1;
    }

    /// Whether the next segment of the queue goes with the SYN that is being sent.
    boolean isPaired() {
        boolean is = paired;
        paired = false;
        return is;
    }

    /// The option goes onto the SYN, and not onto those that repeat it. RFC 7413 4.2.2, SHLD-3
    void writeOption(Segment syn) {
        if (cookieLength < 0) return;
        syn.fastOpenLength = cookieLength;
        syn.fastOpenExperimental = experimental;
        System.arraycopy(cookie, 0, syn.fastOpenCookie, 0, cookieLength);
        optionSent = true;
        experimentalSent = experimental;
        cookieLength = -1;
    }

    // ---------------------------------------------------------------- the answer

    /// The SYN-ACK has come, and what it acknowledges is out of the queue (RFC 7413 4.2.1,
    /// `tcp_rcv_fastopen_synack`).
    ///
    /// @return whether the data on the SYN is to go again: it carries the acknowledgment
    boolean onSynAck(Segment seg, long now) {
        if (!optionSent && !dataSent) return false;
        boolean unacknowledged = dataSent && !c.send.inFlight.isEmpty();
        remember(seg, unacknowledged, now);
        if (unacknowledged) {
            // RFC 7413 4.2.2, SHLD-5
            clientFail = c.totalRetransmits > 0 ? SYN_RETRANSMITTED : DATA_NOT_ACKED;
            c.recovery.onSynDataLost();
            c.context.count(TcpMib.TCPFastOpenActiveFail);
            return true;
        }
        if (dataSent) {
            c.fastOpen.synDataAcked = true;
            c.context.count(TcpMib.TCPFastOpenActive);
            // The SYN and the data on it are one packet.
            if (c.rate.delivered > 1) c.rate.delivered--;
        }
        c.fastOpen.takeSynData(seg, now);
        return false;
    }

    private void remember(Segment seg, boolean unacknowledged, long now) {
        // A cookie that we did not ask for is not taken.
        int given = optionSent ? seg.fastOpenLength : -1;
        boolean lost = false;
        FastOpenCache.Kind next = FastOpenCache.Kind.STANDARD;
        if (optionSent && c.totalRetransmits > 0) {
            // The server may have seen only the SYN without data.
            lost = given < 0 && unacknowledged;
        } else if (optionSent && given < 0 && !dataSent) {
            next = experimentalSent ? FastOpenCache.Kind.STANDARD_FOR_GOOD : FastOpenCache.Kind.EXPERIMENTAL_NEXT;
        }
        FastOpenCache.Server server = c.context.fastOpenCache.of(c.tuple);
        // What the server has announced, not what the program allows.
        int mss = c.sizes.peerMss == c.options.maxSegment ? seg.mss : c.sizes.peerMss;
        if (mss != 0) server.mss = mss;
        // RFC 7413 4.1.3, MUST-6
        if (given > 0) {
            server.cookieLength = given;
            server.cookieExperimental = seg.fastOpenExperimental;
            System.arraycopy(seg.fastOpenCookie, 0, server.cookie, 0, given);
        } else if (next.compareTo(server.kind) > 0 && server.cookieLength == 0) {
            server.kind = next;
        }
        if (lost) {
            server.synLosses++;
            server.lastSynLossAt = now;
        } else {
            server.synLosses = 0;
        }
    }

    // ---------------------------------------------------------------- black holes

    /// Whether the connection has used Fast Open so that something on the path may mind.
    boolean wasUsed() {
        return optionSent || dataSent;
    }

    boolean hasSentData() {
        return dataSent;
    }

    /// A RST came that is not acceptable, before any data: a firewall may have been confused by ours.
    void onUnacceptableReset(long now) {
        if (optionSent && c.dataSegmentsIn == 0 && c.state == TcpState.ESTABLISHED) c.context.fastOpenPause.begin(now);
    }

    /// The connection ends; what is out of order is still there.
    void onEnd() {
        loneFin = c.outOfOrder.isLoneFin();
    }

    /// Nothing is left of the connection (`tcp_fastopen_active_disable_ofo_check`).
    void onGone(long now) {
        if (!optionSent) return;
        FastOpenPause pause = c.context.fastOpenPause;
        if (c.dataSegmentsIn == 0) {
            if (loneFin) pause.begin(now);
        } else if (trial && pause.isOnTrial() && !c.tuple.remote().ip().isLoopback()) {
            pause.end();
        }
    }
}
