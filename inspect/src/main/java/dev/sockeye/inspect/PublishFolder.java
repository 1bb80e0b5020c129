package dev.sockeye.inspect;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// The folder in which the running stacks of one user publish their sockets, a UNIX socket per
/// process. Only the user can enter it: what it holds tells with whom his programs talk.
public final class PublishFolder {

    private static final Set<PosixFilePermission> ONLY_OWNER = PosixFilePermissions.fromString("rwx------");
    private static final String SUFFIX = ".sock";

    private final Path path;

    /// This folder, which need not exist yet.
    public PublishFolder(Path path) {
        this.path = path;
    }

    /// The user's folder: `$XDG_RUNTIME_DIR/sockeye`, or `/tmp/sockeye-UID` where the variable is not set.
    ///
    /// @throws IOException if the system does not tell which user this is
    public static PublishFolder ofUser() throws IOException {
        return new PublishFolder(userFolder(System.getenv()));
    }

    static Path userFolder(Map<String, String> environment) throws IOException {
        String runtime = environment.get("XDG_RUNTIME_DIR");
        if (runtime != null && runtime.startsWith("/")) return Path.of(runtime, "sockeye");
        return Path.of("/tmp", "sockeye-" + uid());
    }

    /// Where it is.
    public Path path() {
        return path;
    }

    /// Where the process `pid` publishes.
    Path socketOf(long pid) {
        return path.resolve(pid + SUFFIX);
    }

    /// Makes the folder if it is not there.
    ///
    /// @throws IOException if it cannot be made, or if others could enter it
    void prepare() throws IOException {
        try {
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(ONLY_OWNER));
        } catch (FileAlreadyExistsException e) {
            check();
        }
    }

    /// Refuses a folder that somebody else has put there, which in `/tmp` anybody could.
    private void check() throws IOException {
        PosixFileAttributes found = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isDirectory()) throw new IOException(path + " is not a folder");
        if (uid(path) != uid()) throw new IOException(path + " belongs to another user");
        if (!found.permissions().equals(ONLY_OWNER)) throw new IOException(path + " must have the mode 0700");
    }

    /// The processes that have a file here, alive or not, by number.
    ///
    /// @throws IOException if the folder cannot be read, or if others could enter it
    List<Long> pids() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) return List.of();
        check();
        List<Long> pids = new ArrayList<>();
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.matches("[0-9]{1,18}\\" + SUFFIX)) {
                    pids.add(Long.parseLong(name.substring(0, name.length() - SUFFIX.length())));
                }
            }
        }
        Collections.sort(pids);
        return pids;
    }

    /// The user's number (geteuid), which the JDK tells only through files: on Linux the second
    /// number of `Uid:` in proc(5)'s status, elsewhere the owner of the home folder.
    private static int uid() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) return uid(Path.of(System.getProperty("user.home")));
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("Uid:")) return Integer.parseInt(line.split("\\s+", -1)[2]);
        }
        throw new IOException(status + " does not tell which user this is");
    }

    private static int uid(Path file) throws IOException {
        return (Integer) Objects.requireNonNull(Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    }
}
