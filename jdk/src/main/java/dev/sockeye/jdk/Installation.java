package dev.sockeye.jdk;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketImpl;
import java.net.SocketImplFactory;
import java.nio.channels.spi.SelectorProvider;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Puts the stack under the JDK's networking classes, for the whole JVM and for good: the selector provider and both
/// socket factories, all or none, since a program's sockets must meet on one side. The names of hosts are installed by
/// the service file beside [StackResolverProvider].
public final class Installation {

    private static final String PROVIDER_PROPERTY = "java.nio.channels.spi.SelectorProvider";

    private static @Nullable Supplier<Placement> source;
    private static @Nullable Runnable afterwards;
    private static volatile @Nullable Placement placement;

    private Installation() {}

    /// Installs everything; before the program's first socket, channel or selector.
    ///
    /// @throws IllegalStateException if something else was installed first; the message says what
    public static void install(Placement placement) {
        install(() -> placement, () -> {});
    }

    /// Installs everything; before the program's first socket, channel or selector.
    ///
    /// @param placement   where sockets go; asked for once, when the program first opens one or asks for a name
    /// @param whenStarted is run once after that, and may itself open sockets
    /// @throws IllegalStateException if something else was installed first; the message says what
    @SuppressWarnings("deprecation") // the factories are deprecated, and the only way
    public static synchronized void install(Supplier<Placement> placement, Runnable whenStarted) {
        if (source != null) throw new IllegalStateException("the stack is installed already");
        source = placement;
        afterwards = whenStarted;
        System.setProperty(PROVIDER_PROPERTY, StackSelectorProvider.class.getName());
        if (!(SelectorProvider.provider() instanceof StackSelectorProvider))
            throw new IllegalStateException("another selector provider is in use already: "
                    + SelectorProvider.provider().getClass().getName());
        try {
            ServerSocket.setSocketFactory(new Listeners());
            Socket.setSocketImplFactory(new Streams());
        } catch (IOException e) {
            throw new IllegalStateException("another socket factory is in use already", e);
        }
    }

    /// Whether the stack is under this JVM's programs.
    public static synchronized boolean isInstalled() {
        return source != null;
    }

    /// Where sockets go.
    ///
    /// @throws IllegalStateException if nothing is installed
    static Placement placement() {
        Placement known = placement;
        return known == null ? askForPlacement() : known;
    }

    private static Placement askForPlacement() {
        Runnable next;
        synchronized (Installation.class) {
            Placement known = placement;
            if (known != null) return known;
            if (source == null) throw new IllegalStateException("the stack is not installed in this JVM");
            placement = source.get();
            next = afterwards;
        }
        if (next != null) next.run();
        return placement();
    }

    // classes and no lambdas: they are loaded in every program, before its main

    private static final class Listeners implements SocketImplFactory {
        @Override
        public SocketImpl createSocketImpl() {
            return new StackServerSocketImpl();
        }
    }

    private static final class Streams implements SocketImplFactory {
        @Override
        public SocketImpl createSocketImpl() {
            return new StackSocketImpl();
        }
    }
}
