package dev.sockeye.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How fast one connection is, by congestion control, loss and round trip: docs/throughput.md, and beside it what the
/// kernel does through the same links. `-Dsockeye.snapshot=update` measures everything and writes the figures and the
/// page anew; `-Dsockeye.throughput=all` measures everything and compares.
@NullMarked
class ThroughputTest {

    private static final Path DOCS = Path.of("..", "docs");
    private static final Path FIGURES = DOCS.resolve(Path.of("throughput", "throughput.tsv"));
    private static final Path KERNELS = DOCS.resolve(Path.of("linux", "throughput.tsv"));
    private static final Path PAGE = DOCS.resolve("throughput.md");

    /// Ours is at most this much slower in any cell.
    private static final double TOLERATED = 0.10;

    @BeforeAll
    static void update() throws IOException {
        if (!"update".equals(System.getProperty("sockeye.snapshot"))) return;
        write(FIGURES, Throughput.measure().toString());
        ThroughputPage page = page();
        write(PAGE, page.text());
        for (String name : Throughput.CONGESTION_CONTROLS) write(plot(name), page.plot(name));
    }

    private static ThroughputPage page() throws IOException {
        return new ThroughputPage(Throughput.read(FIGURES), Throughput.read(KERNELS));
    }

    private static Path plot(String name) {
        return DOCS.resolve(Path.of("throughput", name + ".svg"));
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardCharsets.UTF_8);
    }

    /// Virtual time repeats to the last digit. These few are measured in every build.
    @ParameterizedTest
    @CsvSource({
        "cubic, 0, 1, 1",
        "cubic, 0.1, 100, 2",
        "cubic, 1, 20, 3",
        "cubic, 2, 300, 4",
        "cubic, 5, 100, 5",
        "cubic, 10, 1, 5",
        "reno, 0, 300, 1",
        "reno, 0.1, 300, 2",
        "reno, 1, 100, 3",
        "reno, 2, 20, 4",
        "reno, 5, 1, 5",
        "reno, 10, 20, 6",
        "bbr, 0, 20, 1",
        "bbr, 1, 300, 2",
        "bbr, 2, 300, 3",
        "bbr, 5, 100, 4",
        "bbr, 10, 100, 5",
        "bbr, 10, 300, 6",
        "bbr3, 0, 100, 1",
        "bbr3, 1, 300, 2",
        "bbr3, 2, 100, 3",
        "bbr3, 5, 20, 4",
        "bbr3, 10, 1, 5"
    })
    void aFewAreAsTheyWere(String congestionControl, String loss, String roundTrip, int seed) throws IOException {
        var cell = new Throughput.Cell(congestionControl, loss, roundTrip);
        assertThat(Throughput.measure(cell, seed))
                .as("%s, seed %d (-Dsockeye.snapshot=update writes what is now)", cell, seed)
                .isEqualTo(Throughput.read(FIGURES).figure(cell, seed));
    }

    @Test
    @EnabledIfSystemProperty(named = "sockeye.throughput", matches = "all")
    void allAreAsTheyWere() throws IOException {
        assertThat(Throughput.measure().toString()).isEqualTo(Files.readString(FIGURES, StandardCharsets.UTF_8));
    }

    @Test
    void noneIsMoreThanATenthSlowerThanTheKernels() throws IOException {
        Throughput ours = Throughput.read(FIGURES);
        Throughput kernels = Throughput.read(KERNELS);
        List<Throughput.Cell> compared =
                Throughput.Cell.all().stream().filter(kernels::has).toList();
        assertThat(compared).hasSize(3 * 24);
        assertThat(compared.stream().filter(cell -> ThroughputPage.ratio(ours, kernels, cell) < 1 - TOLERATED))
                .isEmpty();
    }

    @Test
    void thePageSaysWhatTheFiguresSay() throws IOException {
        ThroughputPage page = page();
        assertThat(Files.readString(PAGE, StandardCharsets.UTF_8)).isEqualTo(page.text());
        for (String name : Throughput.CONGESTION_CONTROLS) {
            assertThat(Files.readString(plot(name), StandardCharsets.UTF_8)).isEqualTo(page.plot(name));
        }
    }
}
