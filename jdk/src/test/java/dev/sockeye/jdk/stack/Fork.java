package dev.sockeye.jdk.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A program in a JVM of its own, on the stack or not.
final class Fork {

    /// How a program ended, and what it printed; both its outputs in one.
    record Result(int exitCode, List<String> lines) {}

    private static final long LONGEST_SECONDS = 90;

    private Fork() {}

    static Path agent() {
        return Path.of(System.getProperty("sockeye.agent")).toAbsolutePath();
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /// The command line of a program with the agent.
    static List<String> withAgent(String options, String... programAndArguments) {
        var command = new ArrayList<>(List.of(
                java(),
                "-javaagent:" + agent() + (options.isEmpty() ? "" : "=" + options),
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(program(programAndArguments));
        return command;
    }

    /// The same without it.
    static List<String> plain(String... programAndArguments) {
        var command = new ArrayList<>(List.of(java()));
        command.addAll(program(programAndArguments));
        return command;
    }

    static List<String> program(String... programAndArguments) {
        var arguments =
                new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        arguments.addAll(List.of(programAndArguments));
        return arguments;
    }

    static Result run(List<String> command) throws IOException, InterruptedException {
        Process process = start(command);
        process.getOutputStream().close();
        return end(process);
    }

    static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /// Waits for its end, and kills it if that does not come.
    static Result end(Process process) throws IOException, InterruptedException {
        var watchdog = Thread.ofVirtual().start(() -> {
            try {
                if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly();
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
        });
        var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        int exitCode = process.waitFor();
        watchdog.join();
        return new Result(exitCode, lines);
    }
}
