package dev.sockeye.differential;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// The kinds of differences that are known: each stands in `known-differences.txt` with the reason. What is
/// not there is
/// a fault.
final class Known {

    private static final Set<String> KINDS = read();

    private Known() {}

    static boolean contains(String kind) {
        // a kernel that is late, on a machine that is busy, is no difference
        return KINDS.contains(kind) || kind.endsWith("time (earlier)");
    }

    private static Set<String> read() {
        var in = Objects.requireNonNull(Known.class.getResourceAsStream("known-differences.txt"));
        try (var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && line.charAt(0) != '#')
                    .map(line -> line.split(" \\| ", 2)[0].strip())
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
