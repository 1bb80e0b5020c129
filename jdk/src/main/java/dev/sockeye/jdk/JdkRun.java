package dev.sockeye.jdk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `sockeye run -- java ...`: starts a program of Java's with the agent. The agent is put among the arguments of the
/// command, and not into `JAVA_TOOL_OPTIONS`, so that nothing is printed that the program did not print, and a JVM that
/// the program starts, which would have hosts and a network of its own, is left alone.
public final class JdkRun {

    /// `EX_USAGE` of sysexits.h: the command is not one that can be run on the stack.
    public static final int USAGE = 64;
    /// `EX_UNAVAILABLE`: there is no JDK 25, or no agent.
    public static final int UNAVAILABLE = 69;
    /// What a shell returns for a command that is not there.
    public static final int NOT_FOUND = 127;

    private static final int OLDEST_JAVA = 25;
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

    private final String called;
    private final Path agent;
    private final String options;

    /// @param called  the name of the command that the user has called, for complaints: `run`
    /// @param agent   the agent's jar
    /// @param options the agent's, as [Agent] takes them; may be empty
    public JdkRun(String called, Path agent, String options) {
        this.called = called;
        this.agent = agent;
        this.options = options;
    }

    /// Why a command is not run: one line for the user, and an exit code.
    public static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final int exitCode;

        Refusal(int exitCode, String line) {
            super(line);
            this.exitCode = exitCode;
        }

        /// The exit code that goes with it.
        public int exitCode() {
            return exitCode;
        }
    }

    /// The command with the agent in it.
    ///
    /// @param command what the user gave behind `--`
    /// @param environment where `PATH` is looked up
    public List<String> command(List<String> command, Map<String, String> environment) throws Refusal {
        if (command.isEmpty())
            throw new Refusal(USAGE, called + ": what? For example: sockeye " + called + " -- java -jar program.jar");
        if (!Files.isRegularFile(agent))
            throw new Refusal(UNAVAILABLE, called + ": the agent " + agent + " is not there");
        String program = command.getFirst();
        Path file = find(program, environment);
        if (!file.getFileName().toString().equals("java"))
            throw new Refusal(
                    USAGE,
                    called + ": " + program + " is not java. Give the java command itself, as in: sockeye " + called
                            + " -- java -jar" + " program.jar; or, for a script that starts one, set JDK_JAVA_OPTIONS="
                            + argument());
        checkVersion(program, file);
        var withAgent = new ArrayList<String>();
        withAgent.add(program);
        withAgent.add(argument());
        withAgent.add("--enable-native-access=ALL-UNNAMED"); // the stack's pages are outside the heap
        // A program in a module of its own need not have it; the stack's socket options are there.
        withAgent.add("--add-modules=jdk.net");
        withAgent.addAll(command.subList(1, command.size()));
        return withAgent;
    }

    private String argument() {
        return "-javaagent:" + agent + (options.isEmpty() ? "" : "=" + options);
    }

    private Path find(String program, Map<String, String> environment) throws Refusal {
        if (program.indexOf('/') >= 0) {
            Path file = Path.of(program);
            if (Files.isExecutable(file) && !Files.isDirectory(file)) return file;
            throw new Refusal(NOT_FOUND, called + ": there is no program " + program);
        }
        for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
            Path file = Path.of(folder.isEmpty() ? "." : folder, program);
            if (Files.isExecutable(file) && !Files.isDirectory(file)) return file;
        }
        throw new Refusal(NOT_FOUND, called + ": there is no command " + program);
    }

    private void checkVersion(String program, Path file) throws Refusal {
        Optional<Integer> version = version(file);
        if (version.isPresent() && version.get() < OLDEST_JAVA)
            throw new Refusal(
                    UNAVAILABLE,
                    called + ": " + program + " is a Java " + version.get() + "; the stack needs " + OLDEST_JAVA
                            + " or newer");
    }

    /// The feature release of the JDK that this `java` belongs to; nothing where it does not say.
    private static Optional<Integer> version(Path java) {
        try {
            Path release = java.toRealPath().resolveSibling("../release"); // beside bin
            Matcher matcher = VERSION.matcher(Files.readString(release));
            return matcher.find() ? Optional.of(Integer.valueOf(matcher.group(1))) : Optional.empty();
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }

    /// Runs a command with the agent, on this process's input and output, and waits for its end. When this process is
    /// told to end, so is the program, and is waited for.
    ///
    /// @return the program's exit code
    public int run(List<String> command) throws Refusal, IOException, InterruptedException {
        var builder = new ProcessBuilder(command(command, System.getenv())).inheritIO();
        Process program = builder.start();
        var forwarding = new Thread(() -> end(program), "sockeye-run");
        Runtime.getRuntime().addShutdownHook(forwarding);
        int exitCode = program.waitFor();
        try {
            Runtime.getRuntime().removeShutdownHook(forwarding);
        } catch (IllegalStateException goingDown) {
            // a signal came, and the hook has seen to it
        }
        return exitCode;
    }

    /// SIGTERM, as SIGINT and SIGHUP of a terminal have reached the program already; it may take its time over it.
    private static void end(Process program) {
        program.destroy();
        try {
            if (!program.waitFor(30, TimeUnit.SECONDS)) program.destroyForcibly();
        } catch (InterruptedException e) {
            program.destroyForcibly();
        }
    }
}
