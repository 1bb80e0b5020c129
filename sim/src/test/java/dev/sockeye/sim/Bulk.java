package dev.sockeye.sim;

import dev.sockeye.tcp.Shutdown;
import dev.sockeye.wire.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.NullMarked;

/// Writes so many bytes of a pattern, ends its direction, reads the peer's to the end, comparing, and closes.
@NullMarked
final class Bulk implements Program {

    private static final int PIECE = 1 << 16;

    private final Pattern mine;
    private final Pattern others;
    private final long count;
    private final MemorySegment buffer = Arena.ofAuto().allocate(PIECE);
    private boolean ended;
    long written;
    long received;
    boolean endOfStream;

    /// Where and how the first difference showed, or an error; empty if all is well.
    String trouble = "";

    Bulk(Pattern mine, long count, Pattern others) {
        this.mine = mine;
        this.count = count;
        this.others = others;
    }

    boolean isDone() {
        return ended && endOfStream || !trouble.isEmpty();
    }

    @Override
    public void onReady(Stream stream, int events) {
        if (isDone()) return;
        write(stream);
        read(stream);
        if (isDone()) stream.close();
    }

    private void write(Stream stream) {
        while (written < count) {
            int piece = (int) Math.min(PIECE, count - written);
            int result = stream.write(mine.memory(), mine.at(written), piece);
            if (result < 0) {
                fail("write", result);
                return;
            }
            written += result;
        }
        if (!ended) {
            ended = true;
            int result = stream.shutdown(Shutdown.WRITE);
            if (result < 0) fail("shutdown", result);
        }
    }

    private void read(Stream stream) {
        while (!endOfStream && trouble.isEmpty()) {
            int result = stream.read(buffer, 0, PIECE);
            if (result < 0) {
                fail("read", result);
                return;
            }
            if (!others.matches(received, buffer, 0, result)) {
                trouble = "other bytes than were sent, somewhere in " + received + " + " + result;
            }
            received += result;
            endOfStream = result == 0;
        }
    }

    private void fail(String call, int result) {
        if (result != Errno.EAGAIN.asResult()) trouble = call + ": " + Errno.ofResult(result);
    }
}
