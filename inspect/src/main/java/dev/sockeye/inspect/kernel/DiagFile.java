package dev.sockeye.inspect.kernel;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Protocol;
import dev.sockeye.inspect.Settings;
import dev.sockeye.inspect.SocketMemory;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.tcp.CongestionInfo;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sockets as sock_diag would tell of them, in a file: the messages that `ss -D` writes and `ss` reads again where the
/// environment has `TCPDIAG_FILE`. So `ss` lists sockets that its kernel does not have.
public final class DiagFile {

    private static final int SOCK_DIAG_BY_FAMILY = 20, NLM_F_MULTI = 2, NLMSG_DONE = 3, SEQUENCE = 123_456;
    private static final int HEADER = 16;
    private static final int ROOM = 1024;

    /// Attributes (`INET_DIAG_*`, linux/inet_diag.h).
    private static final int INFO = 2, CONGESTION = 4, TOS = 5, TCLASS = 6, SKMEMINFO = 7, SHUTDOWN = 8, V6ONLY = 11;
    private static final int MARK = 15, BBR = 16, CLASS_ID = 17, CGROUP = 21, SOCKOPT = 22;
    private static final int TCP_INFO = 280;

    private final ByteBuffer message = ByteBuffer.allocate(ROOM).order(ByteOrder.nativeOrder());

    private DiagFile() {}

    /// Writes the TCP sockets among these.
    ///
    /// @param file   replaced if it is there; null for the stream
    /// @param stream stays open
    /// @return how many were no TCP sockets
    public static int write(@Nullable Path file, OutputStream stream, List<SocketSnapshot> sockets) throws IOException {
        if (file == null) return new DiagFile().write(stream, sockets);
        try (OutputStream out = Files.newOutputStream(file)) {
            return new DiagFile().write(out, sockets);
        }
    }

    private int write(OutputStream to, List<SocketSnapshot> sockets) throws IOException {
        int others = 0;
        for (SocketSnapshot socket : sockets) {
            if (socket.protocol() != Protocol.TCP) {
                others++;
                continue;
            }
            socket(socket);
            to.write(message.array(), 0, message.position());
        }
        message.clear();
        message.putInt(HEADER + 4).putShort((short) NLMSG_DONE).putShort((short) NLM_F_MULTI);
        message.putInt(SEQUENCE).putInt(0).putInt(0);
        to.write(message.array(), 0, message.position());
        return others;
    }

    // ---------------------------------------------------------------- struct nlmsghdr, struct inet_diag_msg

    private void socket(SocketSnapshot socket) {
        message.clear();
        KernelDetail kernel = socket.kernel();
        boolean v4 = kernel == null ? socket.local().ip().isV4() : kernel.family() == KernelDetail.IPV4;
        message.putInt(0).putShort((short) SOCK_DIAG_BY_FAMILY).putShort((short) NLM_F_MULTI);
        message.putInt(SEQUENCE).putInt(0);
        Timer timer = socket.timer();
        message.put((byte) (v4 ? KernelDetail.IPV4 : KernelDetail.IPV6));
        message.put((byte) socket.state().number());
        message.put((byte) (timer == null ? 0 : number(timer.kind())));
        message.put((byte) (timer == null ? 0 : timer.count()));
        port(socket.local());
        port(socket.remote());
        address(socket.local(), v4);
        address(socket.remote(), v4);
        message.putInt(kernel == null ? 0 : kernel.device());
        message.putLong(kernel == null ? socket.inode() : kernel.cookie());
        message.putInt(timer == null ? 0 : (int) timer.expiresIn().toMillis());
        message.putInt((int) socket.recvQ()).putInt((int) socket.sendQ());
        message.putInt(kernel == null ? 0 : kernel.uid());
        message.putInt((int) socket.inode());
        attributes(socket, kernel, v4);
        message.putInt(0, message.position());
    }

