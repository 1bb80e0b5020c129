package dev.sockeye.tcp;

/// The smallest of the samples of a sliding window of time, kept with three values (Kathleen Nichols' algorithm,
/// as Linux's lib/win_minmax.c): the smallest, and the smallest ones of what came after it.
final class WindowedMin {

    /// What [#get] says before the first sample.
    static final int NONE = -1;

    private final int[] value = {NONE, NONE, NONE};
    private final long[] time = new long[3];

    int get() {
        return value[0];
    }

    private void set(int i, int sample, long now) {
        value[i] = sample;
        time[i] = now;
    }

    void reset(int sample, long now) {
        for (int i = 0; i < 3; i++) set(i, sample, now);
    }

    /// Takes a sample; `window` and `now` in one unit.
    int update(int sample, long now, long window) {
        if (value[0] == NONE || sample <= value[0] || now - time[2] > window) {
            reset(sample, now);
            return value[0];
        }
        if (sample <= value[1]) {
            set(2, sample, now);
            set(1, sample, now);
        } else if (sample <= value[2]) {
            set(2, sample, now);
        }
        return expire(sample, now, window);
    }

    private int expire(int sample, long now, long window) {
        long age = now - time[0];
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
        return value[0];
    }

    private void shift() {
        set(0, value[1], time[1]);
        set(1, value[2], time[2]);
    }
}
