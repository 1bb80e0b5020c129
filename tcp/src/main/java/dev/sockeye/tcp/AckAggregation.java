package dev.sockeye.tcp;

/// How much more than the bandwidth explains is acknowledged at once where a path, or a receiver, gathers ACKs: so much
/// more is to be in flight, lest the path run dry in between. The largest excess of the last five to ten rounds.
final class AckAggregation {

    private static final int WINDOW_ROUNDS = 5;
    /// An epoch is over when so many packets were acknowledged in it.
    private static final int MOST_OF_EPOCH = 1 << 20;
    /// No more is made up for than comes in so long; microseconds.
    private static final long MOST_MICROS = 100_000;

    private long epochStart;
    private int epochAcked;
    private final int[] excess = new int[2];
    private int current;
    private int rounds;

    /// Counting begins anew: ACKs were silent because nothing was sent.
    void beginEpoch(long now) {
        epochStart = now;
        epochAcked = 0;
    }

    void reset(long now) {
        beginEpoch(now);
        excess[0] = excess[1] = 0;
        current = rounds = 0;
    }

    /// An ACK came.
    void onAck(int acked, long bandwidth, boolean roundStart, int window, long now) {
        if (roundStart && ++rounds >= WINDOW_ROUNDS) {
            rounds = 0;
            current ^= 1;
            excess[current] = 0;
        }
        long expected = Bandwidth.packets(bandwidth, (now - epochStart) / 1000);
        // ACKs come no faster than they should: what was gathered is out.
        if (epochAcked <= expected || epochAcked + acked >= MOST_OF_EPOCH) {
            beginEpoch(now);
            expected = 0;
        }
        epochAcked += acked;
        int extra = (int) Math.min(epochAcked - expected, window);
        excess[current] = Math.max(excess[current], extra);
    }

    /// Packets to have in flight on top of the bandwidth-delay product.
    int packets(long bandwidth) {
        return (int) Math.min(Math.max(excess[0], excess[1]), Bandwidth.packets(bandwidth, MOST_MICROS));
    }
}
