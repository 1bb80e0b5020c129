package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.Family;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What setsockopt makes of a value, and getsockopt tells of it.
@Timeout(30)
class TcpOptionsTest {

    private static final int EINVAL = Errno.EINVAL.asResult();

    private final TwoMachines two = new TwoMachines();
    private final StreamSocket socket = two.a.openStream(Family.INET6);

    @AfterEach
    void stop() {
        two.close();
    }

    @ParameterizedTest
    @CsvSource({
        "SO_SNDBUF, 1, 4608",
        "SO_SNDBUF, 10000, 20000",
        "SO_RCVBUF, 1, 2304",
        "SO_RCVBUF, 10000, 20000",
        "SO_RCVLOWAT, 0, 1",
        "SO_RCVLOWAT, 100, 100",
        "SO_LINGER, 7, 7",
        "SO_LINGER, -5, -1",
        "IP_TOS, 255, 252",
        "IP_TTL, 9, 9",
        "IP_TTL, -1, 64",
        "IPV6_TCLASS, 255, 252",
        "IPV6_UNICAST_HOPS, 5, 5",
        "TCP_KEEPIDLE, 32767, 32767",
        "TCP_KEEPCNT, 127, 127",
        "TCP_USER_TIMEOUT, 0, 0",
        "TCP_MAXSEG, 88, 88",
        "TCP_LINGER2, -7, -1",
        "TCP_LINGER2, 1000, 120",
        "TCP_LINGER2, 0, 60",
        "TCP_DEFER_ACCEPT, 10, 15",
        "TCP_SYNCNT, 1, 1",
        "TCP_WINDOW_CLAMP, 1, 1152",
        "TCP_NOTSENT_LOWAT, 5, 5",
        "TCP_FASTOPEN, 5, 5"
    })
    void aNumberIsCutAndReadBack(String name, int set, int read) {
        SocketOption<Integer> option = number(name);
        assertThat(socket.setOption(option, set)).isZero();
        assertThat(socket.getOption(option)).isEqualTo(read);
    }

    @ParameterizedTest
    @CsvSource({
        "IP_TTL, 0",
        "IP_TTL, 256",
        "IPV6_TCLASS, 256",
        "IPV6_UNICAST_HOPS, -2",
        "TCP_KEEPIDLE, 0",
        "TCP_KEEPIDLE, 32768",
        "TCP_KEEPINTVL, 0",
        "TCP_KEEPCNT, 128",
        "TCP_USER_TIMEOUT, -1",
        "TCP_MAXSEG, 87",
        "TCP_MAXSEG, 32768",
        "TCP_SYNCNT, 0",
        "TCP_FASTOPEN, -1"
    })
    void aNumberOutOfBoundsIsRefused(String name, int set) {
        assertThat(socket.setOption(number(name), set)).isEqualTo(EINVAL);
    }

    @ParameterizedTest
    @CsvSource({
        "SO_SNDBUF, 16384",
        "SO_RCVBUF, 131072",
        "SO_LINGER, -1",
        "TCP_KEEPIDLE, 7200",
        "TCP_KEEPINTVL, 75",
        "TCP_KEEPCNT, 9",
        "TCP_MAXSEG, 536",
        "TCP_SYNCNT, 6",
        "TCP_LINGER2, 60",
        "IP_TTL, 64"
    })
    void aNumberThatWasNotSetIsTheMachines(String name, int read) {
        assertThat(socket.getOption(number(name))).isEqualTo(read);
    }

    private static SocketOption<Integer> number(String name) {
        return named(name, Integer.class);
    }

    @SuppressWarnings("unchecked")
    private static <T> SocketOption<T> named(String name, Class<T> type) {
        SocketOption<?> option = Objects.requireNonNull(SocketOption.named(name), name);
        assertThat(option.type()).isEqualTo(type);
        return (SocketOption<T>) option;
    }

    @Test
    void buffersAreCutToTheSysctlsAndANegativeSizeIsAVeryLargeOne() {
        int most = Integer.parseInt(two.a.inHost((host, now) -> host.sysctl().get("net.core.wmem_max")));
        for (int size : new int[] {Integer.MAX_VALUE, -1}) {
            assertThat(socket.setOption(SocketOption.SO_SNDBUF, size)).isZero();
            assertThat(socket.getOption(SocketOption.SO_SNDBUF)).isEqualTo(2 * most);
        }
    }

