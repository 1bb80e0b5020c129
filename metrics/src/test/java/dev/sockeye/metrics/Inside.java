package dev.sockeye.metrics;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import java.util.concurrent.Callable;

/// A network namespace for one test, with nothing in it but the loopback interface.
final class Inside {

    private Inside() {}

    static void run(Runs test) throws Exception {
        boolean isPermitted;
        try {
            isPermitted = NetworkNamespace.callInNew(() -> true);
        } catch (SystemCallException e) {
            isPermitted = false;
        }
        assumeTrue(isPermitted, "this test needs a network namespace of its own: run as root");
        Callable<Void> inside = () -> {
            try (Rtnetlink links = new Rtnetlink()) {
                links.setUp("lo", true);
            }
            test.run();
            return null;
        };
        NetworkNamespace.callInNew(inside);
    }

    /// A test.
    @FunctionalInterface
    interface Runs {
        void run() throws Exception;
    }
}