    private static int number(Timer.Kind kind) {
        return switch (kind) {
            case RETRANSMIT -> 1;
            case KEEPALIVE -> 2;
            case TIME_WAIT, FIN_WAIT2 -> 3;
            case PERSIST -> 4;
            case DELAYED_ACK -> 5;
        };
    }

    private void port(@Nullable TransportAddress address) {
        int port = address == null ? 0 : address.port();
        message.put((byte) (port >>> 8)).put((byte) port);
    }

    private void address(@Nullable TransportAddress address, boolean v4) {
        int end = message.position() + 16;
        IpAddress ip = address == null ? null : address.ip();
        if (ip != null) {
            ByteBuffer bytes = message.duplicate().order(ByteOrder.BIG_ENDIAN);
            if (v4) bytes.putInt(ip.v4Bits());
            else bytes.putLong(ip.high()).putLong(ip.low());
            if (v4) bytes.putInt(0).putLong(0);
        } else {
            message.duplicate().putLong(0).putLong(0);
        }
        message.position(end);
    }

    // ---------------------------------------------------------------- attributes

    private void attributes(SocketSnapshot socket, @Nullable KernelDetail kernel, boolean v4) {
        memory(socket, kernel);
        TcpInfo info = socket.info();
        if (info != null) info(info);
        String control = socket.settings().congestionControl();
        if (control != null) text(CONGESTION, control);
        if (socket.bbr() != null) bbr(socket.bbr());
        boolean listens =
                socket.state().number() == DiagSocket.LISTEN || socket.state().number() == DiagSocket.CLOSE;
        if (!v4 && listens) oneByte(V6ONLY, socket.settings().v6Only() ? 1 : 0);
        if (kernel == null) {
            if (info != null) oneByte(SHUTDOWN, shutdown(socket));
            return;
        }
        if (kernel.shutdown() != null) oneByte(SHUTDOWN, kernel.shutdown());
        if (kernel.typeOfService() != null) oneByte(TOS, kernel.typeOfService());
        if (kernel.trafficClass() != null) oneByte(TCLASS, kernel.trafficClass());
        if (kernel.mark() != null) begin(MARK, Integer.BYTES).putInt(kernel.mark());
        if (kernel.classId() != null) begin(CLASS_ID, Integer.BYTES).putInt(kernel.classId());
        if (kernel.controlGroup() != null) begin(CGROUP, Long.BYTES).putLong(kernel.controlGroup());
        if (kernel.socketOptions() != null) {
            begin(SOCKOPT, Short.BYTES)
                    .putShort(kernel.socketOptions().shortValue())
                    .putShort((short) 0);
        }
    }

    /// A `struct rtattr`; what follows must be padded to a multiple of four.
    private ByteBuffer begin(int type, int length) {
        return message.putShort((short) (4 + length)).putShort((short) type);
    }

    private void oneByte(int type, int value) {
        begin(type, 1).put((byte) value).put((byte) 0).putShort((short) 0);
    }

    private void text(int type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        begin(type, bytes.length + 1).put(bytes).put((byte) 0);
        while (message.position() % 4 != 0) message.put((byte) 0);
    }

    private static int shutdown(SocketSnapshot socket) {
        return switch (socket.state()) {
            case CLOSE_WAIT -> 1;
            case FIN_WAIT1, FIN_WAIT2 -> 2;
            case CLOSING, LAST_ACK, TIME_WAIT -> 3;
            default -> 0;
        };
    }

