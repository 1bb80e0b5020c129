package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// `eventfd(2)`: what ends the wait of a thread in [SystemCalls#poll], from any other thread.
public final class EventFd implements AutoCloseable {

    private static final int EFD_NONBLOCK = SystemCalls.O_NONBLOCK;
    private static final int EFD_CLOEXEC = SystemCalls.O_CLOEXEC;

    private final MemorySegment one = Arena.ofAuto().allocate(JAVA_LONG);
    private final SystemCalls signalling = new SystemCalls();
    private final int fd;
    private boolean closed;

    /// One that is not signalled.
    public EventFd() throws SystemCallException {
        fd = SystemCallException.check(new SystemCalls().eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
        one.set(JAVA_LONG, 0, 1);
    }

    /// To wait for [PollSet#POLLIN] of.
    public int fd() {
        return fd;
    }

    /// Who waits, or comes to wait, wakes.
    public synchronized void signal() {
        // A counter that is full, EAGAIN, is signalled as well as any; one that is closed has nobody waiting.
        if (!closed) signalling.write(fd, one, 0, (int) SystemCalls.WORD);
    }

    /// Closes the descriptor.
    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        signalling.close(fd);
    }
}
