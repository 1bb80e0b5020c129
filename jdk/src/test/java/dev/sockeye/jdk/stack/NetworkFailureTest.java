package dev.sockeye.jdk.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sockeye.socket.Machine;
import dev.sockeye.socket.SocketOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// What a network does to a program that a loopback cannot: each as the JDK says it on Linux.
@Timeout(60)
@EnabledIfSystemProperty(named = "sockeye.agent", matches = ".+")
class NetworkFailureTest {

    private static final Machine HOST = TwoMachines.defaultHost();

    private static InetSocketAddress at(int a, int b, int c, int d) throws Exception {
        return new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d}), 80);
    }

    private static String thrownBy(Callable<?> call) {
        return String.valueOf(catchThrowable(call::call));
    }

    private static Object connect(InetSocketAddress remote, int timeout) throws Exception {
        try (var socket = new Socket()) {
            socket.connect(remote, timeout);
            return "connected";
        }
    }

    @Test
    void aNetworkToWhichThereIsNoRoute() throws Exception {
        InetSocketAddress nowhere = at(203, 0, 113, 1);
        assertThat(thrownBy(() -> connect(nowhere, 0))).isEqualTo("java.net.SocketException: Network is unreachable");
        assertThat(thrownBy(() -> SocketChannel.open(nowhere)))
                .isEqualTo("java.net.SocketException: Network is unreachable");
    }

    @Test
    void aRouteThatSaysUnreachable() throws Exception {
        HOST.inHost((host, now) -> {
            host.routes().addUnreachable("198.51.100.0/24");
            return null;
        });
        InetSocketAddress refused = at(198, 51, 100, 7);
        assertThat(thrownBy(() -> connect(refused, 0))).isEqualTo("java.net.NoRouteToHostException: No route to host");
        assertThat(thrownBy(() -> SocketChannel.open(refused)))
                .isEqualTo("java.net.NoRouteToHostException: No route to host");
    }

    @Test
    void aHostThatDoesNotAnswer() throws Exception {
        InetSocketAddress silent = at(10, 77, 0, 99);
        assertThat(thrownBy(() -> connect(silent, 100)))
                .isEqualTo("java.net.SocketTimeoutException: Connect timed out");
        String retries = HOST.inHost((host, now) -> host.sysctl().get("net.ipv4.tcp_syn_retries"));
        setSynRetries("1");
        try {
            assertThat(thrownBy(() -> connect(silent, 0))).isEqualTo("java.net.ConnectException: Connection timed out");
        } finally {
            setSynRetries(retries);
        }
    }

    private static void setSynRetries(String count) {
        HOST.inHost((host, now) -> host.sysctl().set("net.ipv4.tcp_syn_retries", count));
    }

    @Test
    void aPeerThatVanishesIsATimeoutOfTheConnection() throws Exception {
        try (var pair = TwoMachines.connect();
                Socket client = pair.client()) {
            pair.clientSocket().setOption(SocketOption.TCP_USER_TIMEOUT, 300);
            pair.cut();
            client.getOutputStream().write(1);
            assertThat(thrownBy(() -> client.getInputStream().read()))
                    .isEqualTo("java.net.SocketException: Connection timed out");
            assertThat(thrownBy(() -> {
                        client.getOutputStream().write(1);
                        return null;
                    }))
                    .isEqualTo("java.net.SocketException: Broken pipe");
        }
    }
}
