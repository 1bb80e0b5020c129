package dev.sockeye.conformance.shell;

import dev.sockeye.host.Host;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.host.TcpVisitor;
import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.tcp.TimeWait;
import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `/proc/net/tcp` and `/proc/net/tcp6` as the kernel prints them: addresses and states in hexadecimal, an address's
/// words in the order of a little-endian machine.
final class ProcNetTcp implements TcpVisitor {

    private static final TransportAddress NOWHERE = new TransportAddress(IpAddress.ANY_V4, 0);

    private final boolean v6;
    private final StringBuilder text = new StringBuilder();
    private int line;

    private ProcNetTcp(boolean v6) {
        this.v6 = v6;
    }

    static String of(Host host, boolean v6) {
        var table = new ProcNetTcp(v6);
        table.text.append(
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n");
        host.forEachTcp(table);
        return table.text.toString();
    }

    @Override
    public void endpoint(TcpEndpoint endpoint) {
        TcpState state = endpoint.state();
        if (endpoint.isUnaccepted() || state == TcpState.CLOSED) return;
        add(
                endpoint.family() == dev.sockeye.host.Family.INET6,
                endpoint.localAddress(),
                remote(endpoint),
                number(state));
    }

    private static @Nullable TransportAddress remote(TcpEndpoint endpoint) {
        return endpoint.connection() == null
                ? null
                : endpoint.connection().tuple().remote();
    }

    @Override
    public void halfOpen(HalfOpen halfOpen) {
        FourTuple tuple = halfOpen.tuple();
        add(!tuple.isV4(), tuple.local(), tuple.remote(), number(TcpState.SYN_RCVD));
    }

    @Override
    public void timeWait(TimeWait timeWait) {
        FourTuple tuple = timeWait.tuple();
        add(!tuple.isV4(), tuple.local(), tuple.remote(), number(timeWait.state()));
    }

    private void add(boolean ofV6Socket, TransportAddress local, @Nullable TransportAddress remote, int state) {
        if (ofV6Socket != v6) return;
        TransportAddress other = remote == null ? NOWHERE : remote;
        text.append(String.format(
                Locale.ROOT,
                "%4d: %s %s %02X 00000000:00000000 00:00000000 00000000     0        0 0%n",
                line++,
                address(local),
                address(other),
                state));
    }

    private String address(TransportAddress address) {
        IpAddress ip = address.ip();
        int v4 = Integer.reverseBytes(ip.v4Bits());
        String digits = v6
                ? word(ip.high() >>> 32) + word(ip.high()) + word(ip.low() >>> 32) + word(ip.low())
                : String.format(Locale.ROOT, "%08X", v4);
        return digits + String.format(Locale.ROOT, ":%04X", address.port());
    }

    private static String word(long bits) {
        return String.format(Locale.ROOT, "%08X", Integer.reverseBytes((int) bits));
    }

    private static int number(TcpState state) {
        return switch (state) {
            case ESTABLISHED -> 1;
            case SYN_SENT -> 2;
            case SYN_RCVD -> 3;
            case FIN_WAIT1 -> 4;
            case FIN_WAIT2 -> 5;
            case TIME_WAIT -> 6;
            case CLOSED -> 7;
            case CLOSE_WAIT -> 8;
            case LAST_ACK -> 9;
            case LISTEN -> 10;
            case CLOSING -> 11;
        };
    }
}
