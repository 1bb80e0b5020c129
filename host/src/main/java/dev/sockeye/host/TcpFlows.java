package dev.sockeye.host;

import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.Handshake;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpContext;
import dev.sockeye.tcp.TcpMib;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.tcp.TimeWait;
import dev.sockeye.wire.FourTuple;
import org.jspecify.annotations.Nullable;

/// The lives of this host's TCP connections: how each comes into the endpoint table, what it sends, when its timer
/// rings, what it leaves behind.
final class TcpFlows {

    private final Host host;
    private final EndpointTable table;
    private final TcpContext context;
    private final SegmentOutput output;
    private final SegmentOutput.Manner manner = new SegmentOutput.Manner();

    TcpFlows(Host host, EndpointTable table, SegmentOutput output) {
        this.host = host;
        this.table = table;
        this.context = host.tcp();
        this.output = output;
    }

    EndpointTable table() {
        return table;
    }

    // ---------------------------------------------------------------- connections

    /// Puts a connection into the table: one that [TcpEndpoint#connect] opens.
    Flow add(TcpEndpoint socket, FourTuple tuple) {
        var flow = new Flow(this, tuple, table.hash(tuple), socket, socket);
        table.add(flow);
        return flow;
    }

    /// Whether a connection with this 4-tuple can be opened: none is there, or one in TIME_WAIT that may be taken
    /// over.
    boolean isFree(FourTuple tuple, boolean chosen, long now) {
        Flow flow = table.find(tuple);
        return flow == null || flow.socket instanceof TimeWait old && old.isReusable(chosen, now);
    }

    /// Ends the connection in TIME_WAIT that [#isFree] found, if there is one.
    ///
    /// @return it, for what follows goes on from where it was
    @Nullable
    TimeWait takeOver(FourTuple tuple) {
        Flow flow = table.find(tuple);
        if (flow == null || !(flow.socket instanceof TimeWait old)) return null;
        context.counters.inc(TcpMib.TWRecycled);
        endTimeWait(flow);
        return old;
    }

    /// After each event and call: sends what is to be sent, sets the timer, tells of events, and sees whether the
    /// connection is still one.
    void settle(TcpEndpoint socket, long now) {
        Connection connection = socket.connection();
        Flow flow = socket.flow;
        if (connection == null) return;
        // RFC 9293 3.8.3, MUST-20: R1.
        if (connection.takeAdviceAgainstPath()) socket.forgetPath();
        Segment out = output.segment;
        Path path = socket.path(connection.tuple().remote().ip(), now);
        if (path.error() == null) connection.onPathMtu(path.mtu());
        while (connection.nextSegment(out, now)) send(socket, connection, out, now);
        int events = connection.takeEvents();
        if (events != 0) socket.raise(events);
        if (flow == null) return;
        if (connection.state() == TcpState.CLOSED) retire(socket, connection, flow, now);
        else host.timers().schedule(flow, connection.nextDeadline());
    }

    private void send(TcpEndpoint socket, Connection connection, Segment seg, long now) {
        FourTuple tuple = connection.tuple();
        boolean v4 = tuple.isV4();
        Path path = socket.path(tuple.remote().ip(), now);
        if (path.error() != null) {
            host.counters().inc(v4 ? Mib.IpOutNoRoutes : Mib.Ip6OutNoRoutes);
            return;
        }
        var options = connection.options();
        // RFC 9293 3.9.2, MUST-49
        manner.hopLimit = options.hopLimit >= 0 ? options.hopLimit : host.defaultHopLimit(v4);
        // RFC 9293 3.9.1.9, MUST-48, SHLD-21, SHLD-22: as it is set when the segment goes.
        manner.trafficClass = options.trafficClass;
        if (seg.isAnswer) {
            manner.hopLimit = host.defaultHopLimit(v4);
            manner.trafficClass = seg.trafficClass;
        }
        manner.dontFragment =
                v4 && options.dontFragment(host.isPathLocked(tuple.remote().ip(), now));
        manner.identification = socket.identification;
        manner.flowLabel = flowLabel(socket, connection.rehashes());
        manner.mtu = path.mtu();
        output.send(seg, tuple, manner, path.out(), socket.signer());
        socket.identification = manner.identification;
    }

