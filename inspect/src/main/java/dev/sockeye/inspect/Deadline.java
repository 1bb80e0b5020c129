package dev.sockeye.inspect;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Closes a channel when its time is over, so that no peer can hold us: a channel of the JDK's on a UNIX socket knows
/// no timeout.
/// Closing the deadline calls it off.
final class Deadline implements AutoCloseable {

    private static final ScheduledThreadPoolExecutor CLOCK = clock();

    private final Future<?> closing;

    private Deadline(Future<?> closing) {
        this.closing = closing;
    }

    static Deadline after(Duration time, Closeable channel) {
        return new Deadline(CLOCK.schedule(() -> closeQuietly(channel), time.toMillis(), TimeUnit.MILLISECONDS));
    }

    private static void closeQuietly(Closeable channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone either way, and whoever uses it sees that.
        }
    }

    private static ScheduledThreadPoolExecutor clock() {
        var executor = new ScheduledThreadPoolExecutor(
                1,
                task -> Thread.ofPlatform()
                        .name("sockeye-inspect-deadlines")
                        .daemon()
                        .unstarted(task));
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    @Override
    public void close() {
        closing.cancel(false);
    }
}
