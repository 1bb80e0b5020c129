package dev.sockeye.linux;

/// A structure of the kernel's as it lies in bytes. Structures grow at their end with the versions of the kernel: what
/// is beyond the end of this one reads as 0.
public final class NativeStruct {

    private final byte[] bytes;
    private final int from;
    private final int length;

    /// One that begins in the array at `from`.
    ///
    /// @param length bytes
    public NativeStruct(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.from = from;
        this.length = length;
    }

    /// Bytes.
    public int length() {
        return length;
    }

    /// The byte at an offset, without a sign.
    public int u8(int at) {
        return at < length ? bytes[from + at] & 0xff : 0;
    }

    /// Two bytes, without a sign.
    public int u16(int at) {
        return at + Short.BYTES <= length ? NativeBytes.u16(bytes, from + at) : 0;
    }

    /// Four bytes.
    public int i32(int at) {
        return at + Integer.BYTES <= length ? NativeBytes.i32(bytes, from + at) : 0;
    }

    /// Eight bytes.
    public long i64(int at) {
        return at + Long.BYTES <= length ? NativeBytes.i64(bytes, from + at) : 0;
    }

    /// The value of four bytes without a sign.
    public long u32(int at) {
        return i32(at) & 0xffff_ffffL;
    }
}
