package dev.sockeye.metrics;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Each time series that the agent tells of, by the conventions of Prometheus: its name, whether it only grows, its
/// labels, and what it means. `docs/metrics.md` is this table.
enum Metric {
    SOCKETS(
            Kind.GAUGE,
            "sockeye_sockets",
            "TCP sockets of a network namespace in each state; every state is told of, with 0 where there are none.",
            Label.NAMESPACE,
            Label.STATE),
    PROCESS_SOCKETS(
            Kind.GAUGE,
            "sockeye_process_sockets",
            "TCP sockets that the processes of one name hold, in each state, with zeros. (nobody) are those without"
                    + " a program: in TIME_WAIT, half-open, not accepted yet, or left behind by close(); (unknown) are"
                    + " those whose holder has not been found yet or may not be seen; (other) are those of the processes"
                    + " for which there was no series left.",
            Label.PROCESS,
            Label.STATE),
    CONTAINER_SOCKETS(
            Kind.GAUGE,
            "sockeye_container_sockets",
            "TCP sockets that the processes of a container hold, in each state, with zeros. (none) are those of"
                    + " processes in no container; (nobody), (unknown) and (other) as in sockeye_process_sockets.",
            Label.CONTAINER,
            Label.STATE),
    OLDEST(
            Kind.GAUGE,
            "sockeye_oldest_socket_seconds",
            "For how long the socket that has been longest in a state has been seen in it; 0 where there is none. What"
                    + " was so before the agent began counts from its beginning, or in CLOSE_WAIT from the last"
                    + " segment that came.",
            Label.NAMESPACE,
            Label.STATE),
    PROCESS_OLDEST_CLOSE_WAIT(
            Kind.GAUGE,
            "sockeye_process_oldest_close_wait_seconds",
            "For how long a process of this name has kept a connection that its peer has closed: it has not called"
                    + " close(). 0 if there is none.",
            Label.PROCESS),

    ACCEPT_QUEUE(
            Kind.GAUGE,
            "sockeye_accept_queue_connections",
            "Connections that wait for accept() of a listening address.",
            Label.NAMESPACE,
            Label.LOCAL,
            Label.PROCESS),
    ACCEPT_QUEUE_LIMIT(
            Kind.GAUGE,
            "sockeye_accept_queue_limit_connections",
            "How many connections may wait for accept(): the smaller of listen()'s argument and somaxconn, of all"
                    + " sockets that listen on this address.",
            Label.NAMESPACE,
            Label.LOCAL,
            Label.PROCESS),
    ACCEPT_QUEUE_FILL(
            Kind.GAUGE,
            "sockeye_accept_queue_fill_ratio",
            "How full the fullest accept queue of a listening address is: above 1 it turns connections away.",
            Label.NAMESPACE,
            Label.LOCAL,
            Label.PROCESS),
    ACCEPT_QUEUE_OVERFLOWS(
            Kind.COUNTER,
            "sockeye_accept_queue_overflows",
            "Handshakes that a listening address turned away since the accept queue was full, counted by the kernel for"
                    + " each socket; goes on where a program that listens there starts anew.",
            Label.NAMESPACE,
            Label.LOCAL,
            Label.PROCESS),
    SYN_QUEUE(
            Kind.GAUGE,
            "sockeye_syn_queue_connections",
            "Half-open connections of a listening address: their SYN was answered, and the answer is awaited.",
            Label.NAMESPACE,
            Label.LOCAL,
            Label.PROCESS),

    PORTS_USED(
            Kind.GAUGE,
            "sockeye_ports_used",
            "Local ports of the ephemeral range that are taken between an own address and a destination, with those in"
                    + " TIME_WAIT. Only destinations that take many are told of.",
            Label.NAMESPACE,
            Label.SOURCE,
            Label.DESTINATION),
    PORTS_USED_RATIO(
            Kind.GAUGE,
            "sockeye_ports_used_ratio",
            "The same as a share of the ephemeral range: at 1 connect() fails with EADDRNOTAVAIL.",
            Label.NAMESPACE,
            Label.SOURCE,
            Label.DESTINATION),
    PORTS(
            Kind.GAUGE,
            "sockeye_ports",
            "Local ports that the kernel gives to who asks for none: ip_local_port_range without"
                    + " ip_local_reserved_ports.",
            Label.NAMESPACE),

