package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.SocketSnapshot;
import java.time.Instant;
import java.util.List;

/// All that was seen of a machine at one moment.
///
/// @param at        when
/// @param sockets   of all namespaces that could be seen
/// @param machines  what each namespace knows besides
/// @param processes those that hold the sockets, as far as they may be looked into
public record CheckUp(
        Instant at, List<SocketSnapshot> sockets, List<MachineFacts> machines, List<ProcessFacts> processes) {

    public CheckUp {
        sockets = List.copyOf(sockets);
        machines = List.copyOf(machines);
        processes = List.copyOf(processes);
    }
}
