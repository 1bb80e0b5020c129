package dev.sockeye.jdk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;

/// The kernel's part of a server channel: it never blocks, and is waited for in a selector that can be woken for the
/// stack's part.
final class KernelListener {

    private final ServerSocketChannel channel;
    private final Selector selector;

    private KernelListener(ServerSocketChannel channel, Selector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    static KernelListener open(ProtocolFamily family, OptionMemory options, InetSocketAddress address, int backlog)
            throws IOException {
        KernelSockets.countOpened();
        ServerSocketChannel channel = Kernel.provider().openServerSocketChannel(family);
        try {
            options.applyTo(channel);
            channel.bind(address, backlog);
            channel.configureBlocking(false);
            Selector selector = Kernel.provider().openSelector();
            channel.register(selector, SelectionKey.OP_ACCEPT);
            return new KernelListener(channel, selector);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    ServerSocketChannel channel() {
        return channel;
    }

    InetSocketAddress localAddress() throws IOException {
        return (InetSocketAddress) channel.getLocalAddress();
    }

    /// Waits until a connection is there, [#wakeup] is called, the thread is interrupted, or the time has passed.
    ///
    /// @param nanos `Long.MAX_VALUE` is for ever
    void await(long nanos) throws IOException {
        try {
            if (nanos == Long.MAX_VALUE) selector.select();
            else selector.select(KernelOptions.toMillis(nanos));
            selector.selectedKeys().clear();
        } catch (ClosedSelectorException closed) {
            // and so is the channel in front
        }
    }

    void wakeup() {
        selector.wakeup();
    }

    void close() throws IOException {
        channel.close();
        selector.close();
    }
}
