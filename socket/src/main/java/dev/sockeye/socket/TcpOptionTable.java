package dev.sockeye.socket;

import static dev.sockeye.socket.OptionTable.EINVAL;

import dev.sockeye.host.Endpoint;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.CongestionControls;
import dev.sockeye.tcp.CongestionInfo;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.FastOpenKeys;
import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.tcp.TcpSysctl;
import dev.sockeye.wire.Errno;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The options of a TCP socket, with the bounds of Linux's net/core/sock.c, net/ipv4/tcp.c,
/// net/ipv4/ip_sockglue.c and net/ipv6/ipv6_sockglue.c; see `docs/socket-options.md`.
final class TcpOptionTable {

    static final OptionTable<TcpEndpoint> TABLE = new OptionTable<TcpEndpoint>().withCommon();

    private static final int ECN_BITS = 3;
    private static final int MAX_KEEPALIVE_SECONDS = 32_767;
    private static final int MAX_PROBES = 127;
    private static final int MIN_MSS = 88;
    private static final int MAX_MSS = 32_767;
    private static final int DEFAULT_MSS = 536;
    private static final int MAX_LINGER2_SECONDS = 120;
    private static final int MIN_WINDOW_CLAMP = 1152;

    static {
        buffers();
        flags();
        keepAlive();
        limits();
        fastOpen();
        ip();
        state();
    }

    private TcpOptionTable() {}

    /// A setter of a field of [SocketOptions] that the connection must hear of.
    private interface Field<T> {
        void set(SocketOptions options, T value);
    }

    private static int change(TcpEndpoint endpoint, long now, Runnable change) {
        change.run();
        endpoint.onOptionsChanged(now);
        return 0;
    }

    private static void flag(
            SocketOption<Boolean> option, OptionTable.Getter<SocketOptions, Boolean> get, Field<Boolean> field) {
        TABLE.add(
                option,
                (e, now) -> get.get(e.options(), now),
                (e, on, now) -> change(e, now, () -> field.set(e.options(), on)));
    }

    private static void number(
            SocketOption<Integer> option,
            int least,
            int most,
            OptionTable.Getter<TcpEndpoint, Integer> get,
            Field<Integer> field) {
        TABLE.add(option, get, (e, value, now) -> {
            if (value < least || value > most) return EINVAL;
            return change(e, now, () -> field.set(e.options(), value));
        });
    }

    private static TcpSysctl sysctl(TcpEndpoint endpoint) {
        return endpoint.host().sysctl().tcp();
    }

    private static int orDefault(int value, int otherwise) {
        return value == 0 ? otherwise : value;
    }

    private static void buffers() {
        TABLE.add(
                SocketOption.SO_SNDBUF,
                (e, now) -> orDefault(e.options().sendBuffer, sysctl(e).tcp_wmem[1]),
                (e, bytes, now) ->
                        change(e, now, () -> e.options().sendBuffer = OptionTable.sendBuffer(e.host(), bytes)));
        TABLE.add(
                SocketOption.SO_RCVBUF,
                (e, now) -> orDefault(e.options().receiveBuffer, sysctl(e).tcp_rmem[1]),
                (e, bytes, now) ->
                        change(e, now, () -> e.options().receiveBuffer = OptionTable.receiveBuffer(e.host(), bytes)));
        TABLE.add(
                SocketOption.SO_RCVLOWAT,
                (e, now) -> e.options().receiveLowWater,
                (e, bytes, now) -> change(e, now, () -> e.options().receiveLowWater = lowWater(e, bytes)));
        number(
                SocketOption.TCP_NOTSENT_LOWAT,
                Integer.MIN_VALUE,
                Integer.MAX_VALUE,
                (e, now) -> e.options().notSentLowWater,
                (o, bytes) -> o.notSentLowWater = bytes);
        TABLE.add(
                SocketOption.TCP_WINDOW_CLAMP,
                (e, now) -> e.options().windowClamp,
                (e, bytes, now) -> clampWindow(e, bytes, now));
    }

