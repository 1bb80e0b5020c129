package dev.sockeye.inspect;

import dev.sockeye.tcp.Journal.Cause;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Snapshots made by hand: what a socket of each kind looks like at [#NOW].
final class Sockets {

    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final TransportAddress CLIENT = address("10.0.0.1", 49152);
    static final TransportAddress SERVER = address("10.0.0.2", 8080);

    static final Trace OPENED = new Trace(
            "worker-3",
            List.of(
                    "java.base/java.net.Socket.connect(Socket.java:660)",
                    "app//com.example.Backend.open(Backend.java:41)",
                    "app//com.example.Main.main(Main.java:7)"));

    private Sockets() {}

    static TransportAddress address(String ip, int port) {
        return new TransportAddress(IpAddress.parse(ip), port);
    }

    static Instant ago(Duration age) {
        return NOW.minus(age);
    }

    static JournalEntry entry(Duration age, TcpState from, TcpState to, Cause cause, int flags) {
        return new JournalEntry(ago(age), from, to, cause, flags);
    }

    /// A client's socket in this state: opened an hour ago, in its state for `inState`, held by a program.
    static SocketSnapshot.Builder client(TcpState state, Duration inState, Cause cause, int flags) {
        List<JournalEntry> journal = new ArrayList<>();
        Duration opened = Duration.ofHours(1);
        TcpState before = TcpState.CLOSED;
        if (state != TcpState.SYN_SENT) {
            journal.add(entry(opened, before, TcpState.SYN_SENT, Cause.CALL_CONNECT, 0));
            before = TcpState.SYN_SENT;
        }
        if (state != TcpState.ESTABLISHED && state != TcpState.SYN_SENT) {
            journal.add(entry(opened, before, TcpState.ESTABLISHED, Cause.SEGMENT, Segment.SYN | Segment.ACK));
            before = TcpState.ESTABLISHED;
        }
        journal.add(entry(inState, before, state, cause, flags));
        return SocketSnapshot.tcp(NOW, "client", state, CLIENT)
                .remote(SERVER)
                .inode(17)
                .journal(journal, 0)
                .owner(new Owner(4242, "shop", "worker-3", "Socket@1b2c3d"))
                .info(info());
    }

    static SocketSnapshot.Builder closeWait(Duration since) {
        return client(TcpState.CLOSE_WAIT, since, Cause.SEGMENT, Segment.FIN | Segment.ACK)
                .origin(new Origins(OPENED, null, null));
    }

    static SocketSnapshot.Builder listener(int waiting, int limit, long overflows) {
        return SocketSnapshot.tcp(NOW, "server", TcpState.LISTEN, address("0.0.0.0", 8080))
                .inode(3)
                .journal(List.of(entry(Duration.ofHours(2), TcpState.CLOSED, TcpState.LISTEN, Cause.CALL_LISTEN, 0)), 0)
                .owner(new Owner(4243, "web", "main", "ServerSocket@5e6f"))
                .backlog(new Backlog(waiting, limit, 0, overflows));
    }

    /// An idle connection's TCP_INFO over a path of 2 ms.
    static TcpInfo info() {
        return info(0, 65_535);
    }

    /// The same with this many retransmissions in a row, and the peer's window in bytes.
    static TcpInfo info(int retransmits, int peerWindow) {
        return new TcpInfo(
                1,
                0,
                retransmits,
                0,
                0,
                TcpInfo.OPT_TIMESTAMPS | TcpInfo.OPT_SACK | TcpInfo.OPT_WSCALE,
                7,
                7,
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
                1000,
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
                0,
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
                peerWindow,
                65_535,
                0,
                0,
                0,
                0,
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
}
