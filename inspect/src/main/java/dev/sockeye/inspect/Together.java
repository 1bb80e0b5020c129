package dev.sockeye.inspect;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Two halves of a work done at once, by this thread and another, where there is so much that a thread pays.
public final class Together {

    private Together() {}

    /// Does both, and returns when both are done.
    ///
    /// @param here      is done by this thread
    /// @param meanwhile is done by a thread of its own
    /// @throws IllegalStateException if the other thread fails, or this one is interrupted
    public static void both(Runnable here, Runnable meanwhile) {
        var task = new FutureTask<@Nullable Void>(meanwhile, null);
        Thread.ofPlatform().name("sockeye-second-half").daemon().start(task);
        here.run();
        try {
            task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
