package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.PlainWords;

/// Amounts as findings tell them.
final class AmountWords {

    private AmountWords() {}

    static String bytes(long count) {
        return PlainWords.count(count, "byte", "bytes");
    }

    static String percent(long part, long whole) {
        return whole == 0 ? "0 %" : Math.round(100.0 * part / whole) + " %";
    }
}
