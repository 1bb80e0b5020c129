package dev.sockeye.inspect.cure;

import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.Settings;
import dev.sockeye.inspect.SocketSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Whether sockets of the kernel's have keepalive, asked of the sockets themselves: sock_diag shows one timer at most,
/// and another hides keepalive's. Who may borrow a socket ([SocketOptionsOf]) asks it; of the others it stays as the
/// timer tells.
public final class KnownKeepalive {

    private KnownKeepalive() {}

    /// The same sockets, with their own options where they could be asked.
    ///
    /// @param wanted which are to be asked, of those that a program holds
    /// @param most   how many; a socket takes some ten microseconds
    public static List<SocketSnapshot> of(List<SocketSnapshot> sockets, Predicate<SocketSnapshot> wanted, int most) {
        @Nullable List<SocketSnapshot> known = null;
        int asked = 0;
        for (int i = 0; i < sockets.size() && asked < most; i++) {
            SocketSnapshot socket = sockets.get(i);
            boolean canBeAsked = socket.kernel() != null && socket.holder() == Holder.PROGRAM && !isKnown(socket);
            if (!canBeAsked || !wanted.test(socket)) continue;
            asked++;
            SocketOptionsOf read = SocketOptionsOf.read(socket);
            if (read == null) continue;
            if (known == null) known = new ArrayList<>(sockets);
            known.set(i, socket.withSettings(read.settings()));
        }
        return known == null ? sockets : known;
    }

    /// Whether the socket itself has told it: a timer tells nothing of the idle time.
    public static boolean isKnown(SocketSnapshot socket) {
        Settings settings = socket.settings();
        return settings.keepAlive() != null && settings.keepIdleSeconds() != null;
    }
}
