package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a client remembers of servers for Fast Open (RFC 7413 4.1.3): the cookie, the MSS, and which kind of the
/// option the server may know (Linux's `tcp_metrics`). One entry for each pair of addresses, without a time limit;
/// the one that was not used for longest goes when there are too many.
public final class FastOpenCache {

    private static final int MOST = 8192;

    /// Which option to ask with, where there is no cookie.
    enum Kind {
        /// The standard one.
        STANDARD,
        /// It was not answered: once the experimental one (RFC 7413 appendix A of its drafts).
        EXPERIMENTAL_NEXT,
        /// Nor was that one: the standard one for good.
        STANDARD_FOR_GOOD
    }

    private record Pair(IpAddress local, IpAddress remote) {}

    /// What is remembered of one server.
    static final class Server {
        /// Bytes, 0: not known.
        int mss;

        final byte[] cookie = new byte[16];
        /// 0: none.
        int cookieLength;

        boolean cookieExperimental;
        Kind kind = Kind.STANDARD;
        /// SYNs with data in a row that were lost, and when the last one was, nanoseconds.
        int synLosses;

        long lastSynLossAt;
    }

    private final Map<Pair, Server> servers = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Pair, Server> eldest) {
            return size() > MOST;
        }
    };

    FastOpenCache() {}

    /// `ip tcp_metrics flush`: forgets everything.
    public void flush() {
        servers.clear();
    }

    /// How many servers are remembered.
    public int size() {
        return servers.size();
    }

    /// What is remembered of a server; null if nothing is.
    @Nullable
    Server find(FourTuple tuple) {
        return servers.get(pairOf(tuple));
    }

    /// The entry of a server, made if need be.
    Server of(FourTuple tuple) {
        return servers.computeIfAbsent(pairOf(tuple), pair -> new Server());
    }

    private static Pair pairOf(FourTuple tuple) {
        return new Pair(tuple.local().ip(), tuple.remote().ip());
    }
}
