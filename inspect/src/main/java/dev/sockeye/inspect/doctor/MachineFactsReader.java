package dev.sockeye.inspect.doctor;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads [MachineFacts] of the namespace that the calling thread is in. `/proc/net` is of the process's
/// first thread, so that it reads `/proc/thread-self/net`; `/proc/sys/net` is always of the thread that
/// reads.
public final class MachineFactsReader {

    private final Path net;
    private final Path sys;

    /// Of this machine.
    public MachineFactsReader() {
        this(Path.of("/proc/thread-self/net"), Path.of("/proc/sys/net"));
    }

    /// Of folders like these two of `/proc`.
    public MachineFactsReader(Path net, Path sys) {
        this.net = net;
        this.sys = sys;
    }

    /// Of a namespace that cannot be entered, by a process in it: counters and sums, but no settings,
    /// which only a thread in the namespace can read.
    public static MachineFactsReader ofProcess(long pid) {
        return new MachineFactsReader(Path.of("/proc/" + pid + "/net"), Path.of("/proc/" + pid + "/none"));
    }

    /// Reads what may be read.
    ///
    /// @param namespace its name
    /// @param ofHost    whether the machine itself lives in it
    public MachineFacts read(String namespace, boolean ofHost) {
        Instant now = Instant.now();
        Map<String, Long> counters = new HashMap<>(ProcTables.counters(lines(net.resolve("netstat"))));
        counters.putAll(ProcTables.counters(lines(net.resolve("snmp"))));
        Map<String, List<Long>> settings = new HashMap<>();
        for (String name : MachineFacts.IPV4_SETTINGS) readSetting(settings, "ipv4", name);
        for (String name : MachineFacts.CORE_SETTINGS) readSetting(settings, "core", name);
        Map<String, Long> sums = ProcTables.sockstat(lines(net.resolve("sockstat")));
        return new MachineFacts(namespace, now, counters, sums, settings, ports(), ofHost);
    }

    private void readSetting(Map<String, List<Long>> settings, String folder, String name) {
        List<Long> numbers = ProcTables.numbers(text(sys.resolve(folder).resolve(name)));
        if (!numbers.isEmpty()) settings.put(name, numbers);
    }

    private PortRange ports() {
        List<Long> range = ProcTables.numbers(text(sys.resolve("ipv4/ip_local_port_range")));
        if (range.size() != 2) return PortRange.DEFAULT;
        String reserved = text(sys.resolve("ipv4/ip_local_reserved_ports")).strip();
        return new PortRange(range.get(0).intValue(), range.get(1).intValue(), reserved);
    }

    private static List<String> lines(Path file) {
        return text(file).lines().toList();
    }

    /// Empty where there is none, or where it may not be read: kernels and containers differ. In one
    /// piece: a number of `/proc/sys` that is read byte by byte, as `Files.readString` begins with
    /// files without a length, ends after the first one (docs/linux/outside.md).
    private static String text(Path file) {
        try (var in = new FileInputStream(file.toFile())) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return "";
        }
    }
}
