package dev.sockeye.conformance.machine;

import dev.sockeye.conformance.script.Expression;
import dev.sockeye.host.Family;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.ErrorRecord;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayList;
import java.util.List;

/// `sendmsg` and `recvmsg`: a `msghdr` is `{msg_name(...)=..., msg_iov(1)=[{..., 1000}], msg_flags=0,
/// msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=0}]}`.
final class MessageCalls {

    private static final int EAGAIN = Errno.EAGAIN.asResult();

    private final Descriptors descriptors;
    private final DataCalls data;
    private final long tolerance;

    /// A control message.
    ///
    /// @param value a number, [Extended], or [Stamp]
    private record Control(long level, long type, Object value) {
        @Override
        public String toString() {
            return "{cmsg_level=" + level + ", cmsg_type=" + type + ", cmsg_data=" + value + "}";
        }
    }

    /// `struct sock_extended_err`
    private record Extended(long errno, long origin, long type, long code, long info, long data) {
        @Override
        public String toString() {
            return "{ee_errno=" + errno + ", ee_origin=" + origin + ", ee_type=" + type + ", ee_code=" + code
                    + ", ee_info=" + info + ", ee_data=" + data + "}";
        }
    }

    /// `struct scm_timestamping`: the software's time, since the script's beginning.
    private record Stamp(long nanos) {
        @Override
        public String toString() {
            return "{scm_sec=" + nanos / 1_000_000_000 + ", scm_nsec=" + nanos % 1_000_000_000 + "}";
        }
    }

    MessageCalls(Descriptors descriptors, DataCalls data, long tolerance) {
        this.tolerance = tolerance;
        this.descriptors = descriptors;
        this.data = data;
    }

    private static int length(Arguments arguments) throws BadCall {
        Expression.Struct header = arguments.struct(1);
        Expression vector = header.field("msg_iov");
        return vector == null ? 0 : arguments.vectorLength(vector);
    }

    /// @param peer where `MSG_FASTOPEN` goes where nothing is said
    Call send(Arguments arguments, TransportAddress peer) throws BadCall {
        arguments.require(3);
        Expression name = arguments.struct(1).field("msg_name");
        Sending.Destination to =
                name == null ? Sending.Destination.NONE : new Sending.Destination(true, arguments.address(name, peer));
        return data.sending(arguments.integer(0), length(arguments), arguments.integer(2), to);
    }

    Call receive(Arguments arguments) throws BadCall {
        arguments.require(3);
        int flags = arguments.integer(2);
        int length = length(arguments);
        Expression.Struct header = arguments.struct(1);
        List<Control> expected = controls(arguments, header);
        Expression expectedFlags = header.field("msg_flags");
        if ((flags & Constants.MSG_ERRQUEUE) != 0) {
            long flagsWanted = expectedFlags == null || expectedFlags instanceof Expression.Anything
                    ? Constants.MSG_ERRQUEUE
                    : arguments.number(expectedFlags);
            return SocketCalls.on(descriptors, arguments.integer(0), (file, now) -> {
                ErrorRecord record = file.endpoint().takeErrorRecord();
                return record == null ? EAGAIN : found(file, record, length, expected, flagsWanted);
            });
        }
        var receiving = new DataCalls.Receiving(length, flags);
        Call call = SocketCalls.on(descriptors, arguments.integer(0), (file, now) -> {
            long result = receiving.attempt(file, now);
            if (result < 0) return result;
            List<Control> actual = controlsOf(file.endpoint(), result);
            compare(expected, actual);
            int actualFlags = flags & Connection.MSG_TRUNC;
            if (expectedFlags != null
                    && !(expectedFlags instanceof Expression.Anything)
                    && (arguments.number(expectedFlags) & ~Connection.MSG_TRUNC) != 0) {
                throw new BadCall("recvmsg: expected msg_flags " + expectedFlags + ", actual " + actualFlags);
            }
            return result;
        });
        return new Call() {
            @Override
            public long attempt(long now) throws BadCall {
                return call.attempt(now);
            }

            @Override
            public long expired(long now) throws BadCall {
                receiving.stopWaiting();
                return call.attempt(now);
            }
        };
    }

