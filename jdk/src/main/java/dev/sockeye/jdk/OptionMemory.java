package dev.sockeye.jdk;

import dev.sockeye.socket.Socket;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a program has set on a socket before it was known where the socket is going to be, to be set again there.
final class OptionMemory {

    private final Map<SocketOption<?>, Object> values = new LinkedHashMap<>();

    synchronized void remember(SocketOption<?> option, Object value) {
        values.put(option, value);
    }

    synchronized void applyTo(Socket socket) throws SocketException {
        for (var entry : values.entrySet()) TcpOptions.set(socket, entry.getKey(), entry.getValue());
    }

    synchronized void applyTo(NetworkChannel kernel) throws IOException {
        for (var entry : values.entrySet()) KernelOptions.set(kernel, entry.getKey(), entry.getValue());
    }

    synchronized void applyTo(KernelSocketImpl kernel) throws IOException {
        for (var entry : values.entrySet()) KernelOptions.set(kernel, entry.getKey(), entry.getValue());
    }
}
