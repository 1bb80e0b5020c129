package dev.sockeye.jdk;

import dev.sockeye.socket.Socket;
import dev.sockeye.socket.StreamSocket;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/// Reads and writes of a channel over a socket of the stack: buffers scattered and gathered, errors as the JDK throws
/// them. Its user holds the channel's lock of the direction.
final class ChannelStream {

    /// Whether a call waits.
    enum Mode {
        BLOCKING,
        NON_BLOCKING
    }

    private final StreamSocket socket;

    /// The peer has reset the connection, which every read from then on says.
    private volatile boolean reset;

    /// An error that came after a part of a write was taken: it is the next write's. 0 is none.
    private int heldError;

    ChannelStream(StreamSocket socket) {
        this.socket = socket;
    }

    boolean isReset() {
        return reset;
    }

    // ---------------------------------------------------------------- read

    /// @return the count; 0 if nothing is there, nothing was asked for, or the socket was closed meanwhile; -1 at the
    ///     end of the stream
    long read(ByteBuffer[] to, int offset, int length, Mode mode) throws IOException {
        if (reset) throw Failure.connectionReset();
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            ByteBuffer buffer = to[i];
            if (buffer.isReadOnly()) throw new IllegalArgumentException("Read-only buffer");
            if (!buffer.hasRemaining()) continue;
            // only the first may wait: a scattering read returns what is there
            long timeout = mode == Mode.BLOCKING && total == 0 ? Socket.FOREVER : Socket.NOW;
            int count = socket.read(buffer, Socket.UNINTERRUPTIBLE, timeout);
            if (count <= 0) return total > 0 ? afterPart(total, count) : ended(count);
            total += count;
            if (buffer.hasRemaining()) break;
        }
        return total;
    }

    private long afterPart(long total, int result) {
        if (Failure.is(result, Errno.ECONNRESET)) reset = true;
        return total;
    }

    private int ended(int result) throws IOException {
        if (result == 0) return -1;
        if (Failure.is(result, Errno.EAGAIN) || Failure.is(result, Errno.EBADF)) return 0;
        if (Failure.is(result, Errno.ECONNRESET)) {
            reset = true;
            throw Failure.connectionReset();
        }
        throw Failure.ofTransfer(result);
    }

    /// @param nanos 0 is for ever
    /// @return the count; 0 if the socket was closed meanwhile; -1 at the end of the stream
    int readWithin(byte[] to, int offset, int length, long nanos) throws IOException {
        if (reset) throw Failure.connectionReset();
        int count = socket.read(to, offset, length, Socket.UNINTERRUPTIBLE, nanos == 0 ? Socket.FOREVER : nanos);
        if (count > 0) return count;
        if (Failure.is(count, Errno.EAGAIN)) throw new SocketTimeoutException("Read timed out");
        return ended(count);
    }

    // ---------------------------------------------------------------- write

    /// @return the count; 0 if there is no room, nothing was given, or the socket was closed meanwhile
    long write(ByteBuffer[] from, int offset, int length, Mode mode) throws IOException {
        throwHeldError();
        long timeout = mode == Mode.BLOCKING ? Socket.FOREVER : Socket.NOW;
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            ByteBuffer buffer = from[i];
            if (!buffer.hasRemaining()) continue;
            int flags = Socket.UNINTERRUPTIBLE | (hasMore(from, i + 1, offset + length) ? Socket.MSG_MORE : 0);
            int count = socket.write(buffer, flags, timeout);
            if (count < 0) {
                if (Failure.is(count, Errno.EAGAIN) || Failure.is(count, Errno.EBADF)) return total;
                if (total == 0) throw Failure.ofTransfer(count);
                heldError = count;
                return total;
            }
            total += count;
            if (buffer.hasRemaining()) break;
        }
        return total;
    }

    private static boolean hasMore(ByteBuffer[] buffers, int from, int to) {
        for (int i = from; i < to; i++) if (buffers[i].hasRemaining()) return true;
        return false;
    }

    private void throwHeldError() throws IOException {
        int held = heldError;
        heldError = 0;
        if (held != 0) throw Failure.ofTransfer(held);
    }

    /// @return 1, or 0 if there is no room
    int writeUrgent(byte data) throws IOException {
        throwHeldError();
        int result = socket.write(new byte[] {data}, 0, 1, Socket.MSG_OOB, Socket.NOW);
        if (Failure.is(result, Errno.EAGAIN)) return 0;
        if (result < 0) throw Failure.ofTransfer(result);
        return result;
    }

    /// A timeout of the JDK's, in the stack's unit; 0 is for ever in both.
    static long toNanos(int timeoutMillis) {
        return TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    }
}
