package dev.sockeye.conformance.run;

import dev.sockeye.conformance.machine.SocketFile;
import dev.sockeye.wire.TransportAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A connection as the script sees it: whose packets its lines mean, and how its numbers are to be
/// translated. A script's sequence numbers begin where it likes in a SYN, and are relative to the initial
/// ones behind it.
final class ScriptSocket {

    /// What is known of it.
    enum State {
        /// `socket` has made it.
        NEW,
        LISTENING,
        /// `connect` was called, and its SYN not yet seen.
        CONNECTING,
        /// Packets go to and fro.
        OPEN
    }

    State state = State.NEW;

    /// The socket that the program holds; null before `accept`.
    @Nullable
    SocketFile file;

    /// Both ends of a passive open; of an active one the host's socket tells.
    private @Nullable TransportAddress local, remote;

    // Initial sequence numbers, as they are and as the script has them.
    long localIsn, scriptLocalIsn;
    long remoteIsn, scriptRemoteIsn;
    boolean localIsnKnown;
    private boolean remoteIsnKnown;

    /// Timestamps of ours that lines of the script have shown: its number for one, and the real one.
    final Map<Long, Long> timestamps = new HashMap<>();

    /// The first of these, where the script's clock and the real one are compared.
    long firstScriptTimestamp = -1, firstTimestamp;

    /// What was sent last, for ICMP messages that do not say what they are about.
    long lastSequence;

    ScriptSocket(@Nullable SocketFile file) {
        this.file = file;
    }

    void setEnds(TransportAddress local, TransportAddress remote) {
        this.local = local;
        this.remote = remote;
    }

    /// The host's end, or null.
    @Nullable
    TransportAddress local() {
        if (local != null) return local;
        SocketFile own = file;
        return own == null ? null : own.endpoint().localAddress();
    }

    @Nullable
    TransportAddress remote() {
        return remote;
    }

    /// A new attempt to connect: nothing is known of its numbers.
    void connecting(TransportAddress to) {
        state = State.CONNECTING;
        local = null;
        remote = to;
        localIsnKnown = false;
        remoteIsnKnown = false;
        localIsn = scriptLocalIsn = remoteIsn = scriptRemoteIsn = 0;
    }

    // ---------------------------------------------------------------- numbers

    /// A SYN of the peer. The numbers of a script go by the first one: another, in the middle of the connection or
    /// after its end, changes none of them.
    void peerBegins(long sequence) {
        if (remoteIsnKnown) return;
        remoteIsnKnown = true;
        remoteIsn = scriptRemoteIsn = sequence;
    }

    /// What is to be added to a number of the host's, to have the script's.
    long localOffset(boolean syn) {
        return syn ? scriptLocalIsn - localIsn : -localIsn;
    }

    /// What is to be added to a number of the peer's, to have the script's.
    long remoteOffset(boolean syn) {
        return syn ? scriptRemoteIsn - remoteIsn : -remoteIsn;
    }
}
