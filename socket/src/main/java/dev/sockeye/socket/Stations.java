package dev.sockeye.socket;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// All that a driver's threads go round to serve.
final class Stations {

    /// How many visits a thread makes before it goes back to its own business.
    private static final int VISITS = 64;

    private final WorkSet work = new WorkSet();

    /// By number; copied on change.
    private volatile @Nullable Station[] stations = {};

    WorkSet work() {
        return work;
    }

    /// Takes in a station.
    ///
    /// @return its number
    synchronized int join(Station station) {
        int number = 0;
        while (number < stations.length && stations[number] != null) number++;
        if (number == WorkSet.CAPACITY) {
            throw new IllegalStateException("a driver serves at most " + number + " hosts and interfaces");
        }
        Station[] changed = Arrays.copyOf(stations, Math.max(stations.length, number + 1));
        changed[number] = station;
        stations = changed;
        return number;
    }

    /// Lets a station go; its number may be given to another, which is then visited for nothing at worst.
    synchronized void part(int number) {
        @Nullable Station[] changed = stations.clone();
        changed[number] = null;
        stations = changed;
    }

    /// The earliest deadline; `Long.MIN_VALUE` if there is work now.
    long nextDeadline() {
        if (!work.isEmpty()) return Long.MIN_VALUE;
        long earliest = Long.MAX_VALUE;
        for (Station station : stations) {
            if (station != null) earliest = Math.min(earliest, station.deadline());
        }
        return earliest;
    }

    /// Makes work of every station whose deadline has come.
    void markDue(long now) {
        for (Station station : stations) {
            if (station != null) station.checkDue(now);
        }
    }

    /// Visits where there is work, until there is none, or enough has been done.
    ///
    /// @return whether none is left
    boolean carry() {
        int number = -1;
        for (int i = 0; i < VISITS; i++) {
            number = work.take(number);
            if (number < 0) return true;
            Station station = stations[number];
            if (station != null) station.visit();
        }
        return work.isEmpty();
    }
}
