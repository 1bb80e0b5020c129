package dev.sockeye.tcp;

/// When the acknowledgment that [AckPolicy] says is owed goes out by itself, if nothing carries it: now, after a
/// delay, or for several segments together (`__tcp_ack_snd_check`).
final class AckSchedule {

    private final Connection c;

    /// An acknowledgment may be due: [#isDue] decides.
    boolean checkDue;

    private int compressedAcks;
    private int compressedAt, duplicateAcksSent;

    AckSchedule(Connection c) {
        this.c = c;
    }

    /// A segment with an acknowledgment went out.
    void onAckSent() {
        c.acks.onAckSent();
        c.timers.delayedAckAt = c.timers.compressedAckAt = Timers.NEVER;
        c.context.counters.add(TcpMib.TCPAckCompressed, compressedAcks);
        compressedAcks = 0;
    }

    /// The time is over for which one acknowledgment was to stand for several: the others are spared.
    void onCompressedAck() {
        compressedAcks--;
        c.output.ackNow();
    }

    /// What acknowledges the SYN-ACK is data that the program is about to write; if it does not, the delay is the
    /// longest.
    void waitForData(long now) {
        c.acks.schedule();
        c.acks.enterQuickMode(c.receive.window);
        c.timers.delayedAckAt = now + AckPolicy.MAX_MILLIS * Timers.MILLI;
        checkDue = false;
    }

    /// Whether what has arrived is to be acknowledged now; else a timer is set for it (`__tcp_ack_snd_check`).
    boolean isDue(long now) {
        if (!checkDue) return false;
        checkDue = false;
        if (!c.acks.scheduled) return false;
        // RFC 9293 3.8.6.3, SHLD-19. Asked for first, for a window that is half used up ends the quick phase.
        if (c.rcvNxt - c.receive.updatedAt > c.acks.rcvMss) {
            boolean wanted = c.rcvNxt - c.copiedSeq < c.options.receiveLowWater;
            if (wanted || c.receive.select(c.receiveBuffer.charged(), c.acks) >= c.receive.window) return true;
        }
        if (c.acks.now || c.acks.isQuick()) return true;
        return c.outOfOrder.isEmpty() ? delayAck(now) : compressAck(now);
    }

    /// RFC 9293 3.8.6.3, SHLD-18; RFC 5681 4.2, MUST-25
    private boolean delayAck(long now) {
        int most = c.options.delayedAckMaxMillis(c.context.sysctl);
        int millis = c.acks.delay(c.rtt.smoothedMicros() / 1000, c.rtt.hasSample(), most);
        long at = now + Math.max(1, millis) * Timers.MILLI;
        long set = c.timers.delayedAckAt;
        if (set != Timers.NEVER) {
            // Before any data has come the delay is none: but for the kernel's clock, which ticks.
            if (millis == 0 || set <= now + (millis >> 2) * Timers.MILLI) return true;
            at = Math.min(at, set);
        }
        c.timers.delayedAckAt = at;
        return false;
    }

    /// Beyond a gap every segment asks for an ACK (RFC 5681 4.2); after the third, one for some of them will do.
    /// RFC 9293 3.10.7.4, MAY-13
    private boolean compressAck(long now) {
        if (!c.sackPermitted || compressedAcks >= c.context.sysctl.tcp_comp_sack_nr) return true;
        if (compressedAt != c.rcvNxt) {
            compressedAt = c.rcvNxt;
            duplicateAcksSent = 0;
        }
        if (duplicateAcksSent < 3) {
            duplicateAcksSent++;
            return true;
        }
        compressedAcks++;
        if (c.timers.compressedAckAt != Timers.NEVER) return false;
        long micros = c.receive.rttMicros();
        if (c.rtt.hasSample() && c.rtt.smoothedMicros() < micros) micros = c.rtt.smoothedMicros();
        c.timers.compressedAckAt = now + Math.min(c.context.sysctl.tcp_comp_sack_delay_ns, micros * 1000 / 20);
        return false;
    }
}
