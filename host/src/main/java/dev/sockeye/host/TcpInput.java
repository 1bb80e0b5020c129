package dev.sockeye.host;

import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.ErrorRecord;
import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.Handshake;
import dev.sockeye.tcp.Listener;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpMib;
import dev.sockeye.tcp.TimeWait;
import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.Icmpv4;
import dev.sockeye.wire.Icmpv6;
import dev.sockeye.wire.Malformed;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TcpOptions;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// TCP segments that come in, and the sockets they are for: a connection, a half-open one, one in TIME_WAIT, or a
/// listener; where there is none, a reset.
final class TcpInput {

    private final Host host;
    private final TcpFlows flows;
    private final SegmentInput input = new SegmentInput();
    private final SignatureCheck signatures;

    /// The connection of the last segment: the next one is likely of the same.
    private @Nullable Flow last;

    TcpInput(Host host, TcpFlows flows) {
        this.host = host;
        this.flows = flows;
        this.signatures = new SignatureCheck(host.tcp().counters);
    }

    /// Takes the packet over.
    void receive(Arrival arrival, Packet packet, long now) {
        host.tcp().counters.inc(TcpMib.InSegs);
        // RFC 9293 3.9.2.3, MUST-57: a segment to a group or broadcast address is silently discarded.
        if (!arrival.isUnicast() || !isSound(arrival, packet)) {
            packet.release(host.pages());
            return;
        }
        if (packet.slices() > Segment.MAX_SLICES) {
            Packet compact = packet.copy(host.pages());
            packet.release(host.pages());
            packet = compact;
        }
        dispatch(arrival, packet, input.read(arrival, packet), now);
        input.clear();
        packet.release(host.pages());
    }

    private boolean isSound(Arrival arrival, Packet packet) {
        int pseudo = arrival.pseudoSum(packet.length() - arrival.transport);
        Malformed malformed = TcpHeader.validate(packet, arrival.transport, pseudo);
        if (malformed == null) return true;
        if (malformed == Malformed.BAD_CHECKSUM) host.tcp().counters.inc(TcpMib.InCsumErrors);
        host.tcp().counters.inc(TcpMib.InErrs);
        return false;
    }

    private void dispatch(Arrival arrival, Packet packet, Segment seg, long now) {
        MemorySegment memory = packet.memory(0);
        int at = packet.offset(0) + arrival.transport;
        // Seen from here, the destination is local.
        int ports = Integer.rotateLeft(TcpHeader.ports(memory, at), 16);
        Flow flow = find(arrival, ports);
        if (flow == null) {
            onUnknown(tupleOf(arrival, ports), arrival, packet, seg, 0, now);
            return;
        }
        switch (flow.socket) {
            case TcpEndpoint socket -> {
                if (isTooFar(socket, arrival) || !isAuthentic(socket, null, arrival, packet)) return;
                if (socket.keys() != null) socket.onKeysChanged();
                Connection connection = socket.connection();
                if (connection != null) connection.onSegment(seg, now);
                flows.settle(socket, now);
            }
            case HalfOpen halfOpen -> {
                TcpEndpoint listening = (TcpEndpoint) flow.context;
                boolean authentic = isAuthentic(listening, halfOpen.handshake(), arrival, packet);
                if (authentic) onHalfOpen(flow, halfOpen, seg, now);
            }
            case TimeWait rest -> onTimeWait(flow, rest, arrival, packet, seg, now);
            default -> throw new IllegalStateException("not a socket: " + flow.socket);
        }
    }

    /// `IP_MINTTL`, `IPV6_MINHOPCOUNT` (RFC 5082 3): it has come from further away than the program expects its peer.
    private boolean isTooFar(TcpEndpoint socket, Arrival arrival) {
        if (arrival.hopLimit >= socket.options().minHopLimit) return false;
        host.tcp().counters.inc(TcpMib.TCPMinTTLDrop);
        return true;
    }

