package dev.sockeye.socket;

import dev.sockeye.wire.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A TCP socket of the kernel's, with the options that the JDK's sockets do not have: for tests that the kernel is the
/// other end of.
final class NativeSocket implements AutoCloseable {

    private static final int IPPROTO_TCP = 6, SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_RCVTIMEO = 20, SO_SNDTIMEO = 21;
    private static final int AF_INET = 2, AF_INET6 = 10, SOCK_STREAM = 1;

    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private static final MethodHandle SOCKET = function("socket", INT, INT, INT, INT);
    private static final MethodHandle BIND = function("bind", INT, INT, ValueLayout.ADDRESS, INT);
    private static final MethodHandle CONNECT = function("connect", INT, INT, ValueLayout.ADDRESS, INT);
    private static final MethodHandle LISTEN = function("listen", INT, INT, INT);
    private static final MethodHandle ACCEPT = function("accept", INT, INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    private static final MethodHandle SET_OPTION = function("setsockopt", INT, INT, INT, INT, ValueLayout.ADDRESS, INT);
    private static final MethodHandle READ =
            function("read", ValueLayout.JAVA_LONG, INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    private static final MethodHandle WRITE =
            function("write", ValueLayout.JAVA_LONG, INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    private static final MethodHandle CLOSE = function("close", INT, INT);

    private final int fd;

    private NativeSocket(int fd) {
        this.fd = fd;
    }

    /// A socket of the family of an address; reads and writes give up after ten seconds.
    static NativeSocket open(IpAddress ip) {
        int fd = (int) call(SOCKET, ip.isV4() ? AF_INET : AF_INET6, SOCK_STREAM, 0);
        if (fd < 0) throw new AssertionError("socket: errno " + -fd);
        var socket = new NativeSocket(fd);
        socket.setOption(SOL_SOCKET, SO_REUSEADDR, little(4).putInt(1).array());
        for (int timeout : new int[] {SO_RCVTIMEO, SO_SNDTIMEO}) {
            socket.setOption(SOL_SOCKET, timeout, little(16).putLong(10).array());
        }
        return socket;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    @SuppressWarnings("restricted") // the C library of the machine
    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().find(name).orElseThrow(),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"));
    }

    /// @return what the function returned, or `-errno`
    private static long call(MethodHandle function, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            Object[] all = new Object[arguments.length + 1];
            MemorySegment state = arena.allocate(STATE);
            all[0] = state;
            for (int i = 0; i < arguments.length; i++) {
                all[i + 1] = arguments[i] instanceof byte[] bytes
                        ? arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes)
                        : arguments[i];
            }
            long result = ((Number) function.invokeWithArguments(all)).longValue();
            return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// `struct sockaddr_in` or `sockaddr_in6`, padded to `bytes`.
    static byte[] address(IpAddress ip, int port, int bytes) {
        byte[] address = new byte[bytes];
        ByteBuffer buffer = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder());
        buffer.putShort((short) (ip.isV4() ? AF_INET : AF_INET6));
        buffer.put((byte) (port >> 8)).put((byte) port);
        if (!ip.isV4()) buffer.putInt(0);
        buffer.put(ip.toBytes());
        return address;
    }

    /// `setsockopt(IPPROTO_TCP)`; 0 or `-errno`.
    int setOption(int option, byte[] value) {
        return setOption(IPPROTO_TCP, option, value);
    }

    private int setOption(int level, int option, byte[] value) {
        return (int) call(SET_OPTION, fd, level, option, value, value.length);
    }

    int bind(IpAddress ip, int port) {
        return (int) call(BIND, fd, address(ip, port, 28), ip.isV4() ? 16 : 28);
    }

    int listen(int backlog) {
        return (int) call(LISTEN, fd, backlog);
    }

    int connect(IpAddress ip, int port) {
        return (int) call(CONNECT, fd, address(ip, port, 28), ip.isV4() ? 16 : 28);
    }

    NativeSocket accept() {
        int accepted = (int) call(ACCEPT, fd, MemorySegment.NULL, MemorySegment.NULL);
        if (accepted < 0) throw new AssertionError("accept: errno " + -accepted);
        return new NativeSocket(accepted);
    }

    /// Writes all of it.
    void write(byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            for (long at = 0; at < bytes.length; ) {
                long written = call(WRITE, fd, memory.asSlice(at), bytes.length - at);
                if (written < 0) throw new AssertionError("write: errno " + -written);
                at += written;
            }
        }
    }

    /// Reads so many bytes, or as many as come before the end.
    byte[] read(int count) {
        byte[] bytes = new byte[count];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(count);
            int at = 0;
            while (at < count) {
                long read = call(READ, fd, memory.asSlice(at), (long) count - at);
                if (read < 0) throw new AssertionError("read: errno " + -read);
                if (read == 0) break;
                at += (int) read;
            }
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, bytes, 0, at);
            return at == count ? bytes : Arrays.copyOf(bytes, at);
        }
    }

    @Override
    public void close() {
        call(CLOSE, fd);
    }
}
