package dev.sockeye.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// The program that is put on the stack, and what can be said of its hosts.
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class ProgramOptions {

    @Option(
            names = "--origin",
            paramLabel = "none|opened|calls",
            defaultValue = "opened",
            description =
                    "How much is noted of who uses a socket: nothing; where it was opened; also where it was last read and written. Default: ${DEFAULT-VALUE}.")
    private String origin;

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

    /// The program and its arguments.
    List<String> command() {
        return command;
    }

    /// All of the agent's options in its syntax, these after the others.
    ///
    /// @param others `name=value` each
    String agentOptions(List<String> others, CommandSpec spec) {
        List<String> options = new ArrayList<>(others);
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
