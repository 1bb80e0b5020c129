package dev.sockeye.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The command line of `sockeye ss`, read as `getopt_long(3)` reads that of `ss`: letters may be joined, long names
/// shortened, and options may follow the filter. It is read by hand, for `ss` is asked in a hurry: the library that
/// reads the other commands' lines takes longer to start than the kernel takes to answer.
final class SsOptions {

    /// A command line that is wrong; the message is for the user.
    @SuppressWarnings("serial")
    static final class Wrong extends Exception {

        Wrong(String message) {
            super(message);
        }
    }

    /// Every option by its names: the letter, if it has one, and the word; with `=` behind those that take a value.
    private static final String[][] NAMES = {
        {"t", "tcp"},
        {"u", "udp"},
        {"a", "all"},
        {"l", "listening"},
        {"B", "bound-inactive"},
        {"n", "numeric"},
        {"r", "resolve"},
        {"p", "processes"},
        {"T", "threads"},
        {"e", "extended"},
        {"o", "options"},
        {"i", "info"},
        {"m", "memory"},
        {"s", "summary"},
        {"H", "no-header"},
        {"Q", "no-queues"},
        {"O", "oneline"},
        {"4", "ipv4"},
        {"6", "ipv6"},
        {"f", "family="},
        {"A", "query="},
        {"N", "net="},
        {"F", "filter="},
        {"D", "diag="},
        {"E", "events"},
        {"K", "kill"},
        {"c", "columns="},
        {"", "socket="},
        {"", "tos"},
        {"", "cgroup"},
        {"", "inet-sockopt"},
        {"", "all-namespaces"},
        {"", "json"},
        {"", "diag-file="},
        {"", "from="},
        {"h", "help"},
        {"V", "version"},
    };

    /// What `ss` lists and this does not: other kinds of sockets.
    private static final String OTHER_KINDS = "xwdSM0Zzb";

    private final Map<String, String> given = new LinkedHashMap<>();
    private final List<String> filter = new ArrayList<>();

    private SsOptions() {}

    /// @param arguments what stands behind `ss`
    /// @throws Wrong if it cannot be read
    static SsOptions parse(String... arguments) throws Wrong {
        var options = new SsOptions();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            @Nullable String next = i + 1 < arguments.length ? arguments[i + 1] : null;
            if (argument.equals("--")) {
                for (int rest = i + 1; rest < arguments.length; rest++) options.filter.add(arguments[rest]);
                break;
            }
            if (argument.startsWith("--")) {
                if (options.word(argument.substring(2), next)) i++;
            } else if (argument.length() > 1 && argument.charAt(0) == '-') {
                if (options.letters(argument, next)) i++;
            } else {
                options.filter.add(argument);
            }
        }
        options.check();
        return options;
    }

    /// @return whether the next argument is its value
    private boolean word(String text, @Nullable String next) throws Wrong {
        int equals = text.indexOf('=');
        String word = equals < 0 ? text : text.substring(0, equals);
        String found = complete(word);
        boolean wantsValue = found.endsWith("=");
        String name = wantsValue ? found.substring(0, found.length() - 1) : found;
        if (!wantsValue) {
            if (equals >= 0) throw new Wrong("'--" + name + "' takes no value");
            given.put(name, "");
            return false;
        }
        if (equals < 0 && next == null) throw new Wrong("'--" + name + "' needs a value");
        set(name, equals >= 0 ? text.substring(equals + 1) : next);
        return equals < 0;
    }

    private static String complete(String word) throws Wrong {
        List<String> possible = new ArrayList<>();
        for (String[] names : NAMES) {
            String name = names[1].replace("=", "");
            if (name.equals(word)) return names[1];
            if (!word.isEmpty() && name.startsWith(word)) possible.add(names[1]);
        }
        if (possible.size() == 1) return possible.getFirst();
        if (possible.isEmpty()) throw new Wrong("there is no option '--" + word + "'");
        throw new Wrong("'--" + word + "' may stand for --" + possible.get(0).replace("=", "") + " and --"
                + possible.get(1).replace("=", ""));
    }

    private boolean letters(String argument, @Nullable String next) throws Wrong {
        for (int i = 1; i < argument.length(); i++) {
            char letter = argument.charAt(i);
            String name = named(letter);
            if (!name.endsWith("=")) {
                given.put(name, "");
                continue;
            }
            boolean inNext = i + 1 == argument.length();
            if (inNext && next == null) throw new Wrong("'-" + letter + "' needs a value");
            set(name.substring(0, name.length() - 1), inNext ? next : argument.substring(i + 1));
            return inNext;
        }
        return false;
    }

    private static String named(char letter) throws Wrong {
        for (String[] names : NAMES) if (names[0].indexOf(letter) == 0) return names[1];
        if (OTHER_KINDS.indexOf(letter) >= 0)
            throw new Wrong("'-" + letter + "' is about what is not TCP: 'ss' itself shows it");
        throw new Wrong("there is no option '-" + letter + "'");
    }

    private void set(String name, @Nullable String value) {
        // Some have two words, and are known by the first.
        String key = switch (name) {
            case "socket" -> "query";
            case "diag-file" -> "diag";
            default -> name;
        };
        given.put(key, value == null ? "" : value);
    }

    private void check() throws Wrong {
        String family = given.get("family");
        if (family != null) {
            switch (family) {
                case "inet" -> given.put("ipv4", "");
                case "inet6" -> given.put("ipv6", "");
                default -> throw new Wrong("'-f " + family + "' is about what is not TCP: 'ss' itself shows it");
            }
        }
        String query = given.get("query");
        if (query != null) {
            for (String table : query.split(",", -1)) {
                switch (table) {
                    case "all", "inet" -> {}
                    case "tcp" -> given.put("tcp", "");
                    case "udp" -> given.put("udp", "");
                    default -> throw new Wrong("'-A " + table + "' is about what is not TCP: 'ss' itself shows it");
                }
            }
        }
        if (has("events")) throw new Wrong("sockets that end are shown by 'sockeye trace'");
        if (has("kill")) throw new Wrong("sockets are ended by 'sockeye fix kill', which asks first");
        if (has("net") && has("all-namespaces")) throw new Wrong("--net is one namespace, and --all-namespaces all");
    }

    // ---------------------------------------------------------------- what was given

    /// Whether an option was given, by its long name.
    boolean has(String name) {
        return given.containsKey(name);
    }

    /// The value of an option, null if it was not given.
    @Nullable
    String value(String name) {
        return given.get(name);
    }

    /// The filter's words.
    String filter() {
        return String.join(" ", filter);
    }

    /// Every name that is known, with the dashes in front, and `=` behind those that take a value.
    static Set<String> names() {
        Set<String> all = new TreeSet<>();
        for (String[] names : NAMES) {
            if (!names[0].isEmpty()) all.add("-" + names[0] + (names[1].endsWith("=") ? "=" : ""));
            all.add("--" + names[1]);
        }
        return all;
    }
}