    private boolean isAuthentic(TcpEndpoint socket, @Nullable Handshake handshake, Arrival arrival, Packet packet) {
        return signatures.admits(socket.keys(), socket.state(), handshake, input.options(), arrival, packet);
    }

    private @Nullable Flow find(Arrival a, int ports) {
        Flow flow = last;
        if (flow != null
                && flow.inTable
                && flow.matches(a.destinationHigh, a.destinationLow, a.sourceHigh, a.sourceLow, ports)) {
            return flow;
        }
        EndpointTable table = flows.table();
        int hash = table.hash(a.destinationHigh, a.destinationLow, a.sourceHigh, a.sourceLow, ports);
        flow = table.find(hash, a.destinationHigh, a.destinationLow, a.sourceHigh, a.sourceLow, ports);
        if (flow != null) last = flow;
        return flow;
    }

    private FourTuple tupleOf(Arrival arrival, int ports) {
        return new FourTuple(
                new TransportAddress(
                        host.addresses().of(arrival.destinationHigh, arrival.destinationLow), ports >>> 16),
                new TransportAddress(arrival.source(), ports & 0xffff));
    }

    // ---------------------------------------------------------------- listeners

    /// A segment of no connection.
    ///
    /// @param isn our initial sequence number where a connection in TIME_WAIT is followed up, else 0
    private void onUnknown(FourTuple tuple, Arrival arrival, Packet packet, Segment seg, int isn, long now) {
        TcpEndpoint listening =
                host.findListener(arrival, tuple.local().port(), tuple.remote().port());
        Listener<TcpEndpoint> listener = listening == null ? null : listening.listener();
        if (listening == null || listener == null) {
            resetUnknown(tuple, arrival, packet, seg, now);
            return;
        }
        if (isTooFar(listening, arrival) || !isAuthentic(listening, null, arrival, packet)) return;
        Path back = host.path(tuple.remote().ip(), listening.boundDevice(), now);
        if (back.error() != null && seg.syn() && !seg.hasAck() && !seg.rst()) {
            // Linux: a SYN that cannot be answered is dropped, and leaves nothing behind.
            host.tcp().counters.inc(TcpMib.ListenDrops);
            return;
        }
        int mtu = back.linkMtu();
        Segment reply = flows.replySegment();
        switch (listener.onSegment(tuple, seg, mtu, isn, reply, now)) {
            case DROP -> {}
            case RESET -> {
                SegmentSigner signer = SegmentKeys.signerFor(
                        listening.keys(),
                        input.options(),
                        seg.ack - 1,
                        seg.seq - 1,
                        tuple.remote().ip());
                if (signer != null || !input.options().has(TcpOptions.AO)) flows.reset(seg, tuple, signer, now);
            }
            case HALF_OPEN -> {
                HalfOpen made = listener.halfOpen();
                noteKeys(made.handshake());
                if (listening.options().saveSyn != 0) made.handshake().savedSyn = headers(packet, seg);
                flows.addHalfOpen(listening, made, now);
            }
            case FAST_OPEN -> {
                HalfOpen made = listener.halfOpen();
                noteKeys(made.handshake());
                if (listening.options().saveSyn != 0) made.handshake().savedSyn = headers(packet, seg);
                TcpEndpoint child = flows.openFast(listening, made, seg, now);
                listener.complete(child);
                flows.settle(child, now);
                listening.raise(Readiness.IN);
            }
            case COOKIE -> {
                var options = listening.options();
                boolean reflect = host.tcp().sysctl.tcp_reflect_tos != 0;
                int trafficClass = reflect ? seg.trafficClass : options.trafficClass;
                SegmentSigner signer = SegmentKeys.signerFor(
                        listening.keys(),
                        input.options(),
                        reply.seq,
                        seg.seq,
                        tuple.remote().ip());
                if (signer == null && input.options().has(TcpOptions.AO)) return;
                flows.reply(reply, tuple, trafficClass & ~3, options.hopLimit, signer, now);
            }
            case COMPLETE -> {
                Handshake handshake = listener.handshake();
                noteKeys(handshake);
                TcpEndpoint child = flows.establish(listening, tuple, handshake, null, now);
                listener.complete(child);
                begin(listening, child, seg, now);
            }
        }
    }

