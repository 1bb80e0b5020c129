package dev.sockeye.socket;

import dev.sockeye.host.Host;
import dev.sockeye.host.Interface;
import dev.sockeye.link.Link;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Pages;

/// Where the links that lead to an interface end: packets are put aside for the host by any thread, and run
/// through it by whoever has its lock.
final class Arrivals implements Link {

    private final LockedHost station;
    private final Interface in;
    private final PacketQueue queue = new PacketQueue();

    Arrivals(LockedHost station, Interface in) {
        this.station = station;
        this.in = in;
    }

    @Override
    public void send(Packet packet, long now) {
        queue.put(packet);
        // A host that is switched off is visited by nobody any more.
        if (station.isRetired()) station.visit();
        else station.isWork();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /// With the host's lock: hands over what is there, in order.
    void runThrough(Host host, long now) {
        Packet packet = queue.takeAll();
        while (packet != null) {
            Packet behind = packet.next;
            packet.next = null;
            host.onPacket(in, packet, now);
            packet = behind;
        }
    }

    /// With the host's lock: throws away what is there.
    void discard(Pages to) {
        Packet packet = queue.takeAll();
        while (packet != null) {
            Packet behind = packet.next;
            packet.next = null;
            packet.release(to);
            packet = behind;
        }
    }
}
