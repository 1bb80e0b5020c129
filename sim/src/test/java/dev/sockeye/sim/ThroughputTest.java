package dev.sockeye.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// How fast one connection is over a link of 100 Mbit/s, by loss and round trip time: a table, kept beside this test,
/// that
/// says at once when a change made the stack slower or faster. `-Dsockeye.snapshot=update` writes it anew.
@NullMarked
class ThroughputTest {

    private static final String[] LOSSES = {"0%", "0.1%", "1%", "3%", "10%"};
    private static final int[] ROUND_TRIP_MILLIS = {1, 10, 50, 200};
    private static final Duration TIME = Duration.ofSeconds(20);
    /// A different order of random draws alone moves a figure this much.
    private static final double TOLERANCE = 0.25;

    @Test
    void throughputByLossAndRoundTripTime() throws IOException {
        double[][] measured = measure();
        Path snapshot = Path.of("src", "test", "resources", "throughput.txt");
        if ("update".equals(System.getProperty("sockeye.snapshot"))) {
            Files.createDirectories(snapshot.getParent());
            Files.writeString(snapshot, table(measured));
        }
        double[][] expected = read(snapshot);
        for (int loss = 0; loss < LOSSES.length; loss++) {
            for (int rtt = 0; rtt < ROUND_TRIP_MILLIS.length; rtt++) {
                assertThat(measured[loss][rtt])
                        .as(
                                "Mbit/s at loss %s, %d ms; measured:%n%s",
                                LOSSES[loss], ROUND_TRIP_MILLIS[rtt], table(measured))
                        .isBetween(
                                expected[loss][rtt] * (1 - TOLERANCE) - 0.05,
                                expected[loss][rtt] * (1 + TOLERANCE) + 0.05);
            }
        }
    }

    private static double[][] measure() {
        var megabits = new double[LOSSES.length][ROUND_TRIP_MILLIS.length];
        for (int loss = 0; loss < LOSSES.length; loss++) {
            for (int rtt = 0; rtt < ROUND_TRIP_MILLIS.length; rtt++) {
                megabits[loss][rtt] = megabits(LOSSES[loss], ROUND_TRIP_MILLIS[rtt]);
            }
        }
        return megabits;
    }

    /// The payload's rate in the first 20 seconds.
    private static double megabits(String loss, int roundTripMillis) {
        try (var net = new Network(1)) {
            Machine a = net.machine("a");
            Machine b = net.machine("b");
            net.connect(a, b, "delay " + roundTripMillis * 500 + "us loss " + loss + " rate 100mbit limit 256kb");
            var pattern = new Pattern(1);
            var sender = new Bulk(pattern, Long.MAX_VALUE, pattern);
            var receiver = new Bulk(pattern, 0, pattern);
            b.listen(80, 10, stream -> receiver);
            a.connect(b.at(80), sender);
            net.advance(TIME);
            assertThat(receiver.trouble + sender.trouble).isEmpty();
            return receiver.received * 8 / 1e6 / TIME.toSeconds();
        }
    }

    private static String table(double[][] megabits) {
        var text = new StringBuilder(
                "# Mbit/s over 100 Mbit/s with a queue of 256 KiB, by loss each way and round trip\n");
        text.append(String.format(Locale.ROOT, "%-6s", "loss"));
        for (int rtt : ROUND_TRIP_MILLIS) text.append(String.format(Locale.ROOT, "%8s", rtt + "ms"));
        text.append('\n');
        for (int loss = 0; loss < LOSSES.length; loss++) {
            text.append(String.format(Locale.ROOT, "%-6s", LOSSES[loss]));
            for (double value : megabits[loss]) text.append(String.format(Locale.ROOT, "%8.2f", value));
            text.append('\n');
        }
        return text.toString();
    }

    private static double[][] read(Path snapshot) {
        try {
            return Files.readAllLines(snapshot, StandardCharsets.UTF_8).stream()
                    .skip(2)
                    .map(line -> Arrays.stream(line.strip().split("\\s+", 0))
                            .skip(1)
                            .mapToDouble(Double::parseDouble)
                            .toArray())
                    .toArray(double[][]::new);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
