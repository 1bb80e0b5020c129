package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.sockeye.wire.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Where a service tells its manager how it is, each message a datagram: the socket that systemd names in
/// `NOTIFY_SOCKET` (sd_notify(3)). Java has UNIX sockets that are streams only.
public final class NotifySocket implements AutoCloseable {

    private static final int AF_UNIX = 1, SOCK_DGRAM = 2;

    /// `sun_path` of `struct sockaddr_un` (sys/un.h)
    private static final int PATH = 2, LONGEST_PATH = 108;

    private final SystemCalls calls = new SystemCalls();
    private final MemorySegment callState = Arena.ofAuto().allocate(CallConvention.CALL_STATE);
    private int fd;

    /// Connects to it.
    ///
    /// @param name the path of a socket, or `@` and the name of an abstract one
    /// @throws SystemCallException EAFNOSUPPORT if the name is none of these, ECONNREFUSED or ENOENT if
    ///     nobody listens there
    public NotifySocket(String name) throws SystemCallException {
        String what = "reach the service manager at " + name;
        byte[] path = name.getBytes(StandardCharsets.UTF_8);
        boolean isAbstract = name.startsWith("@");
        if (!isAbstract && !name.startsWith("/")) throw new SystemCallException(Errno.EAFNOSUPPORT.asResult(), what);
        // The kernel's abstract names begin with 0 and end where the address does; paths end with 0.
        if (isAbstract) path[0] = 0;
        else path = Arrays.copyOf(path, path.length + 1);
        if (path.length > LONGEST_PATH) throw new SystemCallException(Errno.ENAMETOOLONG.asResult(), what);
        fd = SystemCallException.check(calls.socket(AF_UNIX, SOCK_DGRAM | SystemCalls.O_CLOEXEC, 0), what);
        try {
            SystemCallException.check(connect(path), what);
        } catch (SystemCallException e) {
            calls.close(fd);
            throw e;
        }
    }

    private int connect(byte[] path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(PATH + path.length, 2);
            address.set(JAVA_SHORT_UNALIGNED, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, PATH, path.length);
            int returned = (int) Libc.CONNECT.invokeExact(callState, fd, address, (int) address.byteSize());
            return CallConvention.result(returned, callState);
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// Sends a message: variables, a line each.
    ///
    /// @return bytes, or `-errno`: ECONNREFUSED if the manager is gone, EBADF once this is closed
    public synchronized int send(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            return calls.write(fd, arena.allocateFrom(JAVA_BYTE, bytes), 0, bytes.length);
        }
    }

    @Override
    public synchronized void close() {
        if (fd >= 0) calls.close(fd);
        fd = -1;
    }
}
