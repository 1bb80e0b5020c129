package dev.sockeye.jdk;

import dev.sockeye.socket.Machine;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/// Which host of this JVM a thread runs on. A socket that a thread opens is on the thread's host, unless it is
/// bound to an address: then it is on the host that owns the address. A thread that was told nothing is on the host
/// of the thread that started it, and otherwise on the JVM's default host.
///
/// What libraries do with their threads, and what follows:
///
///  * Threads inherit the host from the thread that creates them, virtual threads and the workers of an executor, too.
///  * The workers of `java.net.http.HttpClient` inherit nothing. `send` opens its connection on the caller's thread;
///    for `sendAsync` give the builder an [#executor], or a `localAddress` of the host, or make it the default host.
///  * Accepted connections are on the listener's host, whoever accepts them.
public final class HostScope {

    private static final InheritableThreadLocal<Machine> CURRENT = new InheritableThreadLocal<>();

    private HostScope() {}

    /// The host that this thread was told, or has inherited; null where that is nobody's word.
    static @Nullable Machine current() {
        return CURRENT.get();
    }

    /// Runs something on a host.
    public static void run(Machine host, Runnable action) {
        Machine before = CURRENT.get();
        CURRENT.set(host);
        try {
            action.run();
        } finally {
            restore(before);
        }
    }

    /// Calls something on a host and returns what it returns.
    public static <T extends @Nullable Object> T call(Machine host, Callable<T> action) throws Exception {
        Machine before = CURRENT.get();
        CURRENT.set(host);
        try {
            return action.call();
        } finally {
            restore(before);
        }
    }

    private static void restore(@Nullable Machine before) {
        if (before == null) CURRENT.remove();
        else CURRENT.set(before);
    }

    /// An executor that runs its tasks on a host, on the threads of another executor.
    public static Executor executor(Machine host, Executor executor) {
        return task -> executor.execute(() -> run(host, task));
    }

    /// A factory of threads that live on a host.
    public static ThreadFactory threads(Machine host, ThreadFactory factory) {
        return task -> factory.newThread(() -> run(host, task));
    }
}
