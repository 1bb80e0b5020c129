package dev.sockeye.host;

import dev.sockeye.host.Forge.Seen;

/// A machine on the other side of a fuzzed host. It keeps track of one connection's numbers, so that what a fuzzer
/// makes of them gets deep, and watches that the host's window keeps its word.
final class FuzzPeer {

    final int index;
    final byte[] own;
    final byte[] host;
    int port;
    int hostPort = 80;

    /// Its own sequence numbers: initial, next to send.
    int isn, next;
    /// The host's: initial, next expected, acknowledged to it; what it has acknowledged.
    int hostIsn, expected, acked, hostAck;
    boolean synSeen, synAckSeen, offersScale;
    int scale;
    int tsVal = 1;
    int tsEcho;
    boolean timestamps;

    /// The last packet of the host, to be quoted; null if there was none.
    byte[] last;

    /// It has sent a SYN of whatever kind: what was agreed on is not known here.
    boolean oddSyn;

    private int edge;
    private boolean edgeKnown;
    private long excuses;

    FuzzPeer(int index, boolean v4) {
        this.index = index;
        own = v4 ? Forge.v4(192, 0, 2, 10 + index) : Forge.v6(16 + index);
        host = v4 ? Forge.v4(192, 0, 2, 1) : Forge.v6(1);
        port = 4000 + index;
        restart(0x7fff_ff00 + index);
    }

    /// A new connection's numbers.
    void restart(int newIsn) {
        isn = newIsn;
        next = newIsn;
        synSeen = synAckSeen = edgeKnown = oddSyn = false;
        timestamps = false;
        scale = 0;
    }

    /// What was announced before means nothing any more.
    void forgetWindow() {
        edgeKnown = false;
    }

    byte[] segment(int flags, int seq, int ack, int window, byte[] options, byte[] data) {
        return Forge.tcp(own, port, host, hostPort, seq, ack, flags, window, 0, options, data);
    }

    /// The options of an ordinary segment of this connection.
    byte[] usualOptions() {
        return timestamps ? Forge.timestamps(tsVal, tsEcho) : Forge.NONE;
    }

    /// A packet of the host to this peer.
    ///
    /// @param allowed a counter that moves when the host may take back its window
    void sees(Seen seen, long allowed) {
        last = seen.packet;
        if (!seen.isTcp()) return;
        if (seen.has(Forge.SYN)) {
            edgeKnown = false;
            if (!seen.has(Forge.ACK)) {
                port = seen.destinationPort();
                hostPort = seen.sourcePort();
                restart(isn + 0x10000);
            }
            hostIsn = seen.seq();
            expected = hostIsn + 1;
            acked = hostIsn;
            synSeen = true;
            synAckSeen = seen.has(Forge.ACK);
            int wscale = seen.option(3);
            scale = wscale < 0 ? 0 : seen.packet[wscale];
            timestamps = seen.option(8) >= 0;
        }
        if (seen.destinationPort() != port || seen.sourcePort() != hostPort || seen.has(Forge.RST)) {
            edgeKnown = false;
            return;
        }
        int stamp = seen.option(8);
        if (stamp >= 0) tsEcho = Forge.i32(seen.packet, stamp);
        if (seen.endSeq() - expected > 0 && seen.seq() - expected <= 0) expected = seen.endSeq();
        if (!seen.has(Forge.ACK)) return;
        if (seen.ack() - hostAck > 0 || !edgeKnown) hostAck = seen.ack();
        if (!seen.has(Forge.SYN) && !oddSyn) watchWindow(seen, allowed);
    }

    /// RFC 9293 3.8.6: the right edge of the window does not move left.
    private void watchWindow(Seen seen, long allowed) {
        // Linux offers to scale in the SYN-ACK of a simultaneous open whether the peer did or not.
        int shift = offersScale ? scale : 0;
        int now = seen.ack() + (seen.window() << shift);
        // A socket in TIME_WAIT rounds down, as Linux does: nobody sends any more.
        if (edgeKnown && now - edge < -(1 << shift) && excuses == allowed) {
            throw new AssertionError("the window was taken back from " + edge + " to " + now + ", peer " + index);
        }
        edge = now;
        edgeKnown = true;
        excuses = allowed;
    }
}
