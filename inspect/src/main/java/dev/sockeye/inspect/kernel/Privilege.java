package dev.sockeye.inspect.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What to tell who may not see something.
final class Privilege {

    private Privilege() {}

    /// The end of a sentence about what could not be seen: who is not root should become it; who is, is in a container,
    /// or up against a security module.
    static String advice(String inOrderTo) {
        return isRoot() ? "; even root may not here (a container, or a security module)" : "; run as root " + inOrderTo;
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
