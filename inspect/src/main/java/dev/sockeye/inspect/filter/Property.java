package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Names of a socket by which it can be chosen.
public enum Property {
    /// Of any of the programs that hold it.
    COMMAND("comm"),
    /// In which any of them runs.
    CONTAINER("container"),
    /// The machine of a stack of ours, or the network namespace of a socket of the kernel's.
    HOST("host"),
    CONGESTION_CONTROL("cong"),
    UPPER_PROTOCOL("ulp"),
    TIMER("timer");

    private final String name;

    Property(String name) {
        this.name = name;
    }

    static @Nullable Property find(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (Property property : values()) {
            if (property.name.equals(lower)) return property;
        }
        return null;
    }

    /// As filters call it.
    public String filterName() {
        return name;
    }

    /// Whether the name is one that the test accepts; no if the socket has none.
    boolean holds(SocketSnapshot socket, Predicate<String> test) {
        return switch (this) {
            case COMMAND -> anyOwner(socket, owner -> test.test(owner.program()));
            case CONTAINER -> anyOwner(socket, owner -> owner.container() != null && test.test(owner.container()));
            case HOST -> test.test(socket.host());
            case CONGESTION_CONTROL -> accepts(test, socket.settings().congestionControl());
            case UPPER_PROTOCOL -> accepts(test, upperProtocol(socket));
            case TIMER ->
                socket.timer() != null && test.test(socket.timer().kind().ssName());
        };
    }

    private static boolean anyOwner(SocketSnapshot socket, Predicate<Owner> test) {
        for (Owner owner : socket.owners()) if (test.test(owner)) return true;
        return false;
    }

    private static boolean accepts(Predicate<String> test, @Nullable String name) {
        return name != null && test.test(name);
    }

    private static @Nullable String upperProtocol(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        return kernel == null ? null : kernel.upperProtocol();
    }
}
