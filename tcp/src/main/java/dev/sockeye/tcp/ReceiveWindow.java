package dev.sockeye.tcp;

/// How much the peer may send us: what is announced (`tcp_select_window`), how it grows with what arrives
/// (`tcp_grow_window`), and the size of the receive buffer behind it, tuned to what the program reads in a round
/// trip (`tcp_rcv_space_adjust`).
///
/// A buffer of so many bytes is not a window of so many bytes: Linux charges the memory that a segment occupies,
/// and learns from the segments that arrive which share of it is payload.
final class ReceiveWindow {

    private static final int MAX_UNSCALED = 65535, MAX_SIGNED = 32767;
    static final int MAX_SCALE = 14;
    private static final int MIN_CLAMP = 1152; // SOCK_MIN_RCVBUF / 2

    private final TcpContext context;
    private final SocketOptions options;

    /// `sk_rcvbuf`, bytes.
    int buffer;
    /// Bytes of payload for 256 bytes of buffer: `scaling_ratio`.
    int payloadRatio = 128;
    /// Never announce more: `window_clamp`.
    int clamp;
    /// What the memory allows to announce for now: `rcv_ssthresh`.
    int threshold;
    /// The window as announced last, and the number it was announced from: `rcv_wnd`, `rcv_wup`.
    int window, updatedAt;
    /// The furthest right edge that was ever announced: `rcv_mwnd_seq`.
    private int highestEdge;
    /// The shift that we announce with; 0 without window scaling.
    int scale;

    // Auto-tuning.
    private int space; // bytes read in the last round trip: rcvq_space.space
    private int spaceSeq;
    private long spaceTime;
    private int rttTimes8; // microseconds: rcv_rtt_est
    private int rttSeq;
    private long rttTime;
    private int advMss;
    private int lastTsEcr;

    ReceiveWindow(TcpContext context, SocketOptions options) {
        this.context = context;
        this.options = options;
        buffer = options.receiveBuffer != 0 ? options.receiveBuffer : context.sysctl.tcp_rmem[1];
        clamp = options.windowClamp;
        makeRoomFor(options.receiveLowWater);
    }

    /// As much payload as Linux lays together into one buffer when it collapses a queue, bytes
    /// (`SKB_MAX_ORDER(0, 0)`).
    static final int COLLAPSED = 4096 - 320;

    /// What such a buffer is charged; it has no room for headers.
    static int collapsedTruesize(int payload) {
        int head = payload + 320;
        return 256 + (head <= 576 ? 576 : Integer.highestOneBit(head - 1) << 1);
    }

    /// How many bytes can be copied behind them, at no cost.
    static int collapsedTailroom(int payload) {
        return collapsedTruesize(payload) - 256 - 320 - payload;
    }

    int fromSpace(long bytes) {
        return (int) (bytes * payloadRatio >> 8);
    }

    private long toSpace(long windowBytes) {
        return (windowBytes << 8) / payloadRatio;
    }

    /// Room for payload now.
    int free(int charged) {
        return fromSpace((long) buffer - charged);
    }

    int full() {
        return fromSpace(buffer);
    }

    /// What is left of the announced window: `tcp_receive_window`.
    int remaining(int rcvNxt) {
        return Math.max(0, updatedAt + window - rcvNxt);
    }

    /// The first window that the peer is told of.
    void begin(int rcvNxt) {
        updatedAt = rcvNxt;
        highestEdge = rcvNxt + window;
    }

    /// How far a segment may reach that arrives now (`tcp_max_receive_window`). RFC 7323 2.4: where windows shrink,
    /// what an earlier and larger one allowed may be on its way; see docs/linux/windows.md
    int acceptable(int rcvNxt) {
        return mayShrink() ? Math.max(0, highestEdge - rcvNxt) : remaining(rcvNxt);
    }

    /// The window and scale of a SYN (`tcp_select_initial_window`).
    void initialize(int mss, boolean scaling) {
        int available = Math.max(0, full());
        if (clamp == 0) clamp = MAX_UNSCALED << MAX_SCALE;
        if (options.receiveBuffer != 0) clamp = Math.min(clamp, available);
        available = Math.min(clamp, available);
        if (available > mss) available -= available % mss;
        window = context.sysctl.tcp_workaround_signed_windows != 0 ? Math.min(available, MAX_SIGNED) : available;
        scale = 0;
        if (scaling) {
            long most = Math.max(available, Math.max(context.sysctl.tcp_rmem[2], context.receiveMaximum.getAsInt()));
            most = Math.min(most, clamp);
            // RFC 7323 2.3, MUST-10
            scale = Math.clamp(31 - Integer.numberOfLeadingZeros((int) Math.max(1, most)) - 15, 0, MAX_SCALE);
        }
        clamp = Math.min(MAX_UNSCALED << scale, clamp);
        threshold = window;
    }

    /// The peer does not scale windows.
    void withoutScaling() {
        scale = 0;
        clamp = Math.min(clamp, MAX_UNSCALED);
    }

