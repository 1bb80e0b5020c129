package dev.sockeye.rules;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The floors, what each may stand on, and where their classes and sources are.
final class House {

    /// A floor and every floor that it may use, from the ground up.
    record Floor(String name, Set<String> below) {

        String packageName() {
            return "dev.sockeye." + name;
        }
    }

    static final List<Floor> FLOORS = List.of(
            new Floor("wire", Set.of()),
            new Floor("linux", Set.of("wire")),
            new Floor("tcp", Set.of("wire")),
            new Floor("host", Set.of("wire", "tcp")),
            new Floor("link", Set.of("wire", "linux")), // beside host
            new Floor("socket", Set.of("wire", "tcp", "host", "link")),
            new Floor("jdk", Set.of("wire", "linux", "tcp", "host", "link", "socket")),
            new Floor("sim", Set.of("wire", "tcp", "host", "link", "socket")),
            new Floor("conformance", Set.of("wire", "tcp", "host", "link", "socket", "sim")), // beside the house
            new Floor("inspect", Set.of("wire", "linux", "tcp", "host", "link", "socket")),
            new Floor("metrics", Set.of("wire", "linux", "tcp", "host", "link", "socket", "inspect")),
            new Floor(
                    "cli",
                    Set.of(
                            "wire",
                            "linux",
                            "tcp",
                            "host",
                            "link",
                            "socket",
                            "jdk",
                            "sim",
                            "conformance",
                            "inspect",
                            "metrics")));

    private static final Path ROOT = findRoot();

    private House() {}

    /// The classes of all floors, without their tests.
    static JavaClasses classes() {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(FLOORS.stream().map(Floor::packageName).toArray(String[]::new));
    }

    /// The folder of a floor.
    static Path folder(Floor floor) {
        return ROOT.resolve(floor.name);
    }

    /// The Java sources of a floor, without its tests.
    static List<Path> sources(Floor floor) {
        return javaFiles(folder(floor).resolve("src/main/java"));
    }

    /// Every Java source of the house: floors, tests, benchmarks, stress tests.
    static List<Path> allSources() {
        return javaFiles(ROOT).stream()
                .filter(file -> !file.toString().contains("/target/"))
                .toList();
    }

    private static List<Path> javaFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The repository's folder.
    static Path root() {
        return ROOT;
    }

    /// Tests run in the module's folder, or in the root from an IDE.
    private static Path findRoot() {
        Path here = Path.of("").toAbsolutePath();
        return Files.isDirectory(here.resolve("wire")) ? here : here.getParent();
    }
}
