package dev.sockeye.host;

import dev.sockeye.tcp.SipHash;
import dev.sockeye.wire.Icmpv4;
import dev.sockeye.wire.Icmpv6;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Packet;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Fragments that wait for the rest of their datagrams (RFC 791 3.2, RFC 8200 4.5), within `ipfrag_high_thresh`
/// bytes and `ipfrag_time` seconds. Fragments that overlap end their datagram (RFC 5722 3; Linux does so for IPv4
/// too); one that came twice is ignored.
final class Reassembly {

    /// A datagram's name: RFC 791 3.2 has the protocol in it, RFC 8200 4.5 has not.
    ///
    /// @param hash keyed, so that nobody can choose datagrams that meet in one place of the table
    record Key(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int id,
            int protocol,
            int hash) {
        @Override
        public int hashCode() {
            return hash;
        }
    }

    private final Host host;
    private final Map<Key, PartialDatagram> datagrams = new HashMap<>();
    private long bytesV4;
    private long bytesV6;

    private final long key0;
    private final long key1;

    Reassembly(Host host, RandomGenerator random) {
        this.host = host;
        this.key0 = random.nextLong();
        this.key1 = random.nextLong();
    }

    /// Bytes that all of them take.
    long bytes() {
        return bytesV4 + bytesV6;
    }

    /// How many datagrams are incomplete.
    int size() {
        return datagrams.size();
    }

    /// Takes a fragment over.
    ///
    /// @return the whole datagram where this was its last missing part, else null
    @Nullable
    Packet addV4(Arrival arrival, Packet fragment, long now) {
        MemorySegment memory = fragment.memory(0);
        long at = fragment.offset(0);
        int header = Ipv4Header.headerLength(memory, at);
        Key key = key(arrival, Ipv4Header.identification(memory, at), Ipv4Header.protocol(memory, at));
        host.counters().inc(Mib.IpReasmReqds);
        int offset = Ipv4Header.fragmentOffset(memory, at);
        boolean more = Ipv4Header.moreFragments(memory, at);
        int length = fragment.length() - header;
        // Linux: the odd bytes of a fragment that is not the last are cut off.
        if (more && (length & 7) != 0) {
            length &= ~7;
            fragment.truncate(header + length, host.pages());
        }
        return add(key, true, arrival, fragment, header, offset, length, more, now);
    }

    /// Takes a fragment over whose fragment header is at [Arrival#transport].
    ///
    /// @return the whole datagram where this was its last missing part, else null
    @Nullable
    Packet addV6(Arrival arrival, Packet fragment, long now) {
        MemorySegment memory = fragment.memory(0);
        int at = fragment.offset(0) + arrival.transport;
        Key key = key(arrival, Ipv6Header.fragmentIdentification(memory, at), -1);
        host.counters().inc(Mib.Ip6ReasmReqds);
        int offset = Ipv6Header.fragmentOffset(memory, at);
        boolean more = Ipv6Header.moreFragments(memory, at);
        int header = arrival.transport + Ipv6Header.FRAGMENT_LENGTH;
        int length = fragment.length() - header;
        int problem = -1;
        // RFC 8200 4.5: a part that is not the last has a multiple of 8 bytes; no datagram has more than 65535.
        if (more && (length & 7) != 0) problem = 4;
        else if (offset + length > 65535) problem = arrival.transport + 2;
        if (problem >= 0) {
            host.counters().inc(Mib.Ip6InHdrErrors);
            host.icmpOutput().error(arrival, fragment, Icmpv6.PARAMETER_PROBLEM, Icmpv6.ERRONEOUS_HEADER, problem, now);
            fragment.release(host.pages());
            return null;
        }
        return add(key, false, arrival, fragment, header, offset, length, more, now);
    }

