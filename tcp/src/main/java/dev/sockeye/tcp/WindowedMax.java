package dev.sockeye.tcp;

/// The largest of the samples of a sliding window, kept with three values as [WindowedMin] keeps the smallest. The
/// window is counted in rounds, or whatever the caller counts.
final class WindowedMax {

    private final long[] value = new long[3];
    private final int[] time = new int[3];

    long get() {
        return value[0];
    }

    private void set(int i, long sample, int now) {
        value[i] = sample;
        time[i] = now;
    }

    void reset(long sample, int now) {
        for (int i = 0; i < 3; i++) set(i, sample, now);
    }

    void update(long sample, int now, int window) {
        if (sample >= value[0] || now - time[2] > window) {
            reset(sample, now);
            return;
        }
        if (sample >= value[1]) {
            set(2, sample, now);
            set(1, sample, now);
        } else if (sample >= value[2]) {
            set(2, sample, now);
        }
        expire(sample, now, window);
    }

    private void expire(long sample, int now, int window) {
        int age = now - time[0];
        if (age > window) {
            shift();
            set(2, sample, now);
            if (now - time[0] > window) {
                shift();
                set(2, sample, now);
            }
        } else if (time[1] == time[0] && age > window / 4) {
            set(2, sample, now);
            set(1, sample, now);
        } else if (time[2] == time[1] && age > window / 2) {
            set(2, sample, now);
        }
    }

    private void shift() {
        set(0, value[1], time[1]);
        set(1, value[2], time[2]);
    }
}
