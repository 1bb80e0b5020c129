package dev.sockeye.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.link.Impairment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;

/// Figures of throughput by congestion control, loss and round trip: how ours are measured, and how they are kept, as
/// `docs/throughput.tsv`. The kernel's, which bench's KernelThroughput measures, are kept the same way.
@NullMarked
final class Throughput {

    static final List<String> CONGESTION_CONTROLS = List.of("cubic", "reno", "bbr", "bbr3");
    static final List<String> LOSSES = List.of("0", "0.1", "1", "2", "5", "10");
    static final List<String> ROUND_TRIPS = List.of("1", "20", "100", "300");
    static final int SECONDS = 20;

    /// @param loss      of each direction, percent
    /// @param roundTrip milliseconds
    record Cell(String congestionControl, String loss, String roundTrip) {

        static List<Cell> all() {
            List<Cell> cells = new ArrayList<>();
            for (String name : CONGESTION_CONTROLS) {
                for (String loss : LOSSES) {
                    for (String roundTrip : ROUND_TRIPS) cells.add(new Cell(name, loss, roundTrip));
                }
            }
            return cells;
        }

        /// So many runs, each with losses of its own: the more, the more it is a matter of luck.
        int seeds() {
            double percent = Double.parseDouble(loss);
            int millis = Integer.parseInt(roundTrip);
            boolean isBbr = congestionControl.startsWith("bbr");
            if (percent == 0) return 3;
            if (percent >= (isBbr ? 5 : 2) && millis >= (isBbr ? 300 : 100)) return 36;
            if (isBbr) return millis >= 100 ? 9 : 5;
            if (percent < 1) return 9;
            return millis == 1 ? 5 : 12;
        }

        /// Half the round trip and all of the loss each way, a bottleneck of 20 Mbit/s with a queue of 128 KiB.
        String impairment() {
            return "delay " + Integer.parseInt(roundTrip) * 500 + "us loss " + loss + "% rate 20mbit limit 128kb";
        }
    }

    /// A cell's figures, each of one run: megabits of payload per second, with three decimals.
    private final Map<Cell, List<String>> figures = new LinkedHashMap<>();

    // ---------------------------------------------------------------- measuring

    /// What the receiver's program has got in the first seconds, the handshake counted.
    static String measure(Cell cell, long seed) {
        try (var net = new Network(seed)) {
            Machine a = net.machine("a");
            Machine b = net.machine("b");
            // As bench's Wire: the n-th packet of a direction is lost there if it is lost here.
            var random = new SplittableRandom(seed);
            net.connect(a, b, Impairment.parse(cell.impairment()), 1500, random.split(), random.split());
            var flow = new BulkFlow(net, a, b, 80, cell.congestionControl);
            net.advance(Duration.ofSeconds(SECONDS));
            assertThat(flow.trouble()).as("%s, seed %d", cell, seed).isEmpty();
            return String.format(Locale.ROOT, "%.3f", flow.received() * 8 / 1e6 / SECONDS);
        }
    }

    /// All cells, several at a time.
    static Throughput measure() {
        var measured = new Throughput();
        Map<Cell, List<String>> runs =
                Cell.all().parallelStream().collect(Collectors.toConcurrentMap(cell -> cell, Throughput::runs));
        for (Cell cell : Cell.all()) measured.figures.put(cell, runs.get(cell));
        return measured;
    }

    private static List<String> runs(Cell cell) {
        List<String> each = new ArrayList<>();
        for (int seed = 1; seed <= cell.seeds(); seed++) each.add(measure(cell, seed));
        return each;
    }

    // ---------------------------------------------------------------- figures

    boolean has(Cell cell) {
        return figures.containsKey(cell);
    }

    String figure(Cell cell, int seed) {
        return of(cell).get(seed - 1);
    }

    double mean(Cell cell) {
        return of(cell).stream().mapToDouble(Double::parseDouble).average().orElseThrow();
    }

    private List<String> of(Cell cell) {
        List<String> found = figures.get(cell);
        if (found == null) throw new IllegalArgumentException("no figures of " + cell);
        return found;
    }

    // ---------------------------------------------------------------- kept as text

    static Throughput read(Path file) throws IOException {
        var read = new Throughput();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            if (line.isEmpty() || line.startsWith("#") || line.startsWith("congestion\t")) continue;
            String[] fields = line.split("\t", -1);
            var cell = new Cell(fields[0], fields[1], fields[2]);
            read.figures.put(cell, List.copyOf(Arrays.asList(fields[fields.length - 1].split(" ", -1))));
        }
        return read;
    }

    @Override
    public String toString() {
        var text = new StringBuilder("# Generated: see throughput.md.\ncongestion\tloss %\trtt ms\tmean\truns\n");
        figures.forEach((cell, runs) -> text.append(String.format(
                Locale.ROOT,
                "%s\t%s\t%s\t%.3f\t%s%n",
                cell.congestionControl,
                cell.loss,
                cell.roundTrip,
                mean(cell),
                String.join(" ", runs))));
        return text.toString();
    }
}
