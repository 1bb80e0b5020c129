package dev.sockeye.cli;

import dev.sockeye.inspect.history.JournalKeeper;
import dev.sockeye.metrics.Agent;
import dev.sockeye.metrics.AgentLog;
import dev.sockeye.metrics.AgentSettings;
import dev.sockeye.metrics.Bounds;
import dev.sockeye.metrics.ServiceNotices;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `sockeye agent`
@Command(
        name = "agent",
        header = "Tells Prometheus and OTLP collectors of this machine's sockets, for as long as it runs.",
        description = {
            "",
            "Sockets by state, process and container; accept queues and their overflows; ports taken towards each"
                    + " destination; the kernel's counters; what 'sockeye doctor' finds. docs/metrics.md lists each"
                    + " series. It ends on SIGTERM or SIGINT.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sudo sockeye agent                                       http://127.0.0.1:9747/metrics",
            "  sudo sockeye agent --listen 0.0.0.0:9747                 for a Prometheus elsewhere",
            "  sudo sockeye agent --otlp http://collector:4318          sent to an OTLP collector as well"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class AgentCommand implements Callable<Integer> {

    @ParentCommand
    private Sockeye sockeye;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-l", "--listen"},
            paramLabel = "ADDRESS:PORT",
            defaultValue = "127.0.0.1:9747",
            description = "Where Prometheus may ask: ${DEFAULT-VALUE} if not given.")
    private String listen;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "INTERVAL",
            converter = HumanDuration.class,
            defaultValue = "1s",
            description = "Time from look to look, ${DEFAULT-VALUE} if not given; longer where --cpu demands it.")
    private Duration interval;

    @Option(
            names = "--cpu",
            paramLabel = "PERCENT",
            defaultValue = "1",
            description = "How much of one core its work may take, ${DEFAULT-VALUE} %% if not given.")
    private double cpu;

    @Option(
            names = "--namespaces",
            paramLabel = "all|own",
            defaultValue = "all",
            description = "Of which network namespaces: of ${DEFAULT-VALUE} that it may enter if not given.")
    private String namespaces;

    @Option(
            names = "--findings",
            paramLabel = "INTERVAL",
            converter = HumanDuration.class,
            defaultValue = "1m",
            description =
                    "Time from one examination by the doctor to the next, ${DEFAULT-VALUE} if not given; 0 for none.")
    private Duration findings;

    @Option(
            names = "--no-journal",
            description = "Do not have the kernel keep each socket's last change of state, by which 'sockeye ss' and"
                    + " 'doctor' know since when it is so, and who did it.")
    private boolean noJournal;

    @Option(
            names = "--otlp",
            paramLabel = "URL",
            description = "Send the series to this collector as well, with OTLP over HTTP."
                    + " OTEL_EXPORTER_OTLP_HEADERS and the like apply.")
    private @Nullable URI otlp;

    @Option(
            names = "--otlp-interval",
            paramLabel = "INTERVAL",
            converter = HumanDuration.class,
            defaultValue = "15s",
            description = "How often, ${DEFAULT-VALUE} if not given.")
    private Duration otlpInterval;

    @Option(
            names = "--most-processes",
            paramLabel = "N",
            description = "Names of processes that have series of their own: 100 if not given.")
    private int processes = Bounds.STANDARD.processes();

    @Option(names = "--most-containers", paramLabel = "N", description = "Containers that have: 60.")
    private int containers = Bounds.STANDARD.containers();

    @Option(names = "--most-namespaces", paramLabel = "N", description = "Network namespaces that have: 30.")
    private int places = Bounds.STANDARD.namespaces();

    @Option(names = "--most-listeners", paramLabel = "N", description = "Listening addresses that have: 200.")
    private int listeners = Bounds.STANDARD.listeners();

    @Option(names = "--most-destinations", paramLabel = "N", description = "Destinations that have: 100.")
    private int destinations = Bounds.STANDARD.destinations();

    @Override
    public Integer call() throws IOException, InterruptedException {
        AgentSettings settings = settings();
        AgentLog log = log();
        ServiceNotices notices = ServiceNotices.of(System.getenv(), log);
        Agent agent;
        try {
            agent = Agent.start(settings, log);
        } catch (BindException e) {
            String what = "cannot listen on " + e.getMessage() + "; give another address with --listen";
            log.say(AgentLog.Level.ERROR, what);
            return ExitCode.UNAVAILABLE;
        }
        JournalKeeper journal = noJournal ? null : journal(log);
        // What began with a signal to end has ended well when it has ended.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            if (notices != null) notices.close();
            agent.close();
            if (journal != null) journal.close();
            log.say(AgentLog.Level.INFO, "ended");
            Runtime.getRuntime().halt(ExitCode.OK);
        }));
        log.say(AgentLog.Level.INFO, "telling of sockets at " + url(agent.address()) + "/metrics");
        if (notices != null) notices.ready(agent);
        agent.await();
        return ExitCode.OK;
    }

    /// It is a convenience for other commands: without it the agent does all that it is there for.
    private static @Nullable JournalKeeper journal(AgentLog log) {
        try {
            return new JournalKeeper();
        } catch (IOException e) {
            log.say(
                    AgentLog.Level.INFO,
                    "other commands will not know since when sockets are as they are: " + e.getMessage());
            return null;
        }
    }

    private static String url(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /// In the journal, lines have their level in front (sd-daemon(3)).
    private AgentLog log() {
        boolean toJournal = System.getenv("JOURNAL_STREAM") != null;
        return (level, line) -> sockeye.say(toJournal ? "<" + level.number() + ">" + line : "sockeye: " + line);
    }

    // ---------------------------------------------------------------- settings

    private AgentSettings settings() {
        if (interval.toMillis() < 100) throw wrong("--interval is 100ms at least");
        if (!(cpu > 0 && cpu <= 100)) throw wrong("--cpu is a percentage, more than 0 and 100 at most");
        if (!findings.isZero() && findings.toMillis() < 1000) throw wrong("--findings is 1s at least, or 0 for none");
        if (otlpInterval.toMillis() < 1000) throw wrong("--otlp-interval is 1s at least");
        boolean all = switch (namespaces.toLowerCase(Locale.ROOT)) {
            case "all" -> true;
            case "own" -> false;
            default -> throw wrong("--namespaces is 'all' or 'own'");
        };
        Bounds standard = Bounds.STANDARD;
        var bounds = new Bounds(
                number("--most-namespaces", places),
                number("--most-processes", processes),
                number("--most-containers", containers),
                number("--most-listeners", listeners),
                number("--most-destinations", destinations),
                standard.leastPorts(),
                standard.stayMillis());
        return new AgentSettings(
                address(listen), interval, cpu / 100, all, findings, collector(), otlpInterval, bounds, Version.text());
    }

    private int number(String option, int value) {
        if (value < 0 || value > 10_000) throw wrong(option + " is from 0 to 10000");
        return value;
    }

    private @Nullable URI collector() {
        if (otlp == null) return null;
        boolean isHttp = "http".equals(otlp.getScheme()) || "https".equals(otlp.getScheme());
        if (!isHttp || otlp.getHost() == null) throw wrong("--otlp is a URL such as http://collector:4318");
        return otlp;
    }

    private InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        boolean isPort = port.matches("[0-9]{1,5}") && Integer.parseInt(port) <= 0xffff;
        if (colon < 0 || !isPort) throw wrong("--listen is ADDRESS:PORT such as 127.0.0.1:9747, not '" + text + "'");
        String host = text.substring(0, colon).replace("[", "").replace("]", "");
        try {
            InetAddress address = InetAddress.getByName(host.isEmpty() || host.equals("*") ? "0.0.0.0" : host);
            return new InetSocketAddress(address, Integer.parseInt(port));
        } catch (UnknownHostException e) {
            throw wrong("--listen: there is no host '" + host + "'");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