    /// Linux: `auto_flowlabels`, a label for each flow (RFC 6438), and another one after each timeout.
    private static int flowLabel(TcpEndpoint socket, int rehashes) {
        Flow flow = socket.flow;
        return flow == null ? 0 : flow.hash + rehashes * 0x9e3779b1 & 0xfffff;
    }

    /// The connection is over. What goes on in its place, if anything, is in TIME_WAIT.
    private void retire(TcpEndpoint socket, Connection connection, Flow flow, long now) {
        TimeWait rest = connection.timeWait();
        socket.flow = null;
        if (rest == null) {
            host.timers().cancel(flow);
            table.remove(flow);
            socket.onConnectionOver();
            return;
        }
        context.timeWaits++;
        // Linux counts a wait of 4 s or less apart (inet_twsk_schedule).
        context.counters.inc(rest.deadline() - now <= 4_000_000_000L ? TcpMib.TWKilled : TcpMib.TW);
        var holder = new TimeWaitPort(socket, flow.tuple.local().ip());
        holder.signer = socket.signer();
        PortBucket bucket = socket.bucket;
        if (bucket != null) bucket.add(holder);
        flow.socket = rest;
        flow.context = holder;
        host.timers().schedule(flow, rest.deadline());
        socket.onConnectionOver();
    }

    // ---------------------------------------------------------------- passive opens

    /// A listener has a new half-open connection: keeps it, and sends its SYN-ACK.
    void addHalfOpen(TcpEndpoint listening, HalfOpen halfOpen, long now) {
        FourTuple tuple = halfOpen.tuple();
        var flow = new Flow(this, tuple, table.hash(tuple), halfOpen, listening);
        table.add(flow);
        host.timers().schedule(flow, halfOpen.nextDeadline());
        sendSynAck(listening, halfOpen, now);
    }

    void sendSynAck(TcpEndpoint listening, HalfOpen halfOpen, long now) {
        Segment out = output.segment;
        halfOpen.synAck(out, now);
        var options = listening.options();
        boolean reflect = context.sysctl.tcp_reflect_tos != 0;
        int trafficClass = reflect ? halfOpen.handshake().synTrafficClass : options.trafficClass;
        FourTuple tuple = halfOpen.tuple();
        Handshake handshake = halfOpen.handshake();
        SegmentSigner signer = SegmentKeys.signerFor(
                listening.keys(), handshake, tuple.remote().ip());
        // Linux: without the key that the peer has asked for, nothing at all.
        if (signer == null && handshake.usesAo()) return;
        reply(out, tuple, trafficClass & ~3, options.hopLimit, signer, now);
    }

    /// A half-open connection is gone.
    void removeHalfOpen(Flow flow, HalfOpen halfOpen) {
        host.timers().cancel(flow);
        table.remove(flow);
        halfOpen.listener().remove(halfOpen);
    }

    /// A half-open connection whose listener has closed.
    void forget(HalfOpen halfOpen) {
        Flow flow = table.find(halfOpen.tuple());
        if (flow == null || flow.socket != halfOpen) return;
        host.timers().cancel(flow);
        table.remove(flow);
    }

    /// A handshake is complete: makes the socket that `accept` will return.
    ///
    /// @param flow the half-open connection's, or null where a SYN cookie brought it back
    TcpEndpoint establish(TcpEndpoint listening, FourTuple tuple, Handshake handshake, @Nullable Flow flow, long now) {
        TcpEndpoint child = host.newChild(listening);
        reflect(handshake, child);
        child.inheritKeys(listening, tuple.remote().ip(), handshake);
        own(child, tuple, flow);
        child.onAccepted(tuple, handshake, now);
        return child;
    }

    /// A SYN has opened a connection at once: makes the socket that `accept` will return.
    TcpEndpoint openFast(TcpEndpoint listening, HalfOpen request, Segment syn, long now) {
        TcpEndpoint child = host.newChild(listening);
        reflect(request.handshake(), child);
        child.inheritKeys(listening, request.tuple().remote().ip(), request.handshake());
        own(child, request.tuple(), null);
        child.onOpenedFast(request, syn, now);
        return child;
    }

