package dev.sockeye.inspect.doctor;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What a network namespace knows of TCP besides its sockets: counters, sums and settings, under the
/// kernel's own names. What could not be read is not there.
///
/// @param namespace the name that its sockets have as their host
/// @param takenAt   when it was read
/// @param counters  as `nstat` names them: `TcpExtListenOverflows`, `TcpRetransSegs`
/// @param sums      of `/proc/net/sockstat`: `TCPorphan`, `TCPmem`; some are of the whole machine
/// @param settings  of `/proc/sys/net`, without what stands before the name: `tcp_fin_timeout`,
///     `somaxconn`
/// @param ports     what is given to those who ask for no port
/// @param ofHost    whether this is the namespace in which the machine itself lives, not a container's
public record MachineFacts(
        String namespace,
        Instant takenAt,
        Map<String, Long> counters,
        Map<String, Long> sums,
        Map<String, List<Long>> settings,
        PortRange ports,
        boolean ofHost) {

    /// `/proc/sys/net/ipv4/...` that are read.
    static final List<String> IPV4_SETTINGS = List.of(
            "tcp_fin_timeout",
            "tcp_keepalive_time",
            "tcp_keepalive_intvl",
            "tcp_keepalive_probes",
            "tcp_max_orphans",
            "tcp_max_syn_backlog",
            "tcp_max_tw_buckets",
            "tcp_mem",
            "tcp_retries2",
            "tcp_rmem",
            "tcp_syn_retries",
            "tcp_syncookies",
            "tcp_timestamps",
            "tcp_tw_reuse",
            "tcp_wmem");

    /// `/proc/sys/net/core/...` that are read.
    static final List<String> CORE_SETTINGS = List.of("rmem_max", "somaxconn", "wmem_max");

    public MachineFacts {
        counters = Map.copyOf(counters);
        sums = Map.copyOf(sums);
        settings = Map.copyOf(settings);
    }

    /// One of which nothing is known.
    public static MachineFacts unknown(String namespace, Instant takenAt) {
        return new MachineFacts(namespace, takenAt, Map.of(), Map.of(), Map.of(), PortRange.DEFAULT, false);
    }

    /// A counter.
    public OptionalLong counter(String name) {
        return optional(counters.get(name));
    }

    /// A number of `sockstat`.
    public OptionalLong sum(String name) {
        return optional(sums.get(name));
    }

    /// A setting that is one number.
    public OptionalLong setting(String name) {
        return setting(name, 0);
    }

    /// One number of a setting that has several.
    public OptionalLong setting(String name, int index) {
        List<Long> numbers = settings.getOrDefault(name, List.of());
        return index < numbers.size() ? OptionalLong.of(numbers.get(index)) : OptionalLong.empty();
    }

    private static OptionalLong optional(@Nullable Long number) {
        return number == null ? OptionalLong.empty() : OptionalLong.of(number);
    }
}