    TIME_WAIT_LIMIT(
            Kind.GAUGE,
            "sockeye_time_wait_limit_sockets",
            "How many sockets may be in TIME_WAIT (tcp_max_tw_buckets): beyond, they end at once.",
            Label.NAMESPACE),
    ORPHANS(
            Kind.GAUGE,
            "sockeye_orphans",
            "Sockets of the whole machine that no program holds any more and that have something left to send."),
    ORPHANS_LIMIT(
            Kind.GAUGE, "sockeye_orphans_limit", "How many there may be (tcp_max_orphans): beyond, they are reset."),
    MEMORY(
            Kind.GAUGE,
            "sockeye_memory_pages",
            "Pages of memory that the buffers of all TCP sockets of the machine take."),
    MEMORY_LIMIT(
            Kind.GAUGE,
            "sockeye_memory_limit_pages",
            "tcp_mem: below `low` nothing is done, above `pressure` buffers are kept small, above `max` nothing more is"
                    + " given.",
            Label.LEVEL),

    LISTEN_OVERFLOWS(
            "TcpExtListenOverflows",
            "sockeye_listen_overflows",
            "Handshakes turned away since an accept queue was full."),
    LISTEN_DROPS(
            "TcpExtListenDrops", "sockeye_listen_drops", "SYNs and handshakes that listeners dropped, for any reason."),
    SYN_QUEUE_DROPS(
            "TcpExtTCPReqQFullDrop",
            "sockeye_syn_queue_drops",
            "SYNs dropped since there were too many half-open connections."),
    SYN_COOKIES(
            "TcpExtSyncookiesSent",
            "sockeye_syn_cookies_sent",
            "SYNs answered with a cookie instead of being remembered."),
    TIMEOUTS("TcpExtTCPTimeouts", "sockeye_retransmission_timeouts", "Retransmission timers that ran out."),
    SYN_RETRANSMISSIONS(
            "TcpExtTCPSynRetrans", "sockeye_syn_retransmissions", "SYNs and SYN-ACKs that were sent again."),
    SEGMENTS_SENT("TcpOutSegs", "sockeye_segments_sent", "Segments sent, without those sent again."),
    SEGMENTS_RECEIVED("TcpInSegs", "sockeye_segments_received", "Segments received."),
    SEGMENTS_RETRANSMITTED("TcpRetransSegs", "sockeye_segments_retransmitted", "Segments sent again."),
    SEGMENTS_BAD("TcpInErrs", "sockeye_segments_bad", "Segments received that were damaged or forged."),
    RESETS_SENT("TcpOutRsts", "sockeye_resets_sent", "Resets sent."),
    CONNECTIONS_RESET(
            "TcpEstabResets", "sockeye_connections_reset", "Connections that ended by a reset instead of a FIN."),
    CONNECTS("TcpActiveOpens", "sockeye_connects", "Connections begun by connect()."),
    CONNECTS_FAILED(
            "TcpAttemptFails",
            "sockeye_connects_failed",
            "Connections that came to nothing: refused, reset or timed out."),
    ACCEPTS("TcpPassiveOpens", "sockeye_connections_received", "Connections begun by a peer."),
    ABORTS_DATA(
            "TcpExtTCPAbortOnData",
            "sockeye_aborts",
            "Connections that the kernel reset: data came, or was unread, when the program"
                    + " had closed (data, close); memory was short (memory); the peer did not answer (timeout); the program"
                    + " asked for it (linger).",
            "data"),
    ABORTS_CLOSE("TcpExtTCPAbortOnClose", ABORTS_DATA, "close"),
    ABORTS_MEMORY("TcpExtTCPAbortOnMemory", ABORTS_DATA, "memory"),
    ABORTS_TIMEOUT("TcpExtTCPAbortOnTimeout", ABORTS_DATA, "timeout"),
    ABORTS_LINGER("TcpExtTCPAbortOnLinger", ABORTS_DATA, "linger"),
    TIME_WAIT_OVERFLOWS(
            "TcpExtTCPTimeWaitOverflow",
            "sockeye_time_wait_overflows",
            "Sockets that ended without TIME_WAIT since there were too many."),
    MEMORY_PRESSURES(
            "TcpExtTCPMemoryPressures",
            "sockeye_memory_pressures",
            "Times at which the memory of TCP's buffers became short."),
    DROPS_BACKLOG(
            "TcpExtTCPBacklogDrop",
            "sockeye_receive_drops",
            "Segments that came and were thrown away for want of room: in the backlog of a busy socket (backlog), in the"
                    + " receive buffer (receive_queue), out of order (out_of_order), or beyond a window of zero"
                    + " (zero_window).",
            "backlog"),
    DROPS_RECEIVE("TcpExtTCPRcvQDrop", DROPS_BACKLOG, "receive_queue"),
    DROPS_ORDER("TcpExtTCPOFODrop", DROPS_BACKLOG, "out_of_order"),
    DROPS_ZERO_WINDOW("TcpExtTCPZeroWindowDrop", DROPS_BACKLOG, "zero_window"),

