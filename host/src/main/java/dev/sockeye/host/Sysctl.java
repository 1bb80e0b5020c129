package dev.sockeye.host;

import dev.sockeye.tcp.CongestionControls;
import dev.sockeye.tcp.FastOpenKeys;
import dev.sockeye.tcp.TcpSysctl;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A host's settings under Linux's names, with Linux 6.18's defaults and in Linux's units. Programs set them by
/// name ([#set]) or by field ([#tcp], [#core], [#ipv4] ...); either is effective at once.
public final class Sysctl {

    private final TcpSysctl tcp = TcpSysctl.linux();
    private final CoreSysctl core = new CoreSysctl();
    private final Ipv4Sysctl ipv4 = new Ipv4Sysctl();
    private final RouteSysctl route = new RouteSysctl();
    private final Ipv6Sysctl ipv6 = new Ipv6Sysctl();

    /// What there is, which cannot be set.
    private static final String AVAILABLE = "net.ipv4.tcp_available_congestion_control";

    private record Setting(Object holder, Field field) {}

    private final Map<String, Setting> byName = new TreeMap<>();

    /// Where fields of [Ipv6Sysctl] stand that are not at `net.ipv6`.
    private static final Map<String, String> IPV6_PATHS = Map.of(
            "hop_limit", "net.ipv6.conf.all.hop_limit",
            "echo_ignore_all", "net.ipv6.icmp.echo_ignore_all",
            "ratelimit", "net.ipv6.icmp.ratelimit",
            "mtu_expires", "net.ipv6.route.mtu_expires");

    /// The most that settings can be which Linux bounds.
    private static final Map<String, Integer> MOST = Map.of(
            "net.ipv4.tcp_ecn", 5,
            "net.ipv4.tcp_ecn_fallback", 1,
            "net.ipv4.tcp_ecn_option", 3,
            "net.ipv4.tcp_ecn_option_beacon", 3);

    private Sysctl() {}

    /// The table of names is made when it is first asked for: most hosts never need it.
    private Map<String, Setting> settings() {
        if (byName.isEmpty()) {
            addAll("net.ipv4.", tcp);
            addAll("tcp_cubic.", tcp.cubic());
            addAll("net.core.", core);
            addAll("net.ipv4.", ipv4);
            addAll("net.ipv4.route.", route);
            addAll("net.ipv6.", ipv6);
        }
        return byName;
    }

    private void addAll(String path, Object holder) {
        for (Field field : holder.getClass().getFields()) {
            if (Modifier.isStatic(field.getModifiers())) continue;
            String name = path + field.getName();
            if (holder == ipv6) name = IPV6_PATHS.getOrDefault(field.getName(), name);
            byName.put(name, new Setting(holder, field));
        }
    }

    /// Linux's defaults.
    public static Sysctl linux() {
        return new Sysctl();
    }

    /// `net.ipv4.tcp_*`
    public TcpSysctl tcp() {
        return tcp;
    }

    /// `net.core.*`
    public CoreSysctl core() {
        return core;
    }

    /// `net.ipv4.*` that are not TCP's
    public Ipv4Sysctl ipv4() {
        return ipv4;
    }

    /// `net.ipv4.route.*`
    public RouteSysctl route() {
        return route;
    }

    /// `net.ipv6.*`
    public Ipv6Sysctl ipv6() {
        return ipv6;
    }

    /// A setting as `sysctl -n` prints it.
    ///
    /// @param name such as `net.ipv4.tcp_fin_timeout` or `net.ipv4.ip_local_port_range`
    /// @throws IllegalArgumentException if there is none of that name
    public String get(String name) {
        if (name.equals(AVAILABLE)) return String.join(" ", CongestionControls.available());
        return print(read(find(name)));
    }

    /// Changes a setting, as `sysctl -w name=value`.
    ///
    /// @throws IllegalArgumentException if there is none of that name, or the value is not one it can have
    public Sysctl set(String name, String value) {
        if (name.equals(AVAILABLE)) throw new IllegalArgumentException("'" + name + "' can only be read");
        Setting setting = find(name);
        Object parsed = parse(name, setting, value.strip());
        try {
            setting.field.set(setting.holder, parsed);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
        if (setting.holder == tcp) tcp.written(setting.field.getName());
        return this;
    }

    /// All settings, sorted by name.
    public Map<String, String> all() {
        var all = new TreeMap<String, String>();
        settings().forEach((name, setting) -> all.put(name, print(read(setting))));
        all.put(AVAILABLE, get(AVAILABLE));
        return all;
    }

    private Setting find(String name) {
        Setting setting = settings().get(name);
        if (setting == null) throw new IllegalArgumentException("no sysctl is named '" + name + "'");
        return setting;
    }

    private static Object read(Setting setting) {
        try {
            return setting.field.get(setting.holder);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static String print(Object value) {
        if (!value.getClass().isArray()) return value.toString();
        var text = new StringJoiner("\t");
        for (int i = 0; i < Array.getLength(value); i++)
            text.add(Array.get(value, i).toString());
        return text.toString();
    }

    private static Object parse(String name, Setting setting, String value) {
        Object now = read(setting);
        if (now instanceof FastOpenKeys) return parseKeys(name, value);
        if (now instanceof String) {
            if (value.isEmpty()) throw bad(name, value, "it is empty");
            checkNames(name, value);
            return value;
        }
        if (!now.getClass().isArray()) return parseNumber(name, value, value, now instanceof Long);
        String[] parts = value.split("\\s+", -1);
        int length = Array.getLength(now);
        if (parts.length != length) throw bad(name, value, "it has " + length + " numbers");
        Object parsed = Array.newInstance(now.getClass().getComponentType(), length);
        for (int i = 0; i < length; i++) {
            Array.set(parsed, i, parseNumber(name, value, parts[i], now instanceof long[]));
        }
        checkOrder(name, value, parsed);
        return parsed;
    }

    /// All settings that are words name algorithms of congestion control.
    private static void checkNames(String name, String value) {
        String[] words = name.endsWith("allowed_congestion_control") ? value.split(" ", -1) : new String[] {value};
        for (String word : words) {
            if (!CongestionControls.isAvailable(word)) throw bad(name, value, "there is no '" + word + "'");
        }
    }

    private static FastOpenKeys parseKeys(String name, String value) {
        try {
            return FastOpenKeys.parse(value);
        } catch (IllegalArgumentException e) {
            throw bad(name, value, e.getMessage());
        }
    }

    private static Object parseNumber(String name, String value, String text, boolean wide) {
        long number;
        try {
            number = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw bad(name, value, "'" + text + "' is not a number");
        }
        if (number < 0) throw bad(name, value, "it cannot be negative");
        Integer most = MOST.get(name);
        if (most != null && number > most) throw bad(name, value, "it is " + most + " at most");
        if (wide) return number;
        if (number > Integer.MAX_VALUE) throw bad(name, value, "it is too large");
        return (int) number;
    }

    /// All settings of several numbers go from the least to the most.
    private static void checkOrder(String name, String value, Object numbers) {
        for (int i = 1; i < Array.getLength(numbers); i++) {
            if (Array.getLong(numbers, i) < Array.getLong(numbers, i - 1)) throw bad(name, value, "it goes down");
        }
        if (!name.endsWith("port_range")) return;
        if (Array.getLong(numbers, 0) < 1 || Array.getLong(numbers, 1) > 65535) {
            throw bad(name, value, "a port is 1 to 65535");
        }
    }

    private static IllegalArgumentException bad(String name, String value, @Nullable String why) {
        return new IllegalArgumentException("'" + value + "' is not a value of " + name + ": " + why);
    }
}
