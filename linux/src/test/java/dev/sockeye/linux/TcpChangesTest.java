package dev.sockeye.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// What the kernel tells of sockets that move, and that each is found where it tells; for root, in a namespace where
/// nobody else is.
@EnabledOnOs(value = OS.LINUX, disabledReason = "BPF is Linux's")
class TcpChangesTest {

    private static final int RING = 1 << 20, SMALL = 1 << 12;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) each.close();
    }

    private <T extends AutoCloseable> T own(T resource) {
        opened.add(resource);
        return resource;
    }

    private TcpChanges changes(int bytes) throws IOException {
        try {
            return own(new TcpChanges(bytes));
        } catch (IOException e) {
            assumeTrue(false, "BPF is not permitted here: " + e.getMessage());
            throw e;
        }
    }

    private interface Inside {
        void run(long namespace) throws Exception;
    }

    private static void inside(Inside test) throws Exception {
        try {
            NetworkNamespace.callInNew(() -> {
                try (var links = new Rtnetlink()) {
                    links.setUp("lo", true);
                }
                String link = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"))
                        .toString(); // net:[4026531840]
                test.run(Long.parseLong(link.substring(5, link.length() - 1)));
                return true;
            });
        } catch (SystemCallException e) {
            assumeTrue(false, "namespaces cannot be made here: " + e.getMessage());
        }
    }

    private KernelSocket listen(IpAddress at) throws IOException {
        KernelSocket listener = own(KernelSocket.open(at.isV4()));
        assertThat(listener.bind(new TransportAddress(at, 8000))).isZero();
        assertThat(listener.listen(7)).isZero();
        return listener;
    }

    private KernelSocket accept(KernelSocket listener) throws IOException {
        var accepted = new KernelSocket[1];
        for (int attempt = 0; attempt < 2000; attempt++) {
            if (listener.accept(accepted) == 0) return own(Objects.requireNonNull(accepted[0]));
            Thread.onSpinWait();
        }
        throw new IOException("nobody came");
    }

    /// The states that each socket went through, by cookie, and where it was last.
    private static Map<Long, DiagPlace> read(TcpChanges changes, long namespace, Map<Long, List<Integer>> states)
            throws IOException {
        Map<Long, DiagPlace> places = new LinkedHashMap<>();
        boolean isAll = changes.read(change -> {
            if (change.namespace() != namespace) return;
            states.computeIfAbsent(change.cookie(), _ -> new ArrayList<>()).add(change.state());
            places.put(change.cookie(), change.place());
        });
        assertThat(isAll).isTrue();
        return places;
    }

    private void aLifeIsToldOf(IpAddress to, boolean v4) throws Exception {
        TcpChanges changes = changes(RING);
        inside(namespace -> {
            KernelSocket listener = listen(to);
            KernelSocket client = own(KernelSocket.open(v4));
            client.connect(new TransportAddress(to, 8000));
            KernelSocket server = accept(listener);
            Map<Long, List<Integer>> states = new LinkedHashMap<>();
            Map<Long, DiagPlace> places = read(changes, namespace, states);
            assertThat(states.values())
                    .containsExactlyInAnyOrder(
                            List.of(DiagSocket.SYN_SENT, DiagSocket.ESTABLISHED),
                            List.of(DiagSocket.SYN_RECV, DiagSocket.ESTABLISHED));
            int port = client.localAddress().port();
            try (var walk = new DiagWalk()) {
                List<Integer> ports = new ArrayList<>();
                for (Map.Entry<Long, DiagPlace> each : places.entrySet()) {
                    DiagPlace place = each.getValue();
                    assertThat(walk.find(place, each.getKey())).isTrue();
                    assertThat(walk.state()).isEqualTo(DiagSocket.ESTABLISHED);
                    assertThat(walk.cookie()).isEqualTo(each.getKey());
                    assertThat(walk.inode()).isPositive();
                    assertThat(List.of(walk.localHigh(), walk.localLow(), walk.remoteHigh(), walk.remoteLow()))
                            .containsExactly(place.localHigh(), place.localLow(), place.remoteHigh(), place.remoteLow())
                            .containsExactly(to.high(), to.low(), to.high(), to.low());
                    assertThat(walk.find(place, ~each.getKey())).isFalse();
                    ports.add(place.localPort());
                }
                assertThat(ports).containsExactlyInAnyOrder(port, 8000);
                client.close();
                server.close();
                states.clear();
                places = read(changes, namespace, states);
                assertThat(states.values())
                        .containsExactlyInAnyOrder(
                                List.of(DiagSocket.FIN_WAIT1, DiagSocket.FIN_WAIT2, DiagSocket.CLOSE),
                                List.of(DiagSocket.CLOSE_WAIT, DiagSocket.LAST_ACK, DiagSocket.CLOSE));
                for (Map.Entry<Long, DiagPlace> each : places.entrySet()) {
                    boolean isClient = each.getValue().localPort() == port;
                    assertThat(walk.find(each.getValue(), each.getKey())).isEqualTo(isClient);
                    if (isClient) assertThat(walk.state()).isEqualTo(DiagSocket.TIME_WAIT);
                }
            }
        });
    }

    @Test
    void aLifeIsToldOfInIpv4() throws Exception {
        aLifeIsToldOf(IpAddress.LOOPBACK_V4, true);
    }

    @Test
    void aLifeIsToldOfInIpv6() throws Exception {
        aLifeIsToldOf(IpAddress.LOOPBACK_V6, false);
    }

    @Test
    void aLifeIsToldOfInMappedAddresses() throws Exception {
        aLifeIsToldOf(IpAddress.LOOPBACK_V4, false);
    }

    @Test
    void whatFindsNoRoomIsSaid() throws Exception {
        TcpChanges changes = changes(SMALL);
        inside(namespace -> {
            KernelSocket listener = listen(IpAddress.LOOPBACK_V4);
            for (int i = 0; i < SMALL / 64; i++) {
                try (var client = KernelSocket.open(true)) {
                    client.connect(new TransportAddress(IpAddress.LOOPBACK_V4, 8000));
                    accept(listener).close();
                }
            }
            assertThat(changes.read(_ -> {})).isFalse();
            var count = new int[1];
            assertThat(changes.read(_ -> count[0]++))
                    .as("nothing was lost since")
                    .isTrue();
        });
    }
}