    BYTES_SENT(
            Kind.COUNTER,
            "sockeye_connection_bytes_sent",
            "Bytes of data that connections have sent, with those sent again; looked at every few seconds, so that what"
                    + " a connection did in its last ones is not counted.",
            Label.NAMESPACE),
    BYTES_RETRANSMITTED(
            Kind.COUNTER,
            "sockeye_connection_bytes_retransmitted",
            "Bytes of data that connections have sent again; looked at every few seconds.",
            Label.NAMESPACE),

    FINDINGS(
            Kind.GAUGE,
            "sockeye_findings",
            "What `sockeye doctor` finds, for each of its rules and severities, with zeros.",
            Label.RULE,
            Label.SEVERITY),
    FINDING_SOCKETS(Kind.GAUGE, "sockeye_finding_sockets", "How many sockets a rule's findings are about.", Label.RULE),

    LOOKS(Kind.COUNTER, "sockeye_looks", "Looks at all sockets since the agent began."),
    LOOK_SECONDS(Kind.GAUGE, "sockeye_look_seconds", "How long the last look at all sockets took, on the processor."),
    LAST_LOOK(
            Kind.GAUGE,
            "sockeye_last_look_timestamp_seconds",
            "When the sockets were looked at last, in seconds since 1970: all gauges are of then."),
    CPU(
            Kind.COUNTER,
            "sockeye_cpu_seconds",
            "Processor time that the agent's work took: counting sockets, finding who holds them, reading counters, and"
                    + " examining them.",
            Label.PART),
    UNSEEN_PROCESSES(
            Kind.GAUGE,
            "sockeye_unseen_processes",
            "Processes whose descriptors the agent may not look at: whose sockets are of (unknown)."),
    UNSEEN_NAMESPACES(
            Kind.GAUGE,
            "sockeye_unseen_namespaces",
            "Network namespaces that are there and that the agent could not look into."),
    FOLDED_VALUES(
            Kind.GAUGE,
            "sockeye_folded_values",
            "How many values of a label have no series of their own, since there are too many of them.",
            Label.LABEL),
    FOLDED_SOCKETS(
            Kind.GAUGE,
            "sockeye_folded_sockets",
            "How many sockets are counted under (other), or not at all, for that reason.",
            Label.LABEL),
    BUILD_INFO(Kind.GAUGE, "sockeye_build_info", "1, with the version of the agent.", Label.VERSION);

    /// Whether it may fall.
    enum Kind {
        GAUGE,
        COUNTER
    }

    private final Kind kind;
    private final String base;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<Label> labels;

    private final @Nullable String kernelName;
    private final @Nullable String reason;
    private final @Nullable Metric family;

    Metric(Kind kind, String name, String help, Label... labels) {
        this(kind, name, help, List.of(labels), null, null, null);
    }

    /// A counter of the kernel's, of each namespace.
    Metric(String kernelName, String name, String help) {
        this(Kind.COUNTER, name, help + " (" + kernelName + ")", List.of(Label.NAMESPACE), kernelName, null, null);
    }

    /// The first of some that are one family, each for a reason.
    Metric(String kernelName, String name, String help, String reason) {
        this(Kind.COUNTER, name, help, List.of(Label.NAMESPACE, Label.REASON), kernelName, reason, null);
    }

    /// One more of a family.
    Metric(String kernelName, Metric family, String reason) {
        this(Kind.COUNTER, family.base, family.help, family.labels, kernelName, reason, family);
    }

    Metric(
            Kind kind,
            String base,
            String help,
            List<Label> labels,
            @Nullable String kernelName,
            @Nullable String reason,
            @Nullable Metric family) {
        this.kind = kind;
        this.base = base;
        this.help = help;
        this.labels = labels;
        this.kernelName = kernelName;
        this.reason = reason;
        this.family = family;
    }

    Kind kind() {
        return kind;
    }

    /// The name without what the kind adds.
    String base() {
        return base;
    }

    /// The name that queries use.
    String queried() {
        return kind == Kind.COUNTER ? base + "_total" : base;
    }

    String help() {
        return help;
    }

    List<String> labels() {
        return labels.stream().map(Label::text).toList();
    }

    /// What `nstat` calls it; null if it is none of the kernel's counters.
    @Nullable
    String kernelName() {
        return kernelName;
    }

    /// The value of the label `reason`; null if it has none.
    @Nullable
    String reason() {
        return reason;
    }

    /// The one that stands for all that have its name.
    Metric family() {
        return family == null ? this : family;
    }

    /// What a series may be told apart by.
    enum Label {
        NAMESPACE,
        STATE,
        PROCESS,
        CONTAINER,
        LOCAL,
        SOURCE,
        DESTINATION,
        LEVEL,
        REASON,
        RULE,
        SEVERITY,
        PART,
        LABEL,
        VERSION;

        String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