    /// The KeyIDs that the segment at hand came with, and asks for, are the new connection's.
    private void noteKeys(Handshake handshake) {
        handshake.aoSendId = input.options().nextKeyId();
        handshake.aoReceiveId = input.options().keyId();
    }

    /// A reset for a segment of no connection.
    private void resetUnknown(FourTuple tuple, Arrival arrival, Packet packet, Segment seg, long now) {
        TcpEndpoint onPeersPort = null;
        if (input.options().has(TcpOptions.MD5)) {
            onPeersPort = host.findListener(
                    arrival, tuple.remote().port(), tuple.remote().port());
        }
        if (!signatures.admitsReset(onPeersPort, input.options(), arrival, packet)) return;
        flows.reset(seg, tuple, signatures.resetSigner, now);
    }

    private static byte[] headers(Packet packet, Segment seg) {
        byte[] headers = new byte[seg.headerLength];
        packet.copyTo(0, MemorySegment.ofArray(headers), 0, headers.length);
        return headers;
    }

    /// The new connection's first event is the segment that completed its handshake.
    private void begin(TcpEndpoint listening, TcpEndpoint child, Segment seg, long now) {
        Connection connection = child.connection();
        if (connection != null) connection.onSegment(seg, now);
        flows.settle(child, now);
        listening.raise(Readiness.IN);
    }

    private void onHalfOpen(Flow flow, HalfOpen halfOpen, Segment seg, long now) {
        TcpEndpoint listening = (TcpEndpoint) flow.context;
        Segment reply = flows.replySegment();
        SegmentSigner signer = SegmentKeys.signerFor(
                listening.keys(), halfOpen.handshake(), flow.tuple.remote().ip());
        switch (halfOpen.onSegment(seg, reply, now)) {
            case DROP -> {}
            case REPLY -> flows.reply(reply, flow.tuple, seg.trafficClass, -1, signer, now);
            case SYN_ACK -> {
                host.timers().schedule(flow, halfOpen.nextDeadline());
                flows.sendSynAck(listening, halfOpen, now);
            }
            case RESET -> flows.reset(seg, flow.tuple, signer, now);
            case RESET_AND_GONE -> {
                flows.removeHalfOpen(flow, halfOpen);
                flows.reset(seg, flow.tuple, signer, now);
            }
            case GONE -> flows.removeHalfOpen(flow, halfOpen);
            case COMPLETE -> {
                Listener<TcpEndpoint> listener = listening.listener();
                if (listener == null) throw new IllegalStateException("a half-open connection without a listener");
                host.timers().cancel(flow);
                TcpEndpoint child = flows.establish(listening, flow.tuple, halfOpen.handshake(), flow, now);
                listener.complete(halfOpen, child);
                begin(listening, child, seg, now);
            }
        }
    }

    // ---------------------------------------------------------------- TIME_WAIT

    /// Linux: what comes to it is not checked, but what it answers is signed; see docs/linux/signatures.md
    private void onTimeWait(Flow flow, TimeWait rest, Arrival arrival, Packet packet, Segment seg, long now) {
        Segment reply = flows.replySegment();
        switch (rest.onSegment(seg, reply, now)) {
            case DROP -> host.timers().schedule(flow, rest.deadline());
            case REPLY -> {
                host.timers().schedule(flow, rest.deadline());
                flows.reply(reply, flow.tuple, rest.trafficClass(), -1, signerOf(flow), now);
            }
            case RESET_AND_GONE -> {
                flows.endTimeWait(flow);
                boolean ao = input.options().has(TcpOptions.AO) && signerOf(flow) instanceof AoConnection;
                if (ao) flows.reset(seg, flow.tuple, signerOf(flow), now);
                else resetUnknown(flow.tuple, arrival, packet, seg, now);
            }
            case GONE -> flows.endTimeWait(flow);
            case NEW_SYN -> onNewSyn(flow, rest, arrival, packet, seg, now);
        }
    }

