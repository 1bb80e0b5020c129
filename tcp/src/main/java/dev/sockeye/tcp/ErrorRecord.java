package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What stands in an [ErrorQueue]: `struct sock_extended_err` (linux/errqueue.h), and what `recvmsg` gives with it.
///
/// @param errno    `ee_errno`: the error's number; 0 where it is none
/// @param origin   `ee_origin`: [#ICMP], [#ICMP6], [#TIMESTAMPING] or [#ZEROCOPY]
/// @param type     `ee_type`: of the ICMP message
/// @param code     `ee_code`: of the ICMP message, or [#COPIED]
/// @param info     `ee_info`: of zero copy the first write that is complete, counted from 0; of a time what happened
///                 then: [#SENT], [#SCHEDULED] or [#ACKNOWLEDGED]
/// @param data     `ee_data`: of zero copy the last write; of a time the number of the byte, with `OPT_ID`
/// @param offender who sent the ICMP message
/// @param tuple    the connection that it is about
/// @param sequence the number in the TCP header that it quotes
/// @param time     nanoseconds since the Unix epoch; 0 where none is told
/// @param looped   what was sent, where that is wanted: payload alone
public record ErrorRecord(
        int errno,
        int origin,
        int type,
        int code,
        int info,
        int data,
        @Nullable IpAddress offender,
        @Nullable FourTuple tuple,
        int sequence,
        long time,
        ByteBuffer looped) {

    /// Values of `ee_origin` (`SO_EE_ORIGIN_*`).
    public static final int ICMP = 2, ICMP6 = 3, TIMESTAMPING = 4, ZEROCOPY = 5;

    /// Values of `ee_info` (`SCM_TSTAMP_*`): given to the device, queued for it, acknowledged by the peer.
    public static final int SENT = 0, SCHEDULED = 1, ACKNOWLEDGED = 2;

    /// `SO_EE_CODE_ZEROCOPY_COPIED`: the bytes were copied after all.
    public static final int COPIED = 1;

    static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /// Writes with `MSG_ZEROCOPY` are complete.
    static ErrorRecord complete(int first, int last) {
        return new ErrorRecord(0, ZEROCOPY, 0, COPIED, first, last, null, null, 0, 0, NOTHING);
    }

    /// An ICMP message about a segment.
    public static ErrorRecord icmp(int errno, int type, int code, IpAddress offender, FourTuple tuple, int sequence) {
        return new ErrorRecord(
                errno, tuple.isV4() ? ICMP : ICMP6, type, code, 0, 0, offender, tuple, sequence, 0, NOTHING);
    }

    /// Something has happened to a byte that was written.
    static ErrorRecord stamp(int moment, int number, long time, ByteBuffer looped) {
        return new ErrorRecord(Errno.ENOMSG.number(), TIMESTAMPING, 0, 0, moment, number, null, null, 0, time, looped);
    }

    /// The same without a time.
    ErrorRecord withoutTime() {
        return new ErrorRecord(errno, origin, type, code, info, data, offender, tuple, sequence, 0, looped);
    }

    /// Who the packet that an ICMP message quotes was for: what `recvmsg` gives as the address.
    public @Nullable TransportAddress peer() {
        return tuple == null ? null : tuple.remote();
    }

    /// What `recvmsg` gives as data: of an ICMP message how the TCP header began that it quotes, the 8 bytes that every
    /// router quotes (RFC 792); else what is [#looped].
    public byte[] payload() {
        if (tuple == null) {
            var bytes = new byte[looped.remaining()];
            looped.duplicate().get(bytes);
            return bytes;
        }
        return ByteBuffer.allocate(8)
                .putShort((short) tuple.local().port())
                .putShort((short) tuple.remote().port())
                .putInt(sequence)
                .array();
    }

    /// Whether the socket's pending error is this one.
    boolean isError() {
        return origin == ICMP || origin == ICMP6;
    }
}
