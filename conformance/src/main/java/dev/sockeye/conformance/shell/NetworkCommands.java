package dev.sockeye.conformance.shell;

import dev.sockeye.conformance.machine.Unsupported;
import dev.sockeye.conformance.shell.Shell.Result;
import dev.sockeye.host.RoutingTable;
import dev.sockeye.wire.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `nstat`, `ip`, `tc`, `ethtool`, and the files under `/sys` and `/proc/net`.
final class NetworkCommands {

    /// Numbers of `/proc/net/snmp` that count nothing: `nstat` leaves them out.
    private static final Set<String> NOT_SHOWN = Set.of(
            "IpForwarding", "IpDefaultTTL", "TcpRtoAlgorithm", "TcpRtoMin", "TcpRtoMax", "TcpMaxConn", "TcpCurrEstab");

    private final Environment environment;

    /// What `nstat` has shown last, for it shows what has been added since.
    private final Map<String, Long> history = new HashMap<>();

    NetworkCommands(Environment environment) {
        this.environment = environment;
    }

    // ---------------------------------------------------------------- nstat

    Result nstat(List<String> arguments) {
        boolean silent = false;
        boolean absolute = false;
        boolean zeros = false;
        boolean keeps = false;
        List<String> patterns =
                arguments.stream().filter(argument -> !argument.startsWith("-")).toList();
        for (String argument : arguments) {
            if (!argument.startsWith("-")) continue;
            silent |= argument.contains("n");
            absolute |= argument.contains("a");
            zeros |= argument.contains("z");
            keeps |= argument.contains("s");
        }
        var output = new StringBuilder("#kernel\n");
        Map<String, Long> all = environment.machine().host().counters().all();
        for (Map.Entry<String, Long> each : all.entrySet()) {
            long value = each.getValue() - (absolute ? 0 : history.getOrDefault(each.getKey(), 0L));
            boolean wanted =
                    patterns.isEmpty() || patterns.stream().anyMatch(pattern -> matches(pattern, each.getKey()));
            wanted &= !NOT_SHOWN.contains(each.getKey());
            if (wanted && (value != 0 || zeros)) output.append("%-32s%-19d0.0%n".formatted(each.getKey(), value));
        }
        if (!keeps) history.putAll(all);
        return new Result(0, silent ? "" : output.toString());
    }

    private static boolean matches(String pattern, String name) {
        return name.matches(pattern.replace("*", ".*").replace("?", "."));
    }

    // ---------------------------------------------------------------- ip, tc, ethtool

    Result ip(List<String> arguments) throws ShellException {
        boolean v6 = !arguments.isEmpty() && arguments.getFirst().equals("-6");
        boolean versioned = v6 || !arguments.isEmpty() && arguments.getFirst().equals("-4");
        List<String> words = versioned ? arguments.subList(1, arguments.size()) : arguments;
        String object = words.size() < 2 ? "" : words.getFirst();
        return switch (object) {
            case "tcp_metrics" -> {
                if (words.contains("flush")) flushMetrics();
                yield Result.OK;
            }
            case "route", "ro", "r" -> route(words.subList(1, words.size()), v6);
            default -> throw new Unsupported("ip " + String.join(" ", arguments));
        };
    }

    /// `ip tcp_metrics flush all`
    void flushMetrics() {
        environment.machine().host().tcp().fastOpenCache.flush();
        environment.machine().host().tcp().metrics.flush();
    }

    /// `ip route change PREFIX via GATEWAY dev tun0 mtu N`; what is to be shown is nothing.
    private Result route(List<String> words, boolean v6) throws ShellException {
        String verb = words.getFirst();
        if (List.of("show", "list", "ls", "get", "flush").contains(verb)) return Result.OK;
        String prefix = words.size() < 2 ? "default" : words.get(1);
        if (prefix.equals("default") && v6) prefix = "::/0";
        IpAddress gateway = null;
        int mtu = 0;
        for (int i = 2; i + 1 < words.size(); i += 2) {
            String value = words.get(i + 1);
            switch (words.get(i)) {
                case "dev", "proto", "scope", "table" -> {}
                case "via" -> gateway = IpAddress.parse(value);
                case "mtu" -> {
                    if (value.equals("lock")) value = words.get(++i + 1);
                    mtu = (int) Arithmetic.value(value);
                }
                default -> throw new Unsupported("ip route with " + words.get(i));
            }
        }
        RoutingTable routes = environment.machine().host().routes();
        try {
            switch (verb) {
                case "add", "append", "change", "replace" ->
                    routes.replace(prefix, gateway, environment.machine().device(), mtu);
                case "del", "delete" -> {
                    if (!routes.remove(prefix)) return Result.failed("RTNETLINK answers: No such process");
                }
                default -> throw new Unsupported("ip route " + verb);
            }
        } catch (IllegalArgumentException e) {
            return Result.failed(String.valueOf(e.getMessage()));
        }
        return Result.OK;
    }

    /// Packets wait in no queue here, which is what a `pfifo` without a rate comes to.
    Result tc(List<String> arguments) {
        boolean plain =
                arguments.contains("pfifo") || arguments.contains("noqueue") || arguments.contains("pfifo_fast");
        if (!plain && !arguments.contains("del")) throw new Unsupported("tc " + String.join(" ", arguments));
        return Result.OK;
    }

    /// Offloads change how many segments a packet carries, not what is sent.
    Result ethtool(List<String> arguments) {
        if (!arguments.contains("-K") && !arguments.contains("--offload")) {
            throw new Unsupported("ethtool " + String.join(" ", arguments));
        }
        return Result.OK;
    }

    // ---------------------------------------------------------------- files

    /// A parameter of a module, under `/sys/module`: those of `tcp_cubic`.
    void setParameter(String file, String value) {
        try {
            environment.machine().host().sysctl().set(parameterName(file), value);
        } catch (IllegalArgumentException e) {
            throw new Unsupported(value + " > " + file);
        }
    }

    /// What such a parameter is.
    String parameter(String file) {
        return environment.machine().host().sysctl().get(parameterName(file)) + "\n";
    }

    private String parameterName(String file) {
        String name = file.replaceFirst("^/sys/module/(\\w+)/parameters/(\\w+)$", "$1.$2");
        if (!environment.machine().host().sysctl().all().containsKey(name)) {
            throw new Unsupported("the parameter " + file);
        }
        return name;
    }

    /// `/proc/net/tcp` and `tcp6`: the sockets there are, with addresses and states in hexadecimal.
    String procNet(String file) {
        if (!file.equals("/proc/net/tcp") && !file.equals("/proc/net/tcp6")) throw new Unsupported("reading " + file);
        return ProcNetTcp.of(environment.machine().host(), file.endsWith("6"));
    }
}
