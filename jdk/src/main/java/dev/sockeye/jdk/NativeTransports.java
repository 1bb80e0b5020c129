package dev.sockeye.jdk;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import org.jspecify.annotations.Nullable;

/// Keeps Netty on NIO. Its native transports (epoll, io_uring, kqueue) make system calls of their own, past all
/// that the JDK offers to stand behind, and the program runs on as if nothing were: so each is told not to be
/// there, by Netty's own property, before it looks. A copy of Netty under another package has its property under
/// that package.
///
/// It sees each class as it is loaded, and changes none.
final class NativeTransports implements ClassFileTransformer {

    private static final String NETTY = "io/netty/channel/";
    private static final String PROPERTY = "io.netty.transport.noNative";

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader,
            @Nullable String name,
            @Nullable Class<?> redefined,
            ProtectionDomain domain,
            byte[] classFile) {
        if (name != null && name.indexOf('/') >= 0) see(name);
        return null;
    }

    /// @param name of a class that is being loaded, with slashes
    static void see(String name) {
        int netty = name.lastIndexOf(NETTY);
        if (netty < 0 || netty > 0 && name.charAt(netty - 1) != '/') return;
        String prefix = name.substring(0, netty).replace('/', '.');
        String rest = name.substring(netty + NETTY.length());
        switch (rest) {
            case "epoll/Epoll", "uring/IoUring", "kqueue/KQueue" -> System.setProperty(prefix + PROPERTY, "true");
            case "epoll/Native", "uring/Native", "kqueue/Native" -> warn(prefix + NETTY.replace('/', '.') + rest);
            default -> {}
        }
    }

    private static void warn(String transport) {
        System.err.println("sockeye: " + transport.replace('/', '.')
                + " is in use: what goes over it is on the kernel's sockets, and not seen here");
    }
}
