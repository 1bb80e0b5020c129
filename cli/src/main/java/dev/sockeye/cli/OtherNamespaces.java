package dev.sockeye.cli;

import dev.sockeye.inspect.PlainWords;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/// The network namespaces besides this process's own, and how many TCP sockets are in use in them: as each one's
/// `/proc/PID/net/sockstat` tells, without entering any.
final class OtherNamespaces {

    private final Map<Path, Path> processes = new HashMap<>();

    OtherNamespaces() throws IOException {
        Path own = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : all) {
                try {
                    Path namespace = Files.readSymbolicLink(process.resolve("ns/net"));
                    if (!namespace.equals(own)) processes.putIfAbsent(namespace, process);
                } catch (IOException e) {
                    // It has ended, or may not be looked at.
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /// For people, null if there is no other.
    @Nullable
    String line() {
        if (processes.isEmpty()) return null;
        long sockets = 0;
        for (Path process : processes.values()) sockets += socketsOf(process);
        String namespaces =
                PlainWords.count(processes.size(), "other network namespace has", "other network namespaces have");
        return namespaces + " " + PlainWords.count(sockets, "TCP socket", "TCP sockets")
                + ": 'sockeye ss --all-namespaces' lists them";
    }

    /// `TCP: inuse 5 orphan 0 tw 2 alloc 7 mem 0`, of which the first and the third are of the namespace.
    private static long socketsOf(Path process) {
        long count = 0;
        for (String file : new String[] {"net/sockstat", "net/sockstat6"}) {
            try {
                for (String line : Files.readAllLines(process.resolve(file))) {
                    if (!line.startsWith("TCP: ") && !line.startsWith("TCP6: ")) continue;
                    var words = new StringTokenizer(line);
                    words.nextToken();
                    while (words.hasMoreTokens()) {
                        String name = words.nextToken();
                        long value = Long.parseLong(words.nextToken());
                        if (name.equals("inuse") || name.equals("tw")) count += value;
                    }
                }
            } catch (IOException e) {
                // It has ended meanwhile.
            }
        }
        return count;
    }
}
