package dev.sockeye.conformance.machine;

import dev.sockeye.host.Endpoint;
import dev.sockeye.host.Host;
import dev.sockeye.host.Interface;
import dev.sockeye.host.Sysctl;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One host with one interface, in virtual time. What it sends is kept with the time at which it left; time
/// stands still but for [#advanceTo].
public final class HostUnderTest implements AutoCloseable {

    /// How late a timer rings, nanoseconds: the kernel's never ring early, and so what a script lets happen at the
    /// same time happens before.
    private static final long LATE = 20_000;

    /// A packet that has left.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Sent(long at, byte[] bytes) {}

    /// The time at which a script begins: a host that has run for a while.
    public static final long BEGIN = 1_000_000_000L;

    private final PagePool pool = new PagePool();
    private final Host host;
    private final Interface device;
    private final Deque<Sent> sent = new ArrayDeque<>();
    private Runnable onChange = () -> {};
    private Consumer<Sent> onSent = packet -> {};
    private long alarm = Long.MAX_VALUE;
    private long now = BEGIN;

    /// A host as a script wants it.
    public HostUnderTest(Setup setup) {
        host = new Host("sockeye", Sysctl.linux(), pool, setup.seed());
        host.tcp().epochNanos = -BEGIN;
        device = host.addInterface("tun0", setup.mtu());
        device.addAddress(setup.local() + "/" + setup.prefixLength());
        host.routes().add(setup.local().isV4() ? "default" : "::/0", device);
    }

    /// The host.
    public Host host() {
        return host;
    }

    /// Its interface.
    public Interface device() {
        return device;
    }

    /// The time, nanoseconds.
    public long now() {
        return now;
    }

    /// What is to be called when a socket has an event that a blocked program is woken for, or the alarm
    /// rings. A
    /// program that is not woken does not look: what it would find meanwhile waits as it does on a real
    /// machine.
    public void onChange(Runnable listener) {
        onChange = listener;
    }

    /// Who looks at packets as they leave.
    public void onSent(Consumer<Sent> listener) {
        onSent = listener;
    }

    /// When time is to stop though no timer of the host is due, and the listener to be called.
    public void setAlarm(long at) {
        alarm = at;
    }

    /// When the next timer is due, or the alarm; `Long.MAX_VALUE` if nothing will ever happen by itself.
    public long nextEvent() {
        long deadline = host.nextDeadline();
        return Math.min(alarm, deadline < Long.MAX_VALUE - LATE ? deadline + LATE : deadline);
    }

    /// A packet arrives.
    ///
    /// @param segmentSize bytes of payload in each of the segments that it was put together of; 0 where it
    ///     was not
    public void receive(byte[] packet, int segmentSize) {
        Packet arriving = Packet.of(packet, host.pages());
        arriving.setSegmentSize(segmentSize);
        host.onPacket(device, arriving, now);
        settle();
    }

    /// After each call: takes what the host wants sent, and tells of what has happened.
    public void settle() {
        for (Packet packet = host.pollTransmit(); packet != null; packet = host.pollTransmit()) {
            sent.add(new Sent(now, packet.toBytes()));
            onSent.accept(sent.getLast());
            packet.release(host.pages());
        }
        boolean woken = false;
        for (Endpoint ready = host.pollReady(); ready != null; ready = host.pollReady()) {
            int events = ready.takeEvents();
            woken |= events != 0;
            if (events != 0 && ready.attachment() instanceof SocketFile file) file.happened(events);
        }
        if (woken) onChange.run();
    }

    /// Time passes, and timers ring when they are due.
    public void advanceTo(long until) {
        boolean more;
        do more = stepUntil(until);
        while (more);
    }

    /// Time passes up to the next timer, which rings.
    ///
    /// @return whether there was one up to `until`; else the time is `until`
    public boolean stepUntil(long until) {
        long next = nextEvent();
        if (next > until) {
            now = Math.max(now, until);
            return false;
        }
        now = Math.max(now, next);
        boolean rings = alarm <= now;
        if (rings) alarm = Long.MAX_VALUE;
        if (host.nextDeadline() <= now) host.onTime(now);
        settle();
        if (rings) onChange.run();
        return true;
    }

    /// The packet that left first of those not taken yet, or null; it stays.
    public @Nullable Sent peekSent() {
        return sent.peek();
    }

    /// Takes the packet that left first.
    public @Nullable Sent pollSent() {
        return sent.poll();
    }

    /// Pages and packets that nobody has given back, after [#close].
    public long leaked() {
        return pool.pagesOut() + pool.packetsOut();
    }

    @Override
    public void close() {
        host.powerOff(now);
        for (Packet packet = host.pollTransmit(); packet != null; packet = host.pollTransmit()) {
            packet.release(host.pages());
        }
        host.pages().clear();
    }
}
