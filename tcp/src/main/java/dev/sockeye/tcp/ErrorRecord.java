package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What stands in an [ErrorQueue]: `struct sock_extended_err` (linux/errqueue.h), and what `recvmsg` gives with it.
///
/// @param errno    `ee_errno`: the error's number; 0 where it is none
/// @param origin   `ee_origin`: [#ICMP], [#ICMP6] or [#ZEROCOPY]
/// @param type     `ee_type`: of the ICMP message
/// @param code     `ee_code`: of the ICMP message, or [#COPIED]
/// @param info     `ee_info`: of zero copy the first write that is complete, counted from 0
/// @param data     `ee_data`: the last one
/// @param offender who sent the ICMP message
/// @param tuple    the connection that it is about
/// @param sequence the number in the TCP header that it quotes
public record ErrorRecord(
        int errno,
        int origin,
        int type,
        int code,
        int info,
        int data,
        @Nullable IpAddress offender,
        @Nullable FourTuple tuple,
        int sequence) {

    /// Values of `ee_origin` (`SO_EE_ORIGIN_*`).
    public static final int ICMP = 2, ICMP6 = 3, ZEROCOPY = 5;

    /// `SO_EE_CODE_ZEROCOPY_COPIED`: the bytes were copied after all.
    public static final int COPIED = 1;

    /// Writes with `MSG_ZEROCOPY` are complete.
    static ErrorRecord complete(int first, int last) {
        return new ErrorRecord(0, ZEROCOPY, 0, COPIED, first, last, null, null, 0);
    }

    /// An ICMP message about a segment.
    public static ErrorRecord icmp(int errno, int type, int code, IpAddress offender, FourTuple tuple, int sequence) {
        return new ErrorRecord(errno, tuple.isV4() ? ICMP : ICMP6, type, code, 0, 0, offender, tuple, sequence);
    }

    /// Who the packet that an ICMP message quotes was for: what `recvmsg` gives as the address.
    public @Nullable TransportAddress peer() {
        return tuple == null ? null : tuple.remote();
    }

    /// What `recvmsg` gives as data: of an ICMP message how the TCP header began that it quotes, the 8 bytes that every
    /// router quotes (RFC 792); else nothing.
    public byte[] payload() {
        if (tuple == null) return new byte[0];
        return ByteBuffer.allocate(8)
                .putShort((short) tuple.local().port())
                .putShort((short) tuple.remote().port())
                .putInt(sequence)
                .array();
    }

    /// Whether the socket's pending error is this one.
    boolean isError() {
        return origin != ZEROCOPY;
    }
}
