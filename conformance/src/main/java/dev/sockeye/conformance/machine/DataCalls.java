package dev.sockeye.conformance.machine;

import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.ErrorRecord;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Calls that move data. Payload is zeros throughout, as in the segments that a script sends.
final class DataCalls {

    private static final int EAGAIN = Errno.EAGAIN.asResult();
    static final int CORE_SEND_FLAGS =
            Connection.MSG_OOB | Connection.MSG_EOR | Connection.MSG_MORE | Connection.MSG_ZEROCOPY;
    private static final int CORE_RECEIVE_FLAGS = Connection.MSG_OOB | Connection.MSG_PEEK | Connection.MSG_TRUNC;
    /// Flags of other calls, or other protocols: Linux's TCP does not look at them.
    private static final int IGNORED_SEND_FLAGS = Connection.MSG_PEEK
            | Connection.MSG_TRUNC
            | Constants.MSG_WAITALL
            | Constants.MSG_DONTROUTE
            | Constants.MSG_CONFIRM
            | Constants.MSG_CTRUNC;

    private static final int KNOWN_SEND_FLAGS = CORE_SEND_FLAGS
            | IGNORED_SEND_FLAGS
            | Constants.MSG_DONTWAIT
            | Constants.MSG_NOSIGNAL
            | Constants.MSG_FASTOPEN;
    private static final int KNOWN_RECEIVE_FLAGS = CORE_RECEIVE_FLAGS
            | Constants.MSG_ERRQUEUE
            | Constants.MSG_DONTWAIT
            | Constants.MSG_WAITALL
            | Constants.MSG_NOSIGNAL;
    private static final int LARGEST_BUFFER = 64 << 20;

    private final Descriptors descriptors;

    DataCalls(Descriptors descriptors) {
        this.descriptors = descriptors;
    }

    static MemorySegment buffer(int length) throws BadCall {
        if (length < 0 || length > LARGEST_BUFFER) throw new BadCall("a buffer of " + length + " bytes");
        return MemorySegment.ofArray(new byte[length]);
    }

    // ---------------------------------------------------------------- receive

    Call receive(String name, Arguments arguments) throws BadCall {
        int fd = arguments.integer(0);
        if (name.equals("readv")) {
            arguments.require(3);
            return reading(fd, arguments.vectorLength(arguments.get(1)));
        }
        int length = arguments.integer(2);
        return name.equals("read") ? reading(fd, length) : reading(fd, length, arguments.integer(3));
    }

    /// `read(2)`; Linux: of no bytes it never asks the socket.
    private Call reading(int fd, int length) throws BadCall {
        Call call = reading(fd, length, 0);
        if (length > 0) return call;
        return now -> descriptors.get(fd) instanceof SocketFile ? 0 : call.attempt(now);
    }

    private Call reading(int fd, int length, int flags) throws BadCall {
        checkKnown(flags, KNOWN_RECEIVE_FLAGS, "recv");
        if ((flags & Constants.MSG_ERRQUEUE) != 0) return readingErrors(fd, length);
        var receiving = new Receiving(length, flags);
        return new Call() {
            @Override
            public long attempt(long now) {
                return switch (descriptors.get(fd)) {
                    case null -> Errno.EBADF.asResult();
                    case SocketFile file -> receiving.attempt(file, now);
                    case PipeEnd pipe -> readPipe(pipe, length);
                    case PlainFile file -> file.read(length);
                    case EpollFile _ -> Errno.EINVAL.asResult();
                };
            }

            @Override
            public long expired(long now) {
                receiving.stopWaiting();
                return attempt(now);
            }
        };
    }

    private Call readingErrors(int fd, int length) {
        return SocketCalls.on(descriptors, fd, (file, now) -> {
            ErrorRecord record = file.endpoint().takeErrorRecord();
            return record == null ? EAGAIN : Math.min(length, record.payload().length);
        });
    }

    /// A receive of one call, over as many attempts as it needs.
    static final class Receiving {

        private final MemorySegment to;
        private final int length;
        private final int flags;
        private int done;
        private boolean waits = true;

