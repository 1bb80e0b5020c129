package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// The descriptors that a thread waits for: an array of `struct pollfd` (poll.h), allocated once.
public final class PollSet {

    /// Events, of asm-generic/poll.h
    public static final int POLLIN = 1, POLLPRI = 2, POLLOUT = 4, POLLERR = 8, POLLHUP = 16, POLLNVAL = 32;

    /// The peer has said that it will send no more.
    public static final int POLLRDHUP = 0x2000;

    private static final int POLLFD = 8;

    private final MemorySegment pollfds;
    private final int size;

    /// A set of so many, none of which waits for anything yet.
    public PollSet(int size) {
        this.size = size;
        pollfds = Arena.ofAuto().allocate((long) POLLFD * size, JAVA_INT.byteAlignment());
        for (int i = 0; i < size; i++) set(i, -1, 0);
    }

    /// Waits for events of a descriptor; of a negative one for none.
    public void set(int index, int fd, int events) {
        long at = at(index);
        pollfds.set(JAVA_INT, at, fd);
        pollfds.set(JAVA_SHORT, at + 4, (short) events);
        pollfds.set(JAVA_SHORT, at + 6, (short) 0);
    }

    /// What has happened to a descriptor, after a call of [SystemCalls#poll].
    public int happened(int index) {
        return pollfds.get(JAVA_SHORT, at(index) + 6) & 0xffff;
    }

    private long at(int index) {
        return (long) POLLFD * Objects.checkIndex(index, size);
    }

    int size() {
        return size;
    }

    long address() {
        return pollfds.address();
    }
}
