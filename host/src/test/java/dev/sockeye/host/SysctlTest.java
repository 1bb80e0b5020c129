package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.wire.PagePool;
import org.junit.jupiter.api.Test;

/// Settings and counters by their names.
class SysctlTest {

    private final Sysctl sysctl = Sysctl.linux();

    @Test
    void linuxsDefaults() {
        assertThat(sysctl.get("net.ipv4.tcp_fin_timeout")).isEqualTo("60");
        assertThat(sysctl.get("net.core.somaxconn")).isEqualTo("4096");
        assertThat(sysctl.get("net.ipv4.ip_local_port_range")).isEqualTo("32768\t60999");
        assertThat(sysctl.get("net.ipv4.tcp_rmem")).isEqualTo("4096\t131072\t33554432");
        assertThat(sysctl.get("net.ipv4.tcp_congestion_control")).isEqualTo("cubic");
        assertThat(sysctl.get("net.ipv4.route.min_pmtu")).isEqualTo("552");
        assertThat(sysctl.get("net.ipv6.bindv6only")).isEqualTo("0");
        assertThat(sysctl.get("net.ipv6.icmp.ratelimit")).isEqualTo("100");
        assertThat(sysctl.get("net.ipv6.conf.all.hop_limit")).isEqualTo("64");
        assertThat(sysctl.all()).hasSizeGreaterThan(80).containsEntry("net.ipv4.icmp_ratemask", "6168");
    }

    @Test
    void aChangeIsSeenByTheField() {
        sysctl.set("net.ipv4.tcp_fin_timeout", " 30 ").set("net.ipv4.ip_local_port_range", "1024 2048");
        assertThat(sysctl.tcp().tcp_fin_timeout).isEqualTo(30);
        assertThat(sysctl.ipv4().ip_local_port_range).containsExactly(1024, 2048);
        sysctl.tcp().tcp_fin_timeout = 20;
        assertThat(sysctl.get("net.ipv4.tcp_fin_timeout")).isEqualTo("20");
        assertThat(Sysctl.linux().get("net.ipv4.tcp_fin_timeout")).isEqualTo("60");
    }

    @Test
    void whatIsNotAValueIsSaid() {
        assertThatThrownBy(() -> sysctl.get("net.ipv4.tcp_nonsense"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no sysctl is named 'net.ipv4.tcp_nonsense'");
        refused("net.ipv4.tcp_fin_timeout", "soon", "'soon' is not a number");
        refused("net.ipv4.tcp_fin_timeout", "-1", "it cannot be negative");
        refused("net.ipv4.tcp_fin_timeout", "3000000000", "it is too large");
        refused("net.ipv4.ip_local_port_range", "1024", "it has 2 numbers");
        refused("net.ipv4.ip_local_port_range", "2048 1024", "it goes down");
        refused("net.ipv4.ip_local_port_range", "0 1024", "a port is 1 to 65535");
        refused("net.ipv4.ip_local_port_range", "1024 65536", "a port is 1 to 65535");
        refused("net.ipv4.tcp_congestion_control", "", "it is empty");
    }

    @Test
    void algorithmsOfCongestionControl() {
        assertThat(sysctl.get("net.ipv4.tcp_available_congestion_control")).startsWith("reno cubic");
        assertThat(sysctl.get("net.ipv4.tcp_allowed_congestion_control")).startsWith("reno cubic");
        sysctl.set("net.ipv4.tcp_allowed_congestion_control", "reno")
                .set("net.ipv4.tcp_congestion_control", "reno")
                .set("tcp_cubic.hystart_detect", "2");
        assertThat(sysctl.tcp().tcp_congestion_control).isEqualTo("reno");
        assertThat(sysctl.tcp().cubic().hystart_detect).isEqualTo(2);
        refused("net.ipv4.tcp_congestion_control", "hybla", "there is no 'hybla'");
        refused("net.ipv4.tcp_allowed_congestion_control", "reno hybla", "there is no 'hybla'");
        assertThatThrownBy(() -> sysctl.set("net.ipv4.tcp_available_congestion_control", "reno"))
                .hasMessage("'net.ipv4.tcp_available_congestion_control' can only be read");
    }

    private void refused(String name, String value, String why) {
        assertThatThrownBy(() -> sysctl.set(name, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + value + "' is not a value of " + name + ": " + why);
    }

    @Test
    void countersByTheNamesOfNstat() {
        var host = new Host("rig", sysctl, new PagePool(), 1);
        assertThat(host.counters().get("TcpRtoMin")).isEqualTo(200);
        assertThat(host.counters().get("IpDefaultTTL")).isEqualTo(64);
        assertThat(host.counters().get("TcpExtListenOverflows")).isZero();
        assertThat(host.counters().all()).containsKeys("Udp6NoPorts", "Icmp6InMsgs", "IpExtInOctets", "TcpInSegs");
        assertThatThrownBy(() -> host.counters().get("TcpNonsense")).hasMessage("no counter is named 'TcpNonsense'");
        assertThat(Mib.Icmp6InMsgs.group()).isEqualTo("Icmp6");
        assertThat(Mib.IpExtInOctets.group()).isEqualTo("IpExt");
        assertThat(Mib.UdpNoPorts.snmpName()).isEqualTo("NoPorts");
    }
}
