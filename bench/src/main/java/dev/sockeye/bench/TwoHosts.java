package dev.sockeye.bench;

import dev.sockeye.host.Family;
import dev.sockeye.host.Host;
import dev.sockeye.host.Interface;
import dev.sockeye.host.Sysctl;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.TransportAddress;

/// Two machines with a cable between them, driven by the thread that measures: the core alone, without locks and
/// without
/// waking anybody, as smoltcp and lwIP are driven in their benchmarks. Every packet crosses as bytes with checksums,
/// which are
/// made and verified.
final class TwoHosts {

    final PagePool pool = new PagePool();
    final Host client;
    final Host server;
    private final Interface clientSide;
    private final Interface serverSide;
    private final TransportAddress serverAddress = new TransportAddress(IpAddress.parse("10.0.0.2"), 80);
    final TcpEndpoint listener;
    /// Nanoseconds since the hosts started; the benchmarks let it run with the clock.
    long now = 1_000_000_000L;

    TwoHosts(int mtu) {
        client = new Host("client", Sysctl.linux(), pool, 1);
        server = new Host("server", Sysctl.linux(), pool, 2);
        clientSide = client.addInterface("eth0", mtu).addAddress("10.0.0.1/24");
        serverSide = server.addInterface("eth0", mtu).addAddress("10.0.0.2/24");
        listener = server.openTcp(Family.INET);
        listener.bind(serverAddress, now);
        listener.listen(4096, now);
    }

    /// Carries packets until there is none on either side.
    void carry() {
        boolean more = true;
        while (more) {
            more = false;
            for (Packet packet = client.pollTransmit(); packet != null; packet = client.pollTransmit()) {
                server.onPacket(serverSide, packet, now);
                more = true;
            }
            for (Packet packet = server.pollTransmit(); packet != null; packet = server.pollTransmit()) {
                client.onPacket(clientSide, packet, now);
                more = true;
            }
        }
        while (client.pollReady() != null || server.pollReady() != null) {}
    }

    /// Runs the timers that are due.
    void tick() {
        if (client.nextDeadline() <= now) client.onTime(now);
        if (server.nextDeadline() <= now) server.onTime(now);
    }

    TcpEndpoint connect() {
        TcpEndpoint endpoint = client.openTcp(Family.INET);
        int result = endpoint.connect(serverAddress, now);
        if (result != Errno.EINPROGRESS.asResult()) throw new AssertionError("connect gave " + result);
        carry();
        return endpoint;
    }

    TcpEndpoint accept() {
        TcpEndpoint accepted = listener.accept(now);
        if (accepted == null) throw new AssertionError("nothing to accept");
        return accepted;
    }
}
