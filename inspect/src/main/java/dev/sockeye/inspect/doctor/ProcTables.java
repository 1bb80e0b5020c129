package dev.sockeye.inspect.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The kernel's tables of numbers in `/proc/net` and `/proc/sys` (proc(5)), read with patience: what is
/// no number is left out, for each kernel has other columns.
final class ProcTables {

    private ProcTables() {}

    /// `/proc/net/netstat` and `/proc/net/snmp`: a line of names, then a line of numbers, both behind
    /// the same prefix. A counter is named as `nstat` names it: `TcpExtListenOverflows`,
    /// `TcpRetransSegs`.
    static Map<String, Long> counters(List<String> lines) {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (int i = 0; i + 1 < lines.size(); i += 2) {
            String[] names = lines.get(i).strip().split("\\s+", -1);
            String[] numbers = lines.get(i + 1).strip().split("\\s+", -1);
            if (!names[0].endsWith(":") || !names[0].equals(numbers[0])) {
                i--; // a line that belongs to no other: the next may be a line of names
                continue;
            }
            String prefix = names[0].substring(0, names[0].length() - 1);
            for (int column = 1; column < Math.min(names.length, numbers.length); column++) {
                put(counters, prefix + names[column], numbers[column]);
            }
        }
        return counters;
    }

    /// `/proc/net/sockstat`: in each line a prefix, then names and numbers in turns: `TCPorphan`,
    /// `TCPmem`.
    static Map<String, Long> sockstat(List<String> lines) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (String line : lines) {
            String[] words = line.strip().split("\\s+", -1);
            if (!words[0].endsWith(":")) continue;
            String prefix = words[0].substring(0, words[0].length() - 1);
            for (int i = 1; i + 1 < words.length; i += 2) put(numbers, prefix + words[i], words[i + 1]);
        }
        return numbers;
    }

    private static void put(Map<String, Long> numbers, String name, String text) {
        try {
            numbers.put(name, Long.parseLong(text));
        } catch (NumberFormatException e) {
            // Not a number, or one beyond all counters: as good as not told.
        }
    }

    /// A setting of `/proc/sys`: one number or several. Empty if it is something else.
    static List<Long> numbers(String text) {
        List<Long> numbers = new ArrayList<>(3);
        for (String word : text.strip().split("\\s+", -1)) {
            try {
                numbers.add(Long.parseLong(word));
            } catch (NumberFormatException e) {
                return List.of();
            }
        }
        return List.copyOf(numbers);
    }
}
