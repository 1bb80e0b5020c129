package dev.sockeye.cli;

import dev.sockeye.jdk.JdkRun;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `sockeye run`
@Command(
        name = "run",
        header = "Runs an unmodified Java program on the stack.",
        description = {
            "",
            "Sockets between addresses of this JVM (the loopback, and the hosts named below) are Sockeye's; sockets to"
                    + " other addresses are the kernel's as before. 'sockeye ss' in another terminal lists them.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sockeye run -- java -jar program.jar",
            "  sockeye run --host client --host server -- java -cp classes Main",
            "  sockeye run --sysctl net.ipv4.tcp_fin_timeout=5 -- java -jar program.jar"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class RunCommand implements Callable<Integer> {

    @ParentCommand
    private Sockeye sockeye;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description =
                    "A host of the program's JVM; threads are on the first unless told otherwise. May be repeated.")
    private List<String> hosts = new ArrayList<>();

    @Option(names = "--net", paramLabel = "CIDR", description = "The network between them, such as 10.77.0.0/24.")
    private @Nullable String network;

    @Option(
            names = "--origin",
            paramLabel = "none|opened|calls",
            defaultValue = "opened",
            description =
                    "How much is noted of who uses a socket: nothing; where it was opened; also where it was last read and written. Default: ${DEFAULT-VALUE}.")
    private String origin;

    @Option(
            names = "--outside",
            paramLabel = "kernel|unreachable",
            description = "What becomes of addresses outside the stack.")
    private @Nullable String outside;

    @Option(
            names = "--loopback",
            paramLabel = "stack|kernel",
            description = "Whose 127.0.0.0/8 and ::1 are. Default: the stack's.")
    private @Nullable String loopback;

    @Option(
            names = "--sysctl",
            paramLabel = "NAME=VALUE",
            description = "A setting of every host, under Linux's name. May be repeated.")
    private Map<String, String> sysctl = new LinkedHashMap<>();

    @Option(names = "--summary", description = "At the end, how many of the program's sockets were the kernel's.")
    private boolean summary;

    @Parameters(
            paramLabel = "COMMAND",
            arity = "0..*",
            description = "The java command and its arguments. 'java' alone is the JDK that sockeye has found.")
    private List<String> command = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        try {
            return new JdkRun(ownJar(), agentOptions()).run(withFittingJava());
        } catch (JdkRun.Refusal refusal) {
            sockeye.complain(String.valueOf(refusal.getMessage()));
            return refusal.exitCode();
        }
    }

    /// The java on the PATH may be too old for the stack; the one that runs this command is not.
    private List<String> withFittingJava() {
        if (command.isEmpty() || !command.getFirst().equals("java")) return command;
        List<String> fitting = new ArrayList<>(command);
        fitting.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        return fitting;
    }

    /// The agent is in the same jar as this command.
    private static Path ownJar() {
        try {
            return Path.of(RunCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    String agentOptions() {
        List<String> options = new ArrayList<>();
        if (!hosts.isEmpty()) options.add("host=" + String.join("+", hosts));
        if (network != null) options.add("net=" + network);
        if (outside != null) options.add("outside=" + outside);
        if (loopback != null) options.add("loopback=" + loopback);
        options.add("origin=" + origin);
        if (summary) options.add("summary=on");
        sysctl.forEach((name, value) -> options.add(name + "=" + value));
        for (String option : options) {
            if (option.indexOf(',') >= 0)
                throw new ParameterException(spec.commandLine(), "a comma cannot stand in '" + option + "'");
        }
        return String.join(",", options);
    }
}
