package dev.sockeye.conformance.machine;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The files that a script makes on the machine: names and lengths, for what they hold are zeros.
/// `/dev/zero` never ends.
public final class Disk {

    /// A file.
    static final class Entry {
        long length;
    }

    private final Map<String, Entry> files = new TreeMap<>();

    /// A disk with `/dev/zero` and `/dev/null`.
    public Disk() {
        create("/dev/zero", Long.MAX_VALUE);
        create("/dev/null", 0);
    }

    /// Makes a file, or gives it another length.
    public void create(String name, long length) {
        files.computeIfAbsent(name, _ -> new Entry()).length = length;
    }

    /// Removes a file.
    ///
    /// @return whether it was there
    public boolean remove(String name) {
        return files.remove(name) != null;
    }

    @Nullable
    Entry find(String name) {
        return files.get(name);
    }

    /// Whether there is a file of this name.
    public boolean has(String name) {
        return find(name) != null;
    }
}
