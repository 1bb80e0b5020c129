package dev.sockeye.jdk;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles.Lookup;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketOptions;

/// The JDK's own SocketImpl, behind the stack's, for a socket that turned out to be the kernel's. Its methods are
/// protected, and so each is called by a handle.
final class KernelSocketImpl {

    private static final MethodHandle NEW;
    private static final MethodHandle CREATE;
    private static final MethodHandle CONNECT;
    private static final MethodHandle BIND;
    private static final MethodHandle LISTEN;
    private static final MethodHandle ACCEPT;
    private static final MethodHandle INPUT;
    private static final MethodHandle OUTPUT;
    private static final MethodHandle AVAILABLE;
    private static final MethodHandle CLOSE;
    private static final MethodHandle SHUTDOWN_INPUT;
    private static final MethodHandle SHUTDOWN_OUTPUT;
    private static final MethodHandle URGENT;
    private static final MethodHandle SET;
    private static final MethodHandle GET;
    private static final MethodHandle ADDRESS;
    private static final MethodHandle PORT;
    private static final MethodHandle LOCAL_PORT;

    static {
        try {
            Lookup net = Kernel.lookup();
            NEW = net.findStatic(
                    SocketImpl.class, "createPlatformSocketImpl", Kernel.type(SocketImpl.class, boolean.class));
            CREATE = method(net, "create", void.class, boolean.class);
            CONNECT = method(net, "connect", void.class, SocketAddress.class, int.class);
            BIND = method(net, "bind", void.class, InetAddress.class, int.class);
            LISTEN = method(net, "listen", void.class, int.class);
            ACCEPT = method(net, "accept", void.class, SocketImpl.class);
            INPUT = method(net, "getInputStream", InputStream.class);
            OUTPUT = method(net, "getOutputStream", OutputStream.class);
            AVAILABLE = method(net, "available", int.class);
            CLOSE = method(net, "close", void.class);
            SHUTDOWN_INPUT = method(net, "shutdownInput", void.class);
            SHUTDOWN_OUTPUT = method(net, "shutdownOutput", void.class);
            URGENT = method(net, "sendUrgentData", void.class, int.class);
            SET = method(net, "setOption", void.class, SocketOption.class, Object.class);
            GET = method(net, "getOption", Object.class, SocketOption.class);
            ADDRESS = method(net, "getInetAddress", InetAddress.class);
            PORT = method(net, "getPort", int.class);
            LOCAL_PORT = method(net, "getLocalPort", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static MethodHandle method(Lookup net, String name, Class<?> returned, Class<?>... parameters)
            throws ReflectiveOperationException {
        return net.findVirtual(SocketImpl.class, name, Kernel.type(returned, parameters));
    }

    private final SocketImpl impl;

    private KernelSocketImpl(SocketImpl impl) {
        this.impl = impl;
    }

    /// An implementation without a socket yet.
    private static KernelSocketImpl fresh(boolean server) throws IOException {
        try {
            return new KernelSocketImpl((SocketImpl) NEW.invokeExact(server));
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    /// An implementation with a socket.
    static KernelSocketImpl open(boolean server) throws IOException {
        KernelSockets.countOpened();
        KernelSocketImpl opened = fresh(server);
        try {
            CREATE.invokeExact(opened.impl, true);
            return opened;
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    void connect(SocketAddress remote, int timeoutMillis) throws IOException {
        try {
            CONNECT.invokeExact(impl, remote, timeoutMillis);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    void bind(InetAddress address, int port) throws IOException {
        try {
            BIND.invokeExact(impl, address, port);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    void listen(int backlog) throws IOException {
        try {
            LISTEN.invokeExact(impl, backlog);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    KernelSocketImpl accept() throws IOException {
        KernelSocketImpl accepted = fresh(false);
        try {
            ACCEPT.invokeExact(impl, accepted.impl);
            return accepted;
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    InputStream input() throws IOException {
        try {
            return (InputStream) INPUT.invokeExact(impl);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    OutputStream output() throws IOException {
        try {
            return (OutputStream) OUTPUT.invokeExact(impl);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    int available() throws IOException {
        try {
            return (int) AVAILABLE.invokeExact(impl);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    void close() throws IOException {
        try {
            CLOSE.invokeExact(impl);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    void shutdownInput() throws IOException {
        try {
            SHUTDOWN_INPUT.invokeExact(impl);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    void shutdownOutput() throws IOException {
        try {
            SHUTDOWN_OUTPUT.invokeExact(impl);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    void sendUrgentData(int data) throws IOException {
        try {
            URGENT.invokeExact(impl, data);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    void set(SocketOption<?> option, Object value) throws IOException {
        try {
            SET.invokeExact(impl, (SocketOption<?>) option, value);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    Object get(SocketOption<?> option) throws IOException {
        try {
            return (Object) GET.invokeExact(impl, (SocketOption<?>) option);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    /// The options that have numbers, [SocketOptions], and no constant of their own.
    SocketOptions numbered() {
        return impl;
    }

    InetAddress address() throws IOException {
        try {
            return (InetAddress) ADDRESS.invokeExact(impl);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    int port() throws IOException {
        try {
            return (int) PORT.invokeExact(impl);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    int localPort() throws IOException {
        try {
            return (int) LOCAL_PORT.invokeExact(impl);
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        }
    }

    private static IOException rethrown(Throwable thrown) {
        return switch (thrown) {
            case IOException io -> io;
            case RuntimeException unchecked -> throw unchecked;
            case Error error -> throw error;
            default -> new SocketException(thrown.toString());
        };
    }
}
