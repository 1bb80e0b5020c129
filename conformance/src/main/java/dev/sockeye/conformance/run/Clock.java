package dev.sockeye.conformance.run;

import dev.sockeye.conformance.machine.HostUnderTest;
import dev.sockeye.conformance.script.EventTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The script's time, and how exactly it is kept.
final class Clock {

    private final HostUnderTest machine;
    private final Configuration configuration;
    private final long begin;

    /// How long it takes until a packet that is injected has reached the stack: on a real machine nothing
    /// arrives at
    /// the very moment at which something else has left.
    private static final long ARRIVAL = 10_000;

    /// When the event before was to be, for the tolerance grows with the distance; -1 at first.
    private long previous = -1;

    /// Whether that was a packet that arrived.
    private boolean previousArrived;

    Clock(HostUnderTest machine, Configuration configuration) {
        this.machine = machine;
        this.configuration = configuration;
        this.begin = machine.now();
    }

    long now() {
        return machine.now();
    }

    long sinceBegin(long at) {
        return at - begin;
    }

    /// When an event is due that counts from now; packets that arrive one after the other count from each
    /// other.
    EventTime due(EventTime time, boolean arrives) {
        long now = previousArrived && arrives ? previous : machine.now();
        long base = time.isRelative() ? now : begin;
        return new EventTime(time.kind(), base + time.from(), base + time.to());
    }

    /// Lets time pass until an event that is due now happens.
    void await(EventTime due, boolean arrives) {
        machine.advanceTo(arrives ? Math.max(due.from(), machine.now()) + ARRIVAL : due.from());
    }

    /// An event was due then, and is over.
    void passed(EventTime due, boolean arrived) {
        previousArrived = arrived;
        previous = due.kind() == EventTime.Kind.ANY ? machine.now() : due.from();
    }

    private long tolerance(long expected) {
        double scaled = previous < 0 ? 0 : (expected - previous) * configuration.tolerancePercent() / 100;
        return Math.max(configuration.toleranceNanos(), (long) scaled);
    }

    /// What is wrong with the time at which something happened, or null.
    ///
    /// @param due the times to compare with, on the machine's clock
    @Nullable
    String difference(EventTime due, long actual, String what) {
        if (due.kind() == EventTime.Kind.ANY) return null;
        long tolerance = tolerance(due.from());
        if (actual >= due.from() - tolerance && actual <= due.to() + tolerance) return null;
        String expected = due.from() == due.to()
                ? "at " + seconds(due.from() - begin) + " sec"
                : "in time range " + seconds(due.from() - begin) + "~" + seconds(due.to() - begin) + " sec";
        return "timing error: expected " + what + " " + expected + " but happened at " + seconds(actual - begin)
                + " sec; tolerance " + seconds(tolerance) + " sec";
    }

    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.6f", nanos / 1e9);
    }
}
