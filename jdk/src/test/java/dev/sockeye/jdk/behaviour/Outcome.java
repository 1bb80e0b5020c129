package dev.sockeye.jdk.behaviour;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// What a call came to, as one line that two runs can be compared by: the value it returned, or the type and text of
/// what it threw.
final class Outcome {

    /// A piece of a test that may block and throw.
    interface Action {
        void run() throws Exception;
    }

    private Outcome() {}

    /// The text of what `call` returns, or `Type: text` of what it throws.
    static String of(Callable<?> call) {
        try {
            return String.valueOf(call.call());
        } catch (Exception thrown) {
            String text = thrown.getMessage();
            return thrown.getClass().getName() + (text == null ? "" : ": " + text);
        }
    }

    /// The same of an action; `done` if it throws nothing.
    static String of(Action action) {
        return of(() -> {
            action.run();
            return "done";
        });
    }

    /// The outcome of a call that runs on a thread of its own.
    static final class Pending {
        private final CompletableFuture<String> outcome = new CompletableFuture<>();
        private final Thread thread;

        private Pending(Thread.Builder threads, Callable<?> call) {
            thread = threads.start(() -> outcome.complete(of(call)));
        }

        Thread thread() {
            return thread;
        }

        /// Returns once the thread waits, which is when it blocks inside the call.
        Pending whenBlocked() throws InterruptedException {
            // A thread blocked in the kernel counts as running: its stack tells whether it is inside the poll. A
            // thread that the stack parks is waiting. Both are looked at until they hold still.
            int still = 0;
            while (still < 5) {
                Thread.sleep(5);
                still = isInCall() ? still + 1 : 0;
                if (outcome.isDone()) throw new AssertionError("not blocked, but " + outcome.join());
            }
            return this;
        }

        private boolean isInCall() {
            return switch (thread.getState()) {
                case WAITING, TIMED_WAITING -> true;
                case RUNNABLE -> {
                    StackTraceElement[] stack = thread.getStackTrace();
                    yield stack.length > 0 && stack[0].isNativeMethod();
                }
                default -> false;
            };
        }

        String outcome() throws InterruptedException {
            try {
                return outcome.get(20, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new AssertionError(e);
            }
        }

        boolean isDone() {
            return outcome.isDone();
        }
    }

    /// Starts `call` on a platform thread.
    static Pending later(Callable<?> call) {
        return new Pending(Thread.ofPlatform().daemon(), call);
    }

    /// Starts `call` on a virtual thread.
    static Pending laterVirtually(Callable<?> call) {
        return new Pending(Thread.ofVirtual(), call);
    }

    /// Both kinds of thread, for tests that hold on each.
    static Pending later(boolean virtual, Callable<?> call) {
        return virtual ? laterVirtually(call) : later(call);
    }
}
