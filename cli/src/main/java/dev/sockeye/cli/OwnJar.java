package dev.sockeye.cli;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The jar that this command is in, which is the agent's too, and the java that runs it.
final class OwnJar {

    private OwnJar() {}

    static Path path() {
        try {
            return Path.of(OwnJar.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /// The java on the PATH may be too old for the stack; the one that runs this command is not.
    static List<String> withFittingJava(List<String> command) {
        if (command.isEmpty() || !command.getFirst().equals("java")) return command;
        List<String> fitting = new ArrayList<>(command);
        fitting.set(0, java());
        return fitting;
    }
}
