import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/// Holds connections over the loopback interface, both ends of each, until its input ends: for tools/agent-cost.
class ManyConnections {

    public static void main(String[] arguments) throws IOException {
        List<SocketChannel> ends = new ArrayList<>();
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 4096);
            for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
                ends.add(SocketChannel.open(listener.getLocalAddress()));
                ends.add(listener.accept());
            }
            System.out.println("ready");
            while (System.in.read() >= 0) continue;
        }
    }
}
