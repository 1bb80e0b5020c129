package dev.sockeye.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An [Impairment] in words, read and written.
final class ImpairmentText {

    private static final Map<String, Double> NANOS = Map.of(
            "ns", 1.0, "us", 1e3, "usec", 1e3, "usecs", 1e3, "ms", 1e6, "msec", 1e6, "msecs", 1e6, "s", 1e9, "sec", 1e9,
            "secs", 1e9);

    /// As tc: `bit` is bits, `bps` is bytes, both per second; k, m, g are powers of 1000.
    private static final Map<String, Double> BITS = Map.of(
            "bit", 1.0, "kbit", 1e3, "mbit", 1e6, "gbit", 1e9, "bps", 8.0, "kbps", 8e3, "mbps", 8e6, "gbps", 8e9);

    /// As tc: k and m are powers of 1024.
    private static final Map<String, Double> BYTES =
            Map.of("b", 1.0, "k", 1024.0, "kb", 1024.0, "m", 1048576.0, "mb", 1048576.0, "g", 1073741824.0);

    private static final Map<String, Double> PERCENT = Map.of("%", 0.01);

    private final String text;
    private final List<String> words;
    private int at;

    ImpairmentText(String text) {
        this.text = text;
        this.words = new ArrayList<>();
        for (String word : text.strip().toLowerCase(Locale.ROOT).split("\\s+", 0)) {
            if (!word.isEmpty()) words.add(word);
        }
    }

    Impairment parse() {
        Impairment result = Impairment.NONE.copy();
        String preset = words.isEmpty() ? null : Impairment.PRESETS.get(words.getFirst());
        if (preset != null) {
            result = Impairment.parse(preset).copy();
            at = 1;
        }
        while (at < words.size()) parseClause(words.get(at++), result);
        if (result.reorder > 0 && result.delayNanos == 0) {
            throw bad("reorder needs a delay: a reordered packet is one that goes without it");
        }
        return result;
    }

    private void parseClause(String clause, Impairment into) {
        switch (clause) {
            case "none" -> {
                if (words.size() > 1) throw bad("'none' stands alone");
            }
            case "delay", "latency" -> parseDelay(into);
            case "ordered" -> into.ordered = true;
            case "loss", "drop" -> parseLoss(into);
            case "duplicate" -> into.duplicate = probability(clause);
            case "corrupt" -> into.corrupt = probability(clause);
            case "reorder" -> parseReorder(into);
            case "rate" -> into.bitsPerSecond = (long) quantity(clause, BITS, "100mbit");
            case "limit" -> parseLimit(into);
            case "mtu" -> parseMtu(into);
            default ->
                throw bad("'" + clause + "' is neither a preset ("
                        + String.join(", ", new TreeMap<>(Impairment.PRESETS).keySet())
                        + ") nor one of delay, ordered, loss, duplicate, corrupt, reorder, rate, limit, mtu");
        }
    }

    private void parseDelay(Impairment into) {
        into.delayNanos = (long) quantity("delay", NANOS, "10ms");
        into.jitterNanos = nextIsNumber() ? (long) quantity("jitter", NANOS, "2ms") : 0;
        refuseCorrelation();
        if (skip("distribution")) {
            String name = next("distribution", "normal");
            into.normalJitter = switch (name) {
                case "normal" -> true;
                case "uniform" -> false;
                default -> throw bad("a distribution is uniform or normal, not '" + name + "'");
            };
        }
    }

    private void parseLoss(Impairment into) {
        if (!skip("gemodel")) {
            skip("random");
            into.burstLoss = false;
            into.loss = probability("loss");
            refuseCorrelation();
            return;
        }
        // tc-netem(8): with p alone this is independent loss, for then r = 1 - p.
        into.burstLoss = true;
        into.loss = 0;
        into.goodToBad = probability("loss gemodel");
        into.badToGood = nextIsNumber() ? probability("loss gemodel") : 1 - into.goodToBad;
        into.lossInBad = nextIsNumber() ? probability("loss gemodel") : 1;
        into.lossInGood = nextIsNumber() ? probability("loss gemodel") : 0;
    }

    private void parseReorder(Impairment into) {
        into.reorder = probability("reorder");
        refuseCorrelation();
        if (skip("gap")) into.reorderGap = (int) quantity("gap", Map.of("", 1.0), "5");
    }

