package dev.sockeye.jdk.stack;

import dev.sockeye.host.Endpoint;
import dev.sockeye.host.Host;
import dev.sockeye.host.Interface;
import dev.sockeye.host.Sysctl;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.host.TcpVisitor;
import dev.sockeye.jdk.HostScope;
import dev.sockeye.link.MemoryLink;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.RealTime;
import dev.sockeye.socket.StreamSocket;
import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.TimeWait;
import dev.sockeye.wire.PagePool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/// Two hosts on a cable, and a connection of `java.net` between them.
@SuppressWarnings("AddressSelection") // each name has one address
final class TwoMachines implements AutoCloseable {

    private final Machine near = machine("near");
    private final Machine far = machine("far");
    private final Interface farEnd;
    private final Socket client;
    private final Socket server;

    private TwoMachines() throws Exception {
        var cable = new MemoryLink(new PagePool());
        near.attach("eth0", 1_500, cable, "10.99.0.1/24");
        farEnd = far.attach("eth0", 1_500, cable, "10.99.0.2/24");
        InetAddress address = InetAddress.getByName("far.sockeye");
        try (var listener = new ServerSocket(0, 5, address)) {
            client = HostScope.call(near, () -> new Socket(address, listener.getLocalPort()));
            server = listener.accept();
        }
    }

    private static Machine machine(String name) {
        return new Machine(new Host(name, Sysctl.linux(), new PagePool(), 1), RealTime.shared());
    }

    static TwoMachines connect() throws Exception {
        return new TwoMachines();
    }

    Machine near() {
        return near;
    }

    Machine far() {
        return far;
    }

    Socket client() {
        return client;
    }

    Socket server() {
        return server;
    }

    /// Unplugs the far end.
    void cut() {
        far.inHost((host, now) -> {
            farEnd.setUp(false);
            return null;
        });
    }

    /// The stack's socket behind [#client].
    StreamSocket clientSocket() {
        return (StreamSocket) sockets(near).stream()
                .filter(socket -> socket instanceof StreamSocket stream && stream.remoteAddress() != null)
                .findFirst()
                .orElseThrow();
    }

    /// The host of threads that were told none; the program's first name starts it.
    static Machine defaultHost() {
        try {
            InetAddress.getByName("host.sockeye");
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
        return Machine.running().stream()
                .filter(machine -> machine.name().equals("host"))
                .findFirst()
                .orElseThrow();
    }

    /// The sockets of a host that programs hold.
    static List<dev.sockeye.socket.Socket> sockets(Machine machine) {
        var sockets = new ArrayList<dev.sockeye.socket.Socket>();
        machine.inHost((host, now) -> {
            host.forEachTcp(new TcpVisitor() {
                @Override
                public void endpoint(TcpEndpoint endpoint) {
                    var socket = dev.sockeye.socket.Socket.of((Endpoint) endpoint);
                    if (socket != null) sockets.add(socket);
                }

                @Override
                public void halfOpen(HalfOpen halfOpen) {}

                @Override
                public void timeWait(TimeWait timeWait) {}
            });
            return null;
        });
        return sockets;
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
        near.close();
        far.close();
    }
}
