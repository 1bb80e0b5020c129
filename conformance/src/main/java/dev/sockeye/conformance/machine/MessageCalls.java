package dev.sockeye.conformance.machine;

import dev.sockeye.conformance.script.Expression;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Connection;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayList;
import java.util.List;

/// `sendmsg` and `recvmsg`: a `msghdr` is `{msg_name(...)=..., msg_iov(1)=[{..., 1000}], msg_flags=0,
/// msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=0}]}`.
final class MessageCalls {

    private final Descriptors descriptors;
    private final DataCalls data;

    /// A control message.
    private record Control(long level, long type, long value) {
        @Override
        public String toString() {
            return "{cmsg_level=" + level + ", cmsg_type=" + type + ", cmsg_data=" + value + "}";
        }
    }

    MessageCalls(Descriptors descriptors, DataCalls data) {
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
        if ((flags & Constants.MSG_ERRQUEUE) != 0) throw new Unsupported("recvmsg with MSG_ERRQUEUE");
        var receiving = new DataCalls.Receiving(length, flags);
        return SocketCalls.on(descriptors, arguments.integer(0), (file, now) -> {
            long result = receiving.attempt(file, now);
            if (result < 0) return result;
            List<Control> actual = controlsOf(file.endpoint());
            if (!actual.equals(expected)) {
                throw new BadCall("recvmsg: expected control messages " + expected + ", actual " + actual);
            }
            int actualFlags = flags & Connection.MSG_TRUNC;
            if (expectedFlags != null
                    && !(expectedFlags instanceof Expression.Anything)
                    && (arguments.number(expectedFlags) & ~Connection.MSG_TRUNC) != 0) {
                throw new BadCall("recvmsg: expected msg_flags " + expectedFlags + ", actual " + actualFlags);
            }
            return result;
        });
    }

    private static List<Control> controls(Arguments arguments, Expression.Struct header) throws BadCall {
        Expression field = header.field("msg_control");
        List<Control> controls = new ArrayList<>();
        if (field == null || field instanceof Expression.Anything) return controls;
        for (Expression element : arguments.array(field)) {
            Expression.Struct control = arguments.struct(element);
            controls.add(new Control(
                    number(arguments, control, "cmsg_level"),
                    number(arguments, control, "cmsg_type"),
                    number(arguments, control, "cmsg_data")));
        }
        return controls;
    }

    private static long number(Arguments arguments, Expression.Struct struct, String field) throws BadCall {
        Expression value = struct.field(field);
        if (value == null) throw new BadCall("a control message has a " + field);
        return arguments.number(value);
    }

    /// What comes with data: `TCP_INQ` tells how much is left, and one byte where the end of the stream is.
    private static List<Control> controlsOf(TcpEndpoint endpoint) {
        if (!endpoint.options().inq) return List.of();
        Connection connection = endpoint.connection();
        long left = connection == null ? 0 : connection.inqHint();
        return List.of(new Control(Constants.SOL_TCP, Constants.TCP_CM_INQ, left));
    }
}
