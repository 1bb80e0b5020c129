package dev.sockeye.cli;

import dev.sockeye.jdk.JdkRun;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
            names = "--outside",
            paramLabel = "kernel|unreachable",
            description = "What becomes of addresses outside the stack.")
    private @Nullable String outside;

    @Option(
            names = "--loopback",
            paramLabel = "stack|kernel",
            description = "Whose 127.0.0.0/8 and ::1 are. Default: the stack's.")
    private @Nullable String loopback;

    @Mixin
    private ProgramOptions program;

    @Override
    public Integer call() throws Exception {
        try {
            return new JdkRun("run", OwnJar.path(), agentOptions()).run(OwnJar.withFittingJava(program.command()));
        } catch (JdkRun.Refusal refusal) {
            sockeye.complain(String.valueOf(refusal.getMessage()));
            return refusal.exitCode();
        }
    }

    String agentOptions() {
        List<String> options = new ArrayList<>();
        if (!hosts.isEmpty()) options.add("host=" + String.join("+", hosts));
        if (network != null) options.add("net=" + network);
        if (outside != null) options.add("outside=" + outside);
        if (loopback != null) options.add("loopback=" + loopback);
        return program.agentOptions(options, spec);
    }
}