    /// The connection is established (`tcp_init_buffer_space`).
    void established(int copiedSeq, int rcvMss, int advMss, long now) {
        this.advMss = advMss;
        int most = full();
        spaceSeq = copiedSeq;
        spaceTime = now;
        if (clamp >= most) {
            clamp = most;
            if (context.sysctl.tcp_app_win != 0 && most > 4 * advMss) {
                clamp = Math.max(most - (most >> context.sysctl.tcp_app_win), 4 * advMss);
            }
        }
        if (context.sysctl.tcp_app_win != 0 && clamp > 2 * advMss && clamp + advMss > most) {
            clamp = Math.max(2 * advMss, most - advMss);
        }
        threshold = Math.min(threshold, clamp);
        space = Math.min(Math.min(threshold, window), CongestionWindow.INITIAL * advMss);
    }

    // ---------------------------------------------------------------- what to announce

    /// What could be announced now (`__tcp_select_window`). RFC 9293 3.8.6.2.2, MUST-39
    int select(int charged, AckPolicy acks) {
        int mss = acks.rcvMss;
        int free = free(charged);
        int allowed = full();
        int full = Math.min(allowed, clamp);
        if (mss > full) {
            mss = full;
            if (mss <= 0) return 0;
        }
        if (free < full >> 1) {
            acks.quick = 0;
            if (context.memory.isUnderPressure()) moderate(advMss);
            free = Math.max(0, free) >> scale << scale;
            // SWS avoidance: no window rather than a silly one.
            // RFC 9293 3.8.6.1, MAY-8: for as long as nobody reads.
            if (free < allowed >> 4 || free < mss || mayShrink() && free < 1 << scale) return 0;
        }
        boolean rounded = mayShrink() && free <= threshold;
        free = Math.min(free, threshold);
        if (rounded) return free >> scale << scale;
        if (scale > 0) return free + (1 << scale) - 1 >> scale << scale;
        int offered = window;
        if (offered <= free - mss || offered > free) return free - free % mss;
        if (mss == full && free > offered + (full >> 1)) return free;
        return offered;
    }

    /// `tcp_shrink_window`: the window follows the memory, even to the left.
    private boolean mayShrink() {
        return context.sysctl.tcp_shrink_window != 0 && scale > 0;
    }

    /// Where the peer may take the field for a signed number, it is never negative.
    private int mostUnscaled() {
        return scale == 0 && context.sysctl.tcp_workaround_signed_windows != 0 ? MAX_SIGNED : MAX_UNSCALED;
    }

    /// The window field of the segment that is being sent.
    int announce(int rcvNxt, int charged, AckPolicy acks) {
        int old = window;
        // Linux since 6.6: who drops for want of memory closes the window, although it moves left then. The sender
        // then probes instead of counting retransmissions until it gives up.
        if (acks.noMemory) {
            window = 0;
            updatedAt = rcvNxt;
            return 0;
        }
        int current = remaining(rcvNxt);
        int next = select(charged, acks);
        if (next < current && !mayShrink()) {
            // RFC 9293 3.8.6, SHLD-14; RFC 7323 2.4, MUST-13: the right edge never moves left.
            if (next == 0) context.count(TcpMib.TCPWantZeroWindowAdv);
            next = current + (1 << scale) - 1 >> scale << scale;
        }
        window = next;
        updatedAt = rcvNxt;
        highestEdge = Seq.max(highestEdge, rcvNxt + next);
        // RFC 7323 2.3, MUST-6, MUST-9
        int field = Math.min(next, mostUnscaled() << scale) >> scale;
        if (field == 0 && old != 0) context.count(TcpMib.TCPToZeroWindowAdv);
        else if (field != 0 && old == 0) context.count(TcpMib.TCPFromZeroWindowAdv);
        return field;
    }

    // ---------------------------------------------------------------- what arrives

    /// A longer segment than before shows which share of the memory is payload.
    void learnRatio(int length, int truesize) {
        int learned = (int) (((long) length << 8) / truesize);
        int before = payloadRatio;
        payloadRatio = Math.max(1, learned);
        if (payloadRatio == before) return;
        setClamp(full());
        space = Math.min(space, clamp);
    }

    /// Never announce more than so many bytes (`tcp_set_window_clamp`). Linux: until a segment of a new size has
    /// shown another share of payload.
    void setClamp(int bytes) {
        int before = clamp;
        clamp = Math.max(MIN_CLAMP, bytes);
        if (clamp < before) threshold = Math.min(threshold, clamp);
        else threshold = Math.max(threshold, Math.min(window, clamp));
    }

    /// A read waits for so many bytes: the buffer has to hold them (`tcp_set_rcvlowat`).
    void makeRoomFor(int lowWater) {
        if (options.receiveBuffer != 0) return;
        long needed = toSpace(lowWater);
        if (needed <= buffer) return;
        buffer = (int) Math.min(needed, Integer.MAX_VALUE);
        if (clamp != 0 && clamp < lowWater) clamp = lowWater;
    }

