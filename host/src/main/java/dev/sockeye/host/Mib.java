package dev.sockeye.host;

/// The counters that a host keeps besides TCP's, under the kernel's names: the groups `Ip`, `Icmp` and `Udp` of
/// `/proc/net/snmp` and `Ip6`, `Icmp6`, `Udp6` of `/proc/net/snmp6`.
public enum Mib {
    IpForwarding("Ip", "Forwarding");

    private final String group;
    private final String snmpName;

    Mib(String group, String snmpName) {
        this.group = group;
        this.snmpName = snmpName;
    }

    /// The group, such as `Ip`.
    public String group() {
        return group;
    }

    /// The name in its group, such as `InReceives`.
    public String snmpName() {
        return snmpName;
    }
}