    /// `tcp_reflect_tos`: the peer's choice is ours.
    private void reflect(Handshake handshake, TcpEndpoint child) {
        if (context.sysctl.tcp_reflect_tos != 0) child.options().trafficClass = handshake.synTrafficClass;
    }

    private void own(TcpEndpoint child, FourTuple tuple, @Nullable Flow flow) {
        Flow own = flow;
        if (own == null) {
            own = new Flow(this, tuple, table.hash(tuple), child, child);
            table.add(own);
        }
        own.socket = child;
        own.context = child;
        host.tcpPorts().hold(tuple.local().port(), child);
        child.flow = own;
    }

    // ---------------------------------------------------------------- timers

    void onTimer(Flow flow, long now) {
        switch (flow.socket) {
            case TcpEndpoint socket -> {
                Connection connection = socket.connection();
                if (connection != null) connection.onTimer(now);
                settle(socket, now);
            }
            case HalfOpen halfOpen -> onHalfOpenTimer(flow, halfOpen, now);
            case TimeWait rest -> onTimeWaitTimer(flow, rest, now);
            default -> throw new IllegalStateException("not a socket: " + flow.socket);
        }
    }

    private void onHalfOpenTimer(Flow flow, HalfOpen halfOpen, long now) {
        HalfOpen.Disposition disposition = halfOpen.onTimer(now);
        if (disposition == HalfOpen.Disposition.GONE) {
            removeHalfOpen(flow, halfOpen);
            return;
        }
        host.timers().schedule(flow, halfOpen.nextDeadline());
        if (disposition == HalfOpen.Disposition.SYN_ACK) sendSynAck((TcpEndpoint) flow.context, halfOpen, now);
    }

    private void onTimeWaitTimer(Flow flow, TimeWait rest, long now) {
        if (now < rest.deadline()) {
            host.timers().schedule(flow, rest.deadline());
            return;
        }
        endTimeWait(flow);
    }

    void endTimeWait(Flow flow) {
        context.timeWaits--;
        host.timers().cancel(flow);
        table.remove(flow);
        host.tcpPorts().release((TimeWaitPort) flow.context);
    }

    // ---------------------------------------------------------------- answers without a connection

    /// Sends a segment that no connection stands behind: a SYN-ACK, an ACK from TIME_WAIT, a reset.
    ///
    /// @param hopLimit -1: the host's default
    /// @param signer   null: it goes without a signature
    void reply(Segment seg, FourTuple tuple, int trafficClass, int hopLimit, @Nullable SegmentSigner signer, long now) {
        boolean v4 = tuple.isV4();
        Path path = host.path(tuple.remote().ip(), null, now);
        if (path.error() != null) {
            host.counters().inc(v4 ? Mib.IpOutNoRoutes : Mib.Ip6OutNoRoutes);
            seg.clear();
            return;
        }
        manner.hopLimit = hopLimit >= 0 ? hopLimit : host.defaultHopLimit(v4);
        manner.trafficClass = trafficClass;
        manner.dontFragment = v4;
        manner.identification = 0; // RFC 6864 4.1: an atomic datagram's means nothing
        manner.flowLabel = 0;
        manner.mtu = path.mtu();
        context.counters.inc(TcpMib.OutSegs);
        if (seg.rst()) context.counters.inc(TcpMib.OutRsts);
        output.send(seg, tuple, manner, path.out(), signer);
        seg.clear();
    }

    /// Answers a segment with a reset; not if it is one.
    void reset(Segment seg, FourTuple tuple, @Nullable SegmentSigner signer, long now) {
        Segment out = output.segment;
        int trafficClass = seg.trafficClass;
        if (TcpReset.answer(seg, out)) reply(out, tuple, trafficClass, -1, signer, now);
    }

    /// The segment that replies are made in.
    Segment replySegment() {
        return output.segment;
    }
}