    /// A segment has been queued: the threshold may grow (`tcp_grow_window`).
    void grow(int length, int truesize, int charged, int advMss, AckPolicy acks) {
        int room = Math.min(clamp, free(charged)) - threshold;
        if (room <= 0) return;
        int increment;
        if (fromSpace(truesize) <= length) {
            increment = 2 * advMss;
        } else {
            increment = growForSmall(length, truesize, acks);
        }
        if (increment == 0) return;
        threshold += Math.min(room, Math.max(increment, 2 * length));
        acks.quick |= 1;
    }

    /// Small segments waste memory: the window grows only while it is small enough for that not to matter.
    private int growForSmall(int length, int truesize, AckPolicy acks) {
        int size = fromSpace(truesize) >> 1;
        int most = fromSpace(context.sysctl.tcp_rmem[2]) >> 1;
        while (threshold <= most) {
            if (size <= length) return 2 * acks.rcvMss;
            size >>= 1;
            most >>= 1;
        }
        return 0;
    }

    /// More is queued than the buffer holds (`tcp_clamp_window`).
    ///
    /// @param plentiful whether the host has memory enough for the buffer to grow
    void clampToMemory(int charged, int advMss, boolean plentiful) {
        if (plentiful && options.receiveBuffer == 0 && buffer < context.sysctl.tcp_rmem[2]) {
            buffer = Math.max(buffer, Math.min(charged, context.sysctl.tcp_rmem[2]));
        }
        if (charged > buffer) threshold = Math.min(clamp, 2 * advMss);
    }

    /// The host is short of memory: no more than four segments are asked for at a time (`tcp_adjust_rcv_ssthresh`).
    void moderate(int advMss) {
        threshold = Math.min(threshold, 4 * advMss);
    }

    /// The round trip as a receiver sees it: the time that a window's worth takes to come, from the first data on.
    void measureRtt(int rcvNxt, long now) {
        if (rttTime != 0) {
            if (Seq.lt(rcvNxt, rttSeq)) return;
            updateRtt((now - rttTime) / 1000, false);
        }
        rttSeq = rcvNxt + window;
        rttTime = now;
    }

    /// With timestamps: from our TSval to the first segment that echoes it, if that is a full one.
    ///
    /// @param idle the program has read everything: else the sender may have waited for it
    void measureRtt(int tsEcr, long tsNow, boolean full, boolean idle) {
        if (tsEcr == lastTsEcr) return;
        lastTsEcr = tsEcr;
        int delta = (int) tsNow - tsEcr;
        if (full && delta > 0) updateRtt(delta * 1000L, idle);
    }

    /// @param typical not only an upper bound
    private void updateRtt(long micros, boolean typical) {
        int sample = Math.clamp(micros, 1, Integer.MAX_VALUE >> 3);
        int scaled = sample << 3;
        // A shorter one counts at once: too long an estimate would make the buffer grow too late.
        if (rttTimes8 == 0 || scaled < rttTimes8) rttTimes8 = scaled;
        else if (typical) rttTimes8 += sample - (rttTimes8 >> 3);
    }

    int rttMicros() {
        return rttTimes8 >> 3;
    }

    int spaceBytes() {
        return space;
    }

    /// The program has read: once a round trip, make the buffer hold twice what it read in the last (dynamic
    /// right-sizing, Fisk and Feng 2001).
    ///
    /// @param unread          bytes in the receive queue: what the program leaves there is no reason for more room
    /// @param outOfOrderBytes from the gap to the end of what has come ahead of it
    void onRead(int copiedSeq, int unread, int outOfOrderBytes, long now) {
        long elapsed = (now - spaceTime) / 1000;
        if (rttTimes8 == 0 || elapsed < rttTimes8 >> 3) return;
        int measured = copiedSeq - spaceSeq - unread;
        if (measured > space) enlarge(measured, outOfOrderBytes);
        spaceSeq = copiedSeq;
        spaceTime = now;
    }

    /// What has come ahead of a gap needs room beside what the program reads in a round trip.
    void onOutOfOrder(int outOfOrderBytes) {
        enlarge(space, outOfOrderBytes);
    }

    /// `tcp_rcvbuf_grow`
    private void enlarge(int copied, int outOfOrderBytes) {
        int before = space;
        space = copied;
        if (context.sysctl.tcp_moderate_rcvbuf == 0 || options.receiveBuffer != 0) return;
        // Twice what was read, so that a sender in slow start is not held back; more while it accelerates.
        long wanted = 2L * copied;
        long growth = before == 0 ? 0 : wanted * (copied - before) / before;
        wanted += (growth << 1) + outOfOrderBytes;
        int wantedBuffer = (int) Math.min(toSpace(wanted), context.sysctl.tcp_rmem[2]);
        if (wantedBuffer > buffer) {
            buffer = wantedBuffer;
            clamp = full();
        }
    }
}
