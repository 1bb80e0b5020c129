package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Backlog;
import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.TcpInfos;
import dev.sockeye.inspect.Timer;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Sockets as the kernel would tell of them, made by hand.
final class Patients {

    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final String HOST = "web1";
    static final Owner BACKEND = new Owner(812, "java", null, "fd=41");
    static final TransportAddress DATABASE = address("10.0.0.5", 5432);

    private Patients() {}

    static TransportAddress address(String ip, int port) {
        return new TransportAddress(IpAddress.parse(ip), port);
    }

    /// A socket of the kernel's, of which nothing else is known.
    static SocketSnapshot.Builder seen(String namespace, TcpState state, TransportAddress local) {
        return SocketSnapshot.tcp(NOW, namespace, state, local).kernel(KernelDetail.of(KernelDetail.IPV4, 0, 0, 1));
    }

    /// A caller's socket to the database, with this port of its own.
    static SocketSnapshot.Builder caller(TcpState state, int port) {
        return seen(HOST, state, address("10.0.0.1", port))
                .remote(DATABASE)
                .inode(port)
                .owner(BACKEND);
    }

    /// A server's socket at port 80, called from this port.
    static SocketSnapshot.Builder called(TcpState state, int port) {
        return seen(HOST, state, address("10.0.0.1", 80))
                .remote(address("10.0.0.77", port))
                .inode(port)
                .owner(BACKEND);
    }

    static SocketSnapshot.Builder listener(int waiting, int limit, long overflows) {
        return seen(HOST, TcpState.LISTEN, address("0.0.0.0", 80))
                .inode(3)
                .owner(BACKEND)
                .backlog(new Backlog(waiting, limit, 0, overflows));
    }

    static Timer timer(Timer.Kind kind, int count) {
        return new Timer(kind, Duration.ofSeconds(1), count);
    }

    /// `TCP_INFO` in which these fields have these values, and all others 0.
    static TcpInfo info(Object... namesAndValues) {
        return TcpInfos.of(namesAndValues);
    }

    static CheckUp look(SocketSnapshot... sockets) {
        return look(List.of(), sockets);
    }

    static CheckUp look(List<MachineFacts> machines, SocketSnapshot... sockets) {
        return new CheckUp(NOW, Arrays.asList(sockets), machines, List.of());
    }

    static CheckUp lookBefore(Duration ago, List<MachineFacts> machines, SocketSnapshot... sockets) {
        return new CheckUp(NOW.minus(ago), Arrays.asList(sockets), machines, List.of());
    }

    static MachineFacts facts(Map<String, Long> counters, Map<String, Long> sums, Map<String, List<Long>> settings) {
        return new MachineFacts(HOST, NOW, counters, sums, settings, PortRange.DEFAULT, true);
    }

    static List<Finding> findings(CheckUp now) {
        return new Doctor().examine(now);
    }

    /// `SEVERITY rule sockets` of each finding.
    static List<String> summary(List<Finding> findings) {
        return findings.stream()
                .map(finding -> finding.severity() + " " + finding.rule() + " " + finding.sockets())
                .toList();
    }
}
