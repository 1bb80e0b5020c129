package dev.sockeye.jdk;

import dev.sockeye.host.Family;
import dev.sockeye.jdk.ChannelStream.Mode;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.ReadinessListener;
import dev.sockeye.socket.StreamSocket;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A `SocketChannel` over a socket of the stack. Where it goes is decided by its address, when it is bound or connected
/// ([Placement]): it may turn out to be on another host than it was opened on, or on the kernel; what the program
/// has set until then is set again there.
///
/// **Locks**, in this order: reading, writing, state. The first two are held while a call waits, so that a second
/// one in the same direction waits behind it, and a change of the blocking mode, too; state never is.
final class StackSocketChannel extends SocketChannel implements SelectableSocket {

    private enum State {
        UNCONNECTED,
        PENDING,
        CONNECTED
    }

    private final Family family;
    private final ReentrantLock reading = new ReentrantLock();
    private final ReentrantLock writing = new ReentrantLock();
    private final Object stateLock = new Object();
    private final Watchers watchers = new Watchers();
    private final OptionMemory options = new OptionMemory();
    private final ReadinessListener listener = this::onReady;

    private volatile StreamSocket socket;
    private volatile @Nullable KernelStream kernel;
    private volatile State state = State.UNCONNECTED;
    private volatile @Nullable InetSocketAddress localAddress;
    private volatile @Nullable InetSocketAddress remoteAddress;
    private volatile boolean inputClosed;
    private volatile boolean outputClosed;
    private @Nullable Socket adaptor;

    /// Reading and writing of the stack's socket; changes with it.
    private volatile ChannelStream stream;

    /// A channel that is neither bound nor connected.
    StackSocketChannel(SelectorProvider provider, Family family) {
        super(provider);
        this.family = family;
        this.socket = Installation.placement().here().openStream(family);
        this.stream = new ChannelStream(socket);
    }

    /// A connection that a listener of the stack has accepted.
    StackSocketChannel(SelectorProvider provider, StreamSocket accepted) {
        super(provider);
        this.family = accepted.family();
        this.socket = accepted;
        this.stream = new ChannelStream(accepted);
        this.localAddress = Addresses.toSocketAddress(accepted.localAddress());
        this.remoteAddress = Addresses.toSocketAddressOrNull(accepted.remoteAddress());
        this.state = State.CONNECTED;
    }

    /// A connection that a listener of the kernel has accepted.
    StackSocketChannel(SelectorProvider provider, SocketChannel accepted) {
        this(provider, Family.INET6);
        this.kernel = new KernelStream(accepted, this);
        this.state = State.CONNECTED;
        socket.close();
    }

