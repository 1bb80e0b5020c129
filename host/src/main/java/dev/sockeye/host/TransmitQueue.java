package dev.sockeye.host;

import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Pages;
import org.jspecify.annotations.Nullable;

/// Packets that wait to be taken, each with its interface, in the order in which they were made.
final class TransmitQueue {

    private @Nullable Packet[] packets = new Packet[64];
    private @Nullable Interface[] interfaces = new Interface[64];
    private int head;
    private int size;
    private @Nullable Interface last;

    void add(Packet packet, Interface out) {
        if (size == packets.length) grow();
        int at = head + size & packets.length - 1;
        packets[at] = packet;
        interfaces[at] = out;
        size++;
    }

    @Nullable
    Packet poll() {
        if (size == 0) return null;
        Packet packet = packets[head];
        last = interfaces[head];
        packets[head] = null;
        interfaces[head] = null;
        head = head + 1 & packets.length - 1;
        size--;
        return packet;
    }

    /// Where the packet belongs that was polled last.
    Interface lastInterface() {
        Interface out = last;
        if (out == null) throw new IllegalStateException("no packet was polled");
        return out;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void releaseAll(Pages pages) {
        for (Packet packet = poll(); packet != null; packet = poll()) packet.release(pages);
    }

    private void grow() {
        @Nullable Packet[] morePackets = new Packet[2 * packets.length];
        @Nullable Interface[] moreInterfaces = new Interface[2 * packets.length];
        for (int i = 0; i < size; i++) {
            morePackets[i] = packets[head + i & packets.length - 1];
            moreInterfaces[i] = interfaces[head + i & packets.length - 1];
        }
        packets = morePackets;
        interfaces = moreInterfaces;
        head = 0;
    }
}
