package dev.sockeye.jdk.behaviour;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// Addresses and connected pairs on the loopback interface, made with the JDK's own classes only.
final class Net {

    static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private Net() {}

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(LOOPBACK, port);
    }

    /// A port on which nobody listens.
    static int closedPort() throws IOException {
        try (var listener = new ServerSocket(0, 1, LOOPBACK)) {
            return listener.getLocalPort();
        }
    }

    /// Two connected sockets; `a` connected, `b` was accepted.
    record SocketPair(Socket a, Socket b) implements AutoCloseable {
        static SocketPair open() throws IOException {
            try (var listener = new ServerSocket(0, 1, LOOPBACK)) {
                var a = new Socket(LOOPBACK, listener.getLocalPort());
                return new SocketPair(a, listener.accept());
            }
        }

        @Override
        public void close() throws IOException {
            a.close();
            b.close();
        }
    }

    /// Two connected channels; `a` connected, `b` was accepted. Both block.
    record ChannelPair(SocketChannel a, SocketChannel b) implements AutoCloseable {
        static ChannelPair open() throws IOException {
            try (var listener = ServerSocketChannel.open().bind(loopback(0), 1)) {
                var a = SocketChannel.open(listener.getLocalAddress());
                return new ChannelPair(a, listener.accept());
            }
        }

        @Override
        public void close() throws IOException {
            a.close();
            b.close();
        }
    }
}
