package dev.sockeye.jdk;

import dev.sockeye.host.Family;
import dev.sockeye.socket.ListenSocket;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.Socket;
import dev.sockeye.socket.StreamSocket;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What stands behind a `java.net.ServerSocket`: a listener of the stack, of the kernel, or, on the wildcard, of both
/// ([Placement]).
final class StackServerSocketImpl extends SocketImpl {

    private static final int DEFAULT_BACKLOG = 50;

    private final OptionMemory options = new OptionMemory();
    private final AbandonedSocket abandoned = AbandonedSocket.of(this);
    private volatile @Nullable ListenSocket socket;
    private volatile @Nullable KernelSocketImpl kernel;
    private volatile @Nullable TwoListeners both;
    private volatile boolean onStack;
    private volatile boolean closed;
    private volatile int timeoutMillis;

    @Override
    protected void create(boolean stream) throws IOException {
        hold(Installation.placement().here().openListen(Family.INET6));
        set(StandardSocketOptions.SO_REUSEADDR, true); // as the JDK's on Linux
    }

    private void hold(ListenSocket held) {
        abandoned.holds(held);
        socket = held;
    }

    private ListenSocket open() throws SocketException {
        ListenSocket opened = socket;
        if (closed) throw new SocketException("Socket closed");
        if (opened == null) throw new SocketException("Socket not created");
        return opened;
    }

    // ---------------------------------------------------------------- bind and listen

    @Override
    protected synchronized void bind(InetAddress host, int port) throws IOException {
        open();
        if (localport != 0) throw new SocketException("Already bound");
        Placement.Binding binding = Installation.placement().binding(host);
        Machine machine = binding.host();
        int bound;
        if (machine == null) bound = bindOnKernel(host, port);
        else if (!binding.kernel()) bound = bindOnStack(machine, host, port);
        else bound = bindOnBoth(machine, host, port);
        onStack = machine != null;
        address = host;
        localport = bound;
    }

    /// The stack chooses the port; where the kernel's is taken, the stack chooses again.
    private int bindOnBoth(Machine machine, InetAddress host, int port) throws IOException {
        for (int attempt = 1; ; attempt++) {
            int bound = bindOnStack(machine, host, port);
            try {
                return bindOnKernel(host, bound);
            } catch (IOException e) {
                replaceSocket(machine);
                boolean another = e instanceof BindException && port == 0;
                if (!another || attempt == StackServerSocketChannel.PORT_ATTEMPTS) throw e;
            }
        }
    }

    private int bindOnStack(Machine machine, InetAddress host, int port) throws IOException {
        if (open().machine() != machine) replaceSocket(machine);
        int result = open().bind(Addresses.toBind(new InetSocketAddress(host, port), Family.INET6));
        if (result < 0) throw Failure.ofCall(result);
        return open().localAddress().port();
    }

    private void replaceSocket(Machine machine) throws SocketException {
        ListenSocket before = open();
        ListenSocket fresh = machine.openListen(Family.INET6);
        options.applyTo(fresh);
        hold(fresh);
        before.close();
    }

    private int bindOnKernel(InetAddress host, int port) throws IOException {
        KernelSocketImpl part = KernelSocketImpl.open(true);
        try {
            options.applyTo(part);
            part.bind(host, port);
        } catch (IOException e) {
            part.close();
            throw e;
        }
        kernel = part;
        return part.localPort();
    }

    @Override
    protected void listen(int backlog) throws IOException {
        int waiting = backlog < 1 ? DEFAULT_BACKLOG : backlog;
        if (onStack) {
            int result = open().listen(waiting);
            if (result < 0) throw Failure.ofCall(result);
        }
        KernelSocketImpl part = kernel;
        if (part != null) {
            part.listen(waiting);
            if (onStack) both = new TwoListeners(open(), part);
        }
    }

    // ---------------------------------------------------------------- accept

