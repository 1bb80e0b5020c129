package dev.sockeye.conformance.shell;

import dev.sockeye.conformance.machine.Unsupported;
import dev.sockeye.host.Sysctl;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Sysctls as commands set them, and what puts them back.
final class Settings {

    /// Settings of Linux of which what a TCP socket sends and a program sees does not depend here: those
    /// without effect
    /// on Linux itself, of MPTCP and other protocols, of queues and processors.
    private static final Pattern WITHOUT_EFFECT = Pattern.compile("net\\.(ipv4\\.(tcp_(fack|low_latency|early_demux"
            + "|backlog_ack_defer|child_ehash_entries|l3mdev_accept|migrate_req|no_ssthresh_metrics_save|plb_\\w+)"
            + "|ip_early_demux|ip_forward|udp_\\w+|conf\\.\\w+\\.(rp_filter|accept_local|route_localnet|log_martians))"
            + "|core\\.(default_qdisc|busy_\\w+|netdev_\\w+|optmem_max|dev_weight\\w*)|mptcp\\.\\w+)");

    /// Settings that only kernels of packetdrill's authors have: on Linux there is no such file.
    private static final Set<String> NOT_ON_LINUX = Set.of("net.ipv4.tcp_fastopen_cookies");

    private record Saved(String name, String value) {}

    private final Sysctl sysctl;
    private final List<Saved> saved = new ArrayList<>();

    Settings(Sysctl sysctl) {
        this.sysctl = sysctl;
    }

    /// `net.ipv4.tcp_ecn`, also where it is written as a path.
    static String name(String nameOrPath) {
        String name = nameOrPath.startsWith("/proc/sys/") ? nameOrPath.substring("/proc/sys/".length()) : nameOrPath;
        return name.replace('/', '.');
    }

    boolean exists(String nameOrPath) {
        return sysctl.all().containsKey(name(nameOrPath));
    }

    String get(String nameOrPath) {
        String name = name(nameOrPath);
        if (!sysctl.all().containsKey(name)) throw new Unsupported("the sysctl " + name);
        return sysctl.get(name);
    }

    /// Sets one.
    ///
    /// @return what is wrong with the value, or an empty text
    String set(String nameOrPath, String value) {
        String name = name(nameOrPath);
        if (WITHOUT_EFFECT.matcher(name).matches()) return "";
        if (NOT_ON_LINUX.contains(name)) return "cannot stat /proc/sys/" + name.replace('.', '/');
        if (!sysctl.all().containsKey(name)) throw new Unsupported("the sysctl " + name);
        try {
            sysctl.set(name, decimal(value));
            return "";
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /// Sets one if there is such a setting.
    void setIfKnown(String name, String value) {
        if (sysctl.all().containsKey(name)) set(name, value);
    }

    /// The kernel takes hexadecimal numbers too.
    private static String decimal(String value) {
        String[] words = value.strip().split("\\s+");
        for (int i = 0; i < words.length; i++) {
            if (words[i].matches("0[xX][0-9a-fA-F]{1,15}")) {
                words[i] = Long.toString(Long.parseLong(words[i].substring(2), 16));
            }
        }
        return String.join(" ", words);
    }

    /// Sets one that [#restore] will put back.
    String setForNow(String nameOrPath, String value) {
        String name = name(nameOrPath);
        if (sysctl.all().containsKey(name)) saved.addFirst(new Saved(name, sysctl.get(name)));
        return set(name, value);
    }

    void restore() {
        for (Saved each : saved) set(each.name, each.value);
        saved.clear();
    }
}
