package dev.sockeye.jdk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.SocketImpl;
import java.nio.channels.spi.SelectorProvider;

/// The way to the JDK's own sockets, which are the kernel's: for UNIX-domain sockets, datagrams, and addresses outside
/// the stack's network. The JDK does not export it, so it is open only where the agent, or `--add-exports
/// java.base/sun.nio.ch` and `--add-opens java.base/java.net`, have opened it.
final class Kernel {

    private Kernel() {}

    private static final class Provider {
        static final SelectorProvider INSTANCE = find();

        private static SelectorProvider find() {
            try {
                Class<?> type = Class.forName("sun.nio.ch.DefaultSelectorProvider");
                return (SelectorProvider) type.getMethod("get").invoke(null);
            } catch (ReflectiveOperationException e) {
                throw closed("sun.nio.ch", e);
            }
        }
    }

    /// The JDK's own provider of channels and selectors.
    static SelectorProvider provider() {
        return Provider.INSTANCE;
    }

    /// A lookup into `java.net`.
    static MethodHandles.Lookup lookup() {
        try {
            return MethodHandles.privateLookupIn(SocketImpl.class, MethodHandles.lookup());
        } catch (IllegalAccessException e) {
            throw closed("java.net", e);
        }
    }

    static MethodType type(Class<?> returned, Class<?>... parameters) {
        return MethodType.methodType(returned, parameters);
    }

    private static IllegalStateException closed(String packageName, Exception cause) {
        return new IllegalStateException(
                "the package " + packageName + " of the JDK is closed to the stack: run the program with its agent",
                cause);
    }
}
