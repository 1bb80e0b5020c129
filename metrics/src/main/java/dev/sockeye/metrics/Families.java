package dev.sockeye.metrics;

import dev.sockeye.inspect.doctor.MachineFacts;
import dev.sockeye.inspect.doctor.Severity;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/// The time series of a [Reading].
final class Families {

    private static final double MILLIS = 1e3, NANOS = 1e9;

    private final Reading reading;
    private final Findings findings;
    private final Map<Metric, Family> families = new EnumMap<>(Metric.class);

    private Families(Reading reading, Findings findings) {
        this.reading = reading;
        this.findings = findings;
    }

    /// All of them, in the order of [Metric]; a family without a series too.
    static List<Family> of(Reading reading, Findings findings, String version) {
        var made = new Families(reading, findings);
        for (Metric metric : Metric.values()) made.families.putIfAbsent(metric.family(), Family.of(metric.family()));
        made.sockets();
        made.listeners();
        made.ports();
        made.machine();
        for (Reading.Facts facts : reading.places()) made.place(facts);
        made.findings();
        made.own(version);
        return new ArrayList<>(made.families.values());
    }

    private Family family(Metric metric) {
        return Objects.requireNonNull(families.get(metric.family()));
    }

    // ---------------------------------------------------------------- sockets

    private void sockets() {
        reading.namespaces().rows().forEach((name, row) -> {
            states(Metric.SOCKETS, name, row);
            for (int state = 0; state < StateLabel.COUNT; state++) {
                family(Metric.OLDEST).with(row.oldest(state) / MILLIS, name, StateLabel.NAMES.get(state));
            }
        });
        reading.processes().rows().forEach((name, row) -> {
            states(Metric.PROCESS_SOCKETS, name, row);
            double oldest = row.oldest(StateLabel.CLOSE_WAIT) / MILLIS;
            family(Metric.PROCESS_OLDEST_CLOSE_WAIT).with(oldest, name);
        });
        reading.containers().rows().forEach((name, row) -> states(Metric.CONTAINER_SOCKETS, name, row));
    }

    private void states(Metric metric, String name, Tally.Row row) {
        for (int state = 0; state < StateLabel.COUNT; state++) {
            family(metric).with(row.count(state), name, StateLabel.NAMES.get(state));
        }
    }

    private void listeners() {
        listener(Metric.ACCEPT_QUEUE, Listeners.Row::waiting);
        listener(Metric.ACCEPT_QUEUE_LIMIT, Listeners.Row::limit);
        listener(Metric.ACCEPT_QUEUE_FILL, Listeners.Row::fill);
        listener(Metric.ACCEPT_QUEUE_OVERFLOWS, Listeners.Row::overflows);
        listener(Metric.SYN_QUEUE, Listeners.Row::halfOpen);
    }

    private void listener(Metric metric, ToDoubleFunction<Listeners.Row> value) {
        for (Listeners.Row row : reading.listeners()) {
            family(metric).with(value.applyAsDouble(row), row.namespace(), row.local(), row.process());
        }
    }

    private void ports() {
        for (Reading.Ports ports : reading.ports()) {
            String source = ports.usage().source().toString();
            String destination = ports.usage().destination().toString();
            int used = ports.usage().used();
            family(Metric.PORTS_USED).with(used, ports.namespace(), source, destination);
            double ratio = ports.size() == 0 ? 1 : (double) used / ports.size();
            family(Metric.PORTS_USED_RATIO).with(ratio, ports.namespace(), source, destination);
        }
    }

    // ---------------------------------------------------------------- what the kernel counts

    private void machine() {
        MachineFacts machine = reading.machine();
        with(Metric.ORPHANS, machine.sum("TCPorphan"));
        with(Metric.ORPHANS_LIMIT, machine.setting("tcp_max_orphans"));
        with(Metric.MEMORY, machine.sum("TCPmem"));
        with(Metric.MEMORY_LIMIT, machine.setting("tcp_mem", 0), "low");
        with(Metric.MEMORY_LIMIT, machine.setting("tcp_mem", 1), "pressure");
        with(Metric.MEMORY_LIMIT, machine.setting("tcp_mem", 2), "max");
    }

    private void with(Metric metric, OptionalLong value, String... labels) {
        if (value.isPresent()) family(metric).with((double) value.getAsLong(), labels);
    }

    private void place(Reading.Facts place) {
        MachineFacts facts = place.facts();
        String name = facts.namespace();
        family(Metric.PORTS).with(facts.ports().size(), name);
        with(Metric.TIME_WAIT_LIMIT, facts.setting("tcp_max_tw_buckets"), name);
        family(Metric.BYTES_SENT).with((double) place.sent(), name);
        family(Metric.BYTES_RETRANSMITTED).with((double) place.retransmitted(), name);
        for (Metric metric : Metric.values()) {
            if (metric.kernelName() == null) continue;
            OptionalLong value = facts.counter(metric.kernelName());
            if (metric.reason() == null) with(metric, value, name);
            else with(metric, value, name, metric.reason());
        }
    }

    // ---------------------------------------------------------------- findings, and the agent itself

    private void findings() {
        for (String rule : new TreeSet<>(findings.rules())) {
            for (Severity severity : Severity.values()) {
                int count = findings.counts().getOrDefault(new Findings.Kind(rule, severity), 0);
                family(Metric.FINDINGS).with(count, rule, severity.name().toLowerCase(Locale.ROOT));
            }
            family(Metric.FINDING_SOCKETS).with(findings.sockets().getOrDefault(rule, 0), rule);
        }
    }

    private void own(String version) {
        Reading.Work work = reading.work();
        family(Metric.LOOKS).with((double) work.looks());
        family(Metric.LOOK_SECONDS).with(work.lookNanos() / NANOS);
        family(Metric.LAST_LOOK).with(reading.at().toEpochMilli() / MILLIS);
        work.cpuNanos()
                .forEach((part, nanos) ->
                        family(Metric.CPU).with(nanos / NANOS, part.name().toLowerCase(Locale.ROOT)));
        family(Metric.UNSEEN_PROCESSES).with(work.closedProcesses());
        family(Metric.UNSEEN_NAMESPACES).with(work.closedNamespaces());
        folded("namespace", reading.namespaces().values(), reading.namespaces().sockets());
        folded("process", reading.processes().values(), reading.processes().sockets());
        folded("container", reading.containers().values(), reading.containers().sockets());
        folded("local", reading.listenersLeftOut(), reading.listenersLeftOut());
        family(Metric.FOLDED_VALUES).with(reading.portsLeftOut(), "destination");
        family(Metric.BUILD_INFO).with(1, version);
    }

    private void folded(String label, int values, int sockets) {
        family(Metric.FOLDED_VALUES).with(values, label);
        family(Metric.FOLDED_SOCKETS).with(sockets, label);
    }
}
