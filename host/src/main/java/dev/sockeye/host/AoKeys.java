package dev.sockeye.host;

import dev.sockeye.tcp.Handshake;
import dev.sockeye.tcp.TcpCounters;
import dev.sockeye.tcp.TcpMib;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TcpOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// TCP-AO on one socket (RFC 5925): its keys, what it demands, and with a connection what that has come to; what
/// Linux calls `struct tcp_ao_info`. The socket's `setsockopt`s are the methods; `docs/linux/signatures.md`.
public final class AoKeys {

    private final TcpCounters counters;
    private final AoMac mac;
    private final List<AoKey> keys = new ArrayList<>(2);
    private @Nullable AoConnection connection;
    private @Nullable AoKey chosenCurrent;
    private @Nullable AoKey chosenNext;
    private boolean required;
    private boolean acceptsIcmp;
    private long good, bad, keyNotFound, unsigned, icmpDropped;

    AoKeys(TcpCounters counters, SignedBytes bytes) {
        this.counters = counters;
        this.mac = new AoMac(bytes);
    }

    // ---------------------------------------------------------------- the calls

    /// `TCP_AO_ADD_KEY`
    ///
    /// @param makeCurrent whether it is signed with from now on, and `makeNext` whether the peer is asked to
    /// @return 0, or `-EEXIST` where a key for some of its peers has one of its IDs (RFC 5925 3.1)
    public int add(AoKey key, boolean makeCurrent, boolean makeNext) {
        // RFC 5925 3.1, MUST-3: no IDs that overlap where the connections do.
        for (AoKey each : keys) {
            boolean sameId = each.sendId() == key.sendId() || each.receiveId() == key.receiveId();
            if (sameId && each.overlaps(key.address(), key.prefixLength())) return Errno.EEXIST.asResult();
        }
        keys.add(key);
        choose(makeCurrent ? key : null, makeNext ? key : null);
        return 0;
    }

    /// `TCP_AO_DEL_KEY`
    ///
    /// @param currentId SendID of the key that becomes the current one, or -1
    /// @param nextId    RecvID of the key that becomes the next one, or -1
    /// @return 0, or `-ENOENT` without such keys, `-EBUSY` if the connection uses it
    public int remove(IpAddress address, int prefixLength, int sendId, int receiveId, int currentId, int nextId) {
        AoKey newCurrent = currentId < 0 ? null : withSendId(currentId);
        AoKey newNext = nextId < 0 ? null : withReceiveId(nextId);
        if (currentId >= 0 && newCurrent == null || nextId >= 0 && newNext == null) return Errno.ENOENT.asResult();
        for (AoKey key : keys) {
            boolean is = key.address().equals(address)
                    && key.prefixLength() == prefixLength
                    && key.sendId() == sendId
                    && key.receiveId() == receiveId;
            if (!is || key == newCurrent || key == newNext) continue;
            AoKey current = newCurrent != null ? newCurrent : current();
            AoKey next = newNext != null ? newNext : next();
            if (key == current || key == next) return Errno.EBUSY.asResult();
            choose(newCurrent, newNext);
            keys.remove(key);
            return 0;
        }
        return Errno.ENOENT.asResult();
    }

    /// `TCP_AO_INFO`: chooses keys, as [#remove] does.
    ///
    /// @return 0, or `-ENOENT` without such keys
    public int choose(int currentId, int nextId) {
        AoKey newCurrent = currentId < 0 ? null : withSendId(currentId);
        AoKey newNext = nextId < 0 ? null : withReceiveId(nextId);
        if (currentId >= 0 && newCurrent == null || nextId >= 0 && newNext == null) return Errno.ENOENT.asResult();
        choose(newCurrent, newNext);
        return 0;
    }

    private void choose(@Nullable AoKey newCurrent, @Nullable AoKey newNext) {
        AoConnection open = connection;
        if (newCurrent != null) chosenCurrent = newCurrent;
        if (newNext != null) chosenNext = newNext;
        if (open != null && newCurrent != null) open.setCurrent(newCurrent);
        if (open != null && newNext != null) open.setNext(newNext);
    }

    /// Sets whether peers without TCP-AO are turned away, and whether hard ICMP errors end a connection.
    public void demand(boolean required, boolean acceptsIcmp) {
        this.required = required;
        this.acceptsIcmp = acceptsIcmp;
    }

    /// Sets the counters.
    public void setCounters(long good, long bad, long keyNotFound, long unsigned, long icmpDropped) {
        this.good = good;
        this.bad = bad;
        this.keyNotFound = keyNotFound;
        this.unsigned = unsigned;
        this.icmpDropped = icmpDropped;
    }

    // ---------------------------------------------------------------- getters

