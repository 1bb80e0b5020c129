package dev.sockeye.cli.watch;

/// The last values of something, the oldest first.
final class Series {

    /// How many are kept.
    static final int LENGTH = 120;

    private final float[] values = new float[LENGTH];
    private int count;

    void add(double value) {
        values[count++ % LENGTH] = (float) value;
    }

    int size() {
        return Math.min(count, LENGTH);
    }

    /// @param index 0 for the oldest of those that are kept
    double get(int index) {
        int first = Math.max(0, count - LENGTH);
        return values[(first + index) % LENGTH];
    }

    double last() {
        return count == 0 ? 0 : values[(count - 1) % LENGTH];
    }

    double largest() {
        double largest = 0;
        for (int i = 0; i < size(); i++) largest = Math.max(largest, get(i));
        return largest;
    }
}
