package dev.sockeye.host;

import dev.sockeye.tcp.TcpSysctl;
import java.util.Map;

/// A host's settings under Linux's names, with Linux 6.18's defaults and in Linux's units.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class Sysctl {

    private final TcpSysctl tcp = TcpSysctl.linux();

    private Sysctl() {}

    /// Linux's defaults.
    public static Sysctl linux() {
        return new Sysctl();
    }

    /// The `net.ipv4.tcp_*` settings.
    public TcpSysctl tcp() {
        return tcp;
    }

    /// A setting as `sysctl -n` prints it.
    ///
    /// @param name such as `net.ipv4.tcp_fin_timeout` or `net.ipv4.ip_local_port_range`
    /// @throws IllegalArgumentException if there is none of that name
    public String get(String name) {
        throw new UnsupportedOperationException(name);
    }

    /// Changes a setting, as `sysctl -w name=value`.
    ///
    /// @throws IllegalArgumentException if there is none of that name, or the value is not one it can have
    public Sysctl set(String name, String value) {
        throw new UnsupportedOperationException(name + "=" + value);
    }

    /// All settings, sorted by name.
    public Map<String, String> all() {
        throw new UnsupportedOperationException();
    }
}
