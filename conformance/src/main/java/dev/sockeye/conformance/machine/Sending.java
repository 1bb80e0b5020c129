package dev.sockeye.conformance.machine;

import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A send of one call, over as many attempts as it needs.
final class Sending {

    private static final int EAGAIN = Errno.EAGAIN.asResult();

    /// Where to, as the call says.
    ///
    /// @param address null for AF_UNSPEC, or where none is named
    record Destination(boolean named, @Nullable TransportAddress address) {
        static final Destination NONE = new Destination(false, null);
    }

    private final MemorySegment from;
    private final int length;
    private final int flags;
    private final @Nullable TransportAddress to;
    private int done;
    private boolean begun;
    private boolean connecting;

    /// Whether the address that is named is AF_UNSPEC's.
    private final boolean toNobody;

    /// @param to where `MSG_FASTOPEN` connects to
    Sending(MemorySegment from, int length, int flags, Destination to) {
        this.from = from;
        this.length = length;
        this.flags = flags;
        this.to = to.address;
        this.toNobody = to.named && to.address == null;
    }

    /// `SO_SNDTIMEO` is over. Linux: whether there is room by now is left for the next call.
    long expired(@Nullable OpenFile file) {
        if (file instanceof SocketFile socket) socket.endpoint().setWritePending(false);
        if (done > 0) return done;
        return connecting ? Errno.EINPROGRESS.asResult() : EAGAIN;
    }

    long attempt(SocketFile file, long now) {
        boolean wait = !file.isNonBlocking() && (flags & Constants.MSG_DONTWAIT) == 0;
        TcpEndpoint endpoint = file.endpoint();
        if (!begun) {
            begun = true;
            boolean opens = (flags & Constants.MSG_FASTOPEN) != 0 || endpoint.isConnectDeferred();
            if (opens) {
                long result = open(endpoint, wait, now);
                if (!connecting) return result;
            }
        }
        if (connecting) {
            int connected = endpoint.connectResult();
            if (connected == Errno.EINPROGRESS.asResult()) return Call.BLOCKED;
            connecting = false;
            if (connected != 0) return connected;
            if (done == length) return done;
        }
        if (wait && endpoint.isConnecting()) {
            endpoint.setWritePending(true);
            return Call.BLOCKED;
        }
        return write(endpoint, wait, now);
    }

    /// Connects, and sends with the SYN what it carries (RFC 7413).
    private long open(TcpEndpoint endpoint, boolean wait, long now) {
        if (toNobody && !endpoint.isConnectDeferred()) return Errno.EOPNOTSUPP.asResult();
        int result =
                endpoint.send(from, 0, length, flags & (DataCalls.CORE_SEND_FLAGS | Constants.MSG_FASTOPEN), to, now);
        boolean opening =
                (result >= 0 || result == Errno.EINPROGRESS.asResult()) && endpoint.state() == TcpState.SYN_SENT;
        done = Math.max(0, result);
        connecting = opening && wait;
        // Linux: what asks for a cookie has sent nothing yet, if only nothing was to be sent.
        boolean pending = done < length || length == 0 && endpoint.info(now).fastopen_client_fail() != 0;
        endpoint.setWritePending(connecting && pending);
        return result;
    }

    private long write(TcpEndpoint endpoint, boolean wait, long now) {
        // What was taken is told first, and the error by the next call.
        if (done > 0 && (endpoint.readiness() & Readiness.ERR) != 0) return done;
        int result;
        do {
            int core = flags & DataCalls.CORE_SEND_FLAGS | (done > 0 ? Connection.MSG_REST : 0);
            result = endpoint.send(from, done, length - done, core, now);
            if (result > 0) done += result;
        } while (result > 0 && done < length);
        boolean waits = result == EAGAIN && wait;
        endpoint.setWritePending(waits);
        if (waits) return Call.BLOCKED;
        return done > 0 ? done : result;
    }
}