    @Test
    void flagsAreSetAndCleared() {
        for (String name : new String[] {
            "SO_REUSEADDR", "SO_REUSEPORT", "SO_KEEPALIVE", "SO_OOBINLINE", "TCP_NODELAY", "TCP_CORK", "IPV6_V6ONLY"
        }) {
            SocketOption<Boolean> flag = named(name, Boolean.class);
            assertThat(socket.getOption(flag)).as(name).isFalse();
            assertThat(socket.setOption(flag, true)).as(name).isZero();
            assertThat(socket.getOption(flag)).as(name).isTrue();
            assertThat(socket.setOption(flag, false)).as(name).isZero();
            assertThat(socket.getOption(flag)).as(name).isFalse();
        }
    }

    @Test
    void namesAreChecked() {
        assertThat(socket.getOption(SocketOption.TCP_CONGESTION)).isEqualTo("cubic");
        assertThat(socket.setOption(SocketOption.TCP_CONGESTION, "reno")).isZero();
        assertThat(socket.getOption(SocketOption.TCP_CONGESTION)).isEqualTo("reno");
        assertThat(socket.setOption(SocketOption.TCP_CONGESTION, "vegas")).isEqualTo(Errno.ENOENT.asResult());
        assertThat(socket.getOption(SocketOption.TCP_CC_INFO)).isNull();
        assertThat(socket.setOption(SocketOption.SO_BINDTODEVICE, "eth0")).isZero();
        assertThat(socket.getOption(SocketOption.SO_BINDTODEVICE)).isEqualTo("eth0");
        assertThat(socket.setOption(SocketOption.SO_BINDTODEVICE, "wlan9")).isEqualTo(Errno.ENODEV.asResult());
    }

    @Test
    void someAreOnlyRead() {
        assertThat(socket.getOption(SocketOption.SO_ERROR)).isZero();
        assertThat(socket.getOption(SocketOption.SO_COOKIE)).isEqualTo(socket.inode());
        assertThat(socket.getOption(SocketOption.SO_ACCEPTCONN)).isFalse();
        assertThat(socket.setOption(SocketOption.SO_ACCEPTCONN, true)).isEqualTo(Errno.ENOPROTOOPT.asResult());
        assertThat(two.listen(80, 1).getOption(SocketOption.SO_ACCEPTCONN)).isTrue();
    }

    @Test
    void anIpv4SocketHasNoIpv6Options() {
        StreamSocket v4 = two.a.openStream(Family.INET);
        assertThat(v4.getOption(SocketOption.IPV6_TCLASS)).isNull();
        assertThat(v4.setOption(SocketOption.IPV6_TCLASS, 1)).isEqualTo(Errno.ENOPROTOOPT.asResult());
        assertThat(v4.getOption(SocketOption.IPV6_V6ONLY)).isNull();
        assertThat(v4.setOption(SocketOption.IPV6_V6ONLY, true)).isEqualTo(Errno.ENOPROTOOPT.asResult());
    }

    @Test
    void anAcceptedSocketHasItsListenersOptions() {
        ListenSocket listener = two.listen(80, 1);
        listener.setOption(SocketOption.TCP_NODELAY, true);
        listener.setOption(SocketOption.SO_RCVBUF, 5000);
        StreamSocket near = two.connect(80);
        StreamSocket far = TwoMachines.accept(listener);
        assertThat(far.getOption(SocketOption.TCP_NODELAY)).isTrue();
        assertThat(far.getOption(SocketOption.SO_RCVBUF)).isEqualTo(10_000);
        assertThat(near.info().state()).isEqualTo(TcpState.ESTABLISHED.number());
        assertThat(near.getOption(SocketOption.TCP_INFO)).isInstanceOf(TcpInfo.class);
        assertThat(near.getOption(SocketOption.TCP_MAXSEG)).isEqualTo(1448);
        assertThat(near.setOption(SocketOption.TCP_WINDOW_CLAMP, 0)).isEqualTo(EINVAL);
        assertThat(near.setOption(SocketOption.TCP_FASTOPEN_CONNECT, true)).isEqualTo(EINVAL);
    }

    @Test
    void aClosedSocketTakesNone() {
        socket.close();
        assertThat(socket.setOption(SocketOption.TCP_NODELAY, true)).isEqualTo(Errno.EBADF.asResult());
    }
}
