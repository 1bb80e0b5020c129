package dev.sockeye.tcp;

/// The pacing rate of both versions of BBR, and how large its bursts are.
final class BbrPacing {

    /// Below 1.2 Mbit/s each packet goes alone; bytes per second.
    private static final long SLOW = 1_200_000 >> 3;

    private static final int MOST_PACKETS = 127;

    private final Connection c;
    private final int startupGain;
    private boolean rttSeen;

    BbrPacing(Connection c, int startupGain) {
        this.c = c;
        this.startupGain = startupGain;
    }

    /// The connection is paced from now on: at first by the window and the round trip of the handshake, a millisecond
    /// where that is not known.
    void init() {
        c.pacer.turnOn();
        rttSeen = false;
        initRate();
    }

    private void initRate() {
        int micros = 1000;
        if (c.rtt.hasSample()) {
            micros = Math.max(c.rtt.smoothedMicros(), 1);
            rttSeen = true;
        }
        long bandwidth = Bandwidth.of(c.cwnd.segments, micros);
        c.pacer.setRate(Bandwidth.pacingRate(bandwidth, c.sizes.mss, startupGain));
    }

    /// Until the path was found full the rate only rises: what was delivered so far may have been little because
    /// little was sent.
    void set(long bandwidth, int gain, boolean full) {
        if (!rttSeen && c.rtt.hasSample()) initRate();
        long rate = Bandwidth.pacingRate(bandwidth, c.sizes.mss, gain);
        if (full || rate > c.pacer.rate) c.pacer.setRate(rate);
    }

    int leastBurst() {
        return c.pacer.rate < SLOW ? 1 : 2;
    }

    /// Packets of a burst, as the rate has it: about a millisecond's worth.
    int burst() {
        long bytes = Math.min(c.pacer.rate >> 10, Output.MAX_BURST);
        return Math.min(Math.max((int) (bytes / c.sizes.mss), leastBurst()), MOST_PACKETS);
    }
}
