package dev.sockeye.inspect.kernel;

import dev.sockeye.linux.NativeBytes;
import dev.sockeye.tcp.TcpInfo;
import java.nio.ByteBuffer;

/// `struct tcp_info` as this kernel has it (include/uapi/linux/tcp.h): it has grown at its end with the versions, and
/// what an older kernel does not tell is 0.
public final class TcpInfoBytes {

    private final byte[] bytes;
    private final int from;
    private final int length;

    private TcpInfoBytes(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.from = from;
        this.length = length;
    }

    /// The values of a structure that begins at the buffer's first byte.
    public static TcpInfo read(ByteBuffer structure) {
        int length = structure.limit();
        if (structure.hasArray()) {
            return new TcpInfoBytes(structure.array(), structure.arrayOffset(), length).read();
        }
        var copy = new byte[length];
        structure.get(0, copy);
        return new TcpInfoBytes(copy, 0, length).read();
    }

    private TcpInfo read() {
        return new TcpInfo(
                u8(0),
                u8(1),
                u8(2),
                u8(3),
                u8(4),
                u8(5),
                u8(6) & 15, // two bit fields of four; the first is in the low half on every machine of ours
                u8(6) >> 4,
                (u8(7) & 1) != 0,
                u8(7) >> 1 & 3,
                i32(8),
                i32(12),
                i32(16),
                i32(20),
                i32(24),
                i32(28),
                i32(32),
                i32(36),
                i32(40),
                i32(44),
                i32(48),
                i32(52),
                i32(56),
                i32(60),
                i32(64),
                i32(68),
                i32(72),
                i32(76),
                i32(80),
                i32(84),
                i32(88),
                i32(92),
                i32(96),
                i32(100),
                i64(104),
                i64(112),
                i64(120),
                i64(128),
                i32(136),
                i32(140),
                i32(144),
                i32(148),
                i32(152),
                i32(156),
                i64(160),
                i64(168),
                i64(176),
                i64(184),
                i32(192),
                i32(196),
                i64(200),
                i64(208),
                i32(216),
                i32(220),
                i32(224),
                i32(228),
                i32(232),
                i32(236),
                u16(240),
                u16(242),
                i32(244),
                i32(248),
                i32(252),
                i32(256),
                i32(260),
                i32(264),
                i32(268),
                i32(272),
                0, // ecn_mode: not in 6.18
                u16(278),
                u16(276));
    }

    private int u8(int at) {
        return at < length ? bytes[from + at] & 0xff : 0;
    }

    private int u16(int at) {
        return at + Short.BYTES <= length ? NativeBytes.u16(bytes, from + at) : 0;
    }

    private int i32(int at) {
        return at + Integer.BYTES <= length ? NativeBytes.i32(bytes, from + at) : 0;
    }

    private long i64(int at) {
        return at + Long.BYTES <= length ? NativeBytes.i64(bytes, from + at) : 0;
    }
}
