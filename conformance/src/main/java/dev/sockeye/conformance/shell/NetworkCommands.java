package dev.sockeye.conformance.shell;

import dev.sockeye.conformance.machine.Unsupported;
import dev.sockeye.conformance.shell.Shell.Result;
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

    Result ip(List<String> arguments) {
        if (arguments.size() >= 2 && arguments.getFirst().equals("tcp_metrics")) {
            if (arguments.contains("flush")) {
                environment.machine().host().tcp().fastOpenCache.flush();
                environment.machine().host().tcp().metrics.flush();
            }
            return Result.OK;
        }
        throw new Unsupported("ip " + String.join(" ", arguments));
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

    /// A parameter of a module, under `/sys/module`.
    void setParameter(String file, String value) {
        String hystart = "/sys/module/tcp_cubic/parameters/hystart_detect";
        if (file.equals(hystart) && value.equals("3")) return;
        throw new Unsupported(value + " > " + file);
    }

    /// `/proc/net/tcp` and `tcp6`: the sockets there are, with addresses and states in hexadecimal.
    String procNet(String file) {
        if (!file.equals("/proc/net/tcp") && !file.equals("/proc/net/tcp6")) throw new Unsupported("reading " + file);
        return ProcNetTcp.of(environment.machine().host(), file.endsWith("6"));
    }
}