    /// The keys, in the order in which they were added.
    public List<AoKey> keys() {
        return Collections.unmodifiableList(keys);
    }

    /// What segments are signed with; null where nothing is chosen and nothing is open.
    public @Nullable AoKey current() {
        AoConnection open = connection;
        return open != null ? open.current() : chosenCurrent;
    }

    /// What the peer is asked to sign with; null where nothing is chosen and nothing is open.
    public @Nullable AoKey next() {
        AoConnection open = connection;
        return open != null ? open.next() : chosenNext;
    }

    /// `ao_required`
    public boolean isRequired() {
        return required;
    }

    /// `accept_icmps`
    public boolean acceptsIcmp() {
        return acceptsIcmp;
    }

    /// `pkt_good`: segments whose MAC was right.
    public long good() {
        return good;
    }

    /// `pkt_bad`: segments whose MAC was wrong.
    public long bad() {
        return bad;
    }

    /// `pkt_key_not_found`: segments with a KeyID of no key.
    public long keyNotFound() {
        return keyNotFound;
    }

    /// `pkt_ao_required`: segments without TCP-AO that should have had it.
    public long unsigned() {
        return unsigned;
    }

    /// `pkt_dropped_icmp`
    public long icmpDropped() {
        return icmpDropped;
    }

    // ---------------------------------------------------------------- which key

    private @Nullable AoKey withSendId(int id) {
        for (AoKey key : keys) if (key.sendId() == id) return key;
        return null;
    }

    private @Nullable AoKey withReceiveId(int id) {
        for (AoKey key : keys) if (key.receiveId() == id) return key;
        return null;
    }

