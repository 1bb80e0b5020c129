package dev.sockeye.host;

import org.jspecify.annotations.Nullable;

/// The local ports of one protocol that are held: 65536 places, in 256 parts made when first needed.
final class PortTable {

    private final @Nullable PortBucket[] @Nullable [] parts = new PortBucket[256][];

    /// Who holds a port, or null.
    @Nullable
    PortBucket bucket(int port) {
        @Nullable PortBucket[] part = parts[port >> 8];
        return part == null ? null : part[port & 0xff];
    }

    /// Lets `holder` hold a port.
    PortBucket hold(int port, PortHolder holder) {
        @Nullable PortBucket[] part = parts[port >> 8];
        if (part == null) parts[port >> 8] = part = new PortBucket[256];
        PortBucket bucket = part[port & 0xff];
        if (bucket == null) part[port & 0xff] = bucket = new PortBucket(port);
        bucket.add(holder);
        return bucket;
    }

    /// Ends a hold; nothing where there is none.
    void release(PortHolder holder) {
        PortBucket bucket = holder.bucket;
        if (bucket == null) return;
        bucket.remove(holder);
        @Nullable PortBucket[] part = parts[bucket.port >> 8];
        if (bucket.first == null && part != null) part[bucket.port & 0xff] = null;
    }

    void clear() {
        for (int i = 0; i < parts.length; i++) parts[i] = null;
    }
}
