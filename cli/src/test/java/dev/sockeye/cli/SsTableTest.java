package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.Backlog;
import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.Origins;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.inspect.Trace;
import dev.sockeye.tcp.CongestionInfo;
import dev.sockeye.tcp.Journal.Cause;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SsTableTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static TransportAddress address(String ip, int port) {
        return new TransportAddress(IpAddress.parse(ip), port);
    }

    private static SocketSnapshot listener(String host, String ip) {
        return SocketSnapshot.tcp(NOW, host, TcpState.LISTEN, address(ip, 8080))
                .inode(1)
                .owner(new Owner(4243, "web", "main", null))
                .backlog(new Backlog(0, 50, 0, 0))
                .build();
    }

    private static SocketSnapshot forgotten() {
        var trace = new Trace("worker-3", List.of("app//com.example.Backend.open(Backend.java:41)"));
        var closed = new JournalEntry(
                NOW.minus(Duration.ofMinutes(14)),
                TcpState.ESTABLISHED,
                TcpState.CLOSE_WAIT,
                Cause.SEGMENT,
                Segment.FIN | Segment.ACK);
        return SocketSnapshot.tcp(NOW, "client", TcpState.CLOSE_WAIT, address("10.0.0.1", 49_152))
                .remote(address("10.0.0.2", 80))
                .inode(17)
                .queues(1200, 0)
                .journal(List.of(closed), 0)
                .origin(new Origins(trace, null, null))
                .owner(new Owner(4242, "shop", "worker-3", "fd=7"))
                .info(info())
                .bbr(new CongestionInfo.Bbr(1_500_000, 1998, 739, 512))
                .build();
    }

    private static SocketSnapshot timeWait() {
        return SocketSnapshot.tcp(NOW, "client", TcpState.TIME_WAIT, address("10.0.0.1", 6))
                .remote(address("10.0.0.2", 8080))
                .holder(Holder.NOBODY)
                .timer(new Timer(Timer.Kind.TIME_WAIT, Duration.ofMillis(4112), 0))
                .build();
    }

    private static TcpInfo info() {
        return new TcpInfo(
                8,
                0,
                0,
                0,
                0,
                TcpInfo.OPT_TIMESTAMPS | TcpInfo.OPT_SACK | TcpInfo.OPT_WSCALE,
                7,
                10,
                false,
                0,
                204_000,
                40_000,
                1448,
                1448,
                0,
                0,
                0,
                0,
                0,
                1000,
                0,
                999,
                1000,
                1500,
                64_076,
                2012,
                500,
                Integer.MAX_VALUE,
                10,
                1448,
                3,
                0,
                14_480,
                2,
                1_000_000,
                -1,
                5001,
                12_001,
                40,
                41,
                0,
                1998,
                20,
                19,
                2_000_000,
                1000,
                0,
                0,
                20,
                0,
                5000,
                0,
                0,
                0,
                0,
                65_535,
                65_535,
                0,
                1,
                1,
                210,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0);
    }

    private static String table(SsTable.Columns columns, SocketSnapshot... sockets) {
        return table(Terminal.of(Map.of(), 0), columns, sockets);
    }

    private static String table(Terminal terminal, SsTable.Columns columns, SocketSnapshot... sockets) {
        return String.join("\n", new SsTable(terminal, columns, SsNames.NUMBERS).lines(List.of(sockets))) + "\n";
    }

    @Test
    void columnsAreAlignedAtTheColonsOfAddresses() {
        var plain = SsTable.Columns.of("");
        assertThat(table(plain, forgotten(), timeWait())).isEqualTo("""
                        State      Recv-Q Send-Q Local Address:Port  Peer Address:Port
                        CLOSE-WAIT 1200   0           10.0.0.1:49152     10.0.0.2:80
                        TIME-WAIT  0      0           10.0.0.1:6         10.0.0.2:8080
                        """);
    }

    @Test
    void aColumnHostComesFirstWhereThereAreSeveral() {
        var processes = SsTable.Columns.of("p");
        assertThat(table(processes, forgotten(), listener("server", "::"))).isEqualTo("""
                        Host   State      Recv-Q Send-Q Local Address:Port  Peer Address:Port Process
                        client CLOSE-WAIT 1200   0           10.0.0.1:49152     10.0.0.2:80   users:(("shop",pid=4242,fd=7,thread="worker-3"))
                        server LISTEN     0      50                 *:8080             *:*    users:(("web",pid=4243,thread="main"))
                        """);
    }

    @Test
    void aColumnNetidComesFirstWhereThereIsUdpToo() {
        SocketSnapshot udp =
                SocketSnapshot.udp(NOW, "client", address("0.0.0.0", 53), null).build();
        assertThat(table(SsTable.Columns.of("H"), timeWait(), udp)).isEqualTo("""
                        tcp   TIME-WAIT 0      0           10.0.0.1:6        10.0.0.2:8080
                        udp   UNCONN    0      0            0.0.0.0:53        0.0.0.0:*
                        """);
    }

    @Test
    void allThatIsKnown() {
        var everything = SsTable.Columns.of("Hoemi");
        assertThat(table(everything, forgotten(), timeWait())).isEqualTo("""
                        CLOSE-WAIT 1200   0           10.0.0.1:49152     10.0.0.2:80   ino:17 -->
                        \t skmem:(r1200,rb131072,t0,tb16384) ts sack cubic wscale:7,10 rto:204 rtt:2.012/0.5 ato:40 mss:1448 pmtu:1500 rcvmss:1448 advmss:1448 cwnd:10 bytes_sent:5000 bytes_acked:5001 bytes_received:12001 segs_out:40 segs_in:41 data_segs_out:19 data_segs_in:20 bbr:(bw:12Mbps,mrtt:1.998,pacing_gain:2.88672,cwnd_gain:2) send 57.6Mbps lastsnd:1000 lastrcv:999 lastack:1000 pacing_rate 8Mbps delivery_rate 16Mbps delivered:20 busy:1ms retrans:0/2 rcv_space:14480 rcv_ssthresh:64076 minrtt:1.998 snd_wnd:65535 rcv_wnd:65535 total_rto:1 total_rto_recoveries:1 total_rto_time:210ms
                        \t since:14min by:FIN,ACK opened:com.example.Backend.open(Backend.java:41)
                        TIME-WAIT  0      0           10.0.0.1:6         10.0.0.2:8080 timer:(timewait,4.112sec,0) ino:0 ---
                        \t skmem:(r0,rb131072,t0,tb16384)
                        """);
    }

    @Test
    void whatIsWrongIsRedOnATerminal() {
        var plain = SsTable.Columns.of("H");
        assertThat(table(Terminal.of(Map.of(), 100), plain, forgotten())).startsWith("\u001b[31mCLOSE-WAIT");
    }

    @Test
    void noSocketsIsAHeader() {
        assertThat(table(SsTable.Columns.of("p")))
                .isEqualTo("State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n");
    }
}
