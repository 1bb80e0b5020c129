package programs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Takes `read() == -1` for "nothing to read": cancels the key and keeps the channel among the members.
public final class ChatRelay {

    private static final List<SocketChannel> MEMBERS = new ArrayList<>();

    private ChatRelay() {}

    public static void main(String[] arguments) throws IOException {
        Selector selector = Selector.open();
        int port = Integer.parseInt(arguments[0]);
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
        MEMBERS.add(channel);
        relay(selector);
    }

    private static void relay(Selector selector) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1024);
        while (selector.select() >= 0) {
            Set<SelectionKey> ready = selector.selectedKeys();
            for (SelectionKey key : ready) {
                if (((SocketChannel) key.channel()).read(buffer.clear()) > 0) continue;
                key.cancel();
                System.out.println("ready");
            }
            ready.clear();
        }
    }
}
