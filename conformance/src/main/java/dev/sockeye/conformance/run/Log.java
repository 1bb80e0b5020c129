package dev.sockeye.conformance.run;

import java.util.ArrayList;
import java.util.List;

/// What is told of each event, where that is wanted.
final class Log {

    private final boolean wanted;
    private final long begin;
    private final List<String> lines = new ArrayList<>();

    Log(boolean wanted, long begin) {
        this.wanted = wanted;
        this.begin = begin;
    }

    void event(long at, String kind, String text) {
        if (wanted) lines.add(kind + ":  " + Clock.seconds(at - begin) + " " + text);
    }

    void output(String text) {
        text.lines().forEach(lines::add);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
