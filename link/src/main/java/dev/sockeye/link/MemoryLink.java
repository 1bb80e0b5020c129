package dev.sockeye.link;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import org.jspecify.annotations.Nullable;

/// A cable between two hosts of one process: what is sent at one end arrives at the other at once, without a copy. What
/// is sent while nobody is at the other end is lost.
public final class MemoryLink implements Medium {

    private final PagePool pool;
    private @Nullable End first;
    private @Nullable End second;

    /// A cable with nothing at its ends.
    ///
    /// @param pool where lost packets go back to
    public MemoryLink(PagePool pool) {
        this.pool = pool;
    }

    /// Plugs in one of the two ends.
    ///
    /// @throws IllegalStateException if both are taken
    @Override
    public synchronized Link plug(Link arrivals, IpAddress... addresses) {
        var end = new End(arrivals);
        if (first == null) {
            first = end;
        } else if (second == null) {
            second = end;
            end.far = first;
            first.far = end;
        } else {
            throw new IllegalStateException("a cable has two ends, and both are taken");
        }
        return end;
    }

    private final class End implements Link {

        private final Link arrivals;
        private volatile @Nullable End far;

        End(Link arrivals) {
            this.arrivals = arrivals;
        }

        @Override
        public void send(Packet packet, long now) {
            End to = far;
            if (to == null) packet.release(pool);
            else to.arrivals.send(packet, now);
        }
    }
}
