package dev.sockeye.socket;

import dev.sockeye.wire.Packet;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// Packets on their way between threads: any thread puts, and one at a time takes all that are there, in the
/// order of the puts. Without a lock, without a bound (TCP's windows are the bound), and without an object a
/// packet: the queue runs through [Packet#next].
final class PacketQueue {

    private static final VarHandle NEWEST;

    static {
        try {
            NEWEST = MethodHandles.lookup().findVarHandle(PacketQueue.class, "newest", Packet.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Packet newest;

    /// Takes a packet over. Who finds the queue not empty after this sees the packet whole.
    void put(Packet packet) {
        Packet before;
        do {
            before = newest;
            packet.next = before;
        } while (!NEWEST.compareAndSet(this, before, packet));
    }

    /// Whether nothing was there at a moment during the call.
    boolean isEmpty() {
        return newest == null;
    }

    /// The oldest packet, with all that came after it behind its [Packet#next]; null if there is none.
    @Nullable
    Packet takeAll() {
        if (newest == null) return null;
        // Takers take everything, so a packet that comes back to the queue meanwhile cannot be mistaken for the old
        // top.
        Packet packet = (Packet) NEWEST.getAndSet(this, null);
        Packet oldest = null;
        while (packet != null) {
            Packet older = packet.next;
            packet.next = oldest;
            oldest = packet;
            packet = older;
        }
        return oldest;
    }
}
