package dev.sockeye.jdk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/// How many sockets of this process are the kernel's.
final class KernelSockets {

    private static final AtomicLong OPENED = new AtomicLong();

    private KernelSockets() {}

    /// A socket of the program has turned out to be the kernel's.
    static void countOpened() {
        OPENED.incrementAndGet();
    }

    /// How many there have been so far.
    static long opened() {
        return OPENED.get();
    }

    /// The descriptors of this process that are sockets, whoever opened them; -1 where there is no `/proc`.
    static int inProcess() {
        int count = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) if (isSocket(descriptor)) count++;
            return count;
        } catch (IOException e) {
            return -1;
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }
}
