package dev.sockeye.inspect.history;

import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is remembered of one socket.
final class Life {

    final long cookie;
    long address;
    long namespace;
    TransportAddress local;

    @Nullable
    TransportAddress remote;

    /// Its last changes of state.
    private final ArrayDeque<JournalEntry> journal = new ArrayDeque<>(6);

    @Nullable
    TcpState state;

    /// The state before the last change.
    @Nullable
    TcpState former;

    /// The state that the last change of which the source told has led to, as the kernel has it.
    @Nullable
    TcpState kernelState;

    long stateSince;
    boolean knowsSince;
    long resetReceivedAt = Long.MIN_VALUE;
    long resetSentAt = Long.MIN_VALUE;
    String resetSent = "";

    /// Changes that are not told yet, because the kernel has not yet chosen an address.
    @Nullable
    List<Observation> untold;

    /// Whether it has ended, as far as is known: a socket can be used again.
    boolean ended;

    /// Whether the kernel has let go of it.
    boolean isDestroyed;

    Life(long cookie, Observation first) {
        this.cookie = cookie;
        namespace = first.namespace;
        local = first.local;
        remote = first.remote;
    }

    /// Takes over what is known better now.
    void learn(Observation seen) {
        if (seen.namespace != 0) namespace = seen.namespace;
        if (seen.remote != null) {
            remote = seen.remote;
            if (seen.local.port() != 0) local = seen.local;
        } else if (local.port() == 0 || seen.to == TcpState.LISTEN) {
            local = seen.local;
        }
    }

    /// Whether both its addresses are known.
    boolean isAddressed() {
        return local.port() != 0 && remote != null;
    }

    void note(JournalEntry entry, int most) {
        if (journal.size() >= most) journal.removeFirst();
        journal.addLast(entry);
    }

    List<JournalEntry> journal() {
        return new ArrayList<>(journal);
    }

    /// The name that its two addresses make, for sources that know no cookie.
    record Pair(TransportAddress local, @Nullable TransportAddress remote) {}
}
