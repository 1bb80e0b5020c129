package dev.sockeye.inspect.look;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The lines of a stream of bytes, as bytes: JSON is read from them as they are.
final class Lines implements AutoCloseable {

    /// A line is longer than any may be.
    @SuppressWarnings("serial")
    static final class TooLong extends IOException {}

    private final InputStream in;
    private final int longest;
    private byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;

    /// @param longest a line of more bytes is none of ours
    Lines(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    /// The next line, without its end; null if there is none.
    ///
    /// @throws EOFException if the stream ends within it
    byte @Nullable [] next() throws IOException {
        int looked = at;
        while (true) {
            for (; looked < end; looked++) {
                if (buffer[looked] != '\n') continue;
                byte[] line = Arrays.copyOfRange(buffer, at, looked);
                at = looked + 1;
                return line;
            }
            if (looked - at > longest) throw new TooLong();
            looked -= at;
            if (!fill()) {
                if (looked == 0) return null;
                throw new EOFException();
            }
        }
    }

    /// Moves what is left to the buffer's beginning, and reads more behind it.
    ///
    /// @return false at the end of the stream
    private boolean fill() throws IOException {
        int left = end - at;
        byte[] target = left == buffer.length ? new byte[2 * left] : buffer;
        System.arraycopy(buffer, at, target, 0, left);
        buffer = target;
        at = 0;
        end = left;
        int read = in.read(buffer, end, buffer.length - end);
        if (read > 0) end += read;
        return read >= 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
