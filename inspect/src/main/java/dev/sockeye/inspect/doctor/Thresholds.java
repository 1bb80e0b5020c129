package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Durations;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// From when on something is worth a word. Each has a reason, which `docs/doctor.md` gives; each can be
/// set.
public final class Thresholds {

    private final Map<String, Duration> spans = new LinkedHashMap<>();
    private final Map<String, Long> numbers = new LinkedHashMap<>();

    private Thresholds() {}

    /// Those that fit an ordinary server.
    public static Thresholds standard() {
        var standard = new Thresholds();
        // tcp_fin_timeout: after it the peer's kernel has forgotten the connection, and nothing can be
        // sent any more
        standard.spans.put("close-wait", Duration.ofSeconds(60));
        // who answers a question for so long has most likely forgotten it
        standard.spans.put("busy", Duration.ofMinutes(10));
        // no pool that is looked after keeps an idle connection for longer
        standard.spans.put("pool-age", Duration.ofMinutes(30));
        standard.numbers.put("pool-size", 20L);
        // the most that a server leaves in a buffer when it closes an idle connection: an alert, a line
        // of text
        standard.numbers.put("farewell", 512L);
        standard.numbers.put("leak", 100L);
        standard.spans.put("not-accepted", Duration.ofSeconds(30));
        standard.numbers.put("connect-timeouts", 4L);
        standard.numbers.put("syn-recv", 128L);
        standard.numbers.put("orphans", 100L);
        standard.spans.put("half-closed", Duration.ofMinutes(5));
        standard.numbers.put("time-wait", 10_000L);
        standard.spans.put("idle", Duration.ofHours(2));
        standard.spans.put("no-window", Duration.ofSeconds(30));
        standard.numbers.put("unread", 16_384L);
        standard.numbers.put("silent-timeouts", 5L);
        standard.numbers.put("retransmitted", 100L);
        standard.numbers.put("retransmitted-percent", 5L);
        standard.numbers.put("ports-percent", 80L);
        standard.spans.put("ports-forecast", Duration.ofMinutes(10));
        standard.numbers.put("limited-percent", 50L);
        standard.spans.put("transfer", Duration.ofSeconds(5));
        return standard;
    }

    /// Their names.
    public List<String> names() {
        return Stream.concat(spans.keySet().stream(), numbers.keySet().stream())
                .sorted()
                .toList();
    }

    /// The same, but for one: a number, or a duration such as `500ms`, `30s`, `5min`, `2h`.
    ///
    /// @throws IllegalArgumentException with a line for the user
    public Thresholds with(String name, String value) {
        var changed = new Thresholds();
        changed.spans.putAll(spans);
        changed.numbers.putAll(numbers);
        if (spans.containsKey(name)) changed.spans.put(name, Durations.parse(value));
        else if (numbers.containsKey(name)) changed.numbers.put(name, number(name, value));
        else
            throw new IllegalArgumentException(
                    "there is no threshold '" + name + "'; there are " + String.join(", ", names()));
        return changed;
    }

    private static long number(String name, String value) {
        if (!value.matches("[0-9]{1,9}"))
            throw new IllegalArgumentException(name + " is a number, not '" + value + "'");
        return Long.parseLong(value);
    }

    Duration span(String name) {
        return Objects.requireNonNull(spans.get(name), name);
    }

    long number(String name) {
        return Objects.requireNonNull(numbers.get(name), name);
    }
}
