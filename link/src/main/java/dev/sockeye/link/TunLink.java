package dev.sockeye.link;

import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.Tun;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.PagePool;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A cable to the kernel of this machine: a TUN device. What a host sends, the kernel receives by the device's
/// interface;
/// what the kernel sends by it arrives at the host.
///
/// **Threads.** Packets to the kernel are written by whoever carries: the call runs the kernel's receive path, and does
/// not wait. Packets from the kernel are read by one platform thread of the device, which then carries on what follows
/// from them; it waits in `poll`, where a virtual thread would pin its carrier.
///
/// Plain mode: a packet a call, whole, with its checksums. Nothing is allocated per packet.
public final class TunLink implements Medium, AutoCloseable {

    private final Tun device;
    private final TunWriter writer;
    private final TunReader reader;
    private final LongSupplier clock;
    private final Runnable carry;
    private @Nullable Thread thread;
    private boolean closed;

    /// A cable whose other end is nobody's yet.
    ///
    /// @param device without headers before packets; it is closed with this
    /// @param mtu    the interface's, bytes: the longest packet that is read
    /// @param clock  the time, nanoseconds, of who drives the host
    /// @param carry  does what follows from packets that have arrived: the driver's
    public TunLink(Tun device, int mtu, PagePool pool, LongSupplier clock, Runnable carry) throws SystemCallException {
        this.device = device;
        this.clock = clock;
        this.carry = carry;
        writer = new TunWriter(device.fd(), pool);
        reader = new TunReader(device.fd(), mtu, pool);
    }

    /// Plugs in the one interface that there may be, and starts to read.
    ///
    /// @throws IllegalStateException if one is plugged in already, or the cable is closed
    @Override
    public synchronized Link plug(Link arrivals, IpAddress... addresses) {
        if (thread != null || closed) throw new IllegalStateException(device.name() + " takes no other interface");
        thread = Thread.ofPlatform()
                .daemon()
                .name("sockeye-" + device.name())
                .start(() -> reader.run(arrivals, clock, carry));
        return writer;
    }

    /// The device.
    public Tun device() {
        return device;
    }

    /// What has passed so far.
    public TunCounters counters() {
        return new TunCounters(writer.packets(), writer.bytes(), writer.lost(), reader.packets(), reader.bytes());
    }

    /// Closes the device, once its thread is done; not to be called by that thread. What is sent from now on is lost.
    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        reader.end();
        boolean interrupted = false;
        while (thread != null && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        reader.close();
        writer.close();
        if (interrupted) Thread.currentThread().interrupt();
    }
}
