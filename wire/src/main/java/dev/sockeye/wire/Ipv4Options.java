package dev.sockeye.wire;

import static dev.sockeye.wire.NetworkOrder.u8;

import java.lang.foreign.MemorySegment;

/// The options of an IPv4 header (RFC 791 3.1) where they lie: whether they hold together, and whether they ask for a
/// route. A host acts on none of them; it has to refuse what is wrong, and what it must not obey.
public final class Ipv4Options {

    private static final int END = 0;
    private static final int NOP = 1;
    private static final int RECORD_ROUTE = 7;
    private static final int TIMESTAMP = 68;
    private static final int LOOSE_SOURCE_ROUTE = 131;
    private static final int STRICT_SOURCE_ROUTE = 137;
    private static final int ROUTER_ALERT = 148;

    private Ipv4Options() {}

    /// The first byte that is wrong, as Linux judges it (`ip_options_compile`): what the pointer of an ICMP parameter
    /// problem says.
    ///
    /// @param at where a header begins that [Ipv4Header#validate(Packet)] has let pass
    /// @return bytes from the header's begin, or 0 if all is well
    public static int problem(MemorySegment memory, long at) {
        int end = Ipv4Header.headerLength(memory, at);
        int seen = 0;
        for (int i = Ipv4Header.MIN_LENGTH; i < end; ) {
            int type = u8(memory, at + i);
            if (type == END) return 0;
            if (type == NOP) {
                i++;
                continue;
            }
            if (end - i < 2) return i;
            int length = u8(memory, at + i + 1);
            if (length < 2 || length > end - i) return i;
            int once = bitOf(type);
            if ((seen & once) != 0) return i;
            seen |= once;
            int wrong = problemIn(memory, at + i, type, length);
            if (wrong != 0) return i + wrong;
            i += length;
        }
        return 0;
    }

    /// Options that may stand there once only; the two source routes count as one.
    private static int bitOf(int type) {
        return switch (type) {
            case LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE -> 1;
            case RECORD_ROUTE -> 2;
            case TIMESTAMP -> 4;
            default -> 0;
        };
    }

    /// The byte of one option that is wrong, from its begin, or 0.
    private static int problemIn(MemorySegment memory, long at, int type, int length) {
        return switch (type) {
            case LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE -> length < 3 ? 1 : u8(memory, at + 2) < 4 ? 2 : 0;
            case RECORD_ROUTE -> problemInRecord(memory, at, length, 3, 4);
            case TIMESTAMP -> problemInRecord(memory, at, length, 4, 5);
            case ROUTER_ALERT -> length < 4 ? 1 : 0;
            default -> 0;
        };
    }

    /// An option that routers write into, 4 bytes at the place that its third byte tells: the place must be behind
    /// the head, and have room unless it is behind the end.
    private static int problemInRecord(MemorySegment memory, long at, int length, int head, int least) {
        if (length < head) return 1;
        int place = u8(memory, at + 2);
        if (place < least) return 2;
        return place <= length && place + 3 > length ? 2 : 0;
    }

    /// Whether the sender asks for a route of its own; Linux drops such packets (`accept_source_route`).
    ///
    /// @param at where a header begins in which [#problem] found none
    public static boolean asksForRoute(MemorySegment memory, long at) {
        int end = Ipv4Header.headerLength(memory, at);
        for (int i = Ipv4Header.MIN_LENGTH; i < end; ) {
            int type = u8(memory, at + i);
            if (type == END) return false;
            if (type == LOOSE_SOURCE_ROUTE || type == STRICT_SOURCE_ROUTE) return true;
            i += type == NOP ? 1 : Math.max(2, u8(memory, at + i + 1));
        }
        return false;
    }
}