    private void memory(SocketSnapshot socket, @Nullable KernelDetail kernel) {
        SocketMemory memory = kernel == null ? null : kernel.memory();
        if (memory == null) {
            if (kernel != null) return;
            Settings settings = socket.settings();
            memory = new SocketMemory(
                    socket.recvQ(),
                    settings.receiveBuffer() == null ? 0 : settings.receiveBuffer(),
                    0,
                    settings.sendBuffer() == null ? 0 : settings.sendBuffer(),
                    0,
                    socket.sendQ(),
                    0,
                    0,
                    socket.backlog() == null ? 0 : socket.backlog().overflows());
        }
        begin(SKMEMINFO, 9 * Integer.BYTES);
        message.putInt((int) memory.received()).putInt((int) memory.receiveBuffer());
        message.putInt((int) memory.sending()).putInt((int) memory.sendBuffer());
        message.putInt((int) memory.forward()).putInt((int) memory.queued());
        message.putInt((int) memory.options()).putInt((int) memory.backlog()).putInt((int) memory.drops());
    }

    private void bbr(CongestionInfo.Bbr bbr) {
        begin(BBR, 5 * Integer.BYTES).putInt((int) bbr.bw()).putInt((int) (bbr.bw() >>> 32));
        message.putInt(bbr.minRtt()).putInt(bbr.pacingGain()).putInt(bbr.cwndGain());
    }

    /// `struct tcp_info` (include/uapi/linux/tcp.h); see [TcpInfoBytes].
    private void info(TcpInfo info) {
        int start = begin(INFO, TCP_INFO).position();
        message.put((byte) info.state()).put((byte) info.ca_state()).put((byte) info.retransmits());
        message.put((byte) info.probes()).put((byte) info.backoff()).put((byte) info.options());
        message.put((byte) (info.snd_wscale() | info.rcv_wscale() << 4));
        message.put((byte) ((info.delivery_rate_app_limited() ? 1 : 0) | info.fastopen_client_fail() << 1));
        message.putInt(info.rto()).putInt(info.ato()).putInt(info.snd_mss()).putInt(info.rcv_mss());
        message.putInt(info.unacked()).putInt(info.sacked()).putInt(info.lost()).putInt(info.retrans());
        message.putInt(info.fackets()).putInt(info.last_data_sent()).putInt(info.last_ack_sent());
        message.putInt(info.last_data_recv()).putInt(info.last_ack_recv()).putInt(info.pmtu());
        message.putInt(info.rcv_ssthresh())
                .putInt(info.rtt())
                .putInt(info.rttvar())
                .putInt(info.snd_ssthresh());
        message.putInt(info.snd_cwnd())
                .putInt(info.advmss())
                .putInt(info.reordering())
                .putInt(info.rcv_rtt());
        message.putInt(info.rcv_space()).putInt(info.total_retrans());
        message.putLong(info.pacing_rate()).putLong(info.max_pacing_rate());
        message.putLong(info.bytes_acked()).putLong(info.bytes_received());
        message.putInt(info.segs_out())
                .putInt(info.segs_in())
                .putInt(info.notsent_bytes())
                .putInt(info.min_rtt());
        message.putInt(info.data_segs_in()).putInt(info.data_segs_out());
        message.putLong(info.delivery_rate()).putLong(info.busy_time());
        message.putLong(info.rwnd_limited()).putLong(info.sndbuf_limited());
        message.putInt(info.delivered()).putInt(info.delivered_ce());
        message.putLong(info.bytes_sent()).putLong(info.bytes_retrans());
        message.putInt(info.dsack_dups()).putInt(info.reord_seen()).putInt(info.rcv_ooopack());
        message.putInt(info.snd_wnd()).putInt(info.rcv_wnd()).putInt(info.rehash());
        message.putShort((short) info.total_rto()).putShort((short) info.total_rto_recoveries());
        message.putInt(info.total_rto_time()).putInt(info.received_ce());
        message.putInt(info.delivered_e1_bytes())
                .putInt(info.delivered_e0_bytes())
                .putInt(info.delivered_ce_bytes());
        message.putInt(info.received_e1_bytes())
                .putInt(info.received_e0_bytes())
                .putInt(info.received_ce_bytes());
        message.putShort((short) info.accecn_fail_mode()).putShort((short) info.accecn_opt_seen());
        assert message.position() == start + TCP_INFO;
    }
}
