package dev.sockeye.jdk;

import dev.sockeye.host.Family;
import dev.sockeye.socket.ListenSocket;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.ReadinessListener;
import dev.sockeye.socket.Socket;
import dev.sockeye.socket.StreamSocket;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A `ServerSocketChannel` over a listener of the stack, of the kernel, or, on the wildcard, over both ([Placement]).
final class StackServerSocketChannel extends ServerSocketChannel implements SelectableSocket {

    private static final int DEFAULT_BACKLOG = 50;

    /// How many ports are tried until one is free on the stack and on the kernel.
    static final int PORT_ATTEMPTS = 16;

    private final Family family;
    private final ReentrantLock accepting = new ReentrantLock();
    private final Object stateLock = new Object();
    private final Watchers watchers = new Watchers();
    private final OptionMemory options = new OptionMemory();
    private final ReadinessListener listener = this::onReady;

    private volatile ListenSocket socket;
    private volatile @Nullable KernelListener kernel;
    private volatile @Nullable InetSocketAddress localAddress;
    private volatile boolean onStack;
    private @Nullable ServerSocket adaptor;

    StackServerSocketChannel(SelectorProvider provider, Family family) throws IOException {
        super(provider);
        this.family = family;
        this.socket = Installation.placement().here().openListen(family);
        // the JDK's listeners can be bound while connections of the last one are in TIME_WAIT
        TcpOptions.set(socket, StandardSocketOptions.SO_REUSEADDR, true);
        options.remember(StandardSocketOptions.SO_REUSEADDR, true);
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) throw new ClosedChannelException();
    }

    boolean isBound() {
        return localAddress != null;
    }

    /// Also of a closed channel.
    @Nullable
    InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return localAddress;
    }

    @Override
    public ServerSocket socket() {
        synchronized (stateLock) {
            if (adaptor == null) adaptor = new ChannelServerSocket(this);
            return adaptor;
        }
    }

    // ---------------------------------------------------------------- options

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return TcpOptions.SERVER_CHANNEL;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        TcpOptions.check(name, value, TcpOptions.SERVER_CHANNEL);
        synchronized (stateLock) {
            ensureOpen();
            KernelListener part = kernel;
            if (onStack || part == null) TcpOptions.set(socket, name, value);
            if (part != null) part.channel().setOption(name, value);
            options.remember(name, value);
        }
        return this;
    }

    @Override
    @SuppressWarnings("unchecked") // each option's value has the option's type
    public <T> T getOption(SocketOption<T> name) throws IOException {
        TcpOptions.check(name, TcpOptions.SERVER_CHANNEL);
        synchronized (stateLock) {
            ensureOpen();
            KernelListener part = kernel;
            if (part != null && !onStack) return part.channel().getOption(name);
            return (T) TcpOptions.get(socket, name);
        }
    }

    // ---------------------------------------------------------------- bind

    @Override
    public ServerSocketChannel bind(@Nullable SocketAddress local, int backlog) throws IOException {
        InetSocketAddress address = local == null ? Addresses.unspecified(family) : Addresses.checked(local, family);
        synchronized (stateLock) {
            ensureOpen();
            if (localAddress != null) throw new AlreadyBoundException();
            Placement.Binding binding = Installation.placement().binding(address.getAddress());
            listen(address, binding, backlog < 1 ? DEFAULT_BACKLOG : backlog);
        }
        watchers.joinKernel();
        watchers.signal();
        return this;
    }

    private void listen(InetSocketAddress address, Placement.Binding binding, int backlog) throws IOException {
        Machine host = binding.host();
        InetSocketAddress bound;
        if (host == null) bound = listenOnKernel(address, backlog);
        else if (!binding.kernel()) bound = listenOnStack(host, address, backlog);
        else bound = listenOnBoth(host, address, backlog);
        onStack = host != null;
        localAddress = bound;
    }

    /// The stack chooses the port; where the kernel's is taken, the stack chooses again.
    private InetSocketAddress listenOnBoth(Machine host, InetSocketAddress address, int backlog) throws IOException {
        for (int attempt = 1; ; attempt++) {
            InetSocketAddress bound = listenOnStack(host, address, backlog);
            try {
                listenOnKernel(new InetSocketAddress(address.getAddress(), bound.getPort()), backlog);
                return bound;
            } catch (IOException e) {
                replaceSocket(host);
                boolean another = e instanceof BindException && address.getPort() == 0;
                if (!another || attempt == PORT_ATTEMPTS) throw e;
            }
        }
    }

    private InetSocketAddress listenOnStack(Machine host, InetSocketAddress address, int backlog) throws IOException {
        if (socket.machine() != host) replaceSocket(host);
        int result = socket.bind(Addresses.toBind(address, family));
        if (result >= 0) result = socket.listen(backlog);
        if (result < 0) throw Failure.ofCall(result);
        return Addresses.toSocketAddress(socket.localAddress());
    }

    private void replaceSocket(Machine host) throws IOException {
        ListenSocket fresh = host.openListen(family);
        options.applyTo(fresh);
        socket.close();
        socket = fresh;
        if (!watchers.isEmpty()) fresh.addListener(listener);
    }

    private InetSocketAddress listenOnKernel(InetSocketAddress address, int backlog) throws IOException {
        KernelListener part = KernelListener.open(KernelOptions.family(family), options, address, backlog);
        kernel = part;
        return part.localAddress();
    }

    // ---------------------------------------------------------------- accept

    @Override
    public @Nullable SocketChannel accept() throws IOException {
        accepting.lock();
        try {
            return isBlocking() ? acceptWaiting(Socket.FOREVER) : acceptNow();
        } finally {
            accepting.unlock();
        }
    }

    /// The accept of the channel's socket, which may have a timeout; the channel must block.
    ///
    /// @param nanos at least 1
    SocketChannel acceptWithin(long nanos) throws IOException {
        accepting.lock();
        try {
            if (!isBlocking()) throw new IllegalBlockingModeException();
            return acceptWaiting(nanos);
        } finally {
            accepting.unlock();
        }
    }

    private void ensureBound() throws ClosedChannelException {
        ensureOpen();
        if (localAddress == null) throw new NotYetBoundException();
    }

    private @Nullable SocketChannel acceptNow() throws IOException {
        ensureBound();
        SocketChannel accepted = onStack ? acceptFromStack(Socket.NOW) : null;
        KernelListener part = kernel;
        return accepted == null && part != null ? acceptFromKernel(part) : accepted;
    }

    private SocketChannel acceptWaiting(long nanos) throws IOException {
        ensureBound();
        SocketChannel accepted = null;
        KernelListener part = kernel;
        begin();
        try {
            accepted = part == null ? acceptFromStack(nanos) : acceptFromBoth(part, nanos);
        } finally {
            end(accepted != null);
        }
        if (accepted == null) throw new SocketTimeoutException("Accept timed out");
        return accepted;
    }

    private @Nullable SocketChannel acceptFromStack(long nanos) throws IOException {
        var accepted = new StreamSocket[1];
        int result = socket.accept(accepted, Socket.UNINTERRUPTIBLE, nanos);
        if (result > 0) return new StackSocketChannel(provider(), accepted[0]);
        if (result == 0 || Failure.is(result, Errno.EAGAIN) || Failure.is(result, Errno.EBADF)) return null;
        throw Failure.ofCall(result);
    }

    private @Nullable SocketChannel acceptFromKernel(KernelListener part) throws IOException {
        SocketChannel accepted = part.channel().accept();
        return accepted == null ? null : new StackSocketChannel(provider(), accepted);
    }

    private @Nullable SocketChannel acceptFromBoth(KernelListener part, long nanos) throws IOException {
        ReadinessListener wakeup = (source, events) -> part.wakeup();
        if (onStack) socket.addListener(wakeup);
        try {
            long start = System.nanoTime();
            while (isOpen()) {
                SocketChannel accepted = acceptNow();
                if (accepted != null) return accepted;
                long left = nanos == Socket.FOREVER ? nanos : nanos - (System.nanoTime() - start);
                if (left <= 0) return null;
                part.await(left);
                if (Thread.currentThread().isInterrupted()) begin(); // closes the channel: so an interrupt is met
            }
            return null;
        } finally {
            if (onStack) socket.removeListener(wakeup);
        }
    }

    // ---------------------------------------------------------------- close and selection

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        KernelListener part = kernel;
        if (part != null) part.close();
        if (isBlocking() || !isRegistered()) socket.close();
    }

    @Override
    public void leftClosed() {
        socket.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        awaitAccept();
        // the kernel's part never blocks: it is waited for together with the stack's
    }

    @SuppressWarnings("LockNotBeforeTry") // the lock is the wait
    private void awaitAccept() {
        accepting.lock();
        accepting.unlock();
    }

    private void onReady(Socket source, int events) {
        if (source == socket) watchers.signal();
    }

    @Override
    public void watch(StackSelectionKey key) {
        synchronized (stateLock) {
            boolean first = watchers.isEmpty();
            watchers.add(key);
            if (first) socket.addListener(listener);
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
    public @Nullable ServerSocketChannel kernelPart() {
        KernelListener part = kernel;
        return part == null ? null : part.channel();
    }

    @Override
    public int readyOps(int interest) {
        if (!onStack) return 0;
        int ready = socket.readiness();
        if ((ready & (Readiness.ERR | Readiness.HUP)) != 0) return interest;
        return (ready & Readiness.IN) != 0 ? SelectionKey.OP_ACCEPT & interest : 0;
    }

    @Override
    public String toString() {
        String what = !isOpen() ? "closed" : localAddress == null ? "unbound" : String.valueOf(localAddress);
        return ServerSocketChannel.class.getName() + "[" + what + "]";
    }
}
