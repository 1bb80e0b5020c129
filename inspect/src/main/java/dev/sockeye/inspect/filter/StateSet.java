package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.StateNames;
import dev.sockeye.tcp.TcpState;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Some of TCP's states, with the names and groups of `ss`.
///
/// @param mask a bit `1 << number` for each, with the kernel's numbers ([TcpState#number]) and 13 for sockets of the
///     kernel that are bound and neither listen nor are connected; as sock_diag asks for them
public record StateSet(int mask) {

    private static final int LISTEN = 1 << 10, CLOSED = 1 << 7, SYN_SENT = 1 << 2, BOUND = 1 << 13;
    private static final int BUCKETS = 1 << 3 | 1 << 6; // SYN-RECV and TIME-WAIT

    /// Those that `ss -a` shows.
    public static final StateSet ALL = new StateSet((1 << 12) - 2);

    /// None.
    public static final StateSet NONE = new StateSet(0);

    /// Those that `ss` shows without `-a` or `-l`: neither listening nor closed.
    public static final StateSet CONNECTED = ALL.without(new StateSet(LISTEN | CLOSED));

    /// Those that `ss -l` shows.
    public static final StateSet LISTENING = new StateSet(LISTEN | CLOSED);

    /// Bound to a port, and no more.
    public static final StateSet BOUND_INACTIVE = new StateSet(BOUND);

    /// The state or group of this name, null if there is none: a group of `ss`, or any name that [StateNames] knows.
    static @Nullable StateSet find(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return switch (lower) {
            case "all" -> ALL;
            case "connected" -> CONNECTED;
            case "synchronized" -> CONNECTED.without(new StateSet(SYN_SENT));
            case "bucket" -> new StateSet(BUCKETS);
            case "big" -> ALL.without(new StateSet(BUCKETS));
            case "bound-inactive" -> BOUND_INACTIVE;
            default -> {
                TcpState state = StateNames.find(lower);
                yield state == null ? null : new StateSet(1 << state.number());
            }
        };
    }

    /// These and those.
    public StateSet with(StateSet others) {
        return new StateSet(mask | others.mask);
    }

    /// These but those.
    public StateSet without(StateSet others) {
        return new StateSet(mask & ~others.mask);
    }

    /// Whether the socket is in one of them.
    public boolean contains(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        boolean bound = kernel != null && kernel.boundOnly();
        return (mask & (bound ? BOUND : 1 << socket.state().number())) != 0;
    }

    /// As a filter writes them: `state listening state closed`.
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (TcpState state : TcpState.values()) {
            if ((mask & 1 << state.number()) == 0) continue;
            text.append(text.isEmpty() ? "" : " ").append("state ").append(nameOf(state));
        }
        if ((mask & BOUND) != 0) text.append(text.isEmpty() ? "" : " ").append("state bound-inactive");
        return text.isEmpty() ? "exclude all" : text.toString();
    }

    private static String nameOf(TcpState state) {
        return switch (state) {
            case ESTABLISHED -> "established";
            case CLOSED -> "closed";
            case LISTEN -> "listening";
            default -> state.ssName().toLowerCase(Locale.ROOT);
        };
    }
}