        Receiving(int length, int flags) throws BadCall {
            this.to = buffer(length);
            this.length = length;
            this.flags = flags;
        }

        /// `SO_RCVTIMEO` is over.
        void stopWaiting() {
            waits = false;
        }

        long attempt(SocketFile file, long now) {
            boolean wait = waits && !file.isNonBlocking() && (flags & Constants.MSG_DONTWAIT) == 0;
            TcpEndpoint endpoint = file.endpoint();
            // What was read is told first, and the error by the next call.
            if (done > 0 && hasFailed(endpoint)) return done;
            // A peek that waits for more looks from the front again.
            int kept = (flags & Connection.MSG_PEEK) != 0 && endpoint.peekOffset() < 0 ? 0 : done;
            int result = endpoint.receive(to, kept, length - kept, flags & CORE_RECEIVE_FLAGS, now);
            if (result > 0) done = kept + result;
            boolean wantsMore = result == EAGAIN || result > 0 && done < target(endpoint, length, flags);
            // Linux: urgent data is never waited for.
            if ((flags & Connection.MSG_OOB) != 0) return result;
            if (wantsMore && length == 0) return 0;
            if (wantsMore && wait) return Call.BLOCKED;
            return done > 0 ? done : result;
        }
    }

    /// Whether there is nothing left to read but the error.
    private static boolean hasFailed(TcpEndpoint endpoint) {
        Connection connection = endpoint.connection();
        boolean empty = connection == null || connection.receiveQueueBytes() == 0;
        return empty && (endpoint.readiness() & Readiness.ERR) != 0;
    }

    /// How many bytes a blocking read waits for (`sock_rcvlowat`).
    private static int target(TcpEndpoint endpoint, int length, int flags) {
        if ((flags & Constants.MSG_WAITALL) != 0) return length;
        return Math.min(length, Math.max(1, endpoint.options().receiveLowWater));
    }

    private static long readPipe(PipeEnd pipe, int length) {
        if (!pipe.reads) return Errno.EBADF.asResult();
        int count = Math.min(length, pipe.content.bytes);
        pipe.content.bytes -= count;
        if (count > 0 || pipe.content.writerClosed || length == 0) return count;
        return pipe.isNonBlocking() ? EAGAIN : Call.BLOCKED;
    }

    static void checkKnown(int flags, int known, String call) {
        int unknown = flags & ~known;
        if (unknown == 0) return;
        String name = switch (Integer.lowestOneBit(unknown)) {
            case Constants.MSG_ERRQUEUE -> "MSG_ERRQUEUE";
            default -> "flag 0x" + Integer.toHexString(Integer.lowestOneBit(unknown));
        };
        throw new Unsupported(call + " with " + name);
    }

    // ---------------------------------------------------------------- send

    /// @param peer where `sendto` with `MSG_FASTOPEN` goes where nothing is said
    Call send(String name, Arguments arguments, TransportAddress peer) throws BadCall {
        int fd = arguments.integer(0);
        return switch (name) {
            case "writev" -> {
                arguments.require(3);
                yield sending(fd, arguments.vectorLength(arguments.get(1)), 0, Sending.Destination.NONE);
            }
            case "write" -> sending(fd, arguments.integer(2), 0, Sending.Destination.NONE);
            case "send" -> sending(fd, arguments.integer(2), arguments.integer(3), Sending.Destination.NONE);
            default ->
                sending(
                        fd,
                        arguments.integer(2),
                        arguments.integer(3),
                        new Sending.Destination(true, arguments.address(4, peer)));
        };
    }

    Call sending(int fd, int length, int flags, Sending.Destination to) throws BadCall {
        checkKnown(flags, KNOWN_SEND_FLAGS, "send");
        var sending = new Sending(buffer(length), length, flags, to);
        return new Call() {
            @Override
            public long attempt(long now) {
                return switch (descriptors.get(fd)) {
                    case null -> Errno.EBADF.asResult();
                    case SocketFile file -> sending.attempt(file, now);
                    case PipeEnd pipe -> writePipe(pipe, length);
                    case PlainFile file -> file.write(length);
                    case EpollFile _ -> Errno.EINVAL.asResult();
                };
            }

            @Override
            public long expired(long now) {
                return sending.expired(descriptors.get(fd));
            }
        };
    }

