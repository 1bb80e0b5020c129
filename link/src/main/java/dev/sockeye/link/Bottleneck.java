package dev.sockeye.link;

/// A transmitter of a given rate with the queue before it, as times: nothing is stored but when each packet leaves.
final class Bottleneck {

    private long[] departures = new long[64];
    private int head;
    private int queued;
    private long busyUntil;

    /// Queues a packet.
    ///
    /// @return when its last bit has left, or -1 if the queue is full
    long departure(Impairment setting, int bytes, long now) {
        while (queued > 0 && departures[head] <= now) {
            head = (head + 1) & (departures.length - 1);
            queued--;
        }
        if (isFull(setting, bytes, now)) return -1;
        busyUntil = Math.max(busyUntil, now) + setting.transmissionNanos(bytes);
        if (queued == departures.length) grow();
        departures[(head + queued++) & (departures.length - 1)] = busyUntil;
        return busyUntil;
    }

    /// Tail drop. The packet that is being sent counts; one packet always fits.
    private boolean isFull(Impairment setting, int bytes, long now) {
        if (queued == 0) return false;
        if (setting.limitPackets > 0) return queued >= setting.limitPackets;
        double backlogBytes = (busyUntil - now) * 1e-9 * setting.bitsPerSecond / 8;
        return backlogBytes + bytes > setting.limitBytes;
    }

    void clear() {
        queued = 0;
        busyUntil = 0;
    }

    private void grow() {
        long[] larger = new long[2 * departures.length];
        for (int i = 0; i < queued; i++) larger[i] = departures[(head + i) & (departures.length - 1)];
        departures = larger;
        head = 0;
    }
}
