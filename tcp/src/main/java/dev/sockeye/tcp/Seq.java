package dev.sockeye.tcp;

/// Arithmetic of sequence numbers modulo 2^32 (RFC 9293 3.4): comparisons hold for numbers less than 2^31 apart.
public final class Seq {

    private Seq() {}

    /// `a < b`
    public static boolean lt(int a, int b) {
        return a - b < 0;
    }

    /// `a <= b`
    public static boolean leq(int a, int b) {
        return a - b <= 0;
    }

    /// `a > b`
    public static boolean gt(int a, int b) {
        return a - b > 0;
    }

    /// `a >= b`
    public static boolean geq(int a, int b) {
        return a - b >= 0;
    }

    /// The later of two.
    public static int max(int a, int b) {
        return lt(a, b) ? b : a;
    }

    /// The earlier of two.
    public static int min(int a, int b) {
        return lt(a, b) ? a : b;
    }

    /// `from <= seq <= to`, for a range that may wrap.
    public static boolean between(int seq, int from, int to) {
        return Integer.compareUnsigned(to - from, seq - from) >= 0;
    }
}
