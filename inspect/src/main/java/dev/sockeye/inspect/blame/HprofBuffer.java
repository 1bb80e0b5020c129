package dev.sockeye.inspect.blame;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/// A file of big-endian numbers, read from front to back through a window of a megabyte; what is
/// skipped is not read.
final class HprofBuffer {

    private static final int WINDOW = 1 << 20;

    private final FileChannel file;
    private byte[] bytes = new byte[WINDOW];
    /// Where the window begins in the file.
    private long base;

    private int at;
    private int limit;
    private int idSize = 8;

    HprofBuffer(FileChannel file) {
        this.file = file;
    }

    /// Bytes of an object's id: 4 in a JVM of 32 bits.
    void idSize(int size) {
        idSize = size;
    }

    int idSize() {
        return idSize;
    }

    /// Of the next byte in the file.
    long position() {
        return base + at;
    }

    /// The window, in which the next bytes stand from [#at] on, as many as [#need] was asked for.
    byte[] bytes() {
        return bytes;
    }

    int at() {
        return at;
    }

    /// Sees to it that so many bytes stand in the window.
    ///
    /// @throws EOFException if the file has no more
    void need(int count) throws IOException {
        if (limit - at >= count) return;
        int left = limit - at;
        byte[] next = count > bytes.length ? new byte[Math.max(count, bytes.length * 2)] : bytes;
        System.arraycopy(bytes, at, next, 0, left);
        bytes = next;
        base += at;
        at = 0;
        limit = left;
        while (limit < count) {
            int read = file.read(ByteBuffer.wrap(bytes, limit, bytes.length - limit), base + limit);
            if (read < 0) throw new EOFException("the heap dump ends early, at byte " + (base + limit));
            limit += read;
        }
    }

    /// Whether there is another byte.
    boolean hasMore() throws IOException {
        return limit > at || position() < file.size();
    }

    /// Goes on at a place that is not before this one.
    void goTo(long position) {
        long ahead = position - position();
        if (ahead <= limit - at) {
            at += (int) ahead;
        } else {
            base = position;
            at = 0;
            limit = 0;
        }
    }

    void skip(long count) {
        goTo(position() + count);
    }

    int u1() throws IOException {
        need(1);
        return bytes[at++] & 0xff;
    }

    int u2() throws IOException {
        need(2);
        int value = u2(bytes, at);
        at += 2;
        return value;
    }

    int u4() throws IOException {
        need(4);
        int value = u4(bytes, at);
        at += 4;
        return value;
    }

    long id() throws IOException {
        need(idSize);
        long value = id(bytes, at);
        at += idSize;
        return value;
    }

    byte[] take(int count) throws IOException {
        need(count);
        byte[] taken = Arrays.copyOfRange(bytes, at, at + count);
        at += count;
        return taken;
    }

    long id(byte[] from, int index) {
        return idSize == 8 ? u8(from, index) : u4(from, index) & 0xffff_ffffL;
    }

    static int u2(byte[] from, int index) {
        return (from[index] & 0xff) << 8 | from[index + 1] & 0xff;
    }

    static int u4(byte[] from, int index) {
        return from[index] << 24
                | (from[index + 1] & 0xff) << 16
                | (from[index + 2] & 0xff) << 8
                | from[index + 3] & 0xff;
    }

    static long u8(byte[] from, int index) {
        return (long) u4(from, index) << 32 | u4(from, index + 4) & 0xffff_ffffL;
    }
}
