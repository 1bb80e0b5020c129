package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What ICMP has told of the paths to some destinations: their MTUs (RFC 1191, RFC 8201), for `mtu_expires`
/// seconds.
final class PathMtu {

    /// RFC 8200 5: every IPv6 link takes as much.
    static final int LEAST_V6 = 1280;

    private static final int MOST_DESTINATIONS = 4096;

    /// @param locked the path takes less than `min_pmtu`: packets go without DF
    private record Entry(int mtu, boolean locked, long expires) {}

    private final Sysctl sysctl;
    private final Map<IpAddress, Entry> byDestination = new LinkedHashMap<>();
    private long firstExpiry = Timer.NEVER;
    private int generation;

    PathMtu(Sysctl sysctl) {
        this.sysctl = sysctl;
    }

    /// A router says that packets to `destination` were larger than the `mtu` of the next link, bytes.
    ///
    /// @param before the MTU that was reckoned with
    /// @return the MTU to reckon with now
    int learn(IpAddress destination, int mtu, int before, long now) {
        boolean v4 = destination.isV4();
        int least = v4 ? Math.min(before, sysctl.route().min_pmtu) : LEAST_V6;
        int seconds = v4 ? sysctl.route().mtu_expires : sysctl.ipv6().mtu_expires;
        // RFC 1191 3, RFC 8201 4: the message never raises the estimate, and IPv6's never goes below 1280.
        if (mtu >= before) return before;
        if (byDestination.size() >= MOST_DESTINATIONS && !byDestination.containsKey(destination)) forgetOldest();
        int learned = Math.max(mtu, least);
        long expires = now + seconds * 1_000_000_000L;
        byDestination.put(destination, new Entry(learned, v4 && mtu < least, expires));
        firstExpiry = Math.min(firstExpiry, expires);
        generation++;
        return learned;
    }

    private void forgetOldest() {
        Iterator<IpAddress> oldest = byDestination.keySet().iterator();
        oldest.next();
        oldest.remove();
    }

    /// The MTU of the path, bytes.
    ///
    /// @param link the MTU of its first link
    int of(IpAddress destination, int link, long now) {
        Entry entry = find(destination, now);
        return entry == null ? link : Math.min(link, entry.mtu);
    }

    /// Whether packets on this path go without DF.
    boolean isLocked(IpAddress destination, long now) {
        Entry entry = find(destination, now);
        return entry != null && entry.locked;
    }

    private @Nullable Entry find(IpAddress destination, long now) {
        expire(now);
        return byDestination.isEmpty() ? null : byDestination.get(destination);
    }

    /// Forgets what is too old.
    void expire(long now) {
        if (now < firstExpiry) return;
        byDestination.values().removeIf(entry -> now >= entry.expires);
        firstExpiry = Timer.NEVER;
        for (Entry entry : byDestination.values()) firstExpiry = Math.min(firstExpiry, entry.expires);
        generation++;
    }

    /// Counts changes.
    int generation() {
        return generation;
    }
}
