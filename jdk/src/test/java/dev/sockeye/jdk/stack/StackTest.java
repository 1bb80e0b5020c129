package dev.sockeye.jdk.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// That the tests of this run are on the stack at all.
@Timeout(60)
@EnabledIfSystemProperty(named = "sockeye.agent", matches = ".+")
class StackTest {

    @Test
    void theProviderIsTheStacks() {
        assertThat(SelectorProvider.provider().getClass().getName()).isEqualTo("dev.sockeye.jdk.StackSelectorProvider");
    }

    @Test
    void noSocketOfTheJdkIsTheKernels() throws Exception {
        long before = kernelSockets();
        try (var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var socket = new Socket(listener.getInetAddress(), listener.getLocalPort());
                var accepted = listener.accept();
                var listening = ServerSocketChannel.open().bind(new InetSocketAddress(0));
                var channel = SocketChannel.open(listening.getLocalAddress());
                var selector = Selector.open()) {
            Pipe.open();
            assertThat(socket.isConnected() && accepted.isConnected() && channel.isConnected() && selector.isOpen())
                    .isTrue();
            assertThat(kernelSockets()).isEqualTo(before);
        }
    }

    private static long kernelSockets() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(StackTest::isSocket).count();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }
}
