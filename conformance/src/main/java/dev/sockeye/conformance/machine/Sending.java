package dev.sockeye.conformance.machine;

import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A send of one call, over as many attempts as it needs. With Fast Open it connects first.
final class Sending {

    private static final int EAGAIN = Errno.EAGAIN.asResult();
    private static final int EINPROGRESS = Errno.EINPROGRESS.asResult();

    /// Where to, as the call says.
    ///
    /// @param address null for AF_UNSPEC, or where none is named
    record Destination(boolean named, @Nullable TransportAddress address) {
        static final Destination NONE = new Destination(false, null);
    }

    private static final int WAKES = Readiness.OUT | Readiness.ERR | Readiness.HUP;

    private final MemorySegment from;
    private final int length;
    private final int flags;
    private final Destination to;
    private int done;
    /// It has connected, or tried to; the connection is awaited.
    private boolean begun, opening;
    /// It found no room.
    private boolean starved;

    Sending(MemorySegment from, int length, int flags, Destination to) {
        this.from = from;
        this.length = length;
        this.flags = flags;
        this.to = to;
    }

    long attempt(SocketFile file, long now) {
        boolean wait = !file.isNonBlocking() && (flags & Constants.MSG_DONTWAIT) == 0;
        TcpEndpoint endpoint = file.endpoint();
        boolean fast = (flags & Constants.MSG_FASTOPEN) != 0 || endpoint.isConnectDeferred();
        if (opening || fast && !begun) {
            long opened = opening ? opened(endpoint) : open(endpoint, wait, now);
            begun = true;
            if (opened != 0 || done == length) return opened != 0 ? opened : done;
        }
        if (wait && endpoint.isConnecting()) {
            endpoint.setWritePending(true);
            return Call.BLOCKED;
        }
        // Who waits for memory is woken only when the socket is writable again.
        if (starved && (endpoint.readiness() & WAKES) == 0) return Call.BLOCKED;
        int result;
        do {
            int rest = done > 0 ? Connection.MSG_REST : 0;
            result = endpoint.send(from, done, length - done, flags & DataCalls.CORE_SEND_FLAGS | rest, now);
            if (result > 0) done += result;
        } while (result > 0 && done < length);
        starved = result == EAGAIN;
        if (starved && wait) return Call.BLOCKED;
        return done > 0 ? done : result;
    }

    /// The first write connects (`tcp_sendmsg_fastopen`).
    ///
    /// @return 0 if the rest follows now
    private long open(TcpEndpoint endpoint, boolean wait, long now) {
        if (to.named && to.address == null) return Errno.EOPNOTSUPP.asResult();
        int result = endpoint.send(from, 0, length, flags & DataCalls.CORE_SEND_FLAGS, to.address, now);
        done = Math.max(result, 0);
        opening = wait && endpoint.isConnecting() && (result >= 0 || result == EINPROGRESS);
        if (opening) {
            endpoint.setWritePending(done < length);
            return Call.BLOCKED;
        }
        return wait && result >= 0 ? 0 : result;
    }

    private long opened(TcpEndpoint endpoint) {
        int connected = endpoint.connectResult();
        if (connected == EINPROGRESS) return Call.BLOCKED;
        opening = false;
        return connected;
    }
}
