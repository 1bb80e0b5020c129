package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;

/// SipHash over 64-bit words (Aumasson and Bernstein 2012): the keyed hash behind sequence numbers, ports, cookies
/// and the endpoint table, so that nobody who lacks the key can aim at a value.
public final class SipHash {

    private SipHash() {}

    /// The hash of a connection.
    public static long hash(long key0, long key1, FourTuple tuple) {
        IpAddress local = tuple.local().ip();
        IpAddress remote = tuple.remote().ip();
        long ports = (long) tuple.local().port() << 16 | tuple.remote().port();
        return hash(key0, key1, local.high(), local.low(), remote.high(), remote.low(), ports);
    }

    /// SipHash-1-3 of two words: what tables of connections hash with, where only speed and an even spread count.
    public static long hash(long key0, long key1, long a, long b) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        // Two words, the length in bytes in the last byte, and three rounds that close.
        for (int i = 0; i < 6; i++) {
            long word = i == 0 ? a : i == 1 ? b : i == 2 ? 16L << 56 : 0;
            if (i == 3) v2 ^= 0xff;
            v3 ^= word;
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
            v0 ^= word;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    /// SipHash-2-4 of five words: two addresses, and what else tells one use from the other.
    public static long hash(long key0, long key1, long a, long b, long c, long d, long e) {
        return hash24(key0, key1, 5, a, b, c, d, e);
    }

    /// SipHash-2-4 of 8 or 32 bytes.
    ///
    /// @param words 1 or 4 of those that follow
    static long hash(long key0, long key1, int words, long a, long b, long c, long d) {
        return hash24(key0, key1, words, a, b, c, d, 0);
    }

    private static long hash24(long key0, long key1, int words, long a, long b, long c, long d, long e) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        for (int i = 0; i <= words; i++) {
            long word;
            if (i == words) {
                word = 8L * words << 56; // the length in bytes, in the last byte
            } else {
                word = switch (i) {
                    case 0 -> a;
                    case 1 -> b;
                    case 2 -> c;
                    case 3 -> d;
                    default -> e;
                };
            }
            v3 ^= word;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
        }
        v2 ^= 0xff;
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
