package dev.sockeye.sim;

import dev.sockeye.host.Interface;
import dev.sockeye.link.Capture;
import dev.sockeye.link.Link;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Pcapng;
import org.jspecify.annotations.Nullable;

/// Where a machine is plugged in: outlives the interface of the host, which is a new one after each boot.
final class Port implements Link {

    final Machine machine;
    final String name;
    final int mtu;
    /// The addresses and the neighbours that can be reached, as `ip address add` and `ip route add` take them.
    final String[] addresses;

    final String[] neighbours;

    @Nullable
    Direction out;

    private @Nullable Capture capture;
    private int captureInterface;
    /// Null while the machine is off.
    @Nullable
    Interface plugged;

    Port(Machine machine, String name, int mtu, String[] addresses, String[] neighbours) {
        this.machine = machine;
        this.name = name;
        this.mtu = mtu;
        this.addresses = addresses;
        this.neighbours = neighbours;
    }

    void captureTo(Capture to) {
        capture = to;
        captureInterface = to.addInterface(machine.name() + ":" + name);
    }

    /// Notes a packet that comes in or goes out.
    void note(Packet packet, Pcapng.Direction direction, long now) {
        if (capture != null) capture.packet(captureInterface, now, packet, direction, null);
    }

    /// A packet arrives here: it is put aside for the machine.
    @Override
    public void send(Packet packet, long now) {
        machine.arrive(this, packet);
    }
}
