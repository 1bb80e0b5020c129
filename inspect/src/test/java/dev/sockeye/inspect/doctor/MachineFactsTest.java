package dev.sockeye.inspect.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MachineFactsTest {

    @TempDir
    private Path folder;

    @Test
    void countersAreNamedAsNstatNamesThem() {
        List<String> lines = List.of(
                "TcpExt: SyncookiesSent ListenOverflows ListenDrops",
                "TcpExt: 0 15 16",
                "IpExt: InNoRoutes",
                "IpExt: 18446744073709551615", // beyond a long: a counter that ran backwards
                "Tcp: RtoAlgorithm MaxConn RetransSegs",
                "Tcp: 1 -1 7");
        assertThat(ProcTables.counters(lines))
                .isEqualTo(Map.of(
                        "TcpExtSyncookiesSent",
                        0L,
                        "TcpExtListenOverflows",
                        15L,
                        "TcpExtListenDrops",
                        16L,
                        "TcpRtoAlgorithm",
                        1L,
                        "TcpMaxConn",
                        -1L,
                        "TcpRetransSegs",
                        7L));
    }

    @Test
    void aLineThatBelongsToNoOtherIsSkipped() {
        List<String> lines = List.of("", "nonsense", "Tcp: InSegs OutSegs InErrs", "Tcp: 3 4", "Udp: InDatagrams");
        assertThat(ProcTables.counters(lines)).isEqualTo(Map.of("TcpInSegs", 3L, "TcpOutSegs", 4L));
        assertThat(ProcTables.counters(List.of())).isEmpty();
    }

    @Test
    void sumsStandBehindTheirNames() {
        List<String> lines =
                List.of("sockets: used 12", "TCP: inuse 1 orphan 7 tw 2 alloc 50455 mem 248", "FRAG: inuse", "x");
        assertThat(ProcTables.sockstat(lines))
                .containsEntry("socketsused", 12L)
                .containsEntry("TCPorphan", 7L)
                .containsEntry("TCPmem", 248L)
                .doesNotContainKey("FRAGinuse");
    }

    @Test
    void settingsAreNumbers() {
        assertThat(ProcTables.numbers("287901\t383868\t575802\n")).containsExactly(287_901L, 383_868L, 575_802L);
        assertThat(ProcTables.numbers("60\n")).containsExactly(60L);
        assertThat(ProcTables.numbers("cubic reno")).isEmpty();
        assertThat(ProcTables.numbers("")).isEmpty();
    }

    @Test
    void portsAreARangeWithoutTheReserved() {
        assertThat(PortRange.DEFAULT.size()).isEqualTo(28_232);
        var range = new PortRange(40_000, 40_099, "8080,40010,40090-40200,x");
        assertThat(range.size()).isEqualTo(100 - 1 - 10);
        assertThat(range.has(40_009)).isTrue();
        assertThat(range.has(40_010)).isFalse();
        assertThat(range.has(8080)).isFalse();
        assertThat(new PortRange(5, 4, "").size()).isZero();
    }

    @Test
    void whatCannotBeReadIsNotThere() throws IOException {
        Files.createDirectories(folder.resolve("sys/ipv4"));
        Files.writeString(folder.resolve("sys/ipv4/tcp_fin_timeout"), "30\n");
        Files.writeString(folder.resolve("sys/ipv4/ip_local_port_range"), "1024\t2047\n");
        Files.writeString(folder.resolve("sys/ipv4/ip_local_reserved_ports"), "1100-1199\n");
        MachineFacts facts = new MachineFactsReader(folder.resolve("net"), folder.resolve("sys")).read("here", true);
        assertThat(facts.setting("tcp_fin_timeout")).isEqualTo(OptionalLong.of(30));
        assertThat(facts.setting("tcp_mem", 2)).isEmpty();
        assertThat(facts.counter("TcpRetransSegs")).isEmpty();
        assertThat(facts.ports()).isEqualTo(new PortRange(1024, 2047, "1100-1199"));
        assertThat(facts.ports().size()).isEqualTo(924);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "/proc is Linux's")
    void theKernelTellsOfItself() {
        MachineFacts facts = new MachineFactsReader().read("here", true);
        assertThat(facts.counter("TcpExtListenOverflows")).isPresent();
        assertThat(facts.counter("TcpRetransSegs")).isPresent();
        assertThat(facts.sum("TCPmem")).isPresent();
        assertThat(facts.setting("tcp_fin_timeout")).isPresent();
        assertThat(facts.setting("somaxconn")).isPresent();
        assertThat(facts.setting("tcp_rmem", 2)).isPresent();
        assertThat(facts.ports().size()).isPositive();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "namespaces are Linux's")
    void settingsAreThoseOfTheThreadsNamespace() throws Exception {
        MachineFacts there;
        try {
            there = NetworkNamespace.callInNew(() -> {
                Files.writeString(Path.of("/proc/sys/net/ipv4/ip_local_port_range"), "50000 50099");
                return new MachineFactsReader().read("there", false);
            });
        } catch (IOException e) {
            assumeTrue(false, "skipped: this process may not make network namespaces: " + e.getMessage());
            return;
        }
        assertThat(there.ports().size()).isEqualTo(100);
        assertThat(there.counter("TcpInSegs")).isEqualTo(OptionalLong.of(0));
        assertThat(there.setting("tcp_max_orphans")).isEmpty(); // told in the host's namespace only
        assertThat(new MachineFactsReader().read("here", true).ports()).isNotEqualTo(there.ports());
    }
}
