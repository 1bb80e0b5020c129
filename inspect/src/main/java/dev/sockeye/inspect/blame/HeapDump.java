package dev.sockeye.inspect.blame;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// Takes a heap dump of a JVM and finds in it what holds the JVM's sockets. The program stands still
/// while the dump is written, and neither collects garbage for it nor notices it otherwise. The file is
/// the target's, which nobody else can read, and it is deleted as soon as it is open here, so that it
/// is gone whatever happens.
public final class HeapDump {

    private final Jvm target;
    private final HeapDumpCost cost;

    private HeapDump(Jvm target, HeapDumpCost cost) {
        this.target = target;
        this.cost = cost;
    }

    /// One that could be taken: nothing is done yet.
    ///
    /// @throws Jvm.Refusal if the JVM cannot be asked
    public static HeapDump of(Jvm target) throws IOException {
        return new HeapDump(target, HeapDumpCost.of(target));
    }

    /// What it will cost.
    public HeapDumpCost cost() {
        return cost;
    }

    /// Takes the dump, and finds in it what holds each of these descriptors.
    ///
    /// @throws Jvm.Refusal if it does not fit where it would go, or the JVM does not write it
    public Map<Integer, HeapChain> chains(Collection<Integer> fds, HeapProgress progress) throws IOException {
        if (cost.isTooLarge())
            throw new Jvm.Refusal("the heap dump would need about " + (cost.heapUsed() >> 20) + " MiB in "
                    + cost.folder() + " of process " + target.pid() + ", where " + (cost.diskFree() >> 20)
                    + " MiB are free");
        Path inTarget = cost.folder().resolve(".sockeye-" + Long.toHexString(new SecureRandom().nextLong()) + ".hprof");
        Path file = target.file(inTarget);
        var hook = new Thread(() -> delete(file));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            progress.reading(0, 0, cost.heapUsed());
            // All objects: those that are garbage are what is told apart. Without -all there would be a
            // collection first, which closes sockets that nobody holds, and nobody would learn why they
            // were there.
            target.ask(List.of("dumpheap", inTarget.toString(), "-all"), patience());
            try (FileChannel dump = FileChannel.open(file, StandardOpenOption.READ)) {
                Files.delete(file);
                return HeapChains.find(dump, fds, progress);
            }
        } finally {
            delete(file);
            remove(hook);
        }
    }

    /// A minute, and another for each gigabyte.
    private Duration patience() {
        return Duration.ofMinutes(1 + (cost.heapUsed() >> 30));
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The target is gone, and its files with it.
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is running: the process ends.
        }
    }
}
