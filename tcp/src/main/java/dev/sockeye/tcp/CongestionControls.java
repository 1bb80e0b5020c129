package dev.sockeye.tcp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which algorithms of congestion control there are, by the names of `TCP_CONGESTION`.
public final class CongestionControls {

    private static final List<String> AVAILABLE = List.of("reno", "cubic", "bbr", "bbr3");

    private CongestionControls() {}

    /// All of them: `net.ipv4.tcp_available_congestion_control`.
    public static List<String> available() {
        return AVAILABLE;
    }

    /// Whether there is one of this name.
    public static boolean isAvailable(String name) {
        return AVAILABLE.contains(name);
    }

    /// The algorithm of this name for a connection, or null.
    static @Nullable CongestionControl named(String name, Connection c) {
        return switch (name) {
            case "cubic" -> new Cubic(c);
            case "reno" -> new NewReno(c.cwnd);
            case "bbr" -> new Bbr(c);
            case "bbr3" -> new Bbr3(c);
            default -> null;
        };
    }
}
