package dev.sockeye.inspect.history;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// An empty file that says that a process has the kernel store changes of state. Whoever finds none
/// need not go through the kernel's maps, which costs a short command a third of its time. One that a
/// killed process has left behind costs no more than that, until the next process takes it away.
final class StorageSign {

    private static final Path FOLDER = Path.of("/run/sockeye");
    private static final String PREFIX = "journal-";

    private StorageSign() {}

    private static Path own() {
        return FOLDER.resolve(PREFIX + ProcessHandle.current().pid());
    }

    /// Whether any process has put one up.
    static boolean isThere() {
        try (DirectoryStream<Path> signs = Files.newDirectoryStream(FOLDER, PREFIX + "*")) {
            return signs.iterator().hasNext();
        } catch (IOException e) {
            return false; // nobody has ever
        }
    }

    /// Puts up this process's; where that is not possible, short commands do not know of it.
    static void put() {
        try {
            Files.createDirectories(FOLDER);
            removeOrphans();
            Files.writeString(own(), "");
        } catch (IOException e) {
            // Nothing but a convenience is lost.
        }
    }

    private static void removeOrphans() throws IOException {
        try (DirectoryStream<Path> signs = Files.newDirectoryStream(FOLDER, PREFIX + "*")) {
            for (Path sign : signs) {
                String number = sign.getFileName().toString().substring(PREFIX.length());
                boolean isOrphan = number.matches("\\d{1,18}")
                        && ProcessHandle.of(Long.parseLong(number)).isEmpty();
                if (isOrphan) Files.deleteIfExists(sign);
            }
        }
    }

    /// Takes this process's away.
    static void remove() {
        try {
            Files.deleteIfExists(own());
        } catch (IOException e) {
            // It is an orphan from now on.
        }
    }
}
