package dev.sockeye.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.Family;
import dev.sockeye.host.Host;
import dev.sockeye.host.Sysctl;
import dev.sockeye.inspect.SequenceDiagram.End;
import dev.sockeye.inspect.SequenceDiagram.Look;
import dev.sockeye.link.Link;
import dev.sockeye.link.MemoryLink;
import dev.sockeye.socket.ListenSocket;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.Origin;
import dev.sockeye.socket.RealTime;
import dev.sockeye.socket.Socket;
import dev.sockeye.socket.StreamSocket;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.TransportAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is seen of two machines that run, joined by a cable without delay: each call ends with its segments delivered.
@Timeout(30)
class MachineSourceTest {

    private static final TransportAddress SERVER = new TransportAddress(IpAddress.parse("10.0.0.2"), 8080);
    private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

    private final PagePool pool = new PagePool();
    private final RealTime driver = new RealTime("test-timer");
    private final MemoryLink cable = new MemoryLink(pool);
    private final List<SegmentTap> taps = new ArrayList<>();
    private final Machine client = machine("client", "10.0.0.1/24", 1);
    private final Machine server = machine("server", "10.0.0.2/24", 2);
    private final ListenSocket listener = server.openListen(Family.INET);

    private Machine machine(String name, String cidr, long seed) {
        var machine = new Machine(new Host(name, Sysctl.linux(), pool, seed), driver);
        machine.setOriginDetail(Origin.Detail.CALLS);
        machine.attach(
                "eth0",
                1500,
                (Link arrivals, IpAddress... addresses) -> {
                    var tap = new SegmentTap(cable.plug(arrivals, addresses), () -> 0, driver.epochNanos());
                    taps.add(tap);
                    return tap;
                },
                cidr);
        return machine;
    }

    @BeforeEach
    void listen() {
        assertThat(listener.bind(SERVER)).isZero();
        assertThat(listener.listen(4)).isZero();
    }

    @AfterEach
    void switchOff() {
        client.close();
        server.close();
        driver.close();
    }

    private StreamSocket connect() {
        StreamSocket socket = client.openStream(Family.INET);
        assertThat(socket.connect(SERVER, 0, PATIENCE)).isZero();
        return socket;
    }

    private StreamSocket accept() {
        StreamSocket[] accepted = new StreamSocket[1];
        assertThat(listener.accept(accepted, 0, PATIENCE)).isEqualTo(1);
        return accepted[0];
    }

    private static void write(StreamSocket socket, int bytes) {
        assertThat(socket.write(ByteBuffer.allocate(bytes), 0, PATIENCE)).isEqualTo(bytes);
    }

    private static int read(StreamSocket socket) {
        return socket.read(ByteBuffer.allocate(100), 0, PATIENCE);
    }

    private static List<SocketSnapshot> sockets(Machine machine) {
        return new MachineSource(machine, "test").sockets();
    }

    private static SocketSnapshot only(Machine machine, TcpState state) {
        return sockets(machine).stream()
                .filter(socket -> socket.state() == state)
                .reduce((one, other) -> {
                    throw new AssertionError("two in " + state);
                })
                .orElseThrow(() -> new AssertionError("none in " + state + " but " + sockets(machine)));
    }

    private static void await(Machine machine, TcpState state) {
        while (sockets(machine).stream().noneMatch(socket -> socket.state() == state)) Thread.onSpinWait();
    }

    @Test
    void aListenerShowsItsQueue() {
        connect();
        connect();
        SocketSnapshot socket = only(server, TcpState.LISTEN);
        assertThat(socket.backlog()).isEqualTo(new Backlog(2, 4, 0, 0));
        assertThat(socket.recvQ()).isEqualTo(2);
        assertThat(socket.sendQ()).isEqualTo(4);
        assertThat(socket.remote()).isNull();
        assertThat(sockets(server))
                .filteredOn(each -> each.state() == TcpState.ESTABLISHED)
                .hasSize(2)
                .allMatch(each -> each.holder() == Holder.ACCEPT_QUEUE);
    }

    @Test
    void anOpenConnectionShowsWhoUsesItAndHow() {
        StreamSocket here = connect();
        accept();
        write(here, 42);
        SocketSnapshot socket = only(server, TcpState.ESTABLISHED);
        assertThat(socket.recvQ()).isEqualTo(42);
        assertThat(socket.holder()).isEqualTo(Holder.PROGRAM);
        assertThat(socket.usage()).isEqualTo(Usage.UNKNOWN);
        assertThat(socket.settings())
                .extracting("keepAlive", "congestionControl")
                .containsExactly(false, "cubic");
        assertThat(socket.journal())
                .extracting(JournalEntry::to)
                .containsExactly(TcpState.SYN_RCVD, TcpState.ESTABLISHED);

        SocketSnapshot writer = only(client, TcpState.ESTABLISHED);
        assertThat(writer.remote()).isEqualTo(SERVER);
        assertThat(writer.owner())
                .isEqualTo(new Owner(
                        ProcessHandle.current().pid(),
                        "test",
                        Thread.currentThread().getName(),
                        null));
        assertThat(writer.usage().lastWrite()).isNotNull();
        assertThat(writer.origin().opened())
                .extracting(Trace::site)
                .asString()
                .startsWith(getClass().getName() + ".connect(");
        assertThat(writer.origin().lastWrite())
                .extracting(Trace::site)
                .asString()
                .startsWith(getClass().getName() + ".write(");
        assertThat(writer.info()).isNotNull();
        assertThat(writer.inState()).isLessThan(Duration.ofSeconds(30));
    }

