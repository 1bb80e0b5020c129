package dev.sockeye.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Our own scripts: each is run with IPv4, IPv6 and mapped sockets, and no packet may leave that it does
/// not ask for.
class ScriptsTest {

    private static final Path SCRIPTS =
            Files.isDirectory(Path.of("scripts")) ? Path.of("scripts") : Path.of("conformance/scripts");

    @TestFactory
    Stream<DynamicTest> eachGoesAsItSays() throws IOException {
        try (Stream<Path> files = Files.walk(SCRIPTS)) {
            List<Path> scripts = files.filter(file -> file.toString().endsWith(".pkt"))
                    .sorted()
                    .toList();
            assertThat(scripts).isNotEmpty();
            return scripts.stream().map(ScriptsTest::test);
        }
    }

    private static DynamicTest test(Path script) {
        return DynamicTest.dynamicTest(SCRIPTS.relativize(script).toString(), () -> {
            List<Result> results = Packetdrill.runAll(script, Options.defaults().with("strict", ""));
            assertThat(results)
                    .allSatisfy(result ->
                            assertThat(result.report()).as(result.ipVersion()).isEmpty());
        });
    }
}
