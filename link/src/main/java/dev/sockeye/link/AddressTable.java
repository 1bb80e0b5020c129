package dev.sockeye.link;

import dev.sockeye.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// Who is where, by address: an open hash table that never changes once it is built, so that any thread may look.
final class AddressTable {

    static final AddressTable EMPTY = new AddressTable(2);

    private final long[] high;
    private final long[] low;
    private final @Nullable Link[] links;
    private int size;

    private AddressTable(int capacity) {
        high = new long[capacity];
        low = new long[capacity];
        links = new Link[capacity];
    }

    /// This table and one entry more; an address that is there already moves to `link`.
    AddressTable with(IpAddress address, Link link) {
        var larger = new AddressTable(2 * (size + 1) > links.length ? 2 * links.length : links.length);
        for (int i = 0; i < links.length; i++) {
            Link known = links[i];
            if (known != null) larger.put(high[i], low[i], known);
        }
        larger.put(address.high(), address.low(), link);
        return larger;
    }

    private void put(long addressHigh, long addressLow, Link link) {
        int i = slot(addressHigh, addressLow);
        if (links[i] == null) size++;
        high[i] = addressHigh;
        low[i] = addressLow;
        links[i] = link;
    }

    /// The link to an address, or null.
    @Nullable
    Link get(long addressHigh, long addressLow) {
        return links[slot(addressHigh, addressLow)];
    }

    /// Where an address is, or the free place where it belongs; at least half of the places are free.
    private int slot(long addressHigh, long addressLow) {
        long mixed = (addressHigh * 31 + addressLow) * 0x9e3779b97f4a7c15L;
        int mask = links.length - 1;
        int i = (int) (mixed >>> 40) & mask;
        while (links[i] != null && (high[i] != addressHigh || low[i] != addressLow)) i = (i + 1) & mask;
        return i;
    }
}
