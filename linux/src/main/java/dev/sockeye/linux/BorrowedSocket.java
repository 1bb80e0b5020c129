package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// The socket of another process, borrowed from it by [ProcessDescriptor#socket]. It can be asked, and
/// it can be told how to end; it is not read from or written to, as that would take from the process
/// what is its own. Used by one thread at a time.
public final class BorrowedSocket implements AutoCloseable {

    /// Levels and names of options: asm-generic/socket.h, linux/tcp.h.
    public static final int SOL_SOCKET = 1,
            SO_SNDBUF = 7,
            SO_RCVBUF = 8,
            SO_KEEPALIVE = 9,
            SO_LINGER = 13,
            SO_COOKIE = 57,
            IPPROTO_TCP = 6,
            TCP_NODELAY = 1,
            TCP_KEEPIDLE = 4,
            TCP_KEEPINTVL = 5,
            TCP_KEEPCNT = 6,
            TCP_CONGESTION = 13,
            TCP_USER_TIMEOUT = 18,
            IPPROTO_IPV6 = 41,
            IPV6_V6ONLY = 26;

    /// How [#shutdown] ends a socket.
    public static final int SHUT_RD = 0, SHUT_WR = 1, SHUT_RDWR = 2;

    private static final int LONGEST_NAME = 16;

    private final SystemCalls calls = new SystemCalls();
    private final MemorySegment callState = Arena.ofAuto().allocate(CallConvention.CALL_STATE);
    private final MemorySegment value = Arena.ofAuto().allocate(LONGEST_NAME, 8);
    private final MemorySegment length = Arena.ofAuto().allocate(JAVA_INT);
    private final String name;
    private final int fd;

    BorrowedSocket(int fd, String name) {
        this.fd = fd;
        this.name = name;
    }

    /// `SO_COOKIE`: the number that this socket has, and no other for as long as the machine runs; as
    /// in [DiagSocket#cookie].
    ///
    /// @throws SystemCallException ENOTSOCK if the descriptor is of no socket
    public long cookie() throws SystemCallException {
        get(SOL_SOCKET, SO_COOKIE, 8);
        return value.get(JAVA_LONG, 0);
    }

    /// The value of an option that is an `int`.
    public int option(int level, int option) throws SystemCallException {
        get(level, option, 4);
        return value.get(JAVA_INT, 0);
    }

    /// `SO_LINGER`
    ///
    /// @return seconds; -1 for off
    public int lingerSeconds() throws SystemCallException {
        get(SOL_SOCKET, SO_LINGER, 8);
        return value.get(JAVA_INT, 0) == 0 ? -1 : value.get(JAVA_INT, 4);
    }

    /// `TCP_CONGESTION`
    public String congestionControl() throws SystemCallException {
        get(IPPROTO_TCP, TCP_CONGESTION, LONGEST_NAME);
        byte[] bytes = value.toArray(JAVA_BYTE);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) end++;
        return new String(bytes, 0, end, StandardCharsets.US_ASCII);
    }

    private void get(int level, int option, int size) throws SystemCallException {
        value.fill((byte) 0);
        length.set(JAVA_INT, 0, size);
        try {
            int result = CallConvention.result(
                    (int) Libc.GETSOCKOPT.invokeExact(callState, fd, level, option, value, length), callState);
            SystemCallException.check(result, "read option " + level + "/" + option + " (" + name + ")");
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `setsockopt(2)` with an `int`.
    public void setOption(int level, int option, int number) throws SystemCallException {
        value.set(JAVA_INT, 0, number);
        int result = calls.setOption(fd, level, option, value.asSlice(0, JAVA_INT.byteSize()));
        SystemCallException.check(result, "set option " + level + "/" + option + " (" + name + ")");
    }

    /// `shutdown(2)`: for the process that holds it as well.
    ///
    /// @throws SystemCallException ENOTCONN if it is not connected
    public void shutdown(int how) throws SystemCallException {
        try {
            int result = CallConvention.result((int) Libc.SHUTDOWN.invokeExact(callState, fd, how), callState);
            SystemCallException.check(result, "shut it down (" + name + ")");
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// Lets go of it; the process keeps it.
    @Override
    public void close() {
        calls.close(fd);
    }
}
