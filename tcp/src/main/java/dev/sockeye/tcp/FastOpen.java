package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What a connection has of Fast Open (RFC 7413): the client's part, or the server's, or, as most, nothing.
final class FastOpen {

    private final Connection c;

    /// The client's part, where our SYN was to carry data or to ask for a cookie.
    @Nullable
    ActiveFastOpen active;

    /// The server's part, until the handshake is complete.
    @Nullable
    PassiveFastOpen passive;

    /// A SYN has opened it as a listener's connection.
    boolean child;
    /// Data on a SYN, ours or the peer's, has reached the other end.
    boolean synDataAcked;

    FastOpen(Connection c) {
        this.c = c;
    }

    // ---------------------------------------------------------------- the client

    ActiveFastOpen beginActive() {
        var beginning = new ActiveFastOpen(c);
        active = beginning;
        return beginning;
    }

    boolean isDeferred() {
        return active != null && active.isDeferred();
    }

    /// The first write of a connection that has waited for it.
    int openDeferred(MemorySegment from, long offset, int length, int flags, long now) {
        boolean enabled = (c.context.sysctl.tcp_fastopen & ActiveFastOpen.CLIENT) != 0;
        if (active == null || !enabled) return Errno.EOPNOTSUPP.asResult();
        return active.open(from, offset, length, flags, now);
    }

    /// Whether our SYN has carried data, and is not answered yet.
    boolean hasSentSynData() {
        return c.state == TcpState.SYN_SENT && active != null && active.hasSentData();
    }

    // ---------------------------------------------------------------- the server

    void beginPassive(HalfOpen request, Segment syn, long now) {
        child = true;
        passive = new PassiveFastOpen(c, request);
        passive.begin(syn, now);
    }

    /// Whether it was opened fast and the handshake is not complete.
    boolean isHalfOpen() {
        return passive != null;
    }

    /// Whether it is half-open and a program has it nevertheless.
    boolean isHeldByProgram() {
        return passive != null && passive.accepted;
    }

    void onAccepted() {
        if (passive != null) passive.accepted = true;
    }

    /// The round trip of the SYN-ACK, microseconds; -1 where it is not known.
    long synAckRttMicros(long now) {
        return passive == null ? -1 : passive.synAckRttMicros(now);
    }

    /// The handshake is complete; data has gone already.
    void established(long now) {
        complete(now);
        c.output.lastSentAt = now;
        c.acks.rcvMss = c.sizes.initialReceived();
    }

    /// Our SYN-ACK is acknowledged: the retransmission timer is for what else is in flight
    /// (`tcp_rcv_synrecv_state_fastopen`).
    void complete(long now) {
        c.recovery.onSynAckAcked();
        c.timeouts.retransmits = 0;
        finish(false);
        c.timeouts.rearm(now);
    }

    /// The handshake is complete, or the connection is over.
    ///
    /// @param reset whether a RST has ended it while a program had it
    void finish(boolean reset) {
        PassiveFastOpen finishing = passive;
        if (finishing == null) return;
        passive = null;
        finishing.finish(reset, c.now);
    }

    // ---------------------------------------------------------------- both

    /// The data, and the FIN, that came with a SYN where Fast Open takes it (`tcp_fastopen_add_skb`).
    void takeSynData(Segment seg, long now) {
        if (seg.sequenceLength() == 1) return;
        synDataAcked = true;
        c.arrives.takeSynData(seg, now);
    }
}
