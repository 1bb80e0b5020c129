package dev.sockeye.conformance.machine;

import dev.sockeye.host.Family;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.TransportAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Calls that make and end sockets and connections.
final class SocketCalls {

    private static final int STREAM = 1;
    /// How many numbers of protocols there are (`IPPROTO_MAX`).
    private static final int PROTOCOLS = 263;
    /// And how many of types and families (`SOCK_MAX`, `AF_MAX`).
    private static final int TYPES = 11, FAMILIES = 46;

    private final HostUnderTest machine;
    private final Descriptors descriptors;
    private final Setup setup;

    SocketCalls(HostUnderTest machine, Descriptors descriptors, Setup setup) {
        this.machine = machine;
        this.descriptors = descriptors;
        this.setup = setup;
    }

    /// A call on a socket.
    interface OnSocket {
        long attempt(SocketFile file, long now) throws BadCall;
    }

    /// Makes it a call on whatever the descriptor stands for when it is made.
    static Call on(Descriptors descriptors, int fd, OnSocket call) {
        return now -> switch (descriptors.get(fd)) {
            case null -> Errno.EBADF.asResult();
            case SocketFile file -> call.attempt(file, now);
            default -> Errno.ENOTSOCK.asResult();
        };
    }

    Call socket(Arguments arguments, long expected) throws BadCall {
        arguments.require(3);
        int domain = setup.version().family() == Family.INET ? Constants.AF_INET : Constants.AF_INET6;
        domain = arguments.integer(0, domain);
        int type = arguments.integer(1);
        int protocol = arguments.integer(2);
        if (domain >= FAMILIES) return now -> Errno.EAFNOSUPPORT.asResult();
        if (domain != Constants.AF_INET && domain != Constants.AF_INET6)
            throw new Unsupported("sockets of family " + domain);
        if ((type & Constants.SOCK_TYPE_MASK) >= TYPES) return now -> Errno.EINVAL.asResult();
        if ((type & Constants.SOCK_TYPE_MASK) != STREAM) throw new Unsupported("sockets that are not of TCP");
        boolean tcp = protocol == 0 || protocol == Constants.SOL_TCP;
        boolean known = protocol >= 0 && protocol < PROTOCOLS;
        if (!tcp) return now -> (known ? Errno.EPROTONOSUPPORT : Errno.EINVAL).asResult();
        Family family = domain == Constants.AF_INET ? Family.INET : Family.INET6;
        return now -> {
            TcpEndpoint endpoint = machine.host().openTcp(family);
            return descriptors.open(new SocketFile(endpoint, 2 | type & Constants.O_NONBLOCK), expected);
        };
    }

    private TransportAddress local() {
        return new TransportAddress(setup.local(), setup.bindPort());
    }

    private TransportAddress remote() {
        return new TransportAddress(setup.remote(), setup.connectPort());
    }

    Call bind(Arguments arguments) throws BadCall {
        arguments.require(3);
        TransportAddress address = arguments.address(1, local());
        if (address == null) throw new BadCall("bind takes an address");
        return on(
                descriptors,
                arguments.integer(0),
                (file, now) -> file.endpoint().bind(address, now));
    }

    Call listen(Arguments arguments) throws BadCall {
        arguments.require(2);
        int backlog = arguments.integer(1);
        return on(
                descriptors,
                arguments.integer(0),
                (file, now) -> file.endpoint().listen(backlog, now));
    }

    Call accept(Arguments arguments, long expected) throws BadCall {
        int flags = arguments.count() > 3 ? arguments.integer(3) : 0;
        return on(descriptors, arguments.integer(0), (file, now) -> {
            if (file.endpoint().state() != TcpState.LISTEN) return Errno.EINVAL.asResult();
            TcpEndpoint child = file.endpoint().accept(now);
            if (child != null)
                return descriptors.open(new SocketFile(child, 2 | flags & Constants.O_NONBLOCK), expected);
            return file.isNonBlocking() ? Errno.EAGAIN.asResult() : Call.BLOCKED;
        });
    }

    Call connect(Arguments arguments) throws BadCall {
        arguments.require(3);
        TransportAddress address = arguments.address(1, remote());
        int fd = arguments.integer(0);
        return new Call() {
            private boolean begun;

            @Override
            public long attempt(long now) throws BadCall {
                return on(descriptors, fd, this::attempt).attempt(now);
            }

            @Override
            public long expired(long now) {
                return Errno.EINPROGRESS.asResult();
            }

            private long attempt(SocketFile file, long now) {
                TcpEndpoint endpoint = file.endpoint();
                if (address == null) return endpoint.disconnect(now);
                if (begun && endpoint.isConnecting()) return Call.BLOCKED;
                int result = endpoint.connect(address, now);
                boolean goesOn = result == Errno.EINPROGRESS.asResult() || result == Errno.EALREADY.asResult();
                if (!goesOn || file.isNonBlocking()) return result;
                begun = true;
                // A connect to this host itself has ended by now.
                return endpoint.isConnecting() ? Call.BLOCKED : endpoint.connect(address, now);
            }
        };
    }

    Call shutdown(Arguments arguments) throws BadCall {
        arguments.require(2);
        int how = arguments.integer(1);
        return on(descriptors, arguments.integer(0), (file, now) -> {
            if (how < 0 || how >= Shutdown.values().length) return Errno.EINVAL.asResult();
            return file.endpoint().shutdown(Shutdown.values()[how], now);
        });
    }

    /// With `SO_LINGER` it waits for the acknowledgment of all that was sent. Linux: with O_NONBLOCK, too.
    Call close(Arguments arguments) throws BadCall {
        arguments.require(1);
        int fd = arguments.integer(0);
        return new Call() {
            private @Nullable TcpEndpoint lingering;
            private long until = Long.MAX_VALUE;

            @Override
            public long attempt(long now) {
                if (lingering != null) return now >= until || !lingers(lingering) ? 0 : BLOCKED;
                OpenFile file = descriptors.remove(fd);
                if (file == null) return Errno.EBADF.asResult();
                file.close(now);
                if (!(file instanceof SocketFile socket)) return 0;
                int seconds = socket.endpoint().options().lingerSeconds;
                if (seconds <= 0 || !lingers(socket.endpoint())) return 0;
                lingering = socket.endpoint();
                until = now + TimeUnit.SECONDS.toNanos(seconds);
                return BLOCKED;
            }

            @Override
            public long deadline() {
                return until;
            }
        };
    }

    private static boolean lingers(TcpEndpoint endpoint) {
        return switch (endpoint.state()) {
            case FIN_WAIT1, CLOSING, LAST_ACK -> true;
            default -> false;
        };
    }
}
