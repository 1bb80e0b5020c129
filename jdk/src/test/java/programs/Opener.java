package programs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// A program whose lines a test asks for: each method does one thing with sockets, on one line of its own.
public final class Opener {

    private Opener() {}

    public static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    public static Socket connect(ServerSocket listener) throws IOException {
        return new Socket(listener.getInetAddress(), listener.getLocalPort());
    }

    public static Socket accept(ServerSocket listener) throws IOException {
        return listener.accept();
    }

    public static void write(Socket socket) throws IOException {
        socket.getOutputStream().write(1);
    }

    public static void read(Socket socket) throws IOException {
        socket.getInputStream().read();
    }

    public static SocketChannel open(ServerSocketChannel listener) throws IOException {
        return SocketChannel.open(listener.getLocalAddress());
    }

    public static void write(SocketChannel channel) throws IOException {
        channel.write(ByteBuffer.allocate(1));
    }
}
