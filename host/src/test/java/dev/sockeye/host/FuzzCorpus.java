package dev.sockeye.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// Between Jazzer's folders of binary files and ours of text, one program a line: `unpack` before it runs, `pack`
/// when what it has found is to be kept.
///
/// `java ... dev.sockeye.host.FuzzCorpus unpack src/test/fuzz target/fuzz`
public final class FuzzCorpus {

    private FuzzCorpus() {}

    /// The command.
    ///
    /// @param arguments what, from where, to where
    public static void main(String[] arguments) throws IOException {
        Path from = Path.of(arguments[1]);
        Path to = Path.of(arguments[2]);
        switch (arguments[0]) {
            case "unpack" -> unpack(from, to);
            case "pack" -> pack(from, to);
            default -> throw new IllegalArgumentException("neither unpack nor pack: " + arguments[0]);
        }
    }

    private static void unpack(Path from, Path to) throws IOException {
        Path corpus = to.resolve("corpus");
        Files.createDirectories(corpus);
        int number = 0;
        for (String line : Files.readAllLines(from.resolve("corpus.txt"))) {
            Files.write(corpus.resolve("kept-" + number++), HexFormat.of().parseHex(line));
        }
        for (Path each : found(from)) {
            Files.write(corpus.resolve(each.getFileName().toString()), read(each));
        }
    }

    /// Those that once broke something, in the order of their names.
    static List<Path> found(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("found"))) {
            return files.sorted().toList();
        }
    }

    /// A program in hexadecimal, with comments from `#` to the end of a line.
    static byte[] read(Path file) throws IOException {
        return HexFormat.of().parseHex(Files.readString(file).replaceAll("(?m)#.*$|\\s", ""));
    }

    /// The shortest first, so that a change of one shows as such.
    private static void pack(Path from, Path to) throws IOException {
        var lines = new ArrayList<String>();
        try (Stream<Path> files = Files.list(from)) {
            for (Path each : (Iterable<Path>) files::iterator)
                lines.add(HexFormat.of().formatHex(Files.readAllBytes(each)));
        }
        lines.sort(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
        Files.write(to.resolve("corpus.txt"), lines);
    }
}
