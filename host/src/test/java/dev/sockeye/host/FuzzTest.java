package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.PagePool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Programs that a fuzzer has found: those that once broke something, each by name, and the corpus that reaches as
/// much of the code as the fuzzer ever did. And some thousand at random, which need no fuzzer.
class FuzzTest {

    private static final Path FOLDER = Path.of("src/test/fuzz");
    private static final Path CORPUS = FOLDER.resolve("corpus.txt");

    static List<Path> found() throws IOException {
        return FuzzCorpus.found(FOLDER);
    }

    @ParameterizedTest
    @MethodSource("found")
    void whatOnceBrokeSomethingBreaksNothing(Path file) throws IOException {
        var pool = new PagePool();
        byte[] program = FuzzCorpus.read(file);
        assertThat(FuzzProgram.run(program, pool)).isEqualTo(FuzzProgram.run(program, pool));
    }

    @Test
    void theCorpusRunsAsItDid() throws IOException {
        var pool = new PagePool();
        int line = 0;
        for (String hex : Files.readAllLines(CORPUS)) {
            line++;
            byte[] program = HexFormat.of().parseHex(hex);
            try {
                assertThat(FuzzProgram.run(program, pool)).isEqualTo(FuzzProgram.run(program, pool));
            } catch (AssertionError e) {
                throw new AssertionError(CORPUS + " line " + line + ": " + e.getMessage(), e);
            }
        }
    }

    @Test
    void anyBytesAreAProgram() {
        var pool = new PagePool();
        for (int seed = 0; seed < 3000; seed++) {
            var random = new SplittableRandom(seed);
            byte[] program = new byte[random.nextInt(1500)];
            random.nextBytes(program);
            try {
                FuzzProgram.run(program, pool);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
