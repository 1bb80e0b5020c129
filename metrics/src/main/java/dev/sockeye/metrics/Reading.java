package dev.sockeye.metrics;

import dev.sockeye.inspect.doctor.MachineFacts;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What one look at the machine gave, with what goes on from look to look: a value, from which the time series of any
/// exporter are made.
///
/// @param at          when
/// @param namespaces  sockets of each that has series
/// @param processes   the same of processes by name
/// @param containers  the same of containers
/// @param listeners   those that have series
/// @param listenersLeftOut how many have not
/// @param ports       towards those destinations that have series
/// @param portsLeftOut how many have not
/// @param places      counters and settings of each namespace that has series
/// @param machine     those of the namespace in which the agent is, which tell of the whole machine too
/// @param work        what it cost, and what could not be seen
record Reading(
        Instant at,
        Tally.Folded namespaces,
        Tally.Folded processes,
        Tally.Folded containers,
        List<Listeners.Row> listeners,
        int listenersLeftOut,
        List<Ports> ports,
        int portsLeftOut,
        List<Facts> places,
        MachineFacts machine,
        Work work) {

    /// The same, with what something has cost by now.
    ///
    /// @param lookNanos how long this look took
    Reading with(Part part, long nanos, long lookNanos) {
        Map<Part, Long> spent = new EnumMap<>(work.cpuNanos);
        spent.put(part, nanos);
        var worked = new Work(work.looks, lookNanos, spent, work.closedProcesses, work.closedNamespaces);
        return new Reading(
                at,
                namespaces,
                processes,
                containers,
                listeners,
                listenersLeftOut,
                ports,
                portsLeftOut,
                places,
                machine,
                worked);
    }

    /// Ports that are taken.
    ///
    /// @param size of the range they are from
    record Ports(String namespace, PortTable.Usage usage, int size) {

        String key() {
            return namespace + '\0' + usage.source() + '\0' + usage.destination();
        }
    }

    /// What a namespace knows besides its sockets.
    ///
    /// @param sent          bytes of all connections
    /// @param retransmitted bytes of those
    record Facts(MachineFacts facts, long sent, long retransmitted) {}

    /// The agent's own doing.
    ///
    /// @param looks            how many
    /// @param lookNanos        how long the last took
    /// @param cpuNanos         by what it was for
    /// @param closedProcesses  that may not be looked into
    /// @param closedNamespaces that could not be entered
    record Work(long looks, long lookNanos, Map<Part, Long> cpuNanos, int closedProcesses, int closedNamespaces) {}

    /// What time is spent for.
    enum Part {
        SOCKETS,
        HOLDERS,
        NAMESPACES,
        COUNTERS,
        FINDINGS
    }
}
