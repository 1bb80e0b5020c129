package dev.sockeye.wire;

import static dev.sockeye.wire.NetworkOrder.put16;
import static dev.sockeye.wire.NetworkOrder.put24;
import static dev.sockeye.wire.NetworkOrder.put32;
import static dev.sockeye.wire.NetworkOrder.put8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// TCP options to bytes, in Linux's order (`tcp_options_write`): each has as many no-operations in front of it as
/// align the numbers in it. A signature is the first.
final class TcpOptionsWriter {

    private static final int KIND_NOP_NOP_MD5 = TcpOptions.KIND_NOP << 24
            | TcpOptions.KIND_NOP << 16
            | TcpOptions.KIND_MD5 << 8
            | 2 + TcpOptions.MD5_LENGTH;

    private TcpOptionsWriter() {}

    /// Bytes that [#write] writes.
    static int length(TcpOptions options) {
        int length = signatureLength(options) + (options.has(TcpOptions.MSS) ? 4 : 0);
        if (options.has(TcpOptions.TIMESTAMPS)) length += 12;
        if (options.has(TcpOptions.ACCECN)) length += 2 + 3 * options.accEcnFields();
        if (sackPermittedAlone(options)) length = aligned(length, 2) + 2;
        if (options.has(TcpOptions.WINDOW_SCALE)) length = aligned(length, 1) + 3;
        if (options.has(TcpOptions.SACK)) length = aligned(length, 2) + 2 + 8 * options.sackBlocks();
        if (options.has(TcpOptions.FAST_OPEN)) {
            length = aligned(length, 0) + (options.fastOpenExperimental() ? 4 : 2) + options.fastOpenLength();
        }
        return aligned(length, 0);
    }

    private static int signatureLength(TcpOptions options) {
        if (options.has(TcpOptions.MD5)) return 4 + TcpOptions.MD5_LENGTH;
        return options.has(TcpOptions.AO) ? aligned(TcpOptions.AO_HEADER + options.macLength(), 0) : 0;
    }

    /// The least number from `length` on that is `rest` modulo 4.
    private static int aligned(int length, int rest) {
        return length + (rest - length & 3);
    }

    static int write(TcpOptions options, MemorySegment memory, long start) {
        long at = signature(options, memory, start);
        if (options.has(TcpOptions.MSS)) {
            put32(memory, at, TcpOptions.KIND_MSS << 24 | 4 << 16 | options.mss());
            at += 4;
        }
        if (options.has(TcpOptions.TIMESTAMPS)) at = timestamps(options, memory, at);
        if (options.has(TcpOptions.ACCECN)) at = accEcn(options, memory, at);
        if (sackPermittedAlone(options)) {
            at = align(memory, start, at, 2);
            put16(memory, at, TcpOptions.KIND_SACK_PERMITTED << 8 | 2);
            at += 2;
        }
        if (options.has(TcpOptions.WINDOW_SCALE)) {
            at = align(memory, start, at, 1);
            put24(memory, at, TcpOptions.KIND_WINDOW_SCALE << 16 | 3 << 8 | options.windowScale());
            at += 3;
        }
        if (options.has(TcpOptions.SACK)) at = sack(options, memory, align(memory, start, at, 2));
        if (options.has(TcpOptions.FAST_OPEN)) at = fastOpen(options, memory, align(memory, start, at, 0));
        return (int) (align(memory, start, at, 0) - start);
    }

    /// Writes no-operations until `rest` modulo 4 bytes are written.
    /// RFC 9293 3.1, MUST-69: no-operations fill up the header, never an end with anything behind it.
    private static long align(MemorySegment memory, long start, long at, int rest) {
        while ((at - start & 3) != rest) put8(memory, at++, TcpOptions.KIND_NOP);
        return at;
    }

    /// With timestamps, SACK-permitted stands where their two no-operations would.
    private static boolean sackPermittedAlone(TcpOptions options) {
        return options.has(TcpOptions.SACK_PERMITTED) && !options.has(TcpOptions.TIMESTAMPS);
    }

    private static long signature(TcpOptions options, MemorySegment memory, long at) {
        if (options.has(TcpOptions.MD5)) {
            put32(memory, at, KIND_NOP_NOP_MD5);
        } else if (options.has(TcpOptions.AO)) {
            int size = TcpOptions.AO_HEADER + options.macLength();
            put32(memory, at, TcpOptions.KIND_AO << 24 | size << 16 | options.keyId() << 8 | options.nextKeyId());
        } else {
            return at;
        }
        long end = at + TcpOptions.WRITTEN_SIGNATURE_AT + options.macLength();
        for (long i = at + TcpOptions.WRITTEN_SIGNATURE_AT; i < end; i++) put8(memory, i, 0);
        return align(memory, at, end, 0);
    }

    private static long timestamps(TcpOptions options, MemorySegment memory, long at) {
        int front = options.has(TcpOptions.SACK_PERMITTED)
                ? TcpOptions.KIND_SACK_PERMITTED << 8 | 2
                : TcpOptions.KIND_NOP << 8 | TcpOptions.KIND_NOP;
        put32(memory, at, front << 16 | TcpOptions.KIND_TIMESTAMPS << 8 | 10);
        put32(memory, at + 4, options.tsVal());
        put32(memory, at + 8, options.tsEcr());
        return at + 12;
    }

    private static long accEcn(TcpOptions options, MemorySegment memory, long at) {
        put16(memory, at, options.accEcnKind() << 8 | 2 + 3 * options.accEcnFields());
        at += 2;
        for (int i = 0; i < options.accEcnFields(); i++) {
            put24(memory, at, options.accEcnCounter(i));
            at += 3;
        }
        return at;
    }

    private static long sack(TcpOptions options, MemorySegment memory, long at) {
        put16(memory, at, TcpOptions.KIND_SACK << 8 | 2 + 8 * options.sackBlocks());
        at += 2;
        for (int i = 0; i < options.sackBlocks(); i++) {
            put32(memory, at, options.sackLeft(i));
            put32(memory, at + 4, options.sackRight(i));
            at += 8;
        }
        return at;
    }

    private static long fastOpen(TcpOptions options, MemorySegment memory, long at) {
        int length = options.fastOpenLength();
        if (options.fastOpenExperimental()) {
            put32(memory, at, TcpOptions.KIND_EXPERIMENT << 24 | 4 + length << 16 | TcpOptions.EXPERIMENT_FAST_OPEN);
            at += 4;
        } else {
            put16(memory, at, TcpOptions.KIND_FAST_OPEN << 8 | 2 + length);
            at += 2;
        }
        MemorySegment.copy(options.fastOpenCookie(), 0, memory, ValueLayout.JAVA_BYTE, at, length);
        return at + length;
    }
}
