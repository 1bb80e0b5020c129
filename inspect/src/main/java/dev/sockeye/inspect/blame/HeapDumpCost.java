package dev.sockeye.inspect.blame;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a heap dump will cost the program that it is taken of, to be said before it is taken.
///
/// @param heapUsed   bytes of objects, garbage included: about what is written
/// @param folder     where it goes, as the target names it
/// @param diskFree   bytes that are free there
/// @param inMemory   whether the folder is one in memory (tmpfs), so that the dump takes the machine's
///     memory
/// @param pause      for how long the program stands still, as an estimate
public record HeapDumpCost(long heapUsed, Path folder, long diskFree, boolean inMemory, Duration pause) {

    /// Measured: docs/linux/blame.md.
    private static final long BYTES_PER_SECOND = 500_000_000;

    /// What is used besides objects.
    private static final Pattern HEAP_USED = Pattern.compile("\\bused\\s+([0-9]+)([KMG])");

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Asks the JVM.
    static HeapDumpCost of(Jvm target) throws IOException {
        long used = used(target);
        Candidate best = null;
        for (Candidate each : candidates(target)) {
            if (best == null || each.isBetterThan(best, used)) best = each;
        }
        if (best == null) throw new Jvm.Refusal("process " + target.pid() + " has no folder for temporary files");
        Duration pause = Duration.ofMillis(50 + used * 1000 / BYTES_PER_SECOND);
        return new HeapDumpCost(used, best.folder, best.free, best.inMemory, pause);
    }

    /// Whether the dump does not fit.
    public boolean isTooLarge() {
        return diskFree < heapUsed + heapUsed / 4 + (64 << 20);
    }

    private record Candidate(Path folder, long free, boolean inMemory) {

        /// A disk is better than memory, but not if it is full.
        boolean isBetterThan(Candidate other, long needed) {
            boolean fits = free > needed * 2;
            boolean otherFits = other.free > needed * 2;
            if (fits != otherFits) return fits;
            if (inMemory != other.inMemory) return !inMemory;
            return false;
        }
    }

    private static List<Candidate> candidates(Jvm target) {
        List<Candidate> found = new ArrayList<>();
        for (String name : new String[] {"/tmp", "/var/tmp"}) {
            Path folder = Path.of(name);
            try {
                FileStore store = Files.getFileStore(target.file(folder));
                found.add(new Candidate(
                        folder, store.getUsableSpace(), store.type().equals("tmpfs")));
            } catch (IOException e) {
                // It has none of this name.
            }
        }
        return found;
    }

    /// `GC.heap_info` says it in the words of each collector, but all of them write `used 123K`; the
    /// lines of the metaspace do so too.
    private static long used(Jvm target) throws IOException {
        String info;
        try {
            info = target.command("GC.heap_info", PATIENCE);
        } catch (Jvm.Refusal e) {
            if (String.valueOf(e.getMessage()).contains("Unknown diagnostic command")) return target.residentBytes();
            throw e;
        }
        long used = usedIn(info);
        return used > 0 ? used : target.residentBytes();
    }

    static long usedIn(String heapInfo) {
        long used = 0;
        for (String line : heapInfo.lines().toList()) {
            if (line.strip().startsWith("Metaspace") || line.strip().startsWith("class space")) continue;
            Matcher matcher = HEAP_USED.matcher(line);
            if (matcher.find()) used += Long.parseLong(matcher.group(1)) << shift(matcher.group(2));
        }
        return used;
    }

    private static int shift(String unit) {
        return unit.equals("K") ? 10 : unit.equals("M") ? 20 : 30;
    }
}
