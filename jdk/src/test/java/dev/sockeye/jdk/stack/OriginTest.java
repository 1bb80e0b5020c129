package dev.sockeye.jdk.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.socket.Machine;
import dev.sockeye.socket.Origin;
import dev.sockeye.socket.Socket;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import programs.Opener;

/// The line of a program that opened a socket, and those that used it last.
@Timeout(60)
@EnabledIfSystemProperty(named = "sockeye.agent", matches = ".+")
class OriginTest {

    private static final Machine HOST = TwoMachines.defaultHost();

    @BeforeEach
    void note() {
        HOST.setOriginDetail(Origin.Detail.CALLS);
    }

    @AfterEach
    void noteNothing() {
        HOST.setOriginDetail(Origin.Detail.NONE);
    }

    private static List<Socket> socketsAt(int localPort) {
        return TwoMachines.sockets(HOST).stream()
                .filter(socket -> socket.localAddress().port() == localPort)
                .toList();
    }

    private static String method(Origin origin) {
        String line = Objects.requireNonNull(origin).line();
        return line.replaceFirst(":\\d+\\)$", ")").replaceFirst("^app//", "");
    }

    @Test
    void ofPlainSockets() throws Exception {
        try (var listener = Opener.listen();
                var client = Opener.connect(listener);
                var accepted = Opener.accept(listener)) {
            Opener.write(client);
            Opener.read(accepted);
            Socket connecting = socketsAt(client.getLocalPort()).getFirst();
            assertThat(method(connecting.opened())).isEqualTo("programs.Opener.connect(Opener.java)");
            assertThat(method(connecting.lastWrite())).isEqualTo("programs.Opener.write(Opener.java)");
            assertThat(connecting.lastRead()).isNull();
            assertThat(Objects.requireNonNull(connecting.opened()).threadName())
                    .isEqualTo(Thread.currentThread().getName());
            assertThat(socketsAt(listener.getLocalPort()))
                    .extracting(socket -> method(socket.opened()))
                    .containsExactlyInAnyOrder(
                            "programs.Opener.listen(Opener.java)", "programs.Opener.accept(Opener.java)");
        }
    }

    @Test
    void ofChannels() throws Exception {
        try (var listener = java.nio.channels.ServerSocketChannel.open().bind(new java.net.InetSocketAddress(0));
                var client = Opener.open(listener)) {
            Opener.write(client);
            int port = ((java.net.InetSocketAddress) client.getLocalAddress()).getPort();
            Socket connecting = socketsAt(port).getFirst();
            assertThat(method(connecting.opened())).isEqualTo("programs.Opener.open(Opener.java)");
            assertThat(method(connecting.lastWrite())).isEqualTo("programs.Opener.write(Opener.java)");
        }
    }
}
