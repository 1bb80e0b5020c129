package dev.sockeye.linux;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Network namespaces: each has interfaces, addresses, routes and ports of its own. A thread is in one, and
/// the sockets and devices that it opens are of that one for good, whoever uses them later.
public final class NetworkNamespace implements AutoCloseable {

    private static final int CLONE_NEWNET = 0x4000_0000;

    private final SystemCalls calls = new SystemCalls();
    private final int fd;

    private NetworkNamespace(int fd) {
        this.fd = fd;
    }

    /// The namespace of the calling thread, a platform thread.
    public static NetworkNamespace current() throws SystemCallException {
        return at("/proc/thread-self/ns/net");
    }

    /// The namespace that a file stands for: `/proc/PID/ns/net`, or one in `/run/netns`.
    ///
    /// @throws SystemCallException ENOENT if there is none (any more), EACCES or EPERM if it may not be looked at
    public static NetworkNamespace at(String file) throws SystemCallException {
        int flags = SystemCalls.O_RDONLY | SystemCalls.O_CLOEXEC;
        return new NetworkNamespace(SystemCallException.check(new SystemCalls().open(file, flags), "open " + file));
    }

    /// Moves the calling thread, a platform thread, into a new namespace, where there is nothing but `lo`,
    /// down. It is gone when no thread, socket or device is in it.
    ///
    /// @throws SystemCallException EPERM without `CAP_SYS_ADMIN`
    public static void enterNew() throws SystemCallException {
        SystemCallException.check(new SystemCalls().unshare(CLONE_NEWNET), "make a network namespace");
    }

    /// Calls something on a thread of its own, in a new namespace, and returns what it returns. Threads
    /// that it starts, and processes, are in that namespace too.
    public static <T extends @Nullable Object> T callInNew(Callable<T> action) throws Exception {
        return callOnThreadOfItsOwn(() -> {
            enterNew();
            return action.call();
        });
    }

    /// Calls something on a thread of its own, in this namespace, and returns what it returns.
    ///
    /// @throws SystemCallException EPERM without `CAP_SYS_ADMIN` there and here
    public <T extends @Nullable Object> T call(Callable<T> action) throws Exception {
        return callOnThreadOfItsOwn(() -> {
            enter();
            return action.call();
        });
    }

    private static <T extends @Nullable Object> T callOnThreadOfItsOwn(Callable<T> action) throws Exception {
        var task = new FutureTask<T>(action);
        Thread.ofPlatform().name("sockeye-namespace").start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw e;
        }
    }

    /// Moves the calling thread, a platform thread, into this one.
    public void enter() throws SystemCallException {
        SystemCallException.check(calls.setns(fd, CLONE_NEWNET), "enter a network namespace");
    }

    /// Lets go of it.
    @Override
    public void close() {
        calls.close(fd);
    }
}
