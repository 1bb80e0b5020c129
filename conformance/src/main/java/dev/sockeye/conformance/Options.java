package dev.sockeye.conformance;

import dev.sockeye.conformance.machine.IpVersion;
import dev.sockeye.conformance.machine.Setup;
import dev.sockeye.conformance.run.Configuration;
import dev.sockeye.wire.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How scripts are run: packetdrill's options under their names, and a few of our own. A value; each `with`
/// gives another. What is not set here a script may set in its first lines.
public final class Options {

    /// An option as a command line has it.
    ///
    /// @param value       what to call its value; empty for a switch
    /// @param description one sentence; empty for one that is accepted and means nothing here
    public record Known(String name, String value, String description) {

        /// Whether it has no value.
        public boolean isSwitch() {
            return value.isEmpty();
        }
    }

    private static final List<Known> ALL = List.of(
            new Known("ip_version", "VERSION", "ipv4, ipv6 or ipv4-mapped-ipv6. Default: ipv4."),
            new Known("local_ip", "IP", "The host's address. Default: 192.168.0.1, fd3d:a0b:17d6::1."),
            new Known("remote_ip", "IP", "The peer's address. Default: 192.0.2.1, fd3d:fa7b:d17d::1."),
            new Known("netmask_ip", "MASK", "The host's IPv4 network. Default: 255.255.0.0."),
            new Known("bind_port", "PORT", "What bind(3, ..., ...) takes. Default: 8080."),
            new Known("connect_port", "PORT", "Where connect(3, ..., ...) goes. Default: 8080."),
            new Known("mtu", "BYTES", "Of the host's interface. Default: 1500; 1520 with IPv6, for the same MSS."),
            new Known("mss", "BYTES", "Longer segments that arrive were put together of segments of that size."),
            new Known("tolerance_usecs", "MICROS", "How early or late anything may be. Default: 4000."),
            new Known("tolerance_percent", "PERCENT", "And so much of the time since the event before. Default: 12.5."),
            new Known("tcp_ts_tick_usecs", "MICROS", "Check TS val, with ticks of that length. Default: 0, no check."),
            new Known("tcp_ts_ecr_scaled", "", "Reckon echoed timestamps that no line has shown from the first."),
            new Known("strict_segments", "", "One line means one packet: none is put together of several."),
            new Known("strict", "", "Fail also on packets that no line asks for."),
            new Known(
                    "init_scripts",
                    "NAME",
                    "What the host is set to first: defaults (as defaults.sh), or none (as Linux)."),
            new Known("seed", "NUMBER", "Of all that is random: sequence numbers, ports. Default: 1."),
            new Known("verbose", "", "Tell of each event."),
            new Known("debug", "", "Tell of each packet when it leaves, too."),
            new Known("dry_run", "", "Read the scripts only."),
            new Known("gateway_ip", "IP", ""),
            new Known("speed", "MBPS", ""),
            new Known("non_fatal", "", ""),
            new Known("code_command", "COMMAND", ""),
            new Known("code_format", "FORMAT", ""),
            new Known("code_sockopt", "OPTION", ""),
            new Known("is_anyip", "", ""),
            new Known("send_omit_free", "", ""),
            new Known("no_cleanup", "", ""),
            new Known("persistent_tun_dev", "", ""),
            new Known("tun_dev", "NAME", ""),
            new Known("psp_udp_port", "PORT", ""));

    private final Map<String, String> values;
    private final Map<String, String> definitions;

    private Options(Map<String, String> values, Map<String, String> definitions) {
        this.values = values;
        this.definitions = definitions;
    }

    /// Every option there is.
    public static List<Known> all() {
        return ALL;
    }

    private static @Nullable Known find(String name) {
        for (Known known : ALL) if (known.name.equals(name)) return known;
        return null;
    }

    /// Nothing is set.
    public static Options defaults() {
        return new Options(Map.of(), Map.of());
    }

    /// `--name=value`
    ///
    /// @param value may be empty where the option is a switch
    /// @throws IllegalArgumentException if there is no such option, or it cannot have this value
    public Options with(String name, String value) {
        if (name.equals("define")) return withDefinition(value);
        Known known = find(name);
        if (known == null) throw new IllegalArgumentException("there is no option --" + name);
        if (value.isEmpty() && !known.isSwitch() && !known.description.isEmpty()) {
            throw new IllegalArgumentException("--" + name + " needs a value");
        }
        check(name, value);
        var more = new LinkedHashMap<>(values);
        more.put(name, value.isEmpty() ? "1" : value);
        return new Options(more, definitions);
    }

    /// `-D NAME=VALUE`: what stands for a name in scripts.
    ///
    /// @throws IllegalArgumentException if there is no `=`
    public Options withDefinition(String nameAndValue) {
        int equals = nameAndValue.indexOf('=');
        if (equals <= 0) throw new IllegalArgumentException("a definition is NAME=VALUE, not '" + nameAndValue + "'");
        var more = new HashMap<>(definitions);
        more.put(nameAndValue.substring(0, equals), nameAndValue.substring(equals + 1));
        return new Options(values, more);
    }

    /// Whether `--ip_version` is set.
    public boolean hasIpVersion() {
        return values.containsKey("ip_version");
    }

    /// Whether each event is to be told of.
    public boolean verbose() {
        return flag("verbose");
    }

