package dev.sockeye.wire;

import static dev.sockeye.wire.NetworkOrder.i32;
import static dev.sockeye.wire.NetworkOrder.u16;
import static dev.sockeye.wire.NetworkOrder.u24;
import static dev.sockeye.wire.NetworkOrder.u8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// TCP options from bytes, for any layout and any nonsense.
final class TcpOptionsParser {

    private TcpOptionsParser() {}

    /// Bytes that must be left for a signature to be looked for, or for a senseless length to matter to it: those of
    /// an MD5 signature.
    private static final int SIGNATURE_LENGTH = 18;

    /// Adds the options from `start` to `end` to `options`, which is empty.
    static void parse(TcpOptions options, MemorySegment memory, long start, long end, boolean syn) {
        long at = start;
        while (at < end) {
            // RFC 9293 3.2, MUST-64: wherever one begins. RFC 9293 3.1, MUST-4: end, no-operation, and MSS.
            int kind = u8(memory, at);
            if (kind == TcpOptions.KIND_END) return;
            if (kind == TcpOptions.KIND_NOP) {
                at++;
                continue;
            }
            // RFC 9293 3.1, MUST-6, MUST-7, MUST-68: an unknown option is passed over by its length, which it has;
            // a senseless length is borne.
            int size = end - at < 2 ? 0 : u8(memory, at + 1);
            if (size < 2 || size > end - at) {
                options.noteMalformed();
                // Linux: see docs/linux/signatures.md
                if (end - at >= SIGNATURE_LENGTH) options.noteUnauthentic();
                return;
            }
            // RFC 7323 2.2, MUST-2; RFC 7413 4.1.1, MUST-5
            if (syn) parseSynOnly(options, memory, at, kind, size);
            parseAny(options, memory, at, kind, size);
            if (kind == TcpOptions.KIND_MD5 && end - at >= SIGNATURE_LENGTH) {
                if (size != SIGNATURE_LENGTH || options.isSigned()) options.noteUnauthentic();
                else options.noteMd5((int) (at - start) + 2);
            } else if (kind == TcpOptions.KIND_AO && end - at > TcpOptions.AO_HEADER) {
                // RFC 5925 2.2, MUST-1, MUST-2: with a MAC of a byte at least, and one signature of either kind.
                if (size <= TcpOptions.AO_HEADER || options.isSigned()) options.noteUnauthentic();
                else options.noteAo((int) (at - start) + 4, u8(memory, at + 2), u8(memory, at + 3), size - 4);
            }
            at += size;
        }
    }

    private static void parseSynOnly(TcpOptions options, MemorySegment memory, long at, int kind, int size) {
        switch (kind) {
            case TcpOptions.KIND_MSS -> {
                if (size == 4) options.mss(u16(memory, at + 2));
            }
            case TcpOptions.KIND_WINDOW_SCALE -> {
                if (size == 3) options.windowScale(u8(memory, at + 2));
            }
            case TcpOptions.KIND_SACK_PERMITTED -> {
                if (size == 2) options.sackPermitted();
            }
            case TcpOptions.KIND_FAST_OPEN -> fastOpen(options, memory, at + 2, size - 2, false);
            case TcpOptions.KIND_EXPERIMENT -> {
                if (size >= 4 && u16(memory, at + 2) == TcpOptions.EXPERIMENT_FAST_OPEN) {
                    fastOpen(options, memory, at + 4, size - 4, true);
                }
            }
            default -> {}
        }
    }

    private static void parseAny(TcpOptions options, MemorySegment memory, long at, int kind, int size) {
        switch (kind) {
            case TcpOptions.KIND_TIMESTAMPS -> {
                if (size == 10) options.timestamps(i32(memory, at + 2), i32(memory, at + 6));
            }
            case TcpOptions.KIND_SACK -> {
                if (size >= 10 && (size & 7) == 2) sack(options, memory, at + 2, at + size);
            }
            case TcpOptions.KIND_ACCECN0, TcpOptions.KIND_ACCECN1 -> accEcn(options, memory, at + 2, kind, size - 2);
            default -> {}
        }
    }

    private static void sack(TcpOptions options, MemorySegment memory, long from, long end) {
        options.forgetSack();
        for (long at = from; at < end; at += 8) options.sack(i32(memory, at), i32(memory, at + 4));
    }

    private static void fastOpen(TcpOptions options, MemorySegment memory, long at, int length, boolean experimental) {
        // RFC 7413 4.1.1, MUST-3
        if ((length & 1) != 0) return;
        if (length != 0 && (length < TcpOptions.MIN_COOKIE || length > TcpOptions.MAX_COOKIE)) {
            // RFC 7413 4.1.1, MUST-4; Linux: as if there were none, not even one in front of it.
            options.forgetFastOpen();
            return;
        }
        byte[] cookie = options.fastOpenCookie();
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at, cookie, 0, length);
        options.fastOpen(cookie, length, experimental);
    }

    /// RFC 9768 3.2.3: as many whole counters as there are.
    private static void accEcn(TcpOptions options, MemorySegment memory, long at, int kind, int length) {
        int fields = Math.min(3, length / 3);
        int first = fields > 0 ? u24(memory, at) : 0;
        int second = fields > 1 ? u24(memory, at + 3) : 0;
        int third = fields > 2 ? u24(memory, at + 6) : 0;
        options.accEcn(kind, fields, first, second, third);
    }
}
