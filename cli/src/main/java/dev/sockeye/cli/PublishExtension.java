package dev.sockeye.cli;

import dev.sockeye.inspect.MachineSource;
import dev.sockeye.inspect.Publisher;
import dev.sockeye.jdk.AgentExtension;
import dev.sockeye.socket.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Publishes the sockets of a program that runs on the stack, so that `sockeye ss` in another
/// terminal lists them. A program is never harmed by it: where it cannot publish, it says so and
/// runs on.
public final class PublishExtension implements AgentExtension {

    /// For the agent, by the service file.
    public PublishExtension() {}

    @Override
    public void start(List<Machine> hosts, Map<String, String> options) {
        String program = options.getOrDefault("program", programName(System.getProperty("sun.java.command", "")));
        try {
            Publisher.start(program, MachineSource.ofAllRunning(program));
        } catch (IOException e) {
            System.err.println("sockeye: 'sockeye ss' cannot see this program: " + e.getMessage());
        }
    }

    /// What a person would call the program that `java` was told to run: the jar's or main class's own name.
    static String programName(String command) {
        String main = command.split(" ", 2)[0];
        if (main.isEmpty()) return "java";
        if (main.endsWith(".jar") || main.endsWith(".java"))
            return String.valueOf(Path.of(main).getFileName());
        String type = main.substring(main.lastIndexOf('/') + 1); // without its module
        return type.substring(type.lastIndexOf('.') + 1);
    }
}
