package dev.sockeye.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringTokenizer;

/// `ss -s`: what the kernel has counted itself (`/proc/net/sockstat`, `sockstat6` and `snmp`), in the words of `ss`.
final class SsSummary {

    private final Map<String, Long> counts = new HashMap<>();

    private SsSummary() throws IOException {
        readSockstat("/proc/thread-self/net/sockstat");
        try {
            readSockstat("/proc/thread-self/net/sockstat6");
        } catch (IOException e) {
            // a kernel without IPv6
        }
        readSnmp();
    }

    static List<String> lines() throws IOException {
        return new SsSummary().summary();
    }

    /// `TCP: inuse 5 orphan 0 tw 2 alloc 7 mem 0`
    private void readSockstat(String file) throws IOException {
        for (String line : Files.readAllLines(Path.of(file), StandardCharsets.US_ASCII)) {
            var words = new StringTokenizer(line, " :");
            String protocol = words.nextToken();
            while (words.countTokens() >= 2)
                counts.put(protocol + " " + words.nextToken(), Long.parseLong(words.nextToken()));
        }
    }

    /// A line of names, and a line of numbers.
    private void readSnmp() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/thread-self/net/snmp"), StandardCharsets.US_ASCII);
        for (int i = 0; i + 1 < lines.size(); i += 2) {
            if (!lines.get(i).startsWith("Tcp:")) continue;
            var names = new StringTokenizer(lines.get(i));
            var numbers = new StringTokenizer(lines.get(i + 1));
            while (names.hasMoreTokens() && numbers.hasMoreTokens()) {
                String name = names.nextToken();
                String number = numbers.nextToken();
                if (name.equals("CurrEstab")) counts.put(name, Long.parseLong(number));
            }
        }
    }

    private long count(String name) {
        return counts.getOrDefault(name, 0L);
    }

    private List<String> summary() {
        long timeWait = count("TCP tw");
        long inUse = count("TCP inuse") + count("TCP6 inuse");
        long allocated = count("TCP alloc");
        List<String> lines = new ArrayList<>();
        lines.add("Total: " + count("sockets used"));
        lines.add("TCP:   " + (allocated + timeWait) + " (estab " + count("CurrEstab") + ", closed "
                + (allocated + timeWait - inUse) + ", orphaned " + count("TCP orphan") + ", timewait " + timeWait
                + ")");
        lines.add("");
        lines.add("Transport Total     IP        IPv6");
        long v4 = 0;
        long v6 = 0;
        for (String protocol : new String[] {"RAW", "UDP", "TCP"}) {
            long ofV4 = count(protocol + " inuse");
            long ofV6 = count(protocol + "6 inuse");
            lines.add(line(protocol, ofV4, ofV6));
            v4 += ofV4;
            v6 += ofV6;
        }
        lines.add(line("INET", v4, v6));
        lines.add(line("FRAG", count("FRAG inuse"), count("FRAG6 inuse")));
        lines.add("");
        return lines;
    }

    private static String line(String name, long v4, long v6) {
        return String.format(Locale.ROOT, "%s\t  %-9d %-9d %-9d", name, v4 + v6, v4, v6);
    }
}
