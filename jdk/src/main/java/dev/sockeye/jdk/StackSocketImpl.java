package dev.sockeye.jdk;

import dev.sockeye.host.Family;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.Socket;
import dev.sockeye.socket.StreamSocket;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What stands behind a `java.net.Socket`: a socket of the stack, or of the kernel if its address leads there. It
/// is not built on the channel, for an interrupt means something else: a platform thread takes no notice of it, and
/// a virtual thread's closes the socket, which `java.net.Socket` does when it gets an InterruptedIOException.
final class StackSocketImpl extends SocketImpl {

    private final ReentrantLock writing = new ReentrantLock();
    private final OptionMemory options = new OptionMemory();
    private final AbandonedSocket abandoned = AbandonedSocket.of(this);

    private volatile @Nullable StreamSocket socket;
    private volatile @Nullable KernelSocketImpl kernel;
    private volatile boolean connected;
    private volatile boolean closed;
    private volatile boolean inputClosed;
    private volatile boolean atEnd;
    private volatile boolean reset;
    private volatile int timeoutMillis;

    /// Calls of virtual threads end with an interrupt, those of platform threads do not.
    static int interruptFlag() {
        return Thread.currentThread().isVirtual() ? 0 : Socket.UNINTERRUPTIBLE;
    }

    // ---------------------------------------------------------------- life

    @Override
    protected void create(boolean stream) throws IOException {
        if (!stream) throw new IOException("Datagram socket creation not supported");
        hold(Installation.placement().here().openStream(Family.INET6));
    }

    private void hold(StreamSocket held) {
        abandoned.holds(held);
        socket = held;
    }

    /// A listener of the stack has accepted this connection.
    void accepted(StreamSocket connection) {
        hold(connection);
        connected = true;
        InetSocketAddress local = Addresses.toSocketAddress(connection.localAddress());
        localport = local.getPort();
        InetSocketAddress remote = Addresses.toSocketAddressOrNull(connection.remoteAddress());
        if (remote != null) {
            address = remote.getAddress();
            port = remote.getPort();
        }
    }

    /// A listener of the kernel has accepted this connection.
    void accepted(KernelSocketImpl connection) throws IOException {
        kernel = connection;
        connected = true;
        address = connection.address();
        port = connection.port();
        localport = connection.localPort();
    }

    private StreamSocket open() throws SocketException {
        StreamSocket opened = socket;
        if (closed) throw new SocketException("Socket closed");
        if (opened == null) throw new SocketException("Socket not created");
        return opened;
    }

    private StreamSocket openAndConnected() throws SocketException {
        if (!connected && !closed) throw new SocketException("Not connected");
        return open();
    }

    // ---------------------------------------------------------------- placement

    private void moveTo(Machine host) throws SocketException {
        StreamSocket before = open();
        if (before.machine() == host) return;
        StreamSocket moved = host.openStream(Family.INET6);
        options.applyTo(moved);
        hold(moved);
        before.close();
    }

    private KernelSocketImpl moveToKernel() throws IOException {
        StreamSocket before = open();
        KernelSocketImpl part = KernelSocketImpl.open(false);
        options.applyTo(part);
        InetSocketAddress bound = localport == 0 ? null : Addresses.toSocketAddress(before.localAddress());
        before.close(); // its port is free for the kernel's
        if (bound != null) part.bind(bound.getAddress(), bound.getPort());
        kernel = part;
        return part;
    }

    @Override
    protected synchronized void bind(InetAddress host, int port) throws IOException {
        open();
        if (localport != 0) throw new SocketException("Already bound");
        Machine owner = Installation.placement().binding(host).host();
        if (owner == null) {
            KernelSocketImpl part = moveToKernel();
            part.bind(host, port);
            localport = part.localPort();
        } else {
            moveTo(owner);
            int result = open().bind(Addresses.toBind(new InetSocketAddress(host, port), Family.INET6));
            if (result < 0) throw Failure.ofCall(result);
            localport = open().localAddress().port();
        }
        address = host;
    }

    // ---------------------------------------------------------------- connect

    @Override
    protected void connect(String host, int port) throws IOException {
        connect(new InetSocketAddress(host, port), 0);
    }

    @Override
    protected void connect(InetAddress address, int port) throws IOException {
        connect(new InetSocketAddress(address, port), 0);
    }

