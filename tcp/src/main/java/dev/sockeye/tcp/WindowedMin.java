package dev.sockeye.tcp;

/// The smallest of the samples of a sliding window of time, kept with three values (Kathleen Nichols' algorithm,
/// as Linux's lib/win_minmax.c): the smallest, and the smallest ones of what came after it.
final class WindowedMin {

    /// What [#get] says before the first sample.
    static final int NONE = -1;

    private int first = NONE, second = NONE, third = NONE;
    // When each was taken.
    private long firstAt, secondAt, thirdAt;

    int get() {
        return first;
    }

    void reset(int sample, long now) {
        first = sample;
        firstAt = now;
        setSecond(sample, now);
    }

    private void setSecond(int sample, long now) {
        second = sample;
        secondAt = now;
        setThird(sample, now);
    }

    private void setThird(int sample, long now) {
        third = sample;
        thirdAt = now;
    }

    /// Takes a sample; `window` and `now` in one unit.
    int update(int sample, long now, long window) {
        if (first == NONE || sample <= first || now - thirdAt > window) {
            reset(sample, now);
            return first;
        }
        if (sample <= second) setSecond(sample, now);
        else if (sample <= third) setThird(sample, now);
        return expire(sample, now, window);
    }

    private int expire(int sample, long now, long window) {
        long age = now - firstAt;
        if (age > window) {
            shift(sample, now);
            if (now - firstAt > window) shift(sample, now);
        } else if (secondAt == firstAt && age > window / 4) {
            setSecond(sample, now);
        } else if (thirdAt == secondAt && age > window / 2) {
            setThird(sample, now);
        }
        return first;
    }

    private void shift(int sample, long now) {
        first = second;
        firstAt = secondAt;
        second = third;
        secondAt = thirdAt;
        setThird(sample, now);
    }
}
