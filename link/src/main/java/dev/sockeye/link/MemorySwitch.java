package dev.sockeye.link;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// A network of many hosts in one process: each packet arrives at once, without a copy, at the host that has the
/// address
/// it is for. What is for nobody is lost and counted.
///
/// Several hosts may send to one at the same time, so that what is plugged in takes packets from any thread; a delay
/// belongs before the switch, where it has one sender.
public final class MemorySwitch implements Medium {

    /// What stands before an IPv4 address's 32 bits in an [IpAddress].
    private static final long MAPPED = 0xffff_0000_0000L;

    private final PagePool pool;
    private final LongAdder strays = new LongAdder();
    private volatile AddressTable table = AddressTable.EMPTY;

    /// A switch with nobody on it.
    ///
    /// @param pool where lost packets go back to
    public MemorySwitch(PagePool pool) {
        this.pool = pool;
    }

    @Override
    public Link plug(Link arrivals, IpAddress... addresses) {
        for (IpAddress address : addresses) addAddress(address, arrivals);
        return this::forward;
    }

    /// Says that packets for `address` go to `arrivals` from now on; an address that somebody else had moves.
    public synchronized void addAddress(IpAddress address, Link arrivals) {
        table = table.with(address, arrivals);
    }

    /// Packets that were for nobody.
    public long strays() {
        return strays.sum();
    }

    private void forward(Packet packet, long now) {
        Link to = destination(packet);
        if (to != null) {
            to.send(packet, now);
        } else {
            strays.increment();
            packet.release(pool);
        }
    }

    private @Nullable Link destination(Packet packet) {
        if (packet.slices() == 0) return null;
        MemorySegment header = packet.memory(0);
        int at = packet.offset(0);
        int there = packet.length(0);
        int version = there == 0 ? 0 : Ipv4Header.version(header, at);
        if (version == 4 && there >= Ipv4Header.MIN_LENGTH) {
            return table.get(0, MAPPED | (Ipv4Header.destinationBits(header, at) & 0xffff_ffffL));
        }
        if (version == 6 && there >= Ipv6Header.LENGTH) {
            return table.get(Ipv6Header.destinationHigh(header, at), Ipv6Header.destinationLow(header, at));
        }
        return null;
    }
}