    /// Half the buffer at most, or a read could wait for ever; 0 counts as 1, and a negative one as very much.
    private static int lowWater(TcpEndpoint endpoint, int bytes) {
        int buffer = orDefault(endpoint.options().receiveBuffer, sysctl(endpoint).tcp_rmem[2]);
        if (bytes == 0) return 1;
        return Integer.compareUnsigned(bytes, buffer / 2) > 0 ? buffer / 2 : bytes;
    }

    private static int clampWindow(TcpEndpoint endpoint, int bytes, long now) {
        if (bytes == 0 && endpoint.state() != TcpState.CLOSED) return EINVAL;
        int clamp = bytes == 0 ? 0 : Math.max(bytes, MIN_WINDOW_CLAMP);
        return change(endpoint, now, () -> endpoint.options().windowClamp = clamp);
    }

    private static void flags() {
        flag(SocketOption.TCP_NODELAY, (o, now) -> o.noDelay, (o, on) -> o.noDelay = on);
        flag(SocketOption.TCP_CORK, (o, now) -> o.cork, (o, on) -> o.cork = on);
        flag(SocketOption.SO_OOBINLINE, (o, now) -> o.outOfBandInline, (o, on) -> o.outOfBandInline = on);
        TABLE.add(SocketOption.TCP_QUICKACK, TcpOptionTable::quickAck, TcpOptionTable::setQuickAck);
        flag(SocketOption.TCP_INQ, (o, now) -> o.inq, (o, on) -> o.inq = on);
    }

    /// The core does not tell; what was set last is the best there is.
    private static Boolean quickAck(TcpEndpoint endpoint, long now) {
        return !(Socket.of(endpoint) instanceof StreamSocket stream) || stream.quickAck;
    }

    private static int setQuickAck(TcpEndpoint endpoint, Boolean on, long now) {
        Connection connection = endpoint.connection();
        if (connection == null) return Errno.ENOTCONN.asResult();
        connection.quickAck(on, now);
        if (Socket.of(endpoint) instanceof StreamSocket stream) stream.quickAck = on;
        return 0;
    }

    private static void keepAlive() {
        flag(SocketOption.SO_KEEPALIVE, (o, now) -> o.keepAlive, (o, on) -> o.keepAlive = on);
        number(
                SocketOption.TCP_KEEPIDLE,
                1,
                MAX_KEEPALIVE_SECONDS,
                (e, now) -> orDefault(e.options().keepIdleSeconds, sysctl(e).tcp_keepalive_time),
                (o, seconds) -> o.keepIdleSeconds = seconds);
        number(
                SocketOption.TCP_KEEPINTVL,
                1,
                MAX_KEEPALIVE_SECONDS,
                (e, now) -> orDefault(e.options().keepIntervalSeconds, sysctl(e).tcp_keepalive_intvl),
                (o, seconds) -> o.keepIntervalSeconds = seconds);
        number(
                SocketOption.TCP_KEEPCNT,
                1,
                MAX_PROBES,
                (e, now) -> orDefault(e.options().keepCount, sysctl(e).tcp_keepalive_probes),
                (o, count) -> o.keepCount = count);
    }

