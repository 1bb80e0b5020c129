package dev.sockeye.inspect;

import dev.sockeye.tcp.Segment;
import java.time.Instant;

/// A TCP segment that somebody saw on its way between the two ends of a connection.
///
/// @param at       when it was sent
/// @param fromLeft whether the left end of a diagram sent it
/// @param lost     whether it never arrived
/// @param flags    bits of [Segment]
/// @param seq      as in the header
/// @param ack      as in the header; without meaning where the ACK flag is not set
/// @param length   bytes of payload
/// @param packets  how many packets it was carried in: more than one where a link cuts large segments
/// @param options  what a SYN offers, in words; empty otherwise
public record SegmentSeen(
        Instant at,
        boolean fromLeft,
        boolean lost,
        int flags,
        int seq,
        int ack,
        int length,
        int packets,
        String options) {

    SegmentSeen from(boolean left) {
        return new SegmentSeen(at, left, lost, flags, seq, ack, length, packets, options);
    }

    SegmentSeen asLost() {
        return new SegmentSeen(at, fromLeft, true, flags, seq, ack, length, packets, options);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /// Whether it only carries data or acknowledges some.
    boolean isPlain() {
        return !has(Segment.SYN | Segment.FIN | Segment.RST);
    }
}
