package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.sockeye.wire.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// What one processor has traced, in binary (`trace_pipe_raw`): pages of records, each with its
/// distance in time from the one before it. The layout is that of `events/header_page` and
/// `events/header_event`. Used by one thread at a time.
public final class TracePipe implements AutoCloseable {

    /// Gets each record; the memory is used again when the call returns.
    @FunctionalInterface
    public interface Reader {

        /// One record: what its event's [TraceFs.Format] describes begins at `offset`.
        ///
        /// @param nanoTime when, on the clock of `System.nanoTime`
        void record(long nanoTime, MemorySegment memory, long offset, int length);
    }

    /// A page's head: the time of its first record, then how many bytes of records there are, with two
    /// bits that say that records are missing before it and that their number stands behind its last
    /// one.
    private static final int HEAD = 16, LENGTH_MASK = 0xf_ffff, MISSED = 1 << 31, MISSED_COUNT = 1 << 30;

    /// Types of records above those that tell their length in words.
    private static final int PADDING = 29, TIME_EXTEND = 30, TIME_STAMP = 31;

    private final SystemCalls calls = new SystemCalls();
    private final int page = MappedFile.pageSize();
    private final MemorySegment buffer = Arena.ofAuto().allocate(page, 8);
    private final int fd;
    private long missed;

    private TracePipe(int fd) {
        this.fd = fd;
    }

    static TracePipe open(Path file) throws SystemCallException {
        int flags = SystemCalls.O_RDONLY | SystemCalls.O_NONBLOCK | SystemCalls.O_CLOEXEC;
        return new TracePipe(SystemCallException.check(new SystemCalls().open(file.toString(), flags), "open " + file));
    }

    /// How many records the pages themselves have said to be missing.
    public long missed() {
        return missed;
    }

    /// Hands over what is there, and does not wait.
    ///
    /// @return how many
    public int read(Reader reader) throws SystemCallException {
        int count = 0;
        while (true) {
            int length = calls.read(fd, buffer, 0, page);
            if (length == Errno.EAGAIN.asResult() || length == Errno.EINTR.asResult() || length == 0) return count;
            SystemCallException.check(length, "read a trace");
            if (length >= HEAD) count += page(length, reader);
        }
    }

    private int page(int length, Reader reader) {
        int count = 0;
        long time = buffer.get(JAVA_LONG_UNALIGNED, 0);
        int commit = buffer.get(JAVA_INT_UNALIGNED, 8);
        int end = Math.min(HEAD + (commit & LENGTH_MASK), length);
        if ((commit & MISSED) != 0) {
            boolean counted = (commit & MISSED_COUNT) != 0 && end + Long.BYTES <= length;
            missed += counted ? buffer.get(JAVA_LONG_UNALIGNED, end) : 1;
        }
        for (int at = HEAD; at + 4 <= end; ) {
            int head = buffer.get(JAVA_INT_UNALIGNED, at);
            int type = head & 31;
            long delta = Integer.toUnsignedLong(head) >>> 5;
            if (type == PADDING) {
                if (delta == 0) return count; // to the page's end
                at += 4 + buffer.get(JAVA_INT_UNALIGNED, at + 4);
            } else if (type == TIME_EXTEND) {
                time += delta + (Integer.toUnsignedLong(buffer.get(JAVA_INT_UNALIGNED, at + 4)) << 27);
                at += 8;
            } else if (type == TIME_STAMP) {
                long low = delta + (Integer.toUnsignedLong(buffer.get(JAVA_INT_UNALIGNED, at + 4)) << 27);
                time = low | time & 0xf800_0000_0000_0000L; // its upper five bits are not told
                at += 8;
            } else {
                time += delta;
                boolean isLong = type == 0;
                int begin = at + (isLong ? 8 : 4);
                int bytes = isLong ? buffer.get(JAVA_INT_UNALIGNED, at + 4) - 4 : 4 * type;
                if (bytes < 0 || begin + bytes > end) return count;
                reader.record(time, buffer, begin, bytes);
                count++;
                at = begin + (bytes + 3 & ~3);
            }
        }
        return count;
    }

    /// Closes it.
    @Override
    public void close() {
        calls.close(fd);
    }
}