    @Override
    protected void connect(SocketAddress remote, int timeout) throws IOException {
        if (!(remote instanceof InetSocketAddress internet)) throw new IOException("Unsupported address type");
        if (internet.isUnresolved()) throw new UnknownHostException(internet.getHostName());
        try {
            connectTo(Addresses.toConnect(internet), timeout);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void connectTo(InetSocketAddress to, int timeout) throws IOException {
        StreamSocket connecting = open();
        KernelSocketImpl part = kernel;
        if (part == null && !Installation.placement().isOnStack(connecting.machine(), to)) part = moveToKernel();
        address = to.getAddress();
        port = to.getPort();
        if (part != null) {
            part.connect(to, timeout);
            localport = part.localPort();
        } else {
            long nanos = timeout == 0 ? Socket.FOREVER : ChannelStream.toNanos(timeout);
            concludeConnect(connecting.connect(Addresses.toTransport(to), interruptFlag(), nanos));
            localport = connecting.localAddress().port();
        }
        connected = true;
        if (closed) throw new SocketException("Socket closed");
    }

    private void concludeConnect(int result) throws IOException {
        if (result == 0) return;
        if (Failure.is(result, Errno.EBADF) || closed) throw new SocketException("Socket closed");
        if (Failure.is(result, Errno.EINPROGRESS)) throw new SocketTimeoutException("Connect timed out");
        if (Failure.is(result, Errno.EINTR)) throw new SocketException("Closed by interrupt");
        throw Failure.ofConnect(result);
    }

    @Override
    protected void listen(int backlog) throws IOException {
        throw new SocketException("a client's socket does not listen");
    }

    @Override
    protected void accept(SocketImpl accepted) throws IOException {
        throw new SocketException("a client's socket does not accept");
    }

    // ---------------------------------------------------------------- read

    @Override
    protected InputStream getInputStream() throws IOException {
        KernelSocketImpl part = kernel;
        return part != null ? part.input() : new Input();
    }

    private int read(byte[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        if (length == 0) return 0;
        if (atEnd) return -1; // also when closed since
        StreamSocket reading = openAndConnected();
        if (reset) throw Failure.connectionReset();
        if (inputClosed) return ended();
        int timeout = timeoutMillis;
        long nanos = timeout == 0 ? Socket.FOREVER : ChannelStream.toNanos(timeout);
        int count = reading.read(to, offset, length, interruptFlag(), nanos);
        if (count > 0) return count;
        if (closed || Failure.is(count, Errno.EBADF)) throw new SocketException("Socket closed");
        return count == 0 ? ended() : failedRead(count);
    }

    private int ended() {
        atEnd = true;
        return -1;
    }

    private int failedRead(int result) throws IOException {
        if (Failure.is(result, Errno.EAGAIN)) throw new SocketTimeoutException("Read timed out");
        if (Failure.is(result, Errno.EINTR)) throw new InterruptedIOException();
        if (Failure.is(result, Errno.ECONNRESET)) {
            reset = true;
            throw Failure.connectionReset();
        }
        throw new SocketException(Errno.ofResult(result).text());
    }

    @Override
    protected int available() throws IOException {
        KernelSocketImpl part = kernel;
        if (part != null) return part.available();
        StreamSocket reading = openAndConnected();
        return inputClosed ? 0 : Math.max(0, reading.available());
    }

    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            return StackSocketImpl.this.read(to, offset, length);
        }

        @Override
        public int available() throws IOException {
            return StackSocketImpl.this.available();
        }

        @Override
        public void close() throws IOException {
            StackSocketImpl.this.close();
        }
    }

    // ---------------------------------------------------------------- write

    @Override
    protected OutputStream getOutputStream() throws IOException {
        KernelSocketImpl part = kernel;
        return part != null ? part.output() : new Output();
    }

    private void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        writing.lock(); // the bytes of one write stay together
        try {
            int end = offset + length;
            for (int at = offset; at < end; ) {
                int count = openAndConnected().write(from, at, end - at, interruptFlag(), Socket.FOREVER);
                if (count < 0) throw failedWrite(count);
                at += count;
            }
        } finally {
            writing.unlock();
        }
    }

    private IOException failedWrite(int result) {
        if (closed || Failure.is(result, Errno.EBADF)) return new SocketException("Socket closed");
        if (Failure.is(result, Errno.EINTR)) return new InterruptedIOException();
        return new SocketException(Errno.ofResult(result).text());
    }

