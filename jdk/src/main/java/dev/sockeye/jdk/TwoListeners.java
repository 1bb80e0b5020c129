package dev.sockeye.jdk;

import dev.sockeye.socket.ListenSocket;
import dev.sockeye.socket.ReadinessListener;
import dev.sockeye.socket.Socket;
import dev.sockeye.socket.StreamSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A `ServerSocket` on the wildcard accepts from the stack and from the kernel. There is no way to wait for a plain
/// kernel socket and for something else at once, so a virtual thread accepts from the kernel, one connection ahead.
final class TwoListeners {

    private final ListenSocket stack;
    private final KernelSocketImpl kernel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<KernelSocketImpl> fromKernel = new ArrayDeque<>();
    private @Nullable Thread acceptor;
    private @Nullable IOException kernelFailure;
    private boolean closed;

    TwoListeners(ListenSocket stack, KernelSocketImpl kernel) {
        this.stack = stack;
        this.kernel = kernel;
    }

    /// Waits for a connection from either side.
    ///
    /// @param nanos `Socket.FOREVER` is for ever
    void accept(StackSocketImpl connection, long nanos) throws IOException {
        ReadinessListener onReady = (source, events) -> signal();
        boolean interrupted = false;
        long start = System.nanoTime();
        lock.lock();
        try {
            if (acceptor == null) acceptor = Thread.ofVirtual().start(this::acceptFromKernel);
            stack.addListener(onReady);
            while (!tryAccept(connection)) {
                long left = nanos == Socket.FOREVER ? nanos : nanos - (System.nanoTime() - start);
                if (left <= 0) throw new SocketTimeoutException("Accept timed out");
                try {
                    await(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                    if (Thread.currentThread().isVirtual()) throw new InterruptedIOException();
                }
            }
        } finally {
            lock.unlock();
            stack.removeListener(onReady);
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // the caller's
    private void await(long nanos) throws InterruptedException {
        if (nanos == Socket.FOREVER) changed.await();
        else changed.awaitNanos(nanos);
    }

    private boolean tryAccept(StackSocketImpl connection) throws IOException {
        if (closed) throw new SocketException("Socket closed");
        var accepted = new StreamSocket[1];
        if (stack.accept(accepted, 0, Socket.NOW) > 0) {
            connection.accepted(accepted[0]);
            return true;
        }
        KernelSocketImpl ahead = fromKernel.poll();
        if (ahead != null) {
            connection.accepted(ahead);
            changed.signalAll();
            return true;
        }
        if (kernelFailure != null) throw kernelFailure;
        return false;
    }

    private void acceptFromKernel() {
        try {
            while (true) {
                KernelSocketImpl accepted = kernel.accept();
                lock.lock();
                try {
                    fromKernel.add(accepted);
                    changed.signalAll();
                    while (!fromKernel.isEmpty() && !closed) changed.awaitUninterruptibly();
                } finally {
                    lock.unlock();
                }
            }
        } catch (IOException e) {
            lock.lock();
            try {
                kernelFailure = e;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            for (KernelSocketImpl unaccepted : fromKernel) unaccepted.close();
            fromKernel.clear();
        } finally {
            lock.unlock();
        }
    }
}
