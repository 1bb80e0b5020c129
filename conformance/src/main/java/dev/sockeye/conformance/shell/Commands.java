package dev.sockeye.conformance.shell;

import dev.sockeye.conformance.machine.Unsupported;
import dev.sockeye.conformance.shell.Shell.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// The commands there are.
final class Commands {

    /// What a production server of the authors of packetdrill has set, and what most scripts begin with;
    /// their own kernels had settings that no kernel has now, which are left out.
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("net.ipv4.tcp_rmem", "4096 540000 15728640"),
            Map.entry("net.ipv4.tcp_wmem", "4096 262144 4194304"),
            Map.entry("net.ipv4.tcp_timestamps", "1"),
            Map.entry("net.ipv4.tcp_syn_retries", "5"),
            Map.entry("net.ipv4.tcp_synack_retries", "5"),
            Map.entry("net.ipv4.tcp_frto", "2"),
            Map.entry("net.ipv4.tcp_sack", "1"),
            Map.entry("net.ipv4.tcp_dsack", "1"),
            Map.entry("net.ipv4.tcp_reordering", "3"),
            Map.entry("net.ipv4.tcp_congestion_control", "cubic"),
            Map.entry("net.ipv4.tcp_slow_start_after_idle", "0"),
            Map.entry("net.ipv4.tcp_early_retrans", "4"),
            Map.entry("net.ipv4.tcp_recovery", "1"),
            Map.entry("net.ipv4.tcp_tso_win_divisor", "3"),
            Map.entry("net.ipv4.tcp_ecn", "0"),
            Map.entry("net.ipv4.tcp_pacing_ss_ratio", "200"),
            Map.entry("net.ipv4.tcp_pacing_ca_ratio", "120"),
            Map.entry("net.ipv4.tcp_notsent_lowat", "4294967295"),
            Map.entry("net.ipv4.tcp_fastopen_key", "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4"),
            Map.entry("net.ipv4.tcp_syncookies", "1"));

    private final Environment environment;
    private final Settings settings;
    private final NetworkCommands network;

    Commands(Environment environment) {
        this.environment = environment;
        this.settings = new Settings(environment.machine().host().sysctl());
        this.network = new NetworkCommands(environment);
    }

    Result run(List<String> words, String input) throws ShellException {
        String path = words.getFirst();
        String command = path.substring(path.lastIndexOf('/') + 1);
        List<String> arguments = words.subList(1, words.size());
        if (command.startsWith("sysctl_restore_")) {
            settings.restore();
            return Result.OK;
        }
        return switch (command) {
            case "defaults.sh" -> defaults(path);
            case "set_sysctls.py" -> setSysctls(arguments);
            case "sysctl" -> sysctl(arguments);
            case "nstat" -> network.nstat(arguments);
            case "ip" -> network.ip(arguments);
            case "tc" -> network.tc(arguments);
            case "ethtool" -> network.ethtool(arguments);
            case "echo" -> echo(arguments);
            case "cat" -> cat(arguments);
            case "grep" -> grep(arguments, input);
            case "dd" -> dd(arguments);
            case "rm" -> remove(arguments);
            case "true", ":", "sleep", "sync", "modprobe", "set" -> Result.OK;
            case "false" -> Result.failed("");
            case "[", "test" -> Condition.of(command, arguments, this::exists);
            case "awk", "cut", "wc", "head", "tail", "tr", "seq", "expr" -> TextCommands.run(command, arguments, input);
            default -> throw new Unsupported("the command " + command);
        };
    }

    // ---------------------------------------------------------------- settings

    Result defaults(String path) {
        DEFAULTS.forEach(settings::setIfKnown);
        // The kernel's own scripts and those of packetdrill's authors differ in this one.
        boolean kernels = path.startsWith("./");
        settings.set("net.ipv4.tcp_fastopen", kernels ? "0x3" : "0x70403");
        network.flushMetrics();
        return Result.OK;
    }

    private Result setSysctls(List<String> arguments) throws ShellException {
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            if (parts.length != 2) throw new ShellException("'" + argument + "' sets nothing");
            String wrong = settings.setForNow(parts[0], parts[1]);
            if (!wrong.isEmpty()) return Result.failed(wrong);
        }
        return Result.OK;
    }

    private Result sysctl(List<String> arguments) {
        var output = new StringBuilder();
        boolean quiet = false;
        boolean valuesOnly = false;
        for (String argument : arguments) {
            if (argument.startsWith("-")) {
                quiet |= argument.contains("q");
                valuesOnly |= argument.contains("n");
                continue;
            }
            String[] parts = argument.split("=", 2);
            String name = Settings.name(parts[0].strip());
            if (parts.length == 2) {
                String wrong = settings.set(name, parts[1]);
                if (!wrong.isEmpty()) return Result.failed(wrong);
                if (!quiet) output.append(name).append(" = ").append(parts[1]).append('\n');
            } else {
                output.append(valuesOnly ? "" : name + " = ")
                        .append(settings.get(name))
                        .append('\n');
            }
        }
        return new Result(0, output.toString());
    }

    // ---------------------------------------------------------------- text and files

    private static Result echo(List<String> arguments) {
        boolean line = arguments.isEmpty() || !arguments.getFirst().equals("-n");
        List<String> words = line ? arguments : arguments.subList(1, arguments.size());
        return new Result(0, String.join(" ", words) + (line ? "\n" : ""));
    }

    /// `command > file`
    void write(String file, String text, boolean append) {
        if (file.startsWith("/proc/sys/")) {
            String wrong = settings.set(file, text.strip());
            if (!wrong.isEmpty()) throw new Unsupported(wrong);
        } else if (file.startsWith("/sys/")) {
            network.setParameter(file, text.strip());
        } else if (!file.equals("/dev/null")) {
            environment.disk().create(file, text.length());
        }
    }

    private boolean exists(String file) {
        if (file.startsWith("/proc/sys/")) return settings.exists(file);
        return file.startsWith("/proc/net/tcp") || environment.disk().has(file);
    }

    private Result cat(List<String> arguments) {
        var output = new StringBuilder();
        for (String file : arguments) {
            if (file.startsWith("/proc/sys/")) output.append(settings.get(file)).append('\n');
            else if (file.startsWith("/sys/")) output.append(network.parameter(file));
            else if (file.startsWith("/proc/net/")) output.append(network.procNet(file));
            else throw new Unsupported("cat " + file);
        }
        return new Result(0, output.toString());
    }

    private Result grep(List<String> arguments, String input) throws ShellException {
        boolean quiet = false;
        boolean inverted = false;
        boolean literal = false;
        boolean counts = false;
        boolean matches = false;
        boolean words = false;
        int flags = 0;
        List<String> operands = new ArrayList<>();
        for (String argument : arguments) {
            if (!argument.startsWith("-") || argument.length() < 2) {
                operands.add(argument);
                continue;
            }
            counts |= argument.contains("c");
            matches |= argument.contains("o");
            words |= argument.contains("w");
            quiet |= argument.contains("q");
            inverted |= argument.contains("v");
            literal |= argument.contains("F");
            if (argument.contains("i")) flags |= Pattern.CASE_INSENSITIVE;
        }
        if (operands.isEmpty()) throw new ShellException("grep needs a pattern");
        String text =
                operands.size() > 1 ? cat(operands.subList(1, operands.size())).output() : input;
        String wanted = literal ? Pattern.quote(operands.getFirst()) : operands.getFirst();
        Pattern pattern = pattern(words ? "\\b(?:" + wanted + ")\\b" : wanted, flags);
        boolean want = !inverted;
        List<String> found = text.lines()
                .filter(line -> pattern.matcher(line).find() == want)
                .toList();
        if (counts && !quiet) return new Result(found.isEmpty() ? 1 : 0, found.size() + "\n");
        if (matches) {
            found = found.stream()
                    .flatMap(line -> pattern.matcher(line).results().map(MatchResult::group))
                    .toList();
        }
        String output = quiet || found.isEmpty() ? "" : String.join("\n", found) + "\n";
        return new Result(found.isEmpty() ? 1 : 0, output);
    }

    private static Pattern pattern(String text, int flags) throws ShellException {
        try {
            return Pattern.compile(text, flags);
        } catch (PatternSyntaxException e) {
            throw new ShellException("'" + text + "' is not a pattern");
        }
    }

    /// `dd if=/dev/zero of=FILE bs=N count=N`
    private Result dd(List<String> arguments) throws ShellException {
        String to = "";
        long block = 512;
        long count = 1;
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            if (parts.length != 2) throw new ShellException("dd: '" + argument + "' is no operand");
            switch (parts[0]) {
                case "of" -> to = parts[1];
                case "bs" -> block = size(parts[1]);
                case "count" -> count = size(parts[1]);
                default -> {}
            }
        }
        environment.disk().create(to, block * count);
        return Result.OK;
    }

    private static long size(String text) throws ShellException {
        int unit = switch (text.charAt(text.length() - 1)) {
            case 'k', 'K' -> 1 << 10;
            case 'M' -> 1 << 20;
            case 'G' -> 1 << 30;
            default -> 1;
        };
        return Arithmetic.value(unit == 1 ? text : text.substring(0, text.length() - 1)) * unit;
    }

    private Result remove(List<String> arguments) {
        boolean gone = true;
        boolean force = false;
        for (String argument : arguments) {
            if (argument.startsWith("-")) force |= argument.contains("f");
            else gone &= environment.disk().remove(argument);
        }
        return gone || force ? Result.OK : Result.failed("no such file");
    }
}
