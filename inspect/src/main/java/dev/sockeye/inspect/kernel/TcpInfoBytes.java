package dev.sockeye.inspect.kernel;

import dev.sockeye.linux.NativeStruct;
import dev.sockeye.tcp.TcpInfo;

/// `struct tcp_info` as this kernel has it (include/uapi/linux/tcp.h): it has grown at its end with the versions, and
/// what an older kernel does not tell is 0.
public final class TcpInfoBytes {

    private TcpInfoBytes() {}

    /// The values of a structure.
    public static TcpInfo read(NativeStruct from) {
        return new TcpInfo(
                from.u8(0),
                from.u8(1),
                from.u8(2),
                from.u8(3),
                from.u8(4),
                from.u8(5),
                from.u8(6) & 15, // two bit fields of four; the first is in the low half on every machine of ours
                from.u8(6) >> 4,
                (from.u8(7) & 1) != 0,
                from.u8(7) >> 1 & 3,
                from.i32(8),
                from.i32(12),
                from.i32(16),
                from.i32(20),
                from.i32(24),
                from.i32(28),
                from.i32(32),
                from.i32(36),
                from.i32(40),
                from.i32(44),
                from.i32(48),
                from.i32(52),
                from.i32(56),
                from.i32(60),
                from.i32(64),
                from.i32(68),
                from.i32(72),
                from.i32(76),
                from.i32(80),
                from.i32(84),
                from.i32(88),
                from.i32(92),
                from.i32(96),
                from.i32(100),
                from.i64(104),
                from.i64(112),
                from.i64(120),
                from.i64(128),
                from.i32(136),
                from.i32(140),
                from.i32(144),
                from.i32(148),
                from.i32(152),
                from.i32(156),
                from.i64(160),
                from.i64(168),
                from.i64(176),
                from.i64(184),
                from.i32(192),
                from.i32(196),
                from.i64(200),
                from.i64(208),
                from.i32(216),
                from.i32(220),
                from.i32(224),
                from.i32(228),
                from.i32(232),
                from.i32(236),
                from.u16(240),
                from.u16(242),
                from.i32(244),
                from.i32(248),
                from.i32(252),
                from.i32(256),
                from.i32(260),
                from.i32(264),
                from.i32(268),
                from.i32(272),
                0, // ecn_mode: not in 6.18
                from.u16(278),
                from.u16(276));
    }
}
