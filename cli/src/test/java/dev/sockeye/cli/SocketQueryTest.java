package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketQueryTest {

    private static TransportAddress address(String ip, int port) {
        return new TransportAddress(IpAddress.parse(ip), port);
    }

    private static SocketSnapshot socket(String host, TransportAddress local, TransportAddress remote) {
        return SocketSnapshot.tcp(Instant.EPOCH, host, TcpState.ESTABLISHED, local)
                .remote(remote)
                .inode(17)
                .build();
    }

    private static final SocketSnapshot CLIENT = socket("client", address("10.0.0.1", 49_152), address("10.0.0.2", 80));
    private static final SocketSnapshot SERVER = socket("server", address("10.0.0.2", 80), address("10.0.0.1", 49_152));

    private static boolean isClient(String query) {
        return SocketQuery.parse(query).test(CLIENT);
    }

    private static boolean isServer(String query) {
        return SocketQuery.parse(query).test(SERVER);
    }

    @Test
    void anAddressIsSoughtAtEitherEnd() {
        for (String query :
                List.of("10.0.0.2:80", ":80", "*:80", "10.0.0.1:*", "10.0.0.1:49152", "ino:17", "#17", "17")) {
            assertThat(isClient(query)).as(query).isTrue();
            assertThat(isServer(query)).as(query).isTrue();
        }
        assertThat(isClient("10.0.0.3:80")).isFalse();
        assertThat(isClient("10.0.0.2:81")).isFalse();
        assertThat(isClient("ino:18")).isFalse();
    }

    @Test
    void anArrowNamesOneEnd() {
        assertThat(isClient("10.0.0.1:49152 -> 10.0.0.2:80")).isTrue();
        assertThat(isServer("10.0.0.1:49152 -> 10.0.0.2:80")).isFalse();
        assertThat(isServer(":80->:*")).isTrue();
        assertThat(isClient(":80->:*")).isFalse();
    }

    @Test
    void aHostsNameMeansItsOwnSockets() {
        assertThat(isServer("server:80")).isTrue();
        assertThat(isServer("client:80")).isFalse();
    }

    @Test
    void ipv6StandsInBrackets() {
        SocketSnapshot six = socket("client", address("fe80::1", 1), address("fe80::2", 80));
        assertThat(SocketQuery.parse("[fe80::2]:80").test(six)).isTrue();
        assertThat(SocketQuery.parse("[fe80::1]:80").test(six)).isFalse();
    }

    @Test
    void whatIsNoSocketIsRefused() {
        for (String bad : List.of("", "x", "10.0.0.1", ":x", ":65536", "a -> b", "-> :80")) {
            assertThatThrownBy(() -> SocketQuery.parse(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