    @Override
    protected void accept(SocketImpl accepted) throws IOException {
        if (!(accepted instanceof StackSocketImpl connection))
            throw new IOException(
                    "a listener of the stack cannot accept a connection with an instance of " + accepted.getClass());
        open();
        KernelSocketImpl part = kernel;
        TwoListeners two = both;
        if (two != null) {
            two.accept(connection, timeoutNanos());
        } else if (part != null) {
            part.numbered().setOption(SO_TIMEOUT, timeoutMillis);
            connection.accepted(part.accept());
        } else {
            acceptFromStack(connection);
        }
    }

    private long timeoutNanos() {
        int timeout = timeoutMillis;
        return timeout == 0 ? Socket.FOREVER : ChannelStream.toNanos(timeout);
    }

    private void acceptFromStack(StackSocketImpl connection) throws IOException {
        var accepted = new StreamSocket[1];
        int result = open().accept(accepted, StackSocketImpl.interruptFlag(), timeoutNanos());
        if (result > 0) {
            connection.accepted(accepted[0]);
            return;
        }
        if (closed || Failure.is(result, Errno.EBADF)) throw new SocketException("Socket closed");
        if (Failure.is(result, Errno.EAGAIN)) throw new SocketTimeoutException("Accept timed out");
        if (Failure.is(result, Errno.EINTR)) throw new InterruptedIOException();
        throw Failure.ofCall(result);
    }

    @Override
    protected void close() throws IOException {
        ListenSocket closing;
        synchronized (this) {
            if (closed) return;
            closed = true;
            closing = socket;
        }
        KernelSocketImpl part = kernel;
        TwoListeners two = both;
        if (closing != null) closing.close();
        if (part != null) part.close();
        if (two != null) two.close();
    }

    // ---------------------------------------------------------------- what a listener does not do

    private static SocketException notConnected() {
        return new SocketException("a listener is not connected");
    }

    @Override
    protected void connect(String host, int port) throws IOException {
        throw notConnected();
    }

    @Override
    protected void connect(InetAddress address, int port) throws IOException {
        throw notConnected();
    }

    @Override
    protected void connect(SocketAddress address, int timeout) throws IOException {
        throw notConnected();
    }

    @Override
    protected InputStream getInputStream() throws IOException {
        throw notConnected();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        throw notConnected();
    }

    @Override
    protected int available() throws IOException {
        throw notConnected();
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        throw notConnected();
    }

    // ---------------------------------------------------------------- options

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        return TcpOptions.SERVER_SOCKET;
    }

    @Override
    protected <T> void setOption(SocketOption<T> name, T value) throws IOException {
        TcpOptions.check(name, value, TcpOptions.SERVER_SOCKET);
        set(name, value);
    }

    private void set(SocketOption<?> option, Object value) throws IOException {
        TcpOptions.set(open(), option, value);
        KernelSocketImpl part = kernel;
        if (part != null) KernelOptions.set(part, option, value);
        options.remember(option, value);
    }

    @Override
    @SuppressWarnings("unchecked") // each option's value has the option's type
    protected <T> T getOption(SocketOption<T> name) throws IOException {
        TcpOptions.check(name, TcpOptions.SERVER_SOCKET);
        return (T) TcpOptions.get(open(), name);
    }

    @Override
    public void setOption(int number, Object value) throws SocketException {
        open();
        if (number == SO_TIMEOUT) {
            timeoutMillis = NumberedOptions.timeout(value);
            return;
        }
        SocketOption<?> option = NumberedOptions.named(number);
        try {
            set(option, NumberedOptions.toNamed(option, value));
        } catch (IOException | IllegalArgumentException e) {
            throw e instanceof SocketException socketFailure ? socketFailure : new SocketException(e.getMessage());
        }
    }

    @Override
    public Object getOption(int number) throws SocketException {
        ListenSocket listening = open();
        if (number == SO_TIMEOUT) return timeoutMillis;
        if (number == SO_BINDADDR)
            return Addresses.toInet(listening.localAddress().ip());
        SocketOption<?> option = NumberedOptions.named(number);
        return NumberedOptions.fromNamed(option, TcpOptions.get(listening, option));
    }
}
