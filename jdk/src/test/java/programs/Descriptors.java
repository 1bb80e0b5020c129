package programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a program can find out about its own process.
final class Descriptors {

    private Descriptors() {}

    /// Prints how many of its descriptors are sockets of the kernel.
    static void printKernelSockets() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            long sockets = descriptors.filter(Descriptors::isSocket).count();
            System.out.println("kernel sockets: " + sockets);
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
