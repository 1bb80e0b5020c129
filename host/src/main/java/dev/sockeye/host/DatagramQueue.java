package dev.sockeye.host;

import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Pages;
import dev.sockeye.wire.UdpHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Datagrams that wait to be read: the packets as they came, with what the headers said, in a ring that grows.
final class DatagramQueue {

    /// What a datagram costs besides its pages, bytes; about what a `struct sk_buff` costs Linux.
    private static final int OVERHEAD = 512;

    private static final int LEAST = 8;

    private @Nullable Packet[] packets = new Packet[LEAST];
    private DatagramInfo[] infos = newInfos(LEAST);
    private int[] dataOffsets = new int[LEAST];
    private int head;
    private int size;
    private int bytes;

    private static DatagramInfo[] newInfos(int count) {
        var infos = new DatagramInfo[count];
        for (int i = 0; i < count; i++) infos[i] = new DatagramInfo();
        return infos;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /// Bytes of memory that the queue takes.
    int bytes() {
        return bytes;
    }

    /// Bytes of data in the first datagram.
    int firstLength() {
        return infos[head].length;
    }

    private static int cost(Packet packet) {
        int cost = OVERHEAD;
        for (int i = 0; i < packet.slices(); i++) cost += packet.page(i).size();
        return cost;
    }

    /// Takes the packet over.
    void add(Arrival arrival, Packet packet, int sourcePort) {
        if (size == packets.length) grow();
        int at = head + size & packets.length - 1;
        packets[at] = packet;
        dataOffsets[at] = arrival.transport + UdpHeader.LENGTH;
        DatagramInfo info = infos[at];
        info.length = UdpHeader.length(packet.memory(0), packet.offset(0) + arrival.transport) - UdpHeader.LENGTH;
        info.sourceHigh = arrival.sourceHigh;
        info.sourceLow = arrival.sourceLow;
        info.sourcePort = sourcePort;
        info.destinationHigh = arrival.destinationHigh;
        info.destinationLow = arrival.destinationLow;
        info.interfaceIndex = arrival.in.index();
        info.trafficClass = arrival.trafficClass;
        info.hopLimit = arrival.hopLimit;
        size++;
        bytes += cost(packet);
    }

    private Packet first() {
        Packet packet = packets[head];
        if (size == 0 || packet == null) throw new IllegalStateException("no datagram waits");
        return packet;
    }

    /// Copies the first datagram, as much of it as there is room for.
    ///
    /// @return the count copied
    int copyFirst(MemorySegment to, long offset, int room, DatagramInfo info) {
        int count = Math.min(room, firstLength());
        first().copyTo(dataOffsets[head], to, offset, count);
        info.set(infos[head]);
        return count;
    }

    void removeFirst(Pages pages) {
        Packet packet = first();
        bytes -= cost(packet);
        packets[head] = null;
        head = head + 1 & packets.length - 1;
        size--;
        packet.release(pages);
    }

    void clear(Pages pages) {
        while (size > 0) removeFirst(pages);
    }

    private void grow() {
        int length = packets.length;
        @Nullable Packet[] morePackets = new Packet[2 * length];
        DatagramInfo[] moreInfos = newInfos(2 * length);
        int[] moreOffsets = new int[2 * length];
        for (int i = 0; i < size; i++) {
            int from = head + i & length - 1;
            morePackets[i] = packets[from];
            moreInfos[i] = infos[from];
            moreOffsets[i] = dataOffsets[from];
        }
        packets = morePackets;
        infos = moreInfos;
        dataOffsets = moreOffsets;
        head = 0;
    }
}
