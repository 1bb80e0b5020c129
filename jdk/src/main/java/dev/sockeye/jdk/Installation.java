package dev.sockeye.jdk;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/// Puts the stack under the JDK's networking classes, for the whole JVM and for good: the selector provider and both
/// socket factories, all or none, since a program's sockets must meet on one side. The names of hosts are installed by
/// the service file beside [StackResolverProvider].
public final class Installation {

    private static final String PROVIDER_PROPERTY = "java.nio.channels.spi.SelectorProvider";

    private static volatile @Nullable Placement placement;

    private Installation() {}

    /// Installs everything; before the program's first socket, channel or selector.
    ///
    /// @throws IllegalStateException if something else was installed first; the message says what
    @SuppressWarnings("deprecation") // the factories are deprecated, and the only way
    public static synchronized void install(Placement placement) {
        if (Installation.placement != null) throw new IllegalStateException("the stack is installed already");
        Installation.placement = placement;
        System.setProperty(PROVIDER_PROPERTY, StackSelectorProvider.class.getName());
        if (!(SelectorProvider.provider() instanceof StackSelectorProvider))
            throw new IllegalStateException("another selector provider is in use already: "
                    + SelectorProvider.provider().getClass().getName());
        try {
            ServerSocket.setSocketFactory(StackServerSocketImpl::new);
            Socket.setSocketImplFactory(StackSocketImpl::new);
        } catch (IOException e) {
            throw new IllegalStateException("another socket factory is in use already", e);
        }
    }

    /// Whether the stack is under this JVM's programs.
    public static boolean isInstalled() {
        return placement != null;
    }

    /// Where sockets go.
    ///
    /// @throws IllegalStateException if nothing is installed
    static Placement placement() {
        Placement installed = placement;
        if (installed == null) throw new IllegalStateException("the stack is not installed in this JVM");
        return installed;
    }
}
