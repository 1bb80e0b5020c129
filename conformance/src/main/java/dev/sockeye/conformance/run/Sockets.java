package dev.sockeye.conformance.run;

import dev.sockeye.conformance.machine.Setup;
import dev.sockeye.conformance.machine.SocketFile;
import dev.sockeye.conformance.script.PacketSpec;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The sockets of a script, and which of them its lines mean: the one that was made, accepted or connected
/// last, or begun by a packet that came for a listener.
final class Sockets {

    /// Where the ports of the peers begin.
    private static final int FIRST_PEER_PORT = 40_000;

    private final Setup setup;
    private final List<ScriptSocket> all = new ArrayList<>();
    private @Nullable ScriptSocket current;
    private int nextPeerPort = FIRST_PEER_PORT;

    Sockets(Setup setup) {
        this.setup = setup;
    }

    /// The socket that lines mean now, or null.
    @Nullable
    ScriptSocket current() {
        return current;
    }

    // ---------------------------------------------------------------- calls

    void opened(SocketFile file) {
        current = new ScriptSocket(file);
        all.add(current);
    }

    private @Nullable ScriptSocket of(SocketFile file) {
        for (ScriptSocket each : all) if (each.file == file) return each;
        return null;
    }

    void listening(SocketFile file) {
        ScriptSocket socket = of(file);
        if (socket != null) socket.state = ScriptSocket.State.LISTENING;
    }

    /// `connect`, or what comes to it, is about to be called.
    void connecting(SocketFile file, TransportAddress to) {
        ScriptSocket socket = of(file);
        if (socket == null) return;
        if (socket.state == ScriptSocket.State.CONNECTING) return;
        socket.connecting(to);
        current = socket;
    }

    /// A call has been refused that was to connect.
    void accepted(SocketFile file) throws Failure {
        TransportAddress peer = file.endpoint().remoteAddress();
        if (peer == null && file.endpoint().connection() != null) {
            peer = file.endpoint().connection().tuple().remote();
        }
        for (ScriptSocket each : all) {
            if (each.file != null || peer == null || !peer.equals(each.remote())) continue;
            each.file = file;
            current = each;
            return;
        }
        throw Failure.script("the connection from " + peer + " that was accepted is none of the script's");
    }

    // ---------------------------------------------------------------- packets

    /// The socket that an arriving segment is for; one that is for a listener begins a connection of its own.
    ScriptSocket forInbound(PacketSpec.Tcp packet) throws Failure {
        ScriptSocket socket = current;
        if (packet.sourcePort() != 0) socket = withPorts(packet.destinationPort(), packet.sourcePort());
        if (socket == null) throw Failure.script("there is no socket that this segment could be for");
        if (socket.state != ScriptSocket.State.LISTENING) return socket;
        var child = new ScriptSocket(null);
        child.state = ScriptSocket.State.OPEN;
        int peerPort = packet.sourcePort() != 0 ? packet.sourcePort() : nextPeerPort++;
        child.setEnds(
                new TransportAddress(setup.local(), setup.bindPort()), new TransportAddress(setup.remote(), peerPort));
        all.add(child);
        current = child;
        return child;
    }

    /// A connection with these ports; else the listener.
    private @Nullable ScriptSocket withPorts(int localPort, int remotePort) {
        ScriptSocket listener = null;
        for (ScriptSocket each : all) {
            if (each.state == ScriptSocket.State.LISTENING) listener = each;
            TransportAddress remote = each.remote();
            if (remote == null || remote.port() != remotePort) continue;
            current = each;
            return each;
        }
        return listener == null && localPort >= 0 ? current : listener;
    }

    /// The socket whose segment a line wants to see.
    ScriptSocket forOutbound(PacketSpec.Tcp packet) throws Failure {
        ScriptSocket socket = current;
        if (packet.destinationPort() != 0) socket = withPorts(packet.sourcePort(), packet.destinationPort());
        if (socket == null) throw Failure.script("there is no socket that could send this segment");
        return socket;
    }

    /// Whether a segment that was sent is of this socket.
    static boolean isOf(ScriptSocket socket, LivePacket live) {
        if (!live.destination().equals(socket.remote()) || !live.source().equals(socket.local())) return false;
        if (socket.state == ScriptSocket.State.CONNECTING && live.has(TcpHeader.SYN)) {
            socket.setEnds(live.source(), live.destination());
            socket.state = ScriptSocket.State.OPEN;
        }
        return true;
    }
}
