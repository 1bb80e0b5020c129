package dev.sockeye.tcp;

/// Arithmetic of bandwidths as both versions of BBR keep them: packets per microsecond, times 2^24, so that neither a
/// few bytes per second nor hundreds of gigabits lose precision. Gains are in units of 1/256.
final class Bandwidth {

    static final int SHIFT = 24;
    static final long UNIT = 1L << SHIFT;

    static final int GAIN_SHIFT = 8;
    static final int GAIN_UNIT = CongestionInfo.GAIN_UNIT;

    /// How much slower than the estimate packets are paced, on average, so that queues drain; percent.
    static final int PACING_MARGIN = 1;

    private Bandwidth() {}

    static long of(int packets, long micros) {
        return packets * UNIT / micros;
    }

    /// Packets that a bandwidth carries in so many microseconds, rounded down.
    static long packets(long bandwidth, long micros) {
        return bandwidth * micros >> SHIFT;
    }

    /// So many times the bandwidth-delay product, in packets, rounded up.
    static int product(long bandwidth, int micros, int gain) {
        long packets = (bandwidth * micros * gain >> GAIN_SHIFT) + UNIT - 1 >> SHIFT;
        return (int) Math.min(packets, Integer.MAX_VALUE / 4);
    }

    static long bytesPerSecond(long bandwidth, int mss) {
        return bandwidth * mss * 1_000_000 >> SHIFT;
    }

    /// The pacing rate of so many times a bandwidth, less the margin; bytes per second.
    static long pacingRate(long bandwidth, int mss, int gain) {
        int scale = 1_000_000 / 100 * (100 - PACING_MARGIN);
        return Math.min(bandwidth * mss * gain >> GAIN_SHIFT, Long.MAX_VALUE / scale) * scale >> SHIFT;
    }
}