    private void parseLimit(Impairment into) {
        boolean packets = at < words.size() && words.get(at).chars().allMatch(c -> c >= '0' && c <= '9');
        into.limitPackets = packets ? (int) quantity("limit", Map.of("", 1.0), "1000") : 0;
        into.limitBytes = packets ? 0 : (long) quantity("limit", BYTES, "64kb");
    }

    private void parseMtu(Impairment into) {
        into.mtu = (int) quantity("mtu", Map.of("", 1.0), "1400");
        // RFC 791 3.1: every router carries 68 bytes.
        if (into.mtu < 68) throw bad("an mtu is at least 68 bytes");
        into.mtuTells = skip("icmp");
    }

    private void refuseCorrelation() {
        if (nextIsNumber()) {
            throw bad("correlations ('" + words.get(at) + "') are not offered; for bursts use loss gemodel");
        }
    }

    private boolean skip(String word) {
        if (at >= words.size() || !words.get(at).equals(word)) return false;
        at++;
        return true;
    }

    private boolean nextIsNumber() {
        return at < words.size() && Character.isDigit(words.get(at).charAt(0));
    }

    private String next(String of, String example) {
        if (at == words.size()) throw bad("'" + of + "' needs a value, such as " + of + " " + example);
        return words.get(at++);
    }

    private double probability(String of) {
        double value = quantity(of, PERCENT, "1%");
        if (value > 1) throw bad("'" + of + "' is 0% to 100%");
        return value;
    }

    /// A number and its unit.
    private double quantity(String of, Map<String, Double> units, String example) {
        String word = next(of, example);
        int digits = 0;
        while (digits < word.length() && (Character.isDigit(word.charAt(digits)) || word.charAt(digits) == '.'))
            digits++;
        Double unit = units.get(word.substring(digits));
        Double number = digits == 0 ? null : parseNumber(word.substring(0, digits));
        if (unit == null || number == null) {
            throw bad("'" + of + " " + word + "': expected something like " + of + " " + example);
        }
        return number * unit;
    }

    private static @Nullable Double parseNumber(String digits) {
        try {
            return Double.valueOf(digits);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private IllegalArgumentException bad(String why) {
        return new IllegalArgumentException("bad link description \"" + text.strip() + "\": " + why);
    }

    static String of(Impairment i) {
        var words = new StringJoiner(" ").setEmptyValue("none");
        if (i.delayNanos > 0 || i.jitterNanos > 0) {
            words.add("delay " + time(i.delayNanos));
            if (i.jitterNanos > 0) words.add(time(i.jitterNanos));
            if (i.normalJitter) words.add("distribution normal");
        }
        if (i.ordered) words.add("ordered");
        if (i.burstLoss) {
            words.add("loss gemodel " + percent(i.goodToBad) + " " + percent(i.badToGood) + " " + percent(i.lossInBad)
                    + " " + percent(i.lossInGood));
        } else if (i.loss > 0) {
            words.add("loss " + percent(i.loss));
        }
        if (i.duplicate > 0) words.add("duplicate " + percent(i.duplicate));
        if (i.corrupt > 0) words.add("corrupt " + percent(i.corrupt));
        if (i.reorder > 0) words.add("reorder " + percent(i.reorder));
        if (i.reorderGap > 0) words.add("gap " + i.reorderGap);
        if (i.bitsPerSecond > 0) {
            words.add("rate " + rate(i.bitsPerSecond));
            words.add("limit " + (i.limitPackets > 0 ? i.limitPackets + "" : i.limitBytes + "b"));
        }
        if (i.mtu > 0) words.add("mtu " + i.mtu + (i.mtuTells ? " icmp" : ""));
        return words.toString();
    }

    private static String time(long nanos) {
        if (nanos % 1_000_000_000 == 0 && nanos > 0) return nanos / 1_000_000_000 + "s";
        if (nanos % 1_000_000 == 0) return nanos / 1_000_000 + "ms";
        return nanos % 1_000 == 0 ? nanos / 1_000 + "us" : nanos + "ns";
    }

    private static String rate(long bits) {
        if (bits % 1_000_000_000 == 0) return bits / 1_000_000_000 + "gbit";
        if (bits % 1_000_000 == 0) return bits / 1_000_000 + "mbit";
        return bits % 1_000 == 0 ? bits / 1_000 + "kbit" : bits + "bit";
    }

    private static String percent(double probability) {
        // Seven digits are below what a test could tell apart, and hide the noise of binary fractions.
        String digits = String.format(Locale.ROOT, "%.7f", probability * 100);
        return digits.replaceAll("\\.?0+$", "") + "%";
    }
}
