package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// The reader's end of a BPF ring buffer ([Bpf#RINGBUF], Documentation/bpf/ringbuf.rst): memory that
/// the programs write and this reads, without a system call.
///
/// Two positions, which only grow: the consumer's, ours, on a page of its own; and the producer's,
/// before the data, which are mapped twice one behind the other, so that no record is ever torn at the
/// end. A record is written when its length has lost its busy bit: the kernel releases it so, and we
/// acquire it so. Used by one thread at a time.
public final class RingBuffer implements AutoCloseable {

    /// Gets each record; its memory is the ring itself, and is the kernel's again when the call
    /// returns.
    @FunctionalInterface
    public interface Reader {

        /// One record: `length` bytes from `offset` on.
        void record(MemorySegment memory, long offset, int length);
    }

    private static final int BUSY = 1 << 31, DISCARDED = 1 << 30, HEADER = 8;
    private static final VarHandle POSITION = JAVA_LONG.varHandle();
    private static final VarHandle LENGTH = JAVA_INT.varHandle();

    private final SystemCalls calls = new SystemCalls();
    private final PollSet poll = new PollSet(2);
    private final MappedFile consumer;
    private final MappedFile producer;
    private final long page;
    private final long mask;
    private long position;

    /// Maps it.
    ///
    /// @param map   the map's file descriptor
    /// @param bytes its size
    public RingBuffer(int map, int bytes) throws SystemCallException {
        page = MappedFile.pageSize();
        mask = bytes - 1L;
        consumer = MappedFile.of(map, 0, page, MappedFile.READ | MappedFile.WRITE);
        try {
            producer = MappedFile.of(map, page, page + 2L * bytes, MappedFile.READ);
        } catch (SystemCallException e) {
            consumer.close();
            throw e;
        }
        poll.set(0, map, PollSet.POLLIN);
        position = (long) POSITION.getAcquire(consumer.memory, 0L);
    }

    /// Hands over all records that are whole, oldest first.
    ///
    /// @return how many
    public int read(Reader reader) {
        int count = 0;
        long end = (long) POSITION.getAcquire(producer.memory, 0L);
        while (position < end) {
            long at = page + (position & mask);
            int header = (int) LENGTH.getAcquire(producer.memory, at);
            if ((header & BUSY) != 0) break; // a program is about to write it
            int length = header & ~DISCARDED;
            if ((header & DISCARDED) == 0) {
                reader.record(producer.memory, at + HEADER, length);
                count++;
            }
            position += length + HEADER + 7 & ~7L;
            POSITION.setRelease(consumer.memory, 0L, position);
        }
        return count;
    }

    /// Waits until there is something to read, or somebody signals.
    ///
    /// @param wake         its signal ends the wait
    /// @param milliseconds -1 for ever
    public void await(EventFd wake, int milliseconds) {
        poll.set(1, wake.fd(), PollSet.POLLIN);
        calls.poll(poll, milliseconds);
    }

    /// Takes it out of memory. The map is the caller's.
    @Override
    public void close() {
        consumer.close();
        producer.close();
    }
}
