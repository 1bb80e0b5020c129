package dev.sockeye.metrics;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where the files are that are no code.
final class Repository {

    private Repository() {}

    static Path file(String name) {
        Path here = Path.of("").toAbsolutePath();
        return (Files.isDirectory(here.resolve("packaging")) ? here : here.getParent()).resolve(name);
    }
}