    /// What this and `other` set; where both do, the other.
    Options overriddenBy(Options other) {
        var all = new LinkedHashMap<>(values);
        all.putAll(other.values);
        var names = new HashMap<>(definitions);
        names.putAll(other.definitions);
        return new Options(all, names);
    }

    // ---------------------------------------------------------------- values

    private static void check(String name, String value) {
        switch (name) {
            case "ip_version" -> version(value);
            case "local_ip", "remote_ip" -> address(value);
            case "netmask_ip" -> prefixLength(value);
            case "bind_port", "connect_port" -> number(name, value, 1, 65535);
            case "mtu" -> number(name, value, 68, 65536);
            case "mss" -> number(name, value, 1, 65535);
            case "tolerance_usecs", "tcp_ts_tick_usecs" -> number(name, value, 0, Integer.MAX_VALUE);
            case "seed" -> number(name, value, Long.MIN_VALUE, Long.MAX_VALUE);
            case "tolerance_percent" -> percent(value);
            default -> {}
        }
    }

    private static long number(String name, String value, long least, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) return number;
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "--" + name + " is a number from " + least + " to " + most + ", not '" + value + "'");
    }

    private static double percent(String value) {
        try {
            double percent = Double.parseDouble(value);
            if (percent >= 0) return percent;
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("--tolerance_percent is a number, not '" + value + "'");
    }

    private static IpVersion version(String value) {
        for (IpVersion version : IpVersion.values()) if (version.optionName().equals(value)) return version;
        throw new IllegalArgumentException("--ip_version is ipv4, ipv6 or ipv4-mapped-ipv6, not '" + value + "'");
    }

    /// An address, whatever stands behind a slash.
    private static IpAddress address(String value) {
        int slash = value.indexOf('/');
        return IpAddress.parse(slash < 0 ? value : value.substring(0, slash));
    }

    private static int prefixLength(String mask) {
        int bits = IpAddress.parse(mask).v4Bits();
        int length = Integer.numberOfLeadingZeros(~bits);
        if (length < 32 && bits << length != 0)
            throw new IllegalArgumentException("'" + mask + "' is no mask of a network");
        return length;
    }

    private boolean flag(String name) {
        String value = values.get(name);
        return value != null && !value.equals("0") && !value.equals("false");
    }

    private long number(String name, long otherwise) {
        String value = values.get(name);
        return value == null ? otherwise : Long.parseLong(value);
    }

    private @Nullable IpAddress ip(String name, IpVersion version) {
        String value = values.get(name);
        if (value == null) return null;
        IpAddress ip = address(value);
        // A script's addresses are those of the version it was written for.
        return ip.isV4() == version.packetsAreV4() ? ip : null;
    }

    // ---------------------------------------------------------------- what comes out

    IpVersion ipVersion() {
        String value = values.get("ip_version");
        IpVersion wanted = value == null ? IpVersion.IPV4 : version(value);
        // IPv6 sockets reach an address of IPv4 as a mapped one.
        return wanted == IpVersion.IPV6 && (isV4("local_ip") || isV4("remote_ip")) ? IpVersion.MAPPED : wanted;
    }

    private boolean isV4(String name) {
        String value = values.get(name);
        return value != null && address(value).isV4();
    }

    /// All of it, with defaults for what is not set.
    Configuration configuration() {
        IpVersion version = ipVersion();
        var defaults = FamilyDefaults.of(version);
        IpAddress local = ip("local_ip", version);
        IpAddress remote = ip("remote_ip", version);
        String mask = values.get("netmask_ip");
        if (local == null) local = defaults.local();
        if (remote == null) remote = defaults.remote();
        Map<String, String> names = new HashMap<>(defaults.definitions());
        names.put("TFO_COOKIE", FamilyDefaults.cookie(FamilyDefaults.COOKIE_KEY, local, remote));
        names.put("TFO_COOKIE_ZERO", FamilyDefaults.cookie(FamilyDefaults.ZERO_KEY, local, remote));
        names.putAll(definitions);
        var setup = new Setup(
                version,
                local,
                mask == null || !version.packetsAreV4() ? defaults.prefixLength() : prefixLength(mask),
                remote,
                (int) number("bind_port", FamilyDefaults.PORT),
                (int) number("connect_port", FamilyDefaults.PORT),
                (int) number("mtu", defaults.mtu()),
                (int) number("mss", 0),
                names,
                TimeUnit.MICROSECONDS.toNanos(number("tolerance_usecs", FamilyDefaults.TOLERANCE_MICROS)),
                number("seed", 1));
        String percent = values.get("tolerance_percent");
        return new Configuration(
                setup,
                percent == null ? FamilyDefaults.TOLERANCE_PERCENT : percent(percent),
                number("tcp_ts_tick_usecs", 0),
                flag("tcp_ts_ecr_scaled"),
                flag("strict_segments"),
                flag("strict"),
                !"none".equals(values.get("init_scripts")),
                flag("verbose") || flag("debug"),
                flag("debug"),
                flag("dry_run"));
    }

    /// As they stand on a command line.
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        values.forEach((name, value) -> parts.add("--" + name + "=" + value));
        definitions.forEach((name, value) -> parts.add("-D " + name + "=" + value));
        return String.join(" ", parts);
    }
}
