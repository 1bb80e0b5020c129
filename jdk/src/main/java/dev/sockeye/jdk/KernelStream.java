package dev.sockeye.jdk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// The kernel's channel behind a channel of ours. An interrupt, or a connect that fails, closes it in the middle of a
/// call: then the channel in front is closed, too.
final class KernelStream {

    private final SocketChannel channel;
    private final SocketChannel front;

    KernelStream(SocketChannel channel, SocketChannel front) {
        this.channel = channel;
        this.front = front;
    }

    SocketChannel channel() {
        return channel;
    }

    private void closeFrontIfClosed() throws IOException {
        if (!channel.isOpen()) front.close();
    }

    /// @param nanos how long a channel that blocks waits; 0 is not at all, and `Long.MAX_VALUE` for ever
    boolean connect(InetSocketAddress to, long nanos) throws IOException {
        try {
            if (nanos == 0 || nanos == Long.MAX_VALUE) return channel.connect(to);
            channel.socket().connect(to, KernelOptions.toMillis(nanos));
            return true;
        } finally {
            closeFrontIfClosed();
        }
    }

    boolean finishConnect() throws IOException {
        try {
            return channel.finishConnect();
        } finally {
            closeFrontIfClosed();
        }
    }

    long read(ByteBuffer[] to, int offset, int length) throws IOException {
        try {
            return channel.read(to, offset, length);
        } finally {
            closeFrontIfClosed();
        }
    }

    /// @param nanos 0 is for ever
    int readWithin(byte[] to, int offset, int length, long nanos) throws IOException {
        try {
            Socket socket = channel.socket();
            socket.setSoTimeout(KernelOptions.toMillis(nanos));
            return socket.getInputStream().read(to, offset, length);
        } finally {
            closeFrontIfClosed();
        }
    }

    int available() throws IOException {
        return channel.socket().getInputStream().available();
    }

    long write(ByteBuffer[] from, int offset, int length) throws IOException {
        try {
            return channel.write(from, offset, length);
        } finally {
            closeFrontIfClosed();
        }
    }

    int writeUrgent(byte data) throws IOException {
        channel.socket().sendUrgentData(data);
        return 1;
    }

    boolean isInputOpen() {
        return !channel.socket().isInputShutdown();
    }

    boolean isOutputOpen() {
        return !channel.socket().isOutputShutdown();
    }

    @Nullable
    InetSocketAddress localAddress() {
        return (InetSocketAddress) channel.socket().getLocalSocketAddress();
    }

    @Nullable
    InetSocketAddress remoteAddress() {
        return (InetSocketAddress) channel.socket().getRemoteSocketAddress();
    }
}