    private static void limits() {
        number(
                SocketOption.SO_LINGER,
                Integer.MIN_VALUE,
                Integer.MAX_VALUE,
                (e, now) -> e.options().lingerSeconds,
                (o, seconds) -> o.lingerSeconds = Math.max(seconds, -1));
        number(
                SocketOption.TCP_USER_TIMEOUT,
                0,
                Integer.MAX_VALUE,
                (e, now) -> e.options().userTimeoutMillis,
                (o, millis) -> o.userTimeoutMillis = millis);
        number(
                SocketOption.TCP_SYNCNT,
                1,
                MAX_PROBES,
                (e, now) -> orDefault(e.options().synCount, sysctl(e).tcp_syn_retries),
                (o, count) -> o.synCount = count);
        TABLE.add(SocketOption.TCP_MAXSEG, (e, now) -> maxSegment(e, now), (e, bytes, now) -> {
            if (bytes != 0 && (bytes < MIN_MSS || bytes > MAX_MSS)) return EINVAL;
            return change(e, now, () -> e.options().maxSegment = bytes);
        });
        number(
                SocketOption.TCP_LINGER2,
                Integer.MIN_VALUE,
                Integer.MAX_VALUE,
                (e, now) -> orDefault(e.options().linger2Seconds, sysctl(e).tcp_fin_timeout),
                (o, seconds) -> o.linger2Seconds = Math.clamp(seconds, -1, MAX_LINGER2_SECONDS));
        number(
                SocketOption.TCP_DEFER_ACCEPT,
                Integer.MIN_VALUE,
                Integer.MAX_VALUE,
                (e, now) -> e.options().deferAcceptSeconds,
                (o, seconds) -> o.deferAcceptSeconds = inBackoffs(seconds));
        TABLE.add(SocketOption.TCP_CONGESTION, TcpOptionTable::congestionControl, TcpOptionTable::setCongestionControl);
        TABLE.add(
                SocketOption.SO_MAX_PACING_RATE,
                (e, now) -> e.options().maxPacingRate == Long.MAX_VALUE ? -1 : e.options().maxPacingRate,
                (e, rate, now) -> change(e, now, () -> e.options().maxPacingRate = rate < 0 ? Long.MAX_VALUE : rate));
    }

    private static void fastOpen() {
        TABLE.add(SocketOption.TCP_FASTOPEN, (e, now) -> e.options().fastOpenQueue, (e, length, now) -> {
            if (length < 0 || !mayListen(e)) return EINVAL;
            e.host().tcp().fastOpenKeys();
            int most = e.host().sysctl().core().somaxconn;
            return change(e, now, () -> e.options().fastOpenQueue = Math.min(length, most));
        });
        TABLE.add(SocketOption.TCP_FASTOPEN_CONNECT, (e, now) -> e.options().fastOpenConnect, (e, on, now) -> {
            if ((sysctl(e).tcp_fastopen & 1) == 0) return Errno.EOPNOTSUPP.asResult();
            if (e.state() != TcpState.CLOSED) return EINVAL;
            return change(e, now, () -> e.options().fastOpenConnect = on);
        });
        TABLE.add(SocketOption.TCP_FASTOPEN_NO_COOKIE, (e, now) -> e.options().fastOpenNoCookie, (e, on, now) -> {
            if (!mayListen(e)) return EINVAL;
            return change(e, now, () -> e.options().fastOpenNoCookie = on);
        });
        TABLE.add(SocketOption.TCP_FASTOPEN_KEY, TcpOptionTable::fastOpenKey, (e, key, now) -> {
            if (key.length != FastOpenKeys.KEY_LENGTH && key.length != 2 * FastOpenKeys.KEY_LENGTH) return EINVAL;
            return change(e, now, () -> e.options().fastOpenKeys = FastOpenKeys.of(key));
        });
    }

    private static byte @Nullable [] fastOpenKey(TcpEndpoint endpoint, long now) {
        FastOpenKeys keys = endpoint.options().fastOpenKeys;
        return keys == null ? null : keys.toBytes();
    }

    private static boolean mayListen(TcpEndpoint endpoint) {
        return endpoint.state() == TcpState.CLOSED || endpoint.state() == TcpState.LISTEN;
    }

    private static int maxSegment(TcpEndpoint endpoint, long now) {
        int set = endpoint.options().maxSegment;
        return switch (endpoint.state()) {
            case CLOSED, LISTEN -> orDefault(set, DEFAULT_MSS);
            default -> endpoint.info(now).snd_mss();
        };
    }

    private static String congestionControl(TcpEndpoint endpoint, long now) {
        String set = endpoint.options().congestionControl;
        return set.isEmpty() ? sysctl(endpoint).tcp_congestion_control : set;
    }

