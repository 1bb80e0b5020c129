package dev.sockeye.cli;

import dev.sockeye.conformance.Result;
import java.util.EnumMap;
import java.util.Map;

/// What is said of scripts that were run: nothing of a single one that passed, as packetdrill does.
final class PacketdrillReport {

    private final Sockeye sockeye;
    private final boolean json;
    private final boolean several;
    private final Map<Result.Status, Integer> counts = new EnumMap<>(Result.Status.class);

    PacketdrillReport(Sockeye sockeye, boolean json, boolean several) {
        this.sockeye = sockeye;
        this.json = json;
        this.several = several;
    }

    void add(Result result) {
        counts.merge(result.status(), 1, Integer::sum);
        if (json) {
            sockeye.out().println(json(result));
            return;
        }
        result.log().forEach(sockeye.out()::println);
        if (several) {
            String word = result.passed() ? "OK  " : result.status() == Result.Status.UNSUPPORTED ? "SKIP" : "FAIL";
            sockeye.out().println(word + " [" + result.script() + " (" + result.ipVersion() + ")]");
        }
        if (!result.passed()) sockeye.out().println(result.report());
    }

    private int count(Result.Status status) {
        return counts.getOrDefault(status, 0);
    }

    void summarize() {
        if (!several || json) return;
        int runs = counts.values().stream().mapToInt(Integer::intValue).sum();
        var line = new StringBuilder("Ran " + runs + ": " + count(Result.Status.PASSED) + " passing, "
                + count(Result.Status.FAILED) + " failing");
        if (count(Result.Status.UNSUPPORTED) > 0) {
            line.append(", ").append(count(Result.Status.UNSUPPORTED)).append(" not supported");
        }
        if (count(Result.Status.INVALID) > 0)
            line.append(", ").append(count(Result.Status.INVALID)).append(" no scripts");
        sockeye.out().println(line);
    }

    int exitCode() {
        if (count(Result.Status.FAILED) + count(Result.Status.UNSUPPORTED) > 0) return ExitCode.FAILED;
        return count(Result.Status.INVALID) > 0 ? ExitCode.USAGE : ExitCode.OK;
    }

    // ---------------------------------------------------------------- JSON

    private static String json(Result result) {
        return "{\"script\":" + quoted(result.script().toString())
                + ",\"ip_version\":" + quoted(result.ipVersion())
                + ",\"status\":" + quoted(result.status().name().toLowerCase(java.util.Locale.ROOT))
                + ",\"line\":" + result.line()
                + ",\"message\":" + quoted(result.message()) + "}";
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(c < 0x20 ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        return quoted.append('"').toString();
    }
}
