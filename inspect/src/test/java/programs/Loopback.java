package programs;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.Errno;
import java.util.concurrent.Callable;

/// A network namespace of a test's own, with its loopback interface up: where programs and their peers
/// run.
public final class Loopback {

    private Loopback() {}

    /// What a test does there.
    @FunctionalInterface
    public interface Action {

        void run() throws Exception;
    }

    /// Runs it on a thread of its own in a new namespace; skips the test where that is not permitted.
    public static void run(Action action) throws Exception {
        Callable<Boolean> inside = () -> {
            try (var links = new Rtnetlink()) {
                links.setUp("lo", true);
            }
            action.run();
            return true;
        };
        try {
            NetworkNamespace.callInNew(inside);
        } catch (SystemCallException e) {
            assumeTrue(!e.is(Errno.EPERM), "skipped: this user may make no network namespaces");
            throw e;
        }
    }
}
