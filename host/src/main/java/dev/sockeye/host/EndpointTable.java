package dev.sockeye.host;

import dev.sockeye.tcp.SipHash;
import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// All connections of a host by their 4-tuples: open addressing with linear probing and a keyed hash, so that
/// nobody who chooses ports and addresses can make it slow. Looked up with numbers, without an object; entries
/// that follow a removed one move up, so that there are no tombstones.
final class EndpointTable {

    private static final int LEAST = 16;

    private final long key0;
    private final long key1;
    private @Nullable Flow[] flows = new Flow[LEAST];
    private int[] hashes = new int[LEAST];
    private int size;

    EndpointTable(RandomGenerator random) {
        this.key0 = random.nextLong();
        this.key1 = random.nextLong();
    }

    /// How many connections there are.
    int size() {
        return size;
    }

    /// The hash that [#find] wants.
    ///
    /// @param ports the local one in the upper 16 bits
    int hash(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        long ends = ports & 0xffff_ffffL;
        if (LocalAddresses.isV4(localHigh, localLow)) {
            // Both IPv4 addresses are one word.
            return (int) SipHash.hash(key0, key1, localLow << 32 | remoteLow & 0xffff_ffffL, ends);
        }
        return (int) SipHash.hash(key0, key1, localHigh, localLow, remoteHigh, remoteLow, ends);
    }

    int hash(FourTuple tuple) {
        IpAddress local = tuple.local().ip();
        IpAddress remote = tuple.remote().ip();
        return hash(local.high(), local.low(), remote.high(), remote.low(), ports(tuple));
    }

    static int ports(FourTuple tuple) {
        return tuple.local().port() << 16 | tuple.remote().port();
    }

    /// The connection with this 4-tuple, or null.
    @Nullable
    Flow find(int hash, long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        int mask = flows.length - 1;
        for (int i = hash & mask; ; i = i + 1 & mask) {
            Flow flow = flows[i];
            if (flow == null) return null;
            if (hashes[i] == hash && flow.matches(localHigh, localLow, remoteHigh, remoteLow, ports)) return flow;
        }
    }

    /// The connection with this 4-tuple, or null.
    @Nullable
    Flow find(FourTuple tuple) {
        IpAddress local = tuple.local().ip();
        IpAddress remote = tuple.remote().ip();
        return find(hash(tuple), local.high(), local.low(), remote.high(), remote.low(), ports(tuple));
    }

    /// Adds a connection whose 4-tuple is not there.
    void add(Flow flow) {
        if (4 * (size + 1) > 3 * flows.length) resize(2 * flows.length);
        place(flow);
        flow.inTable = true;
        size++;
    }

    private void place(Flow flow) {
        int mask = flows.length - 1;
        int i = flow.hash & mask;
        while (flows[i] != null) i = i + 1 & mask;
        flows[i] = flow;
        hashes[i] = flow.hash;
    }

    /// Removes a connection that is there.
    void remove(Flow flow) {
        int mask = flows.length - 1;
        int i = flow.hash & mask;
        while (flows[i] != flow) {
            if (flows[i] == null) throw new IllegalStateException("not in the table: " + flow.tuple);
            i = i + 1 & mask;
        }
        size--;
        flow.inTable = false;
        closeGap(i, mask);
        if (flows.length > LEAST && 8 * size < flows.length) resize(flows.length / 2);
    }

    /// Moves each entry behind a gap into it that would no longer be found across it.
    private void closeGap(int gap, int mask) {
        for (int i = gap + 1 & mask; flows[i] != null; i = i + 1 & mask) {
            int home = hashes[i] & mask;
            if ((i - home & mask) < (i - gap & mask)) continue;
            flows[gap] = flows[i];
            hashes[gap] = hashes[i];
            gap = i;
        }
        flows[gap] = null;
    }

    private void resize(int length) {
        @Nullable Flow[] before = flows;
        flows = new Flow[length];
        hashes = new int[length];
        for (Flow flow : before) {
            if (flow != null) place(flow);
        }
    }

    /// Shows each connection, in no particular order; none may be added or removed meanwhile.
    void forEach(Consumer<? super Flow> visitor) {
        for (Flow flow : flows) {
            if (flow != null) visitor.accept(flow);
        }
    }

    void clear() {
        Arrays.fill(flows, null);
        size = 0;
    }
}