    /// What a read of the error queue has found; it never waits.
    private long found(SocketFile file, ErrorRecord record, int length, List<Control> expected, long expectedFlags)
            throws BadCall {
        boolean v6 = file.endpoint().family() == Family.INET6;
        var error = new Extended(
                record.errno(),
                record.origin(),
                record.type(),
                record.code(),
                record.info() & 0xffff_ffffL,
                record.data() & 0xffff_ffffL);
        List<Control> actual = new ArrayList<>();
        if (record.time() != 0) actual.add(stamped(record.time()));
        actual.add(new Control(
                v6 ? Constants.SOL_IPV6 : Constants.SOL_IP, v6 ? Constants.IPV6_RECVERR : Constants.IP_RECVERR, error));
        compare(expected, actual);
        int payload = record.payload().length;
        int flags = Constants.MSG_ERRQUEUE | (payload > length ? Connection.MSG_TRUNC : 0);
        if (expectedFlags != flags) {
            throw new BadCall("recvmsg: expected msg_flags 0x" + Long.toHexString(expectedFlags) + ", actual 0x"
                    + Integer.toHexString(flags));
        }
        return Math.min(payload, length);
    }

    private static Control stamped(long time) {
        return new Control(Constants.SOL_SOCKET, Constants.SCM_TIMESTAMPING, new Stamp(time));
    }

    private void compare(List<Control> expected, List<Control> actual) throws BadCall {
        boolean same = expected.size() == actual.size();
        for (int i = 0; same && i < actual.size(); i++) same = agree(expected.get(i), actual.get(i));
        if (!same) throw new BadCall("recvmsg: expected control messages " + expected + ", actual " + actual);
    }

    private boolean agree(Control expected, Control actual) {
        boolean sameKind = expected.level() == actual.level() && expected.type() == actual.type();
        if (sameKind && expected.value() instanceof Stamp(long at) && actual.value() instanceof Stamp(long actualAt)) {
            return Math.abs(at - actualAt) <= tolerance;
        }
        return expected.equals(actual);
    }

    private static List<Control> controls(Arguments arguments, Expression.Struct header) throws BadCall {
        Expression field = header.field("msg_control");
        List<Control> controls = new ArrayList<>();
        if (field == null || field instanceof Expression.Anything) return controls;
        for (Expression element : arguments.array(field)) {
            Expression.Struct control = arguments.struct(element);
            Object value = control.field("cmsg_data") instanceof Expression.Struct error
                    ? structured(arguments, error)
                    : (Object) number(arguments, control, "cmsg_data");
            controls.add(new Control(
                    number(arguments, control, "cmsg_level"), number(arguments, control, "cmsg_type"), value));
        }
        return controls;
    }

    private static Object structured(Arguments arguments, Expression.Struct data) throws BadCall {
        if (data.field("scm_sec") == null) return extended(arguments, data);
        return new Stamp(number(arguments, data, "scm_sec") * 1_000_000_000 + number(arguments, data, "scm_nsec"));
    }

    private static Extended extended(Arguments arguments, Expression.Struct error) throws BadCall {
        return new Extended(
                number(arguments, error, "ee_errno"),
                number(arguments, error, "ee_origin"),
                number(arguments, error, "ee_type"),
                number(arguments, error, "ee_code"),
                number(arguments, error, "ee_info") & 0xffff_ffffL,
                number(arguments, error, "ee_data") & 0xffff_ffffL);
    }

    private static long number(Arguments arguments, Expression.Struct struct, String field) throws BadCall {
        Expression value = struct.field(field);
        if (value == null) throw new BadCall("a control message has a " + field);
        return arguments.number(value);
    }

    /// What comes with data: when it came, if the program wants to know; `TCP_INQ` tells how much is left, and one byte
    /// where the end of the stream is.
    private static List<Control> controlsOf(TcpEndpoint endpoint, long result) {
        Connection connection = endpoint.connection();
        List<Control> controls = new ArrayList<>();
        long time = connection == null || result == 0 ? 0 : connection.receiveTime();
        if (time != 0) controls.add(stamped(time));
        if (endpoint.options().inq) {
            long left = connection == null ? 0 : connection.inqHint();
            controls.add(new Control(Constants.SOL_TCP, Constants.TCP_CM_INQ, (Object) left));
        }
        return controls;
    }
}