    private Key key(Arrival a, int id, int protocol) {
        long ends = (long) id << 32 | protocol & 0xffff_ffffL;
        long hash = SipHash.hash(key0, key1, a.sourceHigh, a.sourceLow, a.destinationHigh, a.destinationLow, ends);
        return new Key(
                a.sourceHigh, a.sourceLow, a.destinationHigh, a.destinationLow, id, protocol, (int) (hash >>> 32));
    }

    private @Nullable Packet add(
            Key key,
            boolean v4,
            Arrival arrival,
            Packet fragment,
            int header,
            int offset,
            int length,
            boolean more,
            long now) {
        // Linux: beyond the limit no fragment is taken, be its datagram new or not (inet_frag_find).
        if (isFull(v4)) {
            host.counters().inc(v4 ? Mib.IpReasmFails : Mib.Ip6ReasmFails);
            fragment.release(host.pages());
            return null;
        }
        PartialDatagram datagram = datagrams.get(key);
        if (datagram == null) datagram = begin(key, v4, arrival, now);
        charge(v4, -datagram.bytes());
        PartialDatagram.Result result =
                datagram.add(fragment, header, offset, length, more, arrival.trafficClass & 3, host.pages());
        charge(v4, datagram.bytes());
        return switch (result) {
            case WAITING -> null;
            case OVERLAP -> {
                host.counters().inc(Mib.IpExtReasmOverlaps);
                yield drop(datagram);
            }
            case BAD -> drop(datagram);
            case COMPLETE -> complete(datagram);
        };
    }

    private boolean isFull(boolean v4) {
        return v4
                ? bytesV4 > host.sysctl().ipv4().ipfrag_high_thresh
                : bytesV6 > host.sysctl().ipv6().ip6frag_high_thresh;
    }

    private PartialDatagram begin(Key key, boolean v4, Arrival arrival, long now) {
        var datagram = new PartialDatagram(this, key, v4, arrival.in);
        datagrams.put(key, datagram);
        int seconds = v4 ? host.sysctl().ipv4().ipfrag_time : host.sysctl().ipv6().ip6frag_time;
        host.timers().schedule(datagram, now + seconds * 1_000_000_000L);
        return datagram;
    }

    private void charge(boolean v4, int bytes) {
        if (v4) bytesV4 += bytes;
        else bytesV6 += bytes;
    }

    private void end(PartialDatagram datagram) {
        datagrams.remove(datagram.key);
        host.timers().cancel(datagram);
        charge(datagram.v4, -datagram.bytes());
        datagram.release(host.pages());
    }

    private @Nullable Packet drop(PartialDatagram datagram) {
        host.counters().inc(datagram.v4 ? Mib.IpReasmFails : Mib.Ip6ReasmFails);
        end(datagram);
        return null;
    }

    private @Nullable Packet complete(PartialDatagram datagram) {
        Packet whole = datagram.assemble(host.pages());
        if (whole == null) return drop(datagram);
        host.counters().inc(datagram.v4 ? Mib.IpReasmOKs : Mib.Ip6ReasmOKs);
        end(datagram);
        return whole;
    }

    /// `ipfrag_time` has passed. The sender is told, if the first fragment came, for it says what to quote (RFC
    /// 792, RFC 4443 3.3).
    void onTimeout(PartialDatagram datagram, long now) {
        host.counters().inc(datagram.v4 ? Mib.IpReasmTimeout : Mib.Ip6ReasmTimeout);
        Packet first = datagram.firstFragment();
        if (first != null) {
            int type = datagram.v4 ? Icmpv4.TIME_EXCEEDED : Icmpv6.TIME_EXCEEDED;
            int code = datagram.v4 ? Icmpv4.REASSEMBLY_TIME_EXCEEDED : Icmpv6.REASSEMBLY_TIME_EXCEEDED;
            host.icmpOutput().error(datagram.arrival(first), first, type, code, 0, now);
        }
        drop(datagram);
    }

    /// Forgets everything.
    void clear() {
        for (PartialDatagram each : List.copyOf(datagrams.values())) end(each);
    }
}
