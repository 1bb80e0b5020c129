package dev.sockeye.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// What `sockeye ss --help` says. The command line itself is read by [SsOptions], and never by these fields.
@Command(
        name = "ss",
        header = "Lists TCP sockets as ss does: the kernel's, and those of all running stacks of this user.",
        description = {
            "",
            "Options, filters and columns are those of ss(8), and there are more. Sockets in which something is wrong are"
                    + " red on a terminal, those worth a look yellow; 'sockeye explain' says why. A stack runs in a program"
                    + " that was started with 'sockeye run', or in 'sockeye demo'; a column Host tells its sockets from the"
                    + " kernel's.",
            ""
        },
        footer = {
            "",
            "FILTER is [state NAME ...] [exclude NAME ...] [EXPRESSION], where an expression joins conditions by and, or,"
                    + " not and parentheses. Conditions of ss: src and dst HOST[/LENGTH][:PORT], sport and dport with"
                    + " = != < <= > >=, dev, fwmark, cgroup, autobound. And of ours, compared alike: pid comm container host"
                    + " uid inode cookie age recvq sendq rtt retrans cwnd lastrcv ... (a wrong one lists all in --columns).",
            "",
            "Examples:",
            "  sockeye ss -ta                               all TCP sockets",
            "  sockeye ss -tlp                              listeners, and who holds them",
            "  sockeye ss -tp state close-wait age \\> 1h    connections forgotten for more than an hour",
            "  sockeye ss -ti 'dport = :443 and rtt > 100ms'",
            "  sockeye ss -t --all-namespaces 'comm = nginx or container = web*'",
            "  sockeye ss -ta -c state,local,peer,age,retrans,comm",
            "  sockeye ss --json | jq .state                for programs: a JSON object in each line",
            "  sockeye ss -ta --diag-file f; TCPDIAG_FILE=f ss -tan   ss itself lists them"
        })
@SuppressWarnings({"NullAway.Init", "UnusedVariable", "unused"})
final class SsUsage implements Callable<Integer> {

    @ParentCommand
    private Sockeye sockeye;

    @Option(
            names = {"-t", "--tcp"},
            description = "Only TCP sockets.")
    private boolean tcp;

    @Option(
            names = {"-u", "--udp"},
            description = "Only UDP sockets: those of running stacks.")
    private boolean udp;

    @Option(
            names = {"-a", "--all"},
            description = "Listeners and unconnected sockets too.")
    private boolean all;

    @Option(
            names = {"-l", "--listening"},
            description = "Only listeners and unconnected sockets.")
    private boolean listening;

    @Option(
            names = {"-B", "--bound-inactive"},
            description = "Sockets that are bound to a port, and no more.")
    private boolean boundInactive;

    @Option(
            names = {"-n", "--numeric"},
            description = "Numbers for ports, and exact rates.")
    private boolean numeric;

    @Option(
            names = {"-r", "--resolve"},
            description = "Names for addresses and ports.")
    private boolean resolve;

    @Option(
            names = {"-p", "--processes"},
            description = "The programs that hold each socket.")
    private boolean processes;

    @Option(
            names = {"-T", "--threads"},
            description = "Their threads too.")
    private boolean threads;

    @Option(
            names = {"-e", "--extended"},
            description = "Owner, numbers, mark, control group, open directions; since when in this state and by what,"
                    + " opened where, in which container, where that is known.")
    private boolean extended;

    @Option(
            names = {"-o", "--options"},
            description = "The timer that runs: its name, when it is due, how often it was.")
    private boolean timers;

    @Option(
            names = {"-i", "--info"},
            description = "TCP's own numbers: window, round trip, rates, retransmissions ...")
    private boolean info;

    @Option(
            names = {"-m", "--memory"},
            description = "What the buffers weigh, and how much they may.")
    private boolean memory;

    @Option(names = "--tos", description = "Type of service and traffic class.")
    private boolean tos;

    @Option(names = "--cgroup", description = "The control group in which it was made.")
    private boolean cgroup;

    @Option(names = "--inet-sockopt", description = "Options of IP and TCP that are set.")
    private boolean sockopt;

    @Option(
            names = {"-s", "--summary"},
            description = "Counts only.")
    private boolean summary;

    @Option(
            names = {"-H", "--no-header"},
            description = "No line of column names.")
    private boolean noHeader;

    @Option(
            names = {"-Q", "--no-queues"},
            description = "No Recv-Q and Send-Q.")
    private boolean noQueues;

    @Option(
            names = {"-O", "--oneline"},
            description = "One line for each socket.")
    private boolean oneLine;

    @Option(
            names = {"-4", "--ipv4"},
            description = "Only sockets of IPv4.")
    private boolean ipv4;

    @Option(
            names = {"-6", "--ipv6"},
            description = "Only sockets of IPv6.")
    private boolean ipv6;

    @Option(
            names = {"-f", "--family"},
            paramLabel = "FAMILY",
            description = "inet or inet6.")
    private String family;

    @Option(
            names = {"-A", "--query", "--socket"},
            paramLabel = "TABLES",
            description = "tcp, udp, inet or all.")
    private String query;

    @Option(
            names = {"-N", "--net"},
            paramLabel = "NAMESPACE",
            description = "Of this network namespace: a name of 'ip netns', a process in it, or its file.")
    private String net;

    @Option(names = "--all-namespaces", description = "Of all network namespaces, containers' too.")
    private boolean allNamespaces;

    @Option(
            names = {"-c", "--columns"},
            paramLabel = "NAMES",
            description = "These columns, with commas between them; a wrong name lists all.")
    private String columns;

    @Option(
            names = "--json",
            description = "A JSON object for each socket, in a line of its own, with all that is known.")
    private boolean json;

    @Option(names = "--from", paramLabel = "FILE", description = "The last look of a recording ('sockeye record').")
    private String from;

    @Option(
            names = {"-F", "--filter"},
            paramLabel = "FILE",
            description = "The filter, or its end, stands in this file.")
    private String filterFile;

    @Option(
            names = {"-D", "--diag", "--diag-file"},
            paramLabel = "FILE",
            description = "Writes them for ss itself, which lists them with TCPDIAG_FILE=FILE in its environment.")
    private String diagFile;

    @Option(
            names = {"-E", "--events"},
            description = "See 'sockeye trace'.")
    private boolean events;

    @Option(
            names = {"-K", "--kill"},
            description = "See 'sockeye fix kill'.")
    private boolean kill;

    @Parameters(paramLabel = "FILTER", arity = "0..*", description = "Which sockets; see below.")
    private List<String> filter;

    /// Where picocli was asked all the same.
    @Override
    public Integer call() {
        throw new IllegalStateException("the arguments of ss are read by SsOptions");
    }
}
