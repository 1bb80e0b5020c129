package programs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;

/// The same as [SpareConnection] with channels, in an array.
public final class SpareChannel {

    private static final Pair SPARE = new Pair();

    private SpareChannel() {}

    private static final class Pair {

        private final SocketChannel[] channels = new SocketChannel[2];
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int port = Integer.parseInt(arguments[0]);
        SPARE.channels[0] = read(port);
        SPARE.channels[0].close();
        SPARE.channels[1] = read(port);
        System.out.println("ready");
        new CountDownLatch(1).await();
    }

    private static SocketChannel read(int port) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        while (channel.read(ByteBuffer.allocate(100)) >= 0) {
            // not of interest
        }
        return channel;
    }
}
