package dev.sockeye.cli;

import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.host.TcpVisitor;
import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.MachineSource;
import dev.sockeye.inspect.SegmentSeen;
import dev.sockeye.inspect.SequenceDiagram;
import dev.sockeye.inspect.SequenceDiagram.End;
import dev.sockeye.inspect.SequenceDiagram.Look;
import dev.sockeye.inspect.SequenceDiagram.Note;
import dev.sockeye.socket.Machine;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.tcp.TimeWait;
import dev.sockeye.wire.TransportAddress;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Both ends of one connection, held on to so that its journals can be read after it has ended.
final class ConnectionEnds {

    private final Machine clientMachine;
    private final Machine serverMachine;
    private final TcpEndpoint client;
    private final TcpEndpoint server;
    private final TransportAddress clientAddress;
    private final TransportAddress serverAddress;

    private ConnectionEnds(Machine clientMachine, Machine serverMachine, TcpEndpoint client, TcpEndpoint server) {
        this.clientMachine = clientMachine;
        this.serverMachine = serverMachine;
        this.client = client;
        this.server = server;
        this.clientAddress = client.localAddress();
        this.serverAddress = server.localAddress();
    }

    /// The connection from one machine to the other that is established now; null if there is none.
    static @Nullable ConnectionEnds established(Machine client, Machine server, int port) {
        TcpEndpoint here = find(client, endpoint -> hasPort(endpoint.remoteAddress(), port));
        if (here == null) return null;
        TransportAddress address = client.inHost((host, now) -> here.localAddress());
        TcpEndpoint there = find(server, endpoint -> address.equals(endpoint.remoteAddress()));
        return there == null ? null : client.inHost((host, now) -> new ConnectionEnds(client, server, here, there));
    }

    private static boolean hasPort(@Nullable TransportAddress address, int port) {
        return address != null && address.port() == port;
    }

    private static @Nullable TcpEndpoint find(Machine machine, Predicate<TcpEndpoint> wanted) {
        return machine.inHost((host, now) -> {
            TcpEndpoint[] found = new TcpEndpoint[1];
            host.forEachTcp(new TcpVisitor() {
                @Override
                public void endpoint(TcpEndpoint endpoint) {
                    if (endpoint.state() == TcpState.ESTABLISHED && wanted.test(endpoint)) found[0] = endpoint;
                }

                @Override
                public void halfOpen(HalfOpen halfOpen) {}

                @Override
                public void timeWait(TimeWait timeWait) {}
            });
            return found[0];
        });
    }

    /// Whether neither end has anything more to do: one is closed, the other in TIME_WAIT or closed too.
    boolean isOver() {
        return isOver(clientMachine, client) && isOver(serverMachine, server);
    }

    private static boolean isOver(Machine machine, TcpEndpoint endpoint) {
        TcpState state = lastState(new MachineSource(machine, "").entries(endpoint.journal()));
        return state == TcpState.CLOSED || state == TcpState.TIME_WAIT;
    }

    private static @Nullable TcpState lastState(List<JournalEntry> journal) {
        return journal.isEmpty() ? null : journal.getLast().to();
    }

    /// Its life as a diagram, the client on the left.
    List<String> diagram(DemoNetwork network, Look look) {
        List<SegmentSeen> segments = network.segments(clientAddress, serverAddress);
        return SequenceDiagram.of(
                end("client", clientMachine, client, clientAddress),
                end("server", serverMachine, server, serverAddress),
                segments,
                look);
    }

    private static End end(String name, Machine machine, TcpEndpoint endpoint, TransportAddress address) {
        List<JournalEntry> journal = new MachineSource(machine, name).entries(endpoint.journal());
        return new End(name, address, journal, notes(machine, endpoint));
    }

    /// That the program was told of the end of the stream, which no segment and no state shows.
    private static List<Note> notes(Machine machine, TcpEndpoint endpoint) {
        long at = machine.inHost((host, now) -> {
            Connection connection = endpoint.connection();
            return connection == null ? -1L : connection.endOfStreamReadAt();
        });
        if (at < 0) return List.of();
        Instant time = Instant.ofEpochSecond(0, machine.driver().epochNanos() + at);
        return List.of(new Note(time, "read: end of stream"));
    }
}
