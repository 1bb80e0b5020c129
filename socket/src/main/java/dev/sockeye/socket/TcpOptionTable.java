package dev.sockeye.socket;

import static dev.sockeye.socket.OptionTable.EINVAL;

import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.CongestionControls;
import dev.sockeye.tcp.CongestionInfo;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.FastOpenKeys;
import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.tcp.Stamping;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.tcp.TcpSysctl;
import dev.sockeye.wire.Errno;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The options of a TCP socket, with the bounds of Linux's net/core/sock.c, net/ipv4/tcp.c,
/// net/ipv4/ip_sockglue.c and net/ipv6/ipv6_sockglue.c; see `docs/socket-options.md`.
final class TcpOptionTable {

    static final OptionTable<TcpEndpoint> TABLE = new OptionTable<TcpEndpoint>().withCommon();

    private static final int MAX_KEEPALIVE_SECONDS = 32_767;
    private static final int MAX_PROBES = 127;
    private static final int MIN_MSS = 88;
    private static final int MAX_MSS = 32_767;
    private static final int DEFAULT_MSS = 536;
    private static final int MAX_MILLIS = 120_000;
    private static final int MIN_MICROS = 1001;
    private static final int MAX_MICROS = 200_000;
    private static final int MAX_LINGER2_SECONDS = 120;
    private static final int MIN_WINDOW_CLAMP = 1152;