    private static int setCongestionControl(TcpEndpoint endpoint, String name, long now) {
        SocketOptions options = endpoint.options();
        if (name.isEmpty()) return EINVAL;
        if (!name.equals(congestionControl(endpoint, now))) {
            if (!CongestionControls.isAvailable(name)) return Errno.ENOENT.asResult();
            String[] allowed = sysctl(endpoint).tcp_allowed_congestion_control.split(" ", -1);
            if (!Arrays.asList(allowed).contains(name)) return Errno.EPERM.asResult();
        }
        return change(endpoint, now, () -> {
            options.congestionControl = name;
            options.congestionControlSet = true;
        });
    }

    private static @Nullable CongestionInfo congestionInfo(TcpEndpoint endpoint, long now) {
        Connection connection = endpoint.connection();
        return connection == null ? null : connection.congestionInfo();
    }

    /// Linux keeps this one as a number of SYN-ACK retransmissions, whose timeouts double from 1 s to 120 s, and
    /// tells the time that those take: 2 becomes 3, 4 becomes 7.
    static int inBackoffs(int seconds) {
        if (seconds <= 0) return 0;
        int period = 1;
        int timeout = 1;
        for (int retransmissions = 1; seconds > period && retransmissions < 255; retransmissions++) {
            timeout = Math.min(2 * timeout, 120);
            period += timeout;
        }
        return period;
    }

    private static void ip() {
        // The two ECN bits belong to the protocol.
        number(
                SocketOption.IP_TOS,
                Integer.MIN_VALUE,
                Integer.MAX_VALUE,
                (e, now) -> e.options().trafficClass,
                (o, tos) -> o.trafficClass = tos & 0xff & ~ECN_BITS);
        v6(
                TABLE,
                SocketOption.IPV6_TCLASS,
                (e, now) -> e.options().trafficClass,
                (e, value, now) -> change(e, now, () -> e.options().trafficClass = Math.max(value, 0) & ~ECN_BITS));
        TABLE.add(SocketOption.IP_TTL, (e, now) -> hopLimit(e, e.options().hopLimit), (e, ttl, now) -> {
            if (ttl != -1 && (ttl < 1 || ttl > 255)) return EINVAL;
            return change(e, now, () -> e.options().hopLimit = Math.max(ttl, 0));
        });
        v6(
                TABLE,
                SocketOption.IPV6_UNICAST_HOPS,
                (e, now) -> hopLimit(e, e.options().hopLimit),
                (e, hops, now) -> change(e, now, () -> e.options().hopLimit = Math.max(hops, 0)));
        number(
                SocketOption.SO_PRIORITY,
                Integer.MIN_VALUE,
                Integer.MAX_VALUE,
                (e, now) -> e.options().priority,
                (o, priority) -> o.priority = priority);
        number(
                SocketOption.SO_MARK,
                Integer.MIN_VALUE,
                Integer.MAX_VALUE,
                (e, now) -> e.options().mark,
                (o, mark) -> o.mark = mark);
    }

    static int hopLimit(Endpoint endpoint, int set) {
        return orDefault(set, Integer.parseInt(endpoint.host().sysctl().get("net.ipv4.ip_default_ttl")));
    }

    /// An option that only IPv6 sockets have: -1, for the default, to 255.
    static <E extends Endpoint> void v6(
            OptionTable<E> table,
            SocketOption<Integer> option,
            OptionTable.Getter<E, Integer> getter,
            OptionTable.Setter<E, Integer> setter) {
        table.add(option, (e, now) -> OptionTable.isV6(e) ? getter.get(e, now) : null, (e, value, now) -> {
            if (!OptionTable.isV6(e)) return OptionTable.ENOPROTOOPT;
            if (value < -1 || value > 255) return EINVAL;
            return setter.set(e, value, now);
        });
    }

    private static void state() {
        TABLE.addReadOnly(SocketOption.SO_ACCEPTCONN, (e, now) -> e.state() == TcpState.LISTEN);
        TABLE.addReadOnly(SocketOption.TCP_CC_INFO, TcpOptionTable::congestionInfo);
        TABLE.addReadOnly(SocketOption.TCP_INFO, (e, now) -> e.info(now));
    }
}
