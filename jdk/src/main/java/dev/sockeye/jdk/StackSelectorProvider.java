package dev.sockeye.jdk;

import dev.sockeye.host.Family;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/// Makes the channels and selectors of the stack. What the stack does not carry is the kernel's: UNIX-domain sockets,
/// datagrams, an inherited channel; our selectors take those as well.
///
/// The JDK makes the only instance, from the name in `java.nio.channels.spi.SelectorProvider`: see [Installation].
public final class StackSelectorProvider extends SelectorProvider {

    /// For the JDK.
    public StackSelectorProvider() {}

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return new StackSocketChannel(this, Family.INET6);
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        if (family == StandardProtocolFamily.UNIX) return Kernel.provider().openSocketChannel(family);
        return new StackSocketChannel(this, Addresses.family(family));
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return new StackServerSocketChannel(this, Family.INET6);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        if (family == StandardProtocolFamily.UNIX) return Kernel.provider().openServerSocketChannel(family);
        return new StackServerSocketChannel(this, Addresses.family(family));
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return Kernel.provider().openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return Kernel.provider().openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() {
        return new MemoryPipe(this);
    }

    @Override
    public AbstractSelector openSelector() {
        return new StackSelector(this);
    }

    @Override
    public @Nullable Channel inheritedChannel() throws IOException {
        return Kernel.provider().inheritedChannel();
    }
}
