package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// A TCP socket of the kernel's, whose calls never wait, as they are: each returns what the kernel
/// returned, or `-errno`. Used by one thread at a time.
public final class KernelSocket implements AutoCloseable {

    /// Levels of options.
    public static final int SOL_SOCKET = 1, IPPROTO_IP = 0, IPPROTO_TCP = 6, IPPROTO_IPV6 = 41;

    /// `MSG_NOSIGNAL`: a write to a connection that is over is an error, and no signal.
    public static final int MSG_NOSIGNAL = 0x4000;

    /// `ioctl` requests: bytes that can be read, bytes that are not acknowledged, bytes that are not sent.
    public static final int SIOCINQ = 0x541b, SIOCOUTQ = 0x5411, SIOCOUTQNSD = 0x894b;
    private static final int AF_INET = 2, AF_INET6 = 10, SOCK_STREAM = 1;
    private static final int FLAGS = SystemCalls.O_NONBLOCK | SystemCalls.O_CLOEXEC;
    private static final int SOCKADDR_IN = 16, SOCKADDR_IN6 = 28;
    private static final ValueLayout.OfShort PORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment callState = Arena.ofAuto().allocate(CallConvention.CALL_STATE);
    private final MemorySegment number = Arena.ofAuto().allocate(JAVA_INT);
    private final SystemCalls calls = new SystemCalls();
    private final boolean v4;
    private int fd;

    private KernelSocket(int fd, boolean v4) {
        this.fd = fd;
        this.v4 = v4;
    }

    /// `socket(family, SOCK_STREAM, 0)`, in the calling thread's network namespace.
    public static KernelSocket open(boolean v4) throws SystemCallException {
        int fd = new SystemCalls().socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | FLAGS, 0);
        return new KernelSocket(SystemCallException.check(fd, "open a socket"), v4);
    }

    /// Its descriptor; -1 once it is closed.
    public int fd() {
        return fd;
    }

    /// `bind(2)`
    public int bind(TransportAddress local) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(local, arena);
            return result((int) Libc.BIND.invokeExact(callState, fd, address, (int) address.byteSize()));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `connect(2)`
    public int connect(TransportAddress remote) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(remote, arena);
            return result((int) Libc.CONNECT.invokeExact(callState, fd, address, (int) address.byteSize()));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `struct sockaddr_in` or `sockaddr_in6` (netinet/in.h)
    private MemorySegment address(TransportAddress of, Arena arena) {
        MemorySegment address = arena.allocate(v4 ? SOCKADDR_IN : SOCKADDR_IN6, 4);
        address.set(JAVA_SHORT_UNALIGNED, 0, (short) (v4 ? AF_INET : AF_INET6));
        address.set(PORT, 2, (short) of.port());
        byte[] ip = of.ip().toBytes();
        boolean mapped = !v4 && of.ip().isV4();
        if (mapped) address.set(JAVA_SHORT_UNALIGNED, 18, (short) -1);
        MemorySegment.copy(MemorySegment.ofArray(ip), 0, address, v4 ? 4 : mapped ? 20 : 8, ip.length);
        return address;
    }

    /// `getsockname(2)`
    public TransportAddress localAddress() throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_IN6, 4);
            number.set(JAVA_INT, 0, SOCKADDR_IN6);
            int result = result((int) Libc.GETSOCKNAME.invokeExact(callState, fd, address, number));
            SystemCallException.check(result, "getsockname");
            byte[] ip = address.asSlice(v4 ? 4 : 8, v4 ? 4 : 16).toArray(JAVA_BYTE);
            return new TransportAddress(IpAddress.of(ip), address.get(PORT, 2) & 0xffff);
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `listen(2)`
    public int listen(int backlog) {
        try {
            return result((int) Libc.LISTEN.invokeExact(callState, fd, backlog));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `accept4(2)`
    ///
    /// @param accepted its first place gets the connection
    /// @return 0
    public int accept(@Nullable KernelSocket[] accepted) {
        try {
            MemorySegment nobody = MemorySegment.NULL;
            int result = result((int) Libc.ACCEPT4.invokeExact(callState, fd, nobody, nobody, FLAGS));
            if (result < 0) return result;
            accepted[0] = new KernelSocket(result, v4);
            return 0;
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `send(2)` from native memory.
    public int send(MemorySegment memory, long offset, int length, int flags) {
        long address = CallConvention.address(memory, offset, length);
        try {
            return result((long) Libc.SEND.invokeExact(callState, fd, address, (long) length, flags));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /// `recv(2)` into native memory.
    public int receive(MemorySegment memory, long offset, int length, int flags) {
        long address = CallConvention.address(memory, offset, length);
        try {
            return result((long) Libc.RECV.invokeExact(callState, fd, address, (long) length, flags));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /// `shutdown(2)`
    ///
    /// @param how 0 for reading, 1 for writing, 2 for both
    public int shutdown(int how) {
        try {
            return result((int) Libc.SHUTDOWN.invokeExact(callState, fd, how));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `setsockopt(2)` with an `int`.
    public int setOption(int level, int name, int value) {
        number.set(JAVA_INT, 0, value);
        return setOption(level, name, number);
    }

    /// `setsockopt(2)` with any value, in native memory.
    public int setOption(int level, int name, MemorySegment value) {
        return calls.setOption(fd, level, name, value);
    }

    /// `getsockopt(2)` of any value, into native memory.
    ///
    /// @return how many bytes the kernel has written
    public int getOption(int level, int name, MemorySegment value) {
        try {
            number.set(JAVA_INT, 0, (int) value.byteSize());
            int result = result((int) Libc.GETSOCKOPT.invokeExact(callState, fd, level, name, value, number));
            return result < 0 ? result : number.get(JAVA_INT, 0);
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// One of the queues' lengths, bytes.
    ///
    /// @param request `SIOC...`
    public int queued(int request) {
        int result = calls.ioctl(fd, request, number);
        return result < 0 ? result : number.get(JAVA_INT_UNALIGNED, 0);
    }

    private int result(long returned) {
        return CallConvention.result(returned, callState);
    }

    /// `close(2)`
    @Override
    public void close() {
        if (fd < 0) return;
        calls.close(fd);
        fd = -1;
    }
}
