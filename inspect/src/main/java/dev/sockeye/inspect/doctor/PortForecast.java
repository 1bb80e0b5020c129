package dev.sockeye.inspect.doctor;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// When the ports for one destination will be used up, if everything goes on as it does. A connection
/// that is open holds its port until it is closed; one in TIME_WAIT until its timer ends, which the
/// kernel tells. So a program that opens and closes at a steady rate may level off, and a forecast that
/// only draws a line through two points would cry wolf.
///
/// @param capacity    how many ports there are
/// @param open        connections that are not in TIME_WAIT
/// @param growth      by how many these grow in a second
/// @param timeWaits   what is left of each TIME_WAIT
/// @param closings    how many connections come into TIME_WAIT in a second
record PortForecast(int capacity, int open, double growth, List<Duration> timeWaits, double closings) {

    /// Linux's TCP_TIMEWAIT_LEN, which cannot be set.
    static final Duration TIME_WAIT = Duration.ofSeconds(60);

    /// Over so long the rate of closings is taken: the TIME_WAITs that are younger.
    static final Duration RECENT = Duration.ofSeconds(10);

    /// The rate of closings, as the timers of those in TIME_WAIT show it: the youngest have the most
    /// time left.
    static double closings(List<Duration> timeWaits) {
        long recent = timeWaits.stream()
                .filter(left -> left.compareTo(TIME_WAIT.minus(RECENT)) > 0)
                .count();
        return recent / (double) RECENT.toSeconds();
    }

    int used() {
        return open + timeWaits.size();
    }

    /// In how long no port is left; null if not within `horizon`.
    @Nullable
    Duration exhaustedIn(Duration horizon) {
        if (used() >= capacity) return Duration.ZERO;
        for (long second = 1; second <= horizon.toSeconds(); second++) {
            if (usedIn(second) >= capacity) return Duration.ofSeconds(second);
        }
        return null;
    }

    private double usedIn(long second) {
        Duration time = Duration.ofSeconds(second);
        long left = timeWaits.stream().filter(each -> each.compareTo(time) > 0).count();
        double added = closings * Math.min(second, TIME_WAIT.toSeconds());
        return open + growth * second + left + added;
    }
}
