package dev.sockeye.differential;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// The differences that are known: each stands in `known-differences.txt` with the circumstance that it needs and the
/// reason. What is not there is a fault.
final class Known {

    /// What must have happened in a program before a difference that is known only there.
    enum Circumstance {
        /// nothing in particular
        ANY,
        /// both ends sent a SYN, and the peer's had no window scale
        CROSSED_SYNS_WITHOUT_SCALING,
        /// a router has told of a narrower path
        NARROW_PATH,
        /// some data of the peer has come in two segments that are not the same
        OVERLAP;

        private boolean holds(Transcript kernel, Difference difference) {
            if (this == OVERLAP) return overlaps(kernel, difference.frame());
            Program program = kernel.program();
            List<Step.Action> before = program.steps().stream()
                    .limit(difference.frame())
                    .map(Step::action)
                    .toList();
            return switch (this) {
                case ANY, OVERLAP -> true;
                case CROSSED_SYNS_WITHOUT_SCALING ->
                    !program.passive()
                            && program.hello().windowScale() < 0
                            && before.stream().anyMatch(Circumstance::isSyn);
                case NARROW_PATH -> before.stream().anyMatch(each -> each instanceof Step.Icmp icmp && icmp.mtu() > 0);
            };
        }

        private static boolean overlaps(Transcript kernel, int frame) {
            List<Segment> data = Frame.of(kernel).stream()
                    .limit(frame + 1L)
                    .map(each -> each.input() instanceof Event.Came came
                                    && came.arrival() instanceof Arrival.Sent sent
                                    && sent.segment().data().length > 0
                            ? sent.segment()
                            : null)
                    .filter(Objects::nonNull)
                    .toList();
            for (int i = 0; i < data.size(); i++) {
                for (int j = 0; j < i; j++) if (overlap(data.get(i), data.get(j))) return true;
            }
            return false;
        }

        private static boolean overlap(Segment one, Segment other) {
            int begin = Math.max(one.seq(), other.seq());
            int end = Math.min(one.seq() + one.data().length, other.seq() + other.data().length);
            boolean same = one.seq() == other.seq() && one.data().length == other.data().length;
            return begin < end && !same;
        }

        private static boolean isSyn(Step.Action action) {
            return action instanceof Step.Send send && send.flags().equals("S");
        }
    }

    private record Row(String kind, Circumstance circumstance) {}

    private static final List<Row> ROWS = read();

    private Known() {}

    /// Whether it is known.
    ///
    /// @param kernel how the program went there
    static boolean contains(Transcript kernel, Difference difference) {
        for (Row row : ROWS) {
            // a kind without a state is one in all of them
            boolean same = row.kind.contains(" in ")
                    ? difference.kind().equals(row.kind)
                    : difference.kind().startsWith(row.kind + " in ");
            if (same && row.circumstance.holds(kernel, difference)) return true;
        }
        return false;
    }

    private static List<Row> read() {
        var in = Objects.requireNonNull(Known.class.getResourceAsStream("known-differences.txt"));
        try (var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && line.charAt(0) != '#')
                    .map(Known::row)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Row row(String line) {
        String[] parts = line.split(" \\| ", 3);
        if (parts.length != 3) throw new IllegalStateException("a kind, a circumstance and a reason: " + line);
        String name = parts[1].strip().toUpperCase(Locale.ROOT).replace(' ', '_');
        return new Row(parts[0].strip(), Circumstance.valueOf(name));
    }
}
