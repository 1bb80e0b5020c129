package dev.sockeye.host;

import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Page;
import dev.sockeye.wire.Pages;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The fragments of one datagram that have come so far, in the order of their offsets.
final class PartialDatagram extends Timer {

    /// What a fragment leads to.
    enum Result {
        /// Parts are still missing.
        WAITING,
        /// All is there.
        COMPLETE,
        /// It overlaps another in part.
        OVERLAP,
        /// It contradicts another, or reaches beyond the longest datagram.
        BAD
    }

    private record Part(Packet packet, int header, int offset, int length) {
        int end() {
            return offset + length;
        }
    }

    /// What a fragment costs besides its pages, bytes.
    private static final int OVERHEAD = 256;

    final Reassembly.Key key;
    final boolean v4;
    private final Reassembly owner;
    private final Interface in;
    private final List<Part> parts = new ArrayList<>();
    private int bytes;
    private int present;
    /// Bytes of payload in the whole datagram, as far as is known.
    private int length;

    private boolean lastSeen;
    /// A bit for each ECN field seen.
    private int ecnSeen;

    PartialDatagram(Reassembly owner, Reassembly.Key key, boolean v4, Interface in) {
        this.owner = owner;
        this.key = key;
        this.v4 = v4;
        this.in = in;
    }

    /// Bytes of memory that it takes.
    int bytes() {
        return bytes;
    }

    /// Takes a fragment over, whatever comes of it.
    ///
    /// @param header where its payload begins
    /// @param offset of its payload in the datagram's, bytes
    Result add(Packet packet, int header, int offset, int count, boolean more, int ecn, Pages pages) {
        Result result = check(offset, offset + count, more);
        int at = 0;
        if (result == Result.WAITING) {
            while (at < parts.size() && parts.get(at).end() <= offset) at++;
            boolean meets = at < parts.size() && parts.get(at).offset() < offset + count;
            if (meets && isCovered(at, offset, offset + count)) {
                packet.release(pages);
                return Result.WAITING;
            }
            if (meets) result = Result.OVERLAP;
        }
        if (result != Result.WAITING) {
            packet.release(pages);
            return result;
        }
        parts.add(at, new Part(packet, header, offset, count));
        ecnSeen |= 1 << ecn;
        present += count;
        bytes += OVERHEAD;
        for (int i = 0; i < packet.slices(); i++) bytes += packet.page(i).size();
        return lastSeen && present == length ? Result.COMPLETE : Result.WAITING;
    }

    private Result check(int offset, int end, boolean more) {
        if (end > 65535 || end == offset) return Result.BAD;
        if (more) {
            if (lastSeen && end > length) return Result.BAD;
            length = Math.max(length, end);
        } else {
            if (end < length || lastSeen && end != length) return Result.BAD;
            lastSeen = true;
            length = end;
        }
        return Result.WAITING;
    }

    /// Whether all bytes of a range are there already, from part `at` on: a duplicate (Linux: IPFRAG_DUP).
    private boolean isCovered(int at, int offset, int end) {
        int reached = parts.get(at).offset() <= offset ? offset : -1;
        if (reached < 0) return false;
        for (int i = at; i < parts.size() && parts.get(i).offset() <= reached; i++) {
            reached = parts.get(i).end();
            if (reached >= end) return true;
        }
        return false;
    }

    @Nullable
    Packet firstFragment() {
        return !parts.isEmpty() && parts.getFirst().offset() == 0
                ? parts.getFirst().packet()
                : null;
    }

    /// What an ICMP error about a fragment needs to know.
    Arrival arrival(Packet first) {
        var arrival = new Arrival(in);
        arrival.v4 = v4;
        arrival.sourceHigh = key.sourceHigh();
        arrival.sourceLow = key.sourceLow();
        arrival.destinationHigh = key.destinationHigh();
        arrival.destinationLow = key.destinationLow();
        arrival.kind = in.host().addresses().kindOf(key.destinationHigh(), key.destinationLow(), in);
        arrival.protocol = Math.max(0, key.protocol());
        arrival.transport = parts.getFirst().header();
        arrival.trafficClass = v4
                ? Ipv4Header.tos(first.memory(0), first.offset(0))
                : Ipv6Header.trafficClass(first.memory(0), first.offset(0));
        return arrival;
    }

    /// The whole datagram in pages of its own, with the first fragment's headers; null if it would be too long, or
    /// if its ECN fields contradict each other (RFC 3168 5.3).
    @Nullable
    Packet assemble(Pages pages) {
        int ecn = ecnOfWhole();
        Part first = parts.getFirst();
        int header = v4 ? first.header() : first.header() - Ipv6Header.FRAGMENT_LENGTH;
        int total = header + length;
        if (ecn < 0 || v4 && total > Ipv4Header.MAX_TOTAL_LENGTH || total - Ipv6Header.LENGTH > 65535) return null;
        Packet whole = pages.takePacket();
        Page page = pages.take(total);
        first.packet().copyTo(0, page.memory(), 0, header);
        int filled = header;
        for (Part part : parts) {
            int done = 0;
            while (done < part.length()) {
                if (filled == page.size()) {
                    whole.add(page, 0, filled);
                    page = pages.take(total - whole.length());
                    filled = 0;
                }
                int count = Math.min(part.length() - done, page.size() - filled);
                part.packet().copyTo(part.header() + done, page.memory(), filled, count);
                filled += count;
                done += count;
            }
        }
        whole.add(page, 0, filled);
        fixHeader(whole, first, total, ecn);
        return whole;
    }

    private void fixHeader(Packet whole, Part first, int total, int ecn) {
        var memory = whole.memory(0);
        if (v4) {
            Ipv4Header.setFragment(memory, 0, total, 0);
            Ipv4Header.setTos(memory, 0, Ipv4Header.tos(memory, 0) & ~3 | ecn);
            return;
        }
        int next = Ipv6Header.fragmentNextHeader(
                first.packet().memory(0), first.packet().offset(0) + first.header() - Ipv6Header.FRAGMENT_LENGTH);
        setNextHeader(memory, first.header() - Ipv6Header.FRAGMENT_LENGTH, next);
        Ipv6Header.setPayloadLength(memory, 0, total - Ipv6Header.LENGTH);
        Ipv6Header.setTrafficClass(memory, 0, Ipv6Header.trafficClass(memory, 0) & ~3 | ecn);
    }

    /// The header in front of the fragment header now names what the fragments carry.
    private static void setNextHeader(MemorySegment memory, int end, int next) {
        int field = 6;
        for (int at = Ipv6Header.LENGTH; at < end; ) {
            field = at;
            at += ((memory.get(ValueLayout.JAVA_BYTE, at + 1) & 0xff) + 1) << 3;
        }
        memory.set(ValueLayout.JAVA_BYTE, field, (byte) next);
    }

    /// CE where any fragment has it and the others are ECN-capable; -1 where some are and some are not.
    /// RFC 3168 5.3, MUST-4, MUST-5, MUST-6, MUST-7
    private int ecnOfWhole() {
        boolean mixed = (ecnSeen & 1) != 0 && ecnSeen != 1;
        if (mixed) return -1;
        if ((ecnSeen & 1 << 3) != 0) return 3;
        Packet first = parts.getFirst().packet();
        return v4 ? Ipv4Header.ecn(first.memory(0), first.offset(0)) : Ipv6Header.ecn(first.memory(0), first.offset(0));
    }

    void release(Pages pages) {
        for (Part part : parts) part.packet().release(pages);
        parts.clear();
        bytes = 0;
    }

    @Override
    void fire(long now) {
        owner.onTimeout(this, now);
    }
}