    private static long writePipe(PipeEnd pipe, int length) {
        if (pipe.reads) return Errno.EBADF.asResult();
        if (pipe.content.readerClosed) return Errno.EPIPE.asResult();
        int room = PipeEnd.Content.CAPACITY - pipe.content.bytes;
        int count = Math.min(length, room);
        pipe.content.bytes += count;
        if (count > 0 || length == 0) return count;
        return pipe.isNonBlocking() ? EAGAIN : Call.BLOCKED;
    }

    // ---------------------------------------------------------------- from a file to a socket

    /// `sendfile(out, in, offset, count)`
    Call sendFile(Arguments arguments) throws BadCall {
        arguments.require(4);
        int out = arguments.integer(0);
        int in = arguments.integer(1);
        long offset = offset(arguments, 2);
        int count = arguments.integer(3);
        Sending[] begun = new Sending[1];
        return now -> {
            if (descriptors.get(in) == null) return Errno.EBADF.asResult();
            boolean seeks = !(descriptors.get(in) instanceof SocketFile) || offset < 0;
            if (!seeks) return Errno.ESPIPE.asResult();
            if (!(descriptors.get(in) instanceof PlainFile file)) return Errno.EINVAL.asResult();
            if (!(descriptors.get(out) instanceof SocketFile socket)) return Errno.EBADF.asResult();
            if (begun[0] == null) {
                int length = (int) Math.min(count, file.remaining(offset < 0 ? file.position : offset));
                if (length == 0) return 0;
                begun[0] = new Sending(buffer(length), length, 0, Sending.Destination.NONE);
            }
            long sent = begun[0].attempt(socket, now);
            // an offset of the call's own leaves the file's where it is
            if (sent > 0 && offset < 0) file.position += sent;
            return sent;
        };
    }

    private static long offset(Arguments arguments, int i) throws BadCall {
        if (arguments.get(i) instanceof dev.sockeye.conformance.script.Expression.Name) return -1;
        return arguments.number(i);
    }

    private static long sendingTo(SocketFile socket, int length, int flags, long now) throws BadCall {
        if (length == 0) return 0;
        int result = socket.endpoint().send(buffer(length), 0, length, flags, now);
        return result == EAGAIN && !socket.isNonBlocking() ? Call.BLOCKED : result;
    }

    /// `splice(in, offset, out, offset, count, flags)` between a pipe and a socket.
    Call splice(Arguments arguments) throws BadCall {
        arguments.require(6);
        int in = arguments.integer(0);
        int out = arguments.integer(2);
        int count = arguments.integer(4);
        boolean waits = (arguments.integer(5) & Constants.SPLICE_F_NONBLOCK) == 0;
        int more = (arguments.integer(5) & Constants.SPLICE_F_MORE) != 0 ? Connection.MSG_MORE : 0;
        return now -> {
            @Nullable OpenFile from = descriptors.get(in);
            @Nullable OpenFile to = descriptors.get(out);
            if (from instanceof PipeEnd pipe && to instanceof SocketFile socket && pipe.reads) {
                long sent = sendingTo(socket, Math.min(count, pipe.content.bytes), more, now);
                if (sent == Call.BLOCKED && !waits) return EAGAIN;
                if (sent > 0) pipe.content.bytes -= (int) sent;
                return sent;
            }
            if (from instanceof SocketFile socket && to instanceof PipeEnd pipe && !pipe.reads) {
                int most = Math.min(count, PipeEnd.Content.CAPACITY - pipe.content.bytes);
                long got = new Receiving(most, waits ? 0 : Constants.MSG_DONTWAIT).attempt(socket, now);
                if (got > 0) pipe.content.bytes += (int) got;
                return got;
            }
            return Errno.EINVAL.asResult();
        };
    }
}