    @Override
    protected boolean supportsUrgentData() {
        return true;
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        KernelSocketImpl part = kernel;
        if (part != null) {
            part.sendUrgentData(data);
            return;
        }
        writing.lock();
        try {
            int result = openAndConnected().write(new byte[] {(byte) data}, 0, 1, Socket.MSG_OOB, Socket.NOW);
            if (Failure.is(result, Errno.EAGAIN)) throw new SocketException(Errno.ENOBUFS.text());
            if (result < 0) throw failedWrite(result);
        } finally {
            writing.unlock();
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int data) throws IOException {
            write(new byte[] {(byte) data}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            StackSocketImpl.this.write(from, offset, length);
        }

        @Override
        public void close() throws IOException {
            StackSocketImpl.this.close();
        }
    }

    // ---------------------------------------------------------------- the end

    @Override
    protected void shutdownInput() throws IOException {
        KernelSocketImpl part = kernel;
        if (part != null) {
            part.shutdownInput();
            return;
        }
        StreamSocket ending = openAndConnected();
        inputClosed = true;
        ending.shutdown(Shutdown.READ);
    }

    @Override
    protected void shutdownOutput() throws IOException {
        KernelSocketImpl part = kernel;
        if (part != null) part.shutdownOutput();
        else openAndConnected().shutdown(Shutdown.WRITE);
    }

    /// As the JDK's: a connection is shut down before it is closed, unless it is to be aborted.
    @Override
    protected void close() throws IOException {
        StreamSocket closing;
        synchronized (this) {
            if (closed) return;
            closed = true;
            closing = socket;
        }
        KernelSocketImpl part = kernel;
        if (part != null) part.close();
        if (closing == null) return;
        Integer linger = closing.getOption(dev.sockeye.socket.SocketOption.SO_LINGER);
        if (connected && !Integer.valueOf(0).equals(linger)) closing.shutdown(Shutdown.WRITE);
        closing.close();
    }

    // ---------------------------------------------------------------- options

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        return TcpOptions.SOCKET;
    }

    @Override
    protected <T> void setOption(SocketOption<T> name, T value) throws IOException {
        TcpOptions.check(name, value, TcpOptions.SOCKET);
        set(name, value);
    }

    private void set(SocketOption<?> option, Object value) throws IOException {
        KernelSocketImpl part = kernel;
        if (part != null) KernelOptions.set(part, option, value);
        else TcpOptions.set(open(), option, value);
        options.remember(option, value);
    }

    @Override
    @SuppressWarnings("unchecked") // each option's value has the option's type
    protected <T> T getOption(SocketOption<T> name) throws IOException {
        TcpOptions.check(name, TcpOptions.SOCKET);
        return (T) get(name);
    }

    private Object get(SocketOption<?> option) throws IOException {
        KernelSocketImpl part = kernel;
        return part != null ? KernelOptions.get(part, option) : TcpOptions.get(open(), option);
    }

    @Override
    public void setOption(int number, Object value) throws SocketException {
        KernelSocketImpl part = kernel;
        if (part == null) open();
        if (number == SO_TIMEOUT) {
            timeoutMillis = NumberedOptions.timeout(value);
            if (part != null) part.numbered().setOption(SO_TIMEOUT, value);
            return;
        }
        SocketOption<?> option = NumberedOptions.named(number);
        Object named = NumberedOptions.toNamed(option, value);
        if ((option.equals(StandardSocketOptions.SO_SNDBUF) || option.equals(StandardSocketOptions.SO_RCVBUF))
                && (Integer) named <= 0) throw new SocketException(option.name() + " <= 0");
        try {
            set(option, named);
        } catch (IOException | IllegalArgumentException e) {
            throw e instanceof SocketException socketFailure ? socketFailure : new SocketException(e.getMessage());
        }
    }

    @Override
    public Object getOption(int number) throws SocketException {
        KernelSocketImpl part = kernel;
        if (part != null && number != SO_TIMEOUT) return part.numbered().getOption(number);
        if (number == SO_TIMEOUT && !closed) return timeoutMillis;
        if (number == SO_BINDADDR) return Addresses.toInet(open().localAddress().ip());
        SocketOption<?> option = NumberedOptions.named(number);
        return NumberedOptions.fromNamed(option, TcpOptions.get(open(), option));
    }
}