    // ---------------------------------------------------------------- state

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) throw new ClosedChannelException();
    }

    private void ensureOpenAndConnected() throws ClosedChannelException {
        ensureOpen();
        KernelStream part = kernel;
        boolean connected = part != null ? part.channel().isConnected() : state == State.CONNECTED;
        if (!connected) throw new NotYetConnectedException();
    }

    @Override
    public boolean isConnected() {
        KernelStream part = kernel;
        return part != null ? part.channel().isConnected() : state == State.CONNECTED && isOpen();
    }

    @Override
    public boolean isConnectionPending() {
        KernelStream part = kernel;
        return part != null ? part.channel().isConnectionPending() : state == State.PENDING && isOpen();
    }

    boolean isInputOpen() {
        KernelStream part = kernel;
        return part != null ? part.isInputOpen() : !inputClosed;
    }

    boolean isOutputOpen() {
        KernelStream part = kernel;
        return part != null ? part.isOutputOpen() : !outputClosed;
    }

    /// Also of a closed channel.
    @Nullable
    InetSocketAddress localAddress() {
        KernelStream part = kernel;
        return part != null ? part.localAddress() : localAddress;
    }

    /// Also of a closed channel; and while it connects, where to.
    @Nullable
    InetSocketAddress remoteAddress() {
        KernelStream part = kernel;
        return part != null ? part.remoteAddress() : remoteAddress;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return localAddress();
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return remoteAddress();
    }

    @Override
    public Socket socket() {
        synchronized (stateLock) {
            if (adaptor == null) adaptor = ChannelSocket.of(this);
            return adaptor;
        }
    }

    // ---------------------------------------------------------------- options

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return TcpOptions.CHANNEL;
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        TcpOptions.check(name, value, TcpOptions.CHANNEL);
        synchronized (stateLock) {
            ensureOpen();
            KernelStream part = kernel;
            if (part != null) KernelOptions.set(part.channel(), name, value);
            else TcpOptions.set(socket, name, value);
            options.remember(name, value);
        }
        return this;
    }

    @Override
    @SuppressWarnings("unchecked") // each option's value has the option's type
    public <T> T getOption(SocketOption<T> name) throws IOException {
        TcpOptions.check(name, TcpOptions.CHANNEL);
        synchronized (stateLock) {
            ensureOpen();
            KernelStream part = kernel;
            return part != null ? KernelOptions.get(part.channel(), name) : (T) TcpOptions.get(socket, name);
        }
    }

    // ---------------------------------------------------------------- placement

    /// The socket is to be on this host.
    private void moveTo(Machine host) throws SocketException {
        if (socket.machine() == host) return;
        StreamSocket moved = host.openStream(family);
        options.applyTo(moved);
        StreamSocket before = socket;
        socket = moved;
        stream = new ChannelStream(moved);
        if (!watchers.isEmpty()) moved.addListener(listener);
        before.close();
    }

    /// The socket is to be the kernel's: with the same options, the same port, the same blocking mode.
    private KernelStream moveToKernel() throws IOException {
        KernelSockets.countOpened();
        SocketChannel channel = Kernel.provider().openSocketChannel(KernelOptions.family(family));
        try {
            options.applyTo(channel);
            InetSocketAddress bound = localAddress;
            socket.close(); // its port is free for the kernel's
            if (bound != null) channel.bind(bound);
            channel.configureBlocking(isBlocking());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        var part = new KernelStream(channel, this);
        kernel = part;
        watchers.joinKernel();
        return part;
    }

    @Override
    public SocketChannel bind(@Nullable SocketAddress local) throws IOException {
        reading.lock();
        writing.lock();
        try {
            synchronized (stateLock) {
                ensureOpen();
                if (isConnectionPending()) throw new ConnectionPendingException();
                if (localAddress() != null) throw new AlreadyBoundException();
                bindUnderLocks(local == null ? Addresses.unspecified(family) : Addresses.checked(local, family));
            }
        } finally {
            writing.unlock();
            reading.unlock();
        }
        return this;
    }

    private void bindUnderLocks(InetSocketAddress local) throws IOException {
        Placement.Binding binding = Installation.placement().binding(local.getAddress());
        Machine host = binding.host();
        if (host == null) {
            moveToKernel().channel().bind(local);
            return;
        }
        moveTo(host); // the wildcard leaves it open whether the connect will lead to the kernel
        int result = socket.bind(Addresses.toBind(local, family));
        if (result < 0) throw Failure.ofCall(result);
        localAddress = Addresses.toSocketAddress(socket.localAddress());
    }

    // ---------------------------------------------------------------- connect

    @Override
    public boolean connect(SocketAddress remote) throws IOException {
        InetSocketAddress to = Addresses.toConnect(Addresses.checked(remote, family));
        reading.lock();
        writing.lock();
        try {
            boolean blocking = isBlocking();
            return connectUnderLocks(to, blocking, blocking ? dev.sockeye.socket.Socket.FOREVER : 0);
        } finally {
            writing.unlock();
            reading.unlock();
        }
    }

    /// The connect of the channel's socket, which has a timeout; the channel must block.
    ///
    /// @param nanos at least 1
    void connectWithin(SocketAddress remote, long nanos) throws IOException {
        InetSocketAddress to = Addresses.toConnect(Addresses.checked(remote, family));
        reading.lock();
        writing.lock();
        try {
            if (!isBlocking()) throw new IllegalBlockingModeException();
            connectUnderLocks(to, true, nanos);
        } finally {
            writing.unlock();
            reading.unlock();
        }
    }

    private boolean connectUnderLocks(InetSocketAddress to, boolean blocking, long nanos) throws IOException {
        ensureOpen();
        if (kernel == null && state == State.CONNECTED) throw new AlreadyConnectedException();
        if (kernel == null && state == State.PENDING) throw new ConnectionPendingException();
        if (kernel == null && !Installation.placement().isOnStack(socket.machine(), to)) moveToKernel();
        KernelStream part = kernel;
        if (part != null) return part.connect(to, nanos);
        int result = Errno.EBADF.asResult();
        synchronized (stateLock) {
            ensureOpen();
            state = State.PENDING;
            remoteAddress = to;
        }
        if (blocking) begin();
        try {
            result = socket.connect(Addresses.toTransport(to), dev.sockeye.socket.Socket.UNINTERRUPTIBLE, nanos);
        } finally {
            // only what was ended from outside is an interrupted call; a failed connect has its own exception
            if (blocking) end(!Failure.is(result, Errno.EBADF));
        }
        return concludeConnect(result, blocking);
    }

    private boolean concludeConnect(int result, boolean blocking) throws IOException {
        if (result == 0) {
            synchronized (stateLock) {
                localAddress = Addresses.toSocketAddress(socket.localAddress());
                state = State.CONNECTED;
            }
            watchers.signal(); // it can be read and written now
            return true;
        }
        boolean goesOn = Failure.is(result, Errno.EINPROGRESS);
        if (goesOn && !blocking) {
            if (localAddress == null) localAddress = Addresses.toSocketAddress(socket.localAddress());
            return false;
        }
        close();
        if (goesOn) throw new SocketTimeoutException("Connect timed out");
        if (Failure.is(result, Errno.EBADF)) throw new AsynchronousCloseException();
        throw Failure.ofConnect(result);
    }

    @Override
    public boolean finishConnect() throws IOException {
        reading.lock();
        writing.lock();
        try {
            KernelStream part = kernel;
            if (part != null) return part.finishConnect();
            if (state == State.CONNECTED && isOpen()) return true;
            ensureOpen();
            if (state != State.PENDING) throw new NoConnectionPendingException();
            boolean blocking = isBlocking();
            int result = Errno.EBADF.asResult();
            if (blocking) begin();
            try {
                result = socket.finishConnect(
                        dev.sockeye.socket.Socket.UNINTERRUPTIBLE, blocking ? dev.sockeye.socket.Socket.FOREVER : 0);
            } finally {
                if (blocking) end(!Failure.is(result, Errno.EBADF));
            }
            return concludeConnect(result, blocking);
        } finally {
            writing.unlock();
            reading.unlock();
        }
    }

    // ---------------------------------------------------------------- read

    @Override
    public int read(ByteBuffer to) throws IOException {
        Objects.requireNonNull(to);
        return (int) read(new ByteBuffer[] {to}, 0, 1);
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        reading.lock();
        try {
            ensureOpenAndConnected();
            KernelStream part = kernel;
            if (part != null) return part.read(to, offset, length);
            boolean blocking = isBlocking();
            long count = 0;
            if (blocking) begin();
            try {
                if (!inputClosed || stream.isReset())
                    count = stream.read(to, offset, length, blocking ? Mode.BLOCKING : Mode.NON_BLOCKING);
                else count = -1;
            } finally {
                if (blocking) end(count > 0);
            }
            return count == 0 && inputClosed ? -1 : count;
        } finally {
            reading.unlock();
        }
    }

    /// The read of the channel's socket, which may have a timeout; the channel must block.
    ///
    /// @param nanos 0 is for ever
    /// @return -1 at the end of the stream
    int readWithin(byte[] to, int offset, int length, long nanos) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        if (length == 0) return 0;
        reading.lock();
        try {
            ensureOpenAndConnected();
            if (!isBlocking()) throw new IllegalBlockingModeException();
            KernelStream part = kernel;
            if (part != null) return part.readWithin(to, offset, length, nanos);
            int count = 0;
            begin();
            try {
                count = inputClosed && !stream.isReset() ? -1 : stream.readWithin(to, offset, length, nanos);
            } finally {
                end(count > 0);
            }
            return count == 0 ? -1 : count;
        } finally {
            reading.unlock();
        }
    }

    int available() throws IOException {
        ensureOpenAndConnected();
        KernelStream part = kernel;
        if (part != null) return part.available();
        return inputClosed ? 0 : socket.available();
    }

    // ---------------------------------------------------------------- write

    @Override
    public int write(ByteBuffer from) throws IOException {
        Objects.requireNonNull(from);
        return (int) write(new ByteBuffer[] {from}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        writing.lock();
        try {
            ensureOpenAndConnected();
            KernelStream part = kernel;
            if (part != null) return part.write(from, offset, length);
            boolean blocking = isBlocking();
            long count = 0;
            if (blocking) begin();
            try {
                if (!outputClosed)
                    count = stream.write(from, offset, length, blocking ? Mode.BLOCKING : Mode.NON_BLOCKING);
            } catch (IOException e) {
                if (!outputClosed) throw e;
            } finally {
                if (blocking) end(count > 0);
            }
            // the JDK does not tell a write that the shutdown has ended from one that came after it
            if (count == 0 && outputClosed) throw new AsynchronousCloseException();
            return count;
        } finally {
            writing.unlock();
        }
    }

    /// The write of the channel's socket: all of it; the channel must block.
    void writeFully(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        ByteBuffer buffer = ByteBuffer.wrap(from, offset, length);
        writing.lock();
        try {
            ensureOpenAndConnected();
            if (!isBlocking()) throw new IllegalBlockingModeException();
            while (buffer.hasRemaining()) write(buffer);
        } finally {
            writing.unlock();
        }
    }

    /// `MSG_OOB`
    ///
    /// @return 1, or 0 if a channel that does not block has no room
    int sendUrgent(byte data) throws IOException {
        writing.lock();
        try {
            ensureOpenAndConnected();
            KernelStream part = kernel;
            if (part != null) return part.writeUrgent(data);
            if (outputClosed) throw new AsynchronousCloseException();
            int result = stream.writeUrgent(data);
            if (result == 0 && isBlocking()) throw new SocketException("No buffer space available");
            return result;
        } finally {
            writing.unlock();
        }
    }

    // ---------------------------------------------------------------- shutdown and close

    @Override
    public SocketChannel shutdownInput() throws IOException {
        synchronized (stateLock) {
            ensureOpenAndConnected();
            KernelStream part = kernel;
            if (part != null) {
                part.channel().shutdownInput();
            } else if (!inputClosed) {
                inputClosed = true;
                socket.shutdown(Shutdown.READ);
            }
        }
        watchers.signal();
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        synchronized (stateLock) {
            ensureOpenAndConnected();
            KernelStream part = kernel;
            if (part != null) {
                part.channel().shutdownOutput();
            } else if (!outputClosed) {
                outputClosed = true;
                socket.shutdown(Shutdown.WRITE);
            }
        }
        watchers.signal();
        return this;
    }

    /// A channel that blocks is closed at once, which wakes who waits in it. One that does not is closed when it
    /// has left its selectors, as the JDK does it: until then its FIN tells the peer.
    @Override
    protected void implCloseSelectableChannel() throws IOException {
        KernelStream part = kernel;
        if (part != null) {
            part.channel().close();
        } else if (isBlocking()) {
            socket.close();
        } else if (isRegistered()) {
            Integer linger = socket.getOption(dev.sockeye.socket.SocketOption.SO_LINGER);
            if (state == State.CONNECTED && !Integer.valueOf(0).equals(linger)) socket.shutdown(Shutdown.WRITE);
        } else {
            socket.close(dev.sockeye.socket.Socket.NOW);
        }
    }

    @Override
    public void leftClosed() {
        if (kernel == null) socket.close(dev.sockeye.socket.Socket.NOW);
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        reading.lock();
        writing.lock();
        try {
            KernelStream part = kernel;
            if (part == null) return;
            if (block) watchers.leaveKernelIfCancelled();
            part.channel().configureBlocking(block);
        } finally {
            writing.unlock();
            reading.unlock();
        }
    }

    // ---------------------------------------------------------------- selection

    private void onReady(dev.sockeye.socket.Socket source, int events) {
        if (source == socket) watchers.signal();
    }

    @Override
    public void watch(StackSelectionKey key) {
        synchronized (stateLock) {
            boolean first = watchers.isEmpty();
            watchers.add(key);
            if (first && kernel == null) socket.addListener(listener);
        }
    }

    @Override
    public void unwatch(StackSelectionKey key) {
        synchronized (stateLock) {
            watchers.remove(key);
            if (watchers.isEmpty()) socket.removeListener(listener);
        }
    }

    @Override
    public @Nullable SocketChannel kernelPart() {
        KernelStream part = kernel;
        return part == null ? null : part.channel();
    }

    @Override
    public int readyOps(int interest) {
        if (kernel != null) return 0;
        State now = state;
        if (now == State.UNCONNECTED) return 0;
        int ready = socket.readiness();
        // poll(2): an error or the end of both directions makes it ready for whatever is waited for
        if ((ready & (Readiness.ERR | Readiness.HUP)) != 0) return interest;
        int ops = 0;
        if (now == State.PENDING) {
            if ((ready & Readiness.OUT) != 0) ops = SelectionKey.OP_CONNECT;
        } else {
            if ((ready & Readiness.IN) != 0) ops = SelectionKey.OP_READ;
            if ((ready & Readiness.OUT) != 0) ops |= SelectionKey.OP_WRITE;
        }
        return ops & interest;
    }

    @Override
    public String toString() {
        var text = new StringBuilder(SocketChannel.class.getName()).append('[');
        if (!isOpen()) return text.append("closed]").toString();
        text.append(isConnected() ? "connected" : isConnectionPending() ? "connection-pending" : "unconnected");
        if (!isInputOpen()) text.append(" ishut");
        if (!isOutputOpen()) text.append(" oshut");
        if (localAddress() != null) text.append(" local=").append(localAddress());
        if (remoteAddress() != null) text.append(" remote=").append(remoteAddress());
        return text.append(']').toString();
    }
}