    static @Nullable AoKey withSendId(List<AoKey> keys, int id, IpAddress peer) {
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i).sendId() == id && keys.get(i).matches(peer)) return keys.get(i);
        }
        return null;
    }

    /// RFC 5925 3.3, MUST-4: by address and KeyID alone.
    private @Nullable AoKey withReceiveId(int id, IpAddress peer) {
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i).receiveId() == id && keys.get(i).matches(peer)) return keys.get(i);
        }
        return null;
    }

    @Nullable
    AoKey any(IpAddress peer) {
        for (AoKey key : keys) if (key.matches(peer)) return key;
        return null;
    }

    // ---------------------------------------------------------------- connections

    /// A connection to `peer` is about to be opened: the keys for others go.
    ///
    /// @return whether there is a key for it
    boolean connect(IpAddress peer) {
        if (any(peer) == null) return false;
        keys.removeIf(key -> !key.matches(peer));
        AoKey current = chosenCurrent != null && keys.contains(chosenCurrent) ? chosenCurrent : keys.getFirst();
        AoKey next = chosenNext != null && keys.contains(chosenNext) ? chosenNext : keys.getFirst();
        connection = new AoConnection(mac, current, next);
        return true;
    }

    /// What a listener's keys leave to a connection: all that are for its peer; null without any.
    @Nullable
    AoKeys forChild(IpAddress peer, Handshake handshake, SignedBytes bytes) {
        var child = new AoKeys(counters, bytes);
        for (AoKey key : keys) if (key.matches(peer)) child.keys.add(key.copy());
        if (child.keys.isEmpty()) return null;
        child.required = required;
        child.acceptsIcmp = acceptsIcmp;
        AoKey current = child.withSendId(handshake.aoSendId);
        AoKey next = child.withReceiveId(handshake.aoReceiveId);
        AoKey first = child.keys.getFirst();
        var open = new AoConnection(mac, current != null ? current : first, next != null ? next : first);
        open.begin(handshake.iss, handshake.irs);
        child.connection = open;
        return child;
    }

    @Nullable
    AoConnection connection() {
        return connection;
    }

    /// What signs a listener's answer to a half-open connection; null: there is no key with the ID that the peer has
    /// asked for, and so no answer.
    @Nullable
    SegmentSigner answer(Handshake handshake, IpAddress peer) {
        AoKey key = withSendId(keys, handshake.aoSendId, peer);
        if (key == null) return null;
        return new AoAnswer(key, handshake.aoReceiveId, handshake.iss, handshake.irs, mac);
    }

    /// What signs a listener's reset in answer to a segment with numbers but no connection behind them.
    @Nullable
    SegmentSigner answer(TcpOptions options, int localIsn, int remoteIsn, IpAddress peer) {
        AoKey key = withSendId(keys, options.nextKeyId(), peer);
        return key == null ? null : new AoAnswer(key, options.keyId(), localIsn, remoteIsn, mac);
    }

    // ---------------------------------------------------------------- what comes in

    /// A segment without TCP-AO: whether it may pass.
    boolean admitsUnsigned(IpAddress peer) {
        if (!required && any(peer) == null) return true;
        counters.inc(TcpMib.TCPAORequired);
        unsigned++;
        return false;
    }

    /// A segment with TCP-AO: whether it may pass. RFC 5925 7.5, MUST-9
    ///
    /// @param state     of the socket
    /// @param handshake of the half-open connection that it is for, where the socket listens; null if for none
    boolean admits(TcpState state, @Nullable Handshake handshake, TcpOptions options, Arrival arrival, Packet packet) {
        AoKey key = withReceiveId(options.keyId(), arrival.source());
        if (key == null) {
            counters.inc(TcpMib.TCPAOKeyNotFound);
            keyNotFound++;
            return false;
        }
        if (state != TcpState.LISTEN && connection == null) return false;
        // Linux: from neither of these numbers could be told.
        if (state == TcpState.LISTEN && handshake == null && !hasSynOrAck(arrival, packet)) return false;
        boolean right = options.macLength() == key.macLength()
                && (state == TcpState.LISTEN
                        ? verifiesForListener(key, handshake, options, arrival, packet)
                        : verifiesForConnection(key, state, options, arrival, packet));
        counters.inc(right ? TcpMib.TCPAOGood : TcpMib.TCPAOBad);
        if (right) {
            good++;
            key.good++;
        } else {
            bad++;
            key.bad++;
        }
        return right;
    }

    private static boolean hasSynOrAck(Arrival arrival, Packet packet) {
        int flags = TcpHeader.flags(packet.memory(0), packet.offset(0) + (long) arrival.transport);
        return (flags & (TcpHeader.SYN | TcpHeader.ACK)) != 0;
    }

    private boolean verifiesForConnection(
            AoKey key, TcpState state, TcpOptions options, Arrival arrival, Packet packet) {
        AoConnection open = connection;
        if (open == null) return false;
        int flags = TcpHeader.flags(packet.memory(0), packet.offset(0) + (long) arrival.transport);
        boolean syn = (flags & TcpHeader.SYN) != 0;
        boolean ack = (flags & TcpHeader.ACK) != 0;
        if (state == TcpState.SYN_SENT && syn) return open.verifiesSyn(key, keys, options, arrival, packet, ack);
        // RFC 5925 5.2: a SYN is made with nothing of ours, however late it comes.
        if (syn && !ack) return verifies(key, options, arrival, packet, number(arrival, packet, 4), 0);
        return open.verifies(key, keys, options, arrival, packet);
    }

    private boolean verifiesForListener(
            AoKey key, @Nullable Handshake handshake, TcpOptions options, Arrival arrival, Packet packet) {
        int flags = TcpHeader.flags(packet.memory(0), packet.offset(0) + (long) arrival.transport);
        int seq = number(arrival, packet, 4);
        if ((flags & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN) {
            return verifies(key, options, arrival, packet, seq, 0);
        }
        if (handshake != null) return verifies(key, options, arrival, packet, handshake.irs, handshake.iss);
        // Linux: it may bring a SYN cookie back, and then these were the initial numbers.
        return (flags & TcpHeader.ACK) != 0
                && verifies(key, options, arrival, packet, seq - 1, number(arrival, packet, 8) - 1);
    }

    private boolean verifies(
            AoKey key, TcpOptions options, Arrival arrival, Packet packet, int remoteIsn, int localIsn) {
        int ports = number(arrival, packet, 0);
        KeyedHash hash = AoConnection.derive(key, arrival, ports, remoteIsn, localIsn);
        long seq = AoMac.extend(remoteIsn & 0xffff_ffffL, number(arrival, packet, 4));
        return mac.verifies(key, hash, packet, arrival, seq, options.signatureAt());
    }

    /// The word of the TCP header at this offset: ports, sequence number, acknowledgment number.
    private static int number(Arrival arrival, Packet packet, int at) {
        long header = packet.offset(0) + (long) arrival.transport;
        return switch (at) {
            case 0 -> TcpHeader.ports(packet.memory(0), header);
            case 4 -> TcpHeader.sequence(packet.memory(0), header);
            default -> TcpHeader.acknowledgment(packet.memory(0), header);
        };
    }

    /// Whether an ICMP error is passed over.
    ///
    /// @param hard whether it is one of those that RFC 5925 7.8 means
    boolean ignoresIcmp(boolean hard, TcpState state) {
        // RFC 5925 7.8, MUST-11: by default, of a connection that is open.
        if (acceptsIcmp || !hard || !state.isSynchronized()) return false;
        counters.inc(TcpMib.TCPAODroppedIcmps);
        icmpDropped++;
        return true;
    }
}
