package dev.sockeye.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The kernel's own sockets on the loopback interface, as sock_diag tells of them; needs no rights, but
/// for ending
/// them.
@EnabledOnOs(value = OS.LINUX, disabledReason = "sock_diag is Linux's")
class SockDiagTest {

    private static final TransportAddress NOBODY = new TransportAddress(IpAddress.ANY_V4, 0);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private SockDiag diag;
    private KernelSocket listener;
    private int port;

    @BeforeEach
    void listen() throws IOException {
        diag = own(new SockDiag());
        listener = own(KernelSocket.open(true));
        assertThat(listener.bind(new TransportAddress(IpAddress.LOOPBACK_V4, 0)))
                .isZero();
        assertThat(listener.listen(7)).isZero();
        port = listener.localAddress().port();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) each.close();
    }

    private <T extends AutoCloseable> T own(T resource) {
        opened.add(resource);
        return resource;
    }

    /// Over the loopback interface the handshake is over when the call returns.
    private KernelSocket connect(boolean v4) throws IOException {
        KernelSocket socket = own(KernelSocket.open(v4));
        int result = socket.connect(new TransportAddress(IpAddress.LOOPBACK_V4, port));
        assertThat(result).isIn(0, Errno.EINPROGRESS.asResult());
        return socket;
    }

    private KernelSocket accept() {
        var accepted = new KernelSocket[1];
        assertThat(listener.accept(accepted)).isZero();
        return own(accepted[0]);
    }

    private List<DiagSocket> dump(@Nullable DiagFilter filter) throws IOException {
        List<DiagSocket> found = new ArrayList<>();
        int count = 0;
        for (int family : new int[] {SockDiag.AF_INET, SockDiag.AF_INET6}) {
            count += diag.dump(family, SockDiag.ALL_STATES, filter, found::add);
        }
        assertThat(found).hasSize(count);
        return found;
    }

    /// Those of this test, as text, sorted.
    private List<String> mine() throws IOException {
        return dump(null).stream()
                .filter(each -> each.local().port() == port || each.remote().port() == port)
                .map(each -> each.state() + " " + name(each.local()) + " " + name(each.remote()) + " queues "
                        + each.receiveQueue() + " " + each.sendQueue() + (each.inode() == 0 ? ", nobody's" : ""))
                .sorted()
                .toList();
    }

    private String name(TransportAddress address) {
        return address.ip() + (address.port() == port ? ":port" : address.port() == 0 ? ":0" : ":other");
    }

    private List<String> mineOnce(String found) throws Exception {
        for (int attempt = 0; attempt < 200 && !mine().toString().contains(found); attempt++) Thread.sleep(5);
        return mine();
    }

    @Test
    void aConversationFromBeginningToEnd() throws Exception {
        assertThat(mine()).containsExactly("10 127.0.0.1:port 0.0.0.0:0 queues 0 7");
        KernelSocket client = connect(true);
        assertThat(mine())
                .containsExactly(
                        "1 127.0.0.1:other 127.0.0.1:port queues 0 0",
                        "1 127.0.0.1:port 127.0.0.1:other queues 0 0, nobody's",
                        "10 127.0.0.1:port 0.0.0.0:0 queues 1 7");
        KernelSocket server = accept();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(11);
            assertThat(client.send(bytes, 0, 11, 0)).isEqualTo(11);
            assertThat(mine())
                    .containsExactly(
                            "1 127.0.0.1:other 127.0.0.1:port queues 0 0",
                            "1 127.0.0.1:port 127.0.0.1:other queues 11 0",
                            "10 127.0.0.1:port 0.0.0.0:0 queues 0 7");
            assertThat(server.receive(bytes, 0, 11, 0)).isEqualTo(11);
        }
        client.close();
        // The FIN counts as one byte that nobody has read; its acknowledgment may be late.
        assertThat(mineOnce("5 127.0.0.1"))
                .containsExactly(
                        "10 127.0.0.1:port 0.0.0.0:0 queues 0 7",
                        "5 127.0.0.1:other 127.0.0.1:port queues 0 0, nobody's",
                        "8 127.0.0.1:port 127.0.0.1:other queues 1 0");
        server.close();
        assertThat(mineOnce("6 127.0.0.1"))
                .containsExactly(
                        "10 127.0.0.1:port 0.0.0.0:0 queues 0 7",
                        "6 127.0.0.1:other 127.0.0.1:port queues 0 0, nobody's");
    }

    @Test
    void anIpv6SocketHasMappedAddresses() throws Exception {
        KernelSocket client = connect(false);
        DiagSocket mine = find(client, SockDiag.AF_INET6);
        assertThat(mine.local().ip()).isEqualTo(IpAddress.LOOPBACK_V4);
        assertThat(mine.attributes().trafficClass()).isZero();
        assertThat(mine.state()).isEqualTo(DiagSocket.ESTABLISHED);
    }

    @Test
    void whatTheAttributesTell() throws Exception {
        KernelSocket client = connect(true);
        assertThat(client.shutdown(1)).isZero();
        DiagSocket mine = find(client, SockDiag.AF_INET);
        assertThat(mine.state()).isIn(DiagSocket.FIN_WAIT1, DiagSocket.FIN_WAIT2);
        DiagAttributes told = mine.attributes();
        assertThat(told.shutdown()).isEqualTo(2);
        assertThat(told.congestionControl()).isIn("reno", "cubic", "bbr", "dctcp");
        assertThat(told.memory()).isNotNull().hasSizeGreaterThanOrEqualTo(9);
        NativeStruct info = Objects.requireNonNull(told.tcpInfo());
        assertThat(info.length()).isGreaterThanOrEqualTo(192);
        assertThat(info.u8(0)).isEqualTo(mine.state());
        assertThat(told.typeOfService()).isZero();
        assertThat(told.upperProtocol()).isNull();
        assertThat(told.vegas()).isNull();
    }

    private DiagSocket find(KernelSocket socket, int family) throws IOException {
        TransportAddress remote = new TransportAddress(IpAddress.LOOPBACK_V4, port);
        return Objects.requireNonNull(diag.find(socket.localAddress(), remote, family, 0));
    }

    @Test
    void oneIsFoundByItsAddressesAndCookie() throws Exception {
        DiagSocket mine = find(connect(true), SockDiag.AF_INET);
        assertThat(diag.find(mine.local(), mine.remote(), mine.family(), mine.cookie()))
                .isNotNull()
                .extracting(DiagSocket::cookie)
                .isEqualTo(mine.cookie());
        assertThat(diag.find(mine.local(), mine.remote(), mine.family(), mine.cookie() + 1))
                .isNull();
        assertThat(diag.find(mine.local(), new TransportAddress(IpAddress.LOOPBACK_V4, 1), mine.family(), 0))
                .isNull();
        assertThat(diag.find(listener.localAddress(), NOBODY, SockDiag.AF_INET, 0))
                .isNotNull()
                .extracting(DiagSocket::state)
                .isEqualTo(DiagSocket.LISTEN);
    }

    @Test
    void filtersHoldForWhatTheySay() throws Exception {
        connect(true);
        connect(false);
        accept();
        List<DiagSocket> all = dump(null);
        check(all, DiagFilter.sourcePort(port), each -> each.local().port() == port);
        check(all, DiagFilter.destinationPort(port), each -> each.remote().port() == port);
        check(all, DiagFilter.sourcePortFrom(port + 1), each -> each.local().port() > port);
        check(all, DiagFilter.sourcePortTo(port - 1), each -> each.local().port() < port);
        check(all, DiagFilter.destinationPortFrom(port), each -> each.remote().port() >= port);
        check(all, DiagFilter.destinationPortTo(port - 1), each -> each.remote().port() < port);
        Predicate<DiagSocket> sent = each -> each.local().port() == port;
        Predicate<DiagSocket> got = each -> each.remote().port() == port;
        DiagFilter from = DiagFilter.sourcePort(port);
        DiagFilter to = DiagFilter.destinationPort(port);
        check(all, from.or(to), sent.or(got));
        check(all, from.and(to), sent.and(got));
        check(all, from.or(to).not(), sent.or(got).negate());
        check(all, from.not().and(to.not()), sent.or(got).negate());
        check(all, from.and(to.not()).or(to.and(from.not())), sent.or(got));
        DiagFilter here = DiagFilter.source(IpAddress.parse("127.0.0.0"), 8, -1);
        Predicate<DiagSocket> isHere = each -> each.local().ip().isIn(IpAddress.parse("127.0.0.0"), 8);
        check(all, here.and(from), isHere.and(sent));
        check(all, DiagFilter.destination(IpAddress.LOOPBACK_V4, 32, port), got);
        check(all, DiagFilter.device(0).and(from), sent);
    }

    /// Others on this machine come and go: those of this test are compared.
    private void check(List<DiagSocket> all, DiagFilter filter, Predicate<DiagSocket> holds) throws IOException {
        Predicate<DiagSocket> ours =
                each -> each.local().port() == port || each.remote().port() == port;
        assertThat(dump(filter).stream().filter(ours).map(DiagSocket::cookie))
                .containsExactlyInAnyOrderElementsOf(all.stream()
                        .filter(ours.and(holds))
                        .map(DiagSocket::cookie)
                        .toList());
    }

    @Test
    void statesAreAMask() throws Exception {
        connect(true);
        List<Integer> states = new ArrayList<>();
        diag.dump(
                SockDiag.AF_INET,
                1 << DiagSocket.LISTEN,
                DiagFilter.sourcePort(port),
                each -> states.add(each.state()));
        assertThat(states).containsExactly(DiagSocket.LISTEN);
    }

    @Test
    void theRightSocketIsEndedAndNoOther() throws Exception {
        KernelSocket client = connect(true);
        KernelSocket server = accept();
        DiagSocket mine = find(client, SockDiag.AF_INET);
        var another = new DiagSocket(
                mine.family(),
                mine.state(),
                0,
                0,
                0,
                mine.local(),
                mine.remote(),
                0,
                mine.cookie() + 1,
                0,
                0,
                0,
                0,
                mine.attributes());
        try {
            diag.destroy(another);
        } catch (SystemCallException e) {
            assumeTrue(!e.is(Errno.EPERM), "skipped: this process may not end sockets");
            assumeTrue(!e.is(Errno.EOPNOTSUPP), "skipped: this kernel was built without INET_DIAG_DESTROY");
            assertThat(e.is(Errno.ENOENT)).isTrue();
        }
        assertThat(find(client, SockDiag.AF_INET).state()).isEqualTo(DiagSocket.ESTABLISHED);
        diag.destroy(mine);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(1);
            assertThat(client.receive(bytes, 0, 1, 0)).isEqualTo(Errno.ECONNABORTED.asResult());
            assertThat(server.receive(bytes, 0, 1, 0)).isEqualTo(Errno.ECONNRESET.asResult());
        }
        assertThatThrownBy(() -> diag.destroy(mine))
                .isInstanceOf(SystemCallException.class)
                .hasMessage(
                        "end the TCP socket " + mine.local() + " to " + mine.remote() + ": No such file or directory");
    }
}