    static {
        buffers();
        flags();
        keepAlive();
        limits();
        fastOpen();
        times();
        stamping();
        kept();
        TcpIpOptions.addTo(TABLE);
        SignatureOptions.addTo(TABLE);
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
                (e, now) -> sendBuffer(e),
                (e, bytes, now) ->
                        change(e, now, () -> e.options().sendBuffer = OptionTable.sendBuffer(e.host(), bytes)));
        TABLE.addWriteOnly(
                SocketOption.SO_SNDBUFFORCE,
                (e, bytes, now) -> change(e, now, () -> e.options().sendBuffer = OptionTable.forcedSendBuffer(bytes)));
        TABLE.add(
                SocketOption.SO_RCVBUF,
                (e, now) -> receiveBuffer(e),
                (e, bytes, now) ->
                        change(e, now, () -> e.options().receiveBuffer = OptionTable.receiveBuffer(e.host(), bytes)));
        TABLE.addWriteOnly(
                SocketOption.SO_RCVBUFFORCE,
                (e, bytes, now) ->
                        change(e, now, () -> e.options().receiveBuffer = OptionTable.forcedReceiveBuffer(bytes)));
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
                (e, now) -> windowClamp(e),
                (e, bytes, now) -> clampWindow(e, bytes, now));
        TABLE.addReadOnly(SocketOption.SO_MEMINFO, (e, now) -> e.memoryInfo());
    }

    private static int sendBuffer(TcpEndpoint endpoint) {
        Connection connection = endpoint.connection();
        if (connection != null) return connection.sendBuffer();
        return orDefault(endpoint.options().sendBuffer, sysctl(endpoint).tcp_wmem[1]);
    }

    private static int receiveBuffer(TcpEndpoint endpoint) {
        Connection connection = endpoint.connection();
        if (connection != null) return connection.receiveBuffer();
        int set = endpoint.options().receiveBuffer;
        // What a read waits for has to fit, and half of the buffer is window at first.
        return set != 0 ? set : Math.max(sysctl(endpoint).tcp_rmem[1], 2 * endpoint.options().receiveLowWater);
    }

    private static int windowClamp(TcpEndpoint endpoint) {
        Connection connection = endpoint.connection();
        return connection == null ? endpoint.options().windowClamp : connection.windowClamp();
    }

    /// Half the buffer at most, or a read could wait for ever; 0 counts as 1, and a negative one as very much.
    private static int lowWater(TcpEndpoint endpoint, int bytes) {
        int buffer = orDefault(endpoint.options().receiveBuffer, sysctl(endpoint).tcp_rmem[2]);
        if (bytes == 0) return 1;
        return Integer.compareUnsigned(bytes, buffer / 2) > 0 ? buffer / 2 : bytes;
    }

    private static int clampWindow(TcpEndpoint endpoint, int bytes, long now) {
        if (bytes == 0 && endpoint.state() != TcpState.CLOSED) return EINVAL;
        Connection connection = endpoint.connection();
        if (connection != null && bytes != 0) connection.clampWindow(bytes, now);
        else endpoint.options().windowClamp = bytes == 0 ? 0 : Math.max(bytes, MIN_WINDOW_CLAMP);
        return 0;
    }

    private static void flags() {
        TABLE.add(SocketOption.TCP_NODELAY, (e, now) -> e.options().noDelay, TcpOptionTable::setNoDelay);
        flag(SocketOption.TCP_CORK, (o, now) -> o.cork, (o, on) -> o.cork = on);
        flag(SocketOption.SO_OOBINLINE, (o, now) -> o.outOfBandInline, (o, on) -> o.outOfBandInline = on);
        TABLE.add(SocketOption.TCP_QUICKACK, TcpOptionTable::quickAck, TcpOptionTable::setQuickAck);
        flag(SocketOption.TCP_INQ, (o, now) -> o.inq, (o, on) -> o.inq = on);
        TABLE.add(SocketOption.SO_PEEK_OFF, (e, now) -> e.peekOffset(), (e, offset, now) -> {
            e.setPeekOffset(offset);
            return 0;
        });
        number(SocketOption.TCP_SAVE_SYN, 0, 2, (e, now) -> e.options().saveSyn, (o, how) -> o.saveSyn = how);
        TABLE.addReadOnly(SocketOption.TCP_SAVED_SYN, (e, now) -> e.takeSavedSyn());
        TABLE.addReadOnly(SocketOption.TCP_TIMESTAMP, (e, now) -> timestamp(e, now));
    }

    /// Even set again it lets go what a cork holds back.
    private static int setNoDelay(TcpEndpoint endpoint, Boolean on, long now) {
        endpoint.setNoDelay(on, now);
        return 0;
    }

    private static Boolean quickAck(TcpEndpoint endpoint, long now) {
        Connection connection = endpoint.connection();
        return connection == null ? !endpoint.options().delayAcks : connection.isQuickAck();
    }

    private static int setQuickAck(TcpEndpoint endpoint, Boolean on, long now) {
        endpoint.setQuickAck(on, now);
        return 0;
    }

    private static Integer timestamp(TcpEndpoint endpoint, long now) {
        Connection connection = endpoint.connection();
        return connection == null ? (int) (now / 1_000_000) : connection.timestamp(now);
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
        TABLE.add(SocketOption.TCP_MAXSEG, (e, now) -> maxSegment(e), (e, bytes, now) -> {
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

    private static int maxSegment(TcpEndpoint endpoint) {
        Connection connection = endpoint.connection();
        boolean idle = endpoint.state() == TcpState.CLOSED || endpoint.state() == TcpState.LISTEN;
        if (idle && endpoint.options().maxSegment != 0) return endpoint.options().maxSegment;
        return connection == null ? DEFAULT_MSS : connection.maxSegment();
    }

    /// Retransmission timeouts and the delay of acknowledgments.
    private static void times() {
        flag(
                SocketOption.TCP_THIN_LINEAR_TIMEOUTS,
                (o, now) -> o.thinLinearTimeouts,
                (o, on) -> o.thinLinearTimeouts = on);
        number(
                SocketOption.TCP_RTO_MAX_MS,
                1000,
                MAX_MILLIS,
                (e, now) -> orDefault(e.options().rtoMaxMillis, sysctl(e).tcp_rto_max_ms),
                (o, millis) -> o.rtoMaxMillis = millis);
        number(
                SocketOption.TCP_RTO_MIN_US,
                MIN_MICROS,
                MAX_MICROS,
                (e, now) -> orDefault(e.options().rtoMinMicros, sysctl(e).tcp_rto_min_us),
                (o, micros) -> o.rtoMinMicros = wholeMillis(micros));
        number(
                SocketOption.TCP_DELACK_MAX_US,
                MIN_MICROS,
                MAX_MICROS,
                (e, now) -> orDefault(e.options().delayedAckMaxMicros, MAX_MICROS),
                (o, micros) -> o.delayedAckMaxMicros = wholeMillis(micros));
    }

    private static void stamping() {
        TABLE.add(
                SocketOption.SO_TIMESTAMPING,
                (e, now) -> e.options().timestamping,
                (e, flags, now) -> Stamping.set(e.options(), e.connection(), flags));
    }

    /// Linux keeps these in ticks; ours are of a millisecond.
    private static int wholeMillis(int micros) {
        return (micros + 999) / 1000 * 1000;
    }

    /// What has no effect.
    private static void kept() {
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
        flag(SocketOption.SO_DEBUG, (o, now) -> o.debug, (o, on) -> o.debug = on);
        flag(SocketOption.SO_DONTROUTE, (o, now) -> o.dontRoute, (o, on) -> o.dontRoute = on);
        flag(SocketOption.SO_BROADCAST, (o, now) -> o.broadcast, (o, on) -> o.broadcast = on);
        flag(SocketOption.SO_ZEROCOPY, (o, now) -> o.zeroCopy, (o, on) -> o.zeroCopy = on);
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

    private static void state() {
        TABLE.addReadOnly(SocketOption.SO_ACCEPTCONN, (e, now) -> e.state() == TcpState.LISTEN);
        TABLE.addReadOnly(SocketOption.SO_TYPE, (e, now) -> 1);
        TABLE.addReadOnly(SocketOption.SO_PROTOCOL, (e, now) -> 6);
        TABLE.addReadOnly(SocketOption.SO_SNDLOWAT, (e, now) -> 1);
        TABLE.addReadOnly(SocketOption.TCP_CC_INFO, TcpOptionTable::congestionInfo);
        TABLE.addReadOnly(SocketOption.TCP_INFO, (e, now) -> e.info(now));
    }
}
