package dev.sockeye.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `ss -tanpeoimH` says of one socket, as a map from each field's name to its value; flags have an empty value.
final class SsLine {

    /// Fields that have blanks or brackets in them, then all others.
    private static final Pattern FIELD =
            Pattern.compile("(?<rate>(?:send|pacing_rate|delivery_rate) \\S+)|(?<sockopt>inet-sockopt: \\([^)]*\\))"
                    + "|(?<users>users:\\(\\(.*?\\)\\))|(?<word>\\S+)");

    private static final Pattern TIMER = Pattern.compile("\\((\\w+),([^,]*),(\\d+)\\)");

    private SsLine() {}

    /// The sockets by their cookies.
    static Map<String, Map<String, String>> parse(String output) {
        List<String> sockets = new ArrayList<>();
        for (String line : output.lines().toList()) {
            if (line.startsWith("\t")) sockets.set(sockets.size() - 1, sockets.getLast() + " " + line.strip());
            else sockets.add(line.strip());
        }
        Map<String, Map<String, String>> byCookie = new TreeMap<>();
        for (String socket : sockets) {
            Map<String, String> fields = fields(socket);
            Map<String, String> twin = byCookie.put(fields.getOrDefault("sk", "?"), fields);
            if (twin != null) throw new IllegalArgumentException("twice the same cookie: " + twin + " " + fields);
        }
        return byCookie;
    }

    private static Map<String, String> fields(String socket) {
        String[] words = socket.split("\\s+", 6);
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("State", words[0]);
        fields.put("Recv-Q", words[1]);
        fields.put("Send-Q", words[2]);
        fields.put("Local", words[3]);
        fields.put("Peer", words[4]);
        if (words.length == 5) return fields;
        Matcher field = FIELD.matcher(words[5]);
        while (field.find()) {
            String text = field.group();
            int end = 0;
            while (end < text.length() && text.charAt(end) != ':' && text.charAt(end) != ' ') end++;
            String name = text.endsWith("->") || text.endsWith("--") || text.equals("<--")
                    ? "arrows"
                    : text.substring(0, end);
            if (end == text.length() && !name.equals("arrows"))
                name += " (flag)"; // the name of BBR is one, and not its field
            String value = name.equals("arrows") ? text : text.substring(Math.min(text.length(), end + 1));
            if (name.equals("users")) value = inOrder(value);
            String twin = fields.put(name, value);
            // -e and --cgroup both tell the control group
            if (twin != null && !twin.equals(value))
                throw new IllegalArgumentException("twice " + name + ": " + socket);
        }
        return fields;
    }

    /// The same holders in any order.
    private static String inOrder(String users) {
        return new TreeSet<>(
                        Arrays.asList(users.substring(2, users.length() - 2).split("\\),\\(", -1)))
                .toString();
    }

    /// A field that time moves, in milliseconds; -1 for one that it does not.
    static long millis(String name, String value) {
        return switch (name) {
            case "lastsnd", "lastrcv", "lastack" -> Long.parseLong(value);
            case "busy", "rwnd_limited", "sndbuf_limited", "total_rto_time" ->
                Long.parseLong(value.substring(0, value.indexOf("ms")));
            case "timer" -> {
                Matcher timer = TIMER.matcher(value);
                if (!timer.matches()) throw new IllegalArgumentException(value);
                yield duration(timer.group(2));
            }
            default -> -1;
        };
    }

    /// `119min`, `1min20sec`, `58sec`, `4.112sec`, which `ss` calls `4.112ms`, `312ms`.
    private static long duration(String text) {
        Matcher parts = Pattern.compile("(?:(\\d+)min)?(?:(\\d+)(?:\\.(\\d{3}))?(sec|ms))?")
                .matcher(text);
        if (!parts.matches()) throw new IllegalArgumentException(text);
        long millis = parts.group(1) == null ? 0 : 60_000 * Long.parseLong(parts.group(1));
        if (parts.group(2) == null) return millis;
        long number = Long.parseLong(parts.group(2));
        if (parts.group(3) != null) return millis + 1000 * number + Long.parseLong(parts.group(3));
        return millis + (parts.group(4).equals("sec") ? 1000 * number : number);
    }

    /// What of a timer stays while it runs: its name, and how often it was.
    static String constant(String name, String value) {
        if (!name.equals("timer")) return "";
        Matcher timer = TIMER.matcher(value);
        if (!timer.matches()) throw new IllegalArgumentException(value);
        return timer.group(1) + " " + timer.group(3);
    }
}