    /// A SYN that may follow a connection in TIME_WAIT: if somebody listens it is the begin of a new one.
    private void onNewSyn(Flow flow, TimeWait rest, Arrival arrival, Packet packet, Segment seg, long now) {
        FourTuple tuple = flow.tuple;
        if (host.findListener(arrival, tuple.local().port(), tuple.remote().port()) != null) {
            flows.endTimeWait(flow);
            onUnknown(tuple, arrival, packet, seg, rest.nextIsn(), now);
            return;
        }
        Segment reply = flows.replySegment();
        rest.ack(reply, now);
        flows.reply(reply, tuple, rest.trafficClass(), -1, signerOf(flow), now);
    }

    private static @Nullable SegmentSigner signerOf(Flow timeWait) {
        return ((TimeWaitPort) timeWait.context).signer;
    }

    // ---------------------------------------------------------------- ICMP

    /// An ICMP error about a segment of ours.
    ///
    /// @param sequence the number in the header that it quotes
    void onIcmpError(TransportAddress local, TransportAddress remote, int sequence, IcmpMessage message, long now) {
        // RFC 9293 3.9.2.2, MUST-54
        var tuple = new FourTuple(local, remote);
        Flow flow = flows.table().find(tuple);
        if (flow == null) {
            host.counters().inc(remote.ip().isV4() ? Mib.IcmpInErrors : Mib.Icmp6InErrors);
            return;
        }
        switch (flow.socket) {
            case TcpEndpoint socket -> onConnectionError(socket, tuple, sequence, message, now);
            case HalfOpen halfOpen -> {
                if (sequence != halfOpen.handshake().iss) {
                    host.tcp().counters.inc(TcpMib.OutOfWindowIcmps);
                } else if (message.unreachable() && !message.isTooBig()) {
                    host.tcp().counters.inc(TcpMib.ListenDrops);
                    flows.removeHalfOpen(flow, halfOpen);
                }
            }
            default -> {} // TIME_WAIT: nobody is there to be told
        }
    }

    /// RFC 5925 7.8: IPv4's protocol and port unreachable and fragmentation needed, IPv6's prohibited and port
    /// unreachable.
    private static boolean isHardForAo(boolean v4, IcmpMessage message) {
        int code = message.code();
        if (v4) return message.type() == Icmpv4.UNREACHABLE && code >= 2 && code <= 4;
        return message.type() == Icmpv6.UNREACHABLE && (code == 1 || code == 4);
    }

    private void onConnectionError(TcpEndpoint socket, FourTuple tuple, int sequence, IcmpMessage message, long now) {
        Connection connection = socket.connection();
        if (connection == null) return;
        SegmentKeys keys = socket.keys();
        boolean hard = keys != null && isHardForAo(tuple.isV4(), message);
        if (keys != null && keys.ignoresIcmp(hard, connection.state())) return;
        if (message.isTooBig()) {
            // RFC 5927 4.1: who cannot quote what is in flight teaches nobody anything.
            int mtu = message.mtu();
            if (connection.learnsMtu(sequence, mtu))
                mtu = host.learnPathMtu(tuple.remote().ip(), mtu, now);
            connection.onPacketTooBig(mtu, sequence, now);
        } else if (connection.onIcmpError(message.errno(), message.isPathBroken(), sequence, now)) {
            // Linux: in IPv4 whether the program has set IP_RECVERR or not, see docs/linux/errqueue.md
            boolean queued = tuple.isV4() || socket.options().receiveErrors;
            int errno = message.errno().number();
            if (queued)
                connection
                        .errorQueue()
                        .add(ErrorRecord.icmp(errno, message.type(), message.code(), message.from(), tuple, sequence));
        }
        flows.settle(socket, now);
    }
}