    /// A14 to A16 of the article: the same state, three stories.
    @Test
    void inCloseWaitItIsSeenWhatTheProgramKnows() {
        StreamSocket here = connect();
        StreamSocket there = accept();
        write(here, 7);
        here.close();
        SocketSnapshot unread = only(server, TcpState.CLOSE_WAIT);
        assertThat(unread.recvQ()).isEqualTo(7);
        assertThat(unread.peerClosedAt()).isNotNull();
        assertThat(unread.usage().endOfStreamRead()).isNull();

        assertThat(read(there)).isEqualTo(7);
        SocketSnapshot read = only(server, TcpState.CLOSE_WAIT);
        assertThat(read.recvQ()).isZero();
        assertThat(read.usage().lastRead()).isNotNull();
        assertThat(read.usage().endOfStreamRead()).isNull();

        assertThat(read(there)).isZero();
        assertThat(only(server, TcpState.CLOSE_WAIT).usage().endOfStreamRead()).isNotNull();
    }

    @Test
    void whatIsLeftOfAConnectionShowsItsTimer() {
        StreamSocket here = connect();
        StreamSocket there = accept();
        here.close();
        await(client, TcpState.FIN_WAIT2); // our FIN's acknowledgement may be delayed
        SocketSnapshot waiting = only(client, TcpState.FIN_WAIT2);
        assertThat(waiting.holder()).isEqualTo(Holder.NOBODY);
        there.close();
        await(client, TcpState.TIME_WAIT);
        SocketSnapshot over = only(client, TcpState.TIME_WAIT);
        assertThat(over.timer()).isNotNull();
        assertThat(over.timer().kind()).isEqualTo(Timer.Kind.TIME_WAIT);
        assertThat(over.timer().expiresIn()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
        assertThat(over.holder()).isEqualTo(Holder.NOBODY);
        assertThat(new Explainer().situation(over)).isEqualTo(Situation.TIME_WAIT_RUNNING);
    }

    @Test
    void aUdpSocketIsSeen() {
        try (Socket socket = client.openDatagram(Family.INET)) {
            assertThat(socket.bind(new TransportAddress(IpAddress.ANY_V4, 53))).isZero();
            assertThat(sockets(client))
                    .singleElement()
                    .extracting(
                            SocketSnapshot::protocol,
                            SocketSnapshot::state,
                            each -> each.local().port())
                    .containsExactly(Protocol.UDP, TcpState.CLOSED, 53);
        }
    }

    @Test
    void everySnapshotOfAMachineSurvivesBeingPublished() throws Exception {
        connect();
        accept().close();
        for (Machine machine : List.of(client, server)) {
            for (SocketSnapshot socket : sockets(machine)) {
                assertThat(SnapshotJson.read(SnapshotJson.write(socket))).isEqualTo(socket);
            }
        }
    }

    /// From real journals and real segments, the diagram that the golden ones promise.
    @Test
    void aLifeIsDrawn() {
        StreamSocket here = connect();
        StreamSocket there = accept();
        write(here, 10);
        TransportAddress address = here.localAddress();
        List<List<JournalEntry>> journals = new ArrayList<>();
        here.close();
        assertThat(read(there)).isEqualTo(10);
        there.close();
        await(client, TcpState.TIME_WAIT);
        journals.add(new MachineSource(client, "test").entries(here.journal()));
        journals.add(new MachineSource(server, "test").entries(there.journal()));
        List<SegmentSeen> segments = new ArrayList<>(taps.getFirst().between(address, SERVER, true));
        segments.addAll(taps.getLast().between(SERVER, address, false));
        segments.sort(Comparator.comparing(SegmentSeen::at));

        List<String> diagram = SequenceDiagram.of(
                new End("client", address, journals.getFirst(), List.of()),
                new End("server", SERVER, journals.getLast(), List.of()),
                segments,
                new Look(100, true));
        String text = String.join("\n", diagram);
        assertThat(text)
                .contains("connect: SYN_SENT │── SYN mss 1460, sack, ts, scale 10 ─")
                .contains("─ SYN ACK mss 1460, sack, ts, scale 10 ──│")
                .contains("── 10 bytes, seq 1, ack 1 ─")
                .contains("── FIN ACK seq 11, ack 1 ─")
                .contains("─ FIN ACK seq 1, ack 12 ──│ close: LAST_ACK")
                .contains("│ LISTEN", "SYN_RCVD", "│ CLOSE_WAIT", "FIN_WAIT2 │", "TIME_WAIT │");
    }
}
