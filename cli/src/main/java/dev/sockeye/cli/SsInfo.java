package dev.sockeye.cli;

import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.tcp.CongestionInfo;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Locale;

/// The details of a socket in the notation of `ss -oeim`.
final class SsInfo {

    private static final int INFINITE_SSTHRESH = 0x7fff_ffff;

    private final TcpInfo info;
    private final SocketSnapshot socket;
    private final StringBuilder text = new StringBuilder(256);

    private SsInfo(SocketSnapshot socket, TcpInfo info) {
        this.socket = socket;
        this.info = info;
    }

    // ---------------------------------------------------------------- -o and -e

    /// `timer:(keepalive,29sec,0)`; unlike `ss`, 4.112 seconds are `4.112sec`.
    static String timer(Timer timer) {
        return "timer:(" + timer.kind().ssName() + "," + duration(timer.expiresIn()) + "," + timer.count() + ")";
    }

    private static String duration(Duration duration) {
        long millis = duration.toMillis();
        long minutes = millis / 60_000;
        long rest = millis % 60_000;
        if (minutes > 0) return minutes + "min" + (rest < 1000 ? "" : rest / 1000 + "sec");
        if (millis >= 10_000) return millis / 1000 + "sec";
        if (millis >= 1000) return String.format(Locale.ROOT, "%d.%03dsec", millis / 1000, millis % 1000);
        return millis + "ms";
    }

    /// `ino:17 -->`: the arrows say which directions are open.
    static String extended(SocketSnapshot socket) {
        return "ino:" + socket.inode() + " " + directions(socket);
    }

    private static String directions(SocketSnapshot socket) {
        return switch (socket.state()) {
            case FIN_WAIT1, FIN_WAIT2 -> socket.holder() == Holder.PROGRAM ? "<--" : "---";
            case CLOSING, LAST_ACK, TIME_WAIT -> "---";
            case CLOSE_WAIT -> "-->";
            default -> "<->";
        };
    }

    // ---------------------------------------------------------------- -m and -i

    /// `skmem:(r0,rb131072,t0,tb16384)`: what is queued, and the buffers' sizes.
    static String memory(SocketSnapshot socket) {
        return "skmem:(r" + socket.recvQ() + ",rb" + socket.settings().receiveBuffer() + ",t" + socket.sendQ() + ",tb"
                + socket.settings().sendBuffer() + ")";
    }

    /// The line of `ss -i`, with the fields that `ss` leaves out at its end.
    static String internal(SocketSnapshot socket, TcpInfo info) {
        var line = new SsInfo(socket, info);
        line.negotiated();
        line.pathAndWindow();
        line.bytesAndSegments();
        line.congestionControl();
        line.rates();
        line.recovery();
        line.receiver();
        line.notInSs();
        return line.text.toString().strip();
    }

    private void negotiated() {
        if ((info.options() & TcpInfo.OPT_TIMESTAMPS) != 0) word("ts");
        if ((info.options() & TcpInfo.OPT_SACK) != 0) word("sack");
        if ((info.options() & TcpInfo.OPT_ECN) != 0) word("ecn");
        if ((info.options() & TcpInfo.OPT_ECN_SEEN) != 0) word("ecnseen");
        if ((info.options() & TcpInfo.OPT_SYN_DATA) != 0) word("fastopen");
        String congestionControl = socket.settings().congestionControl();
        if (congestionControl != null) word(congestionControl);
        if ((info.options() & TcpInfo.OPT_WSCALE) != 0) word("wscale:" + info.snd_wscale() + "," + info.rcv_wscale());
    }

    private void pathAndWindow() {
        if (info.rto() != 0) word("rto:" + millis(info.rto()));
        nonZero("backoff", info.backoff());
        if (info.rtt() != 0) word("rtt:" + millis(info.rtt()) + "/" + millis(info.rttvar()));
        if (info.ato() != 0) word("ato:" + millis(info.ato()));
        nonZero("mss", info.snd_mss());
        nonZero("pmtu", info.pmtu());
        nonZero("rcvmss", info.rcv_mss());
        nonZero("advmss", info.advmss());
        nonZero("cwnd", info.snd_cwnd());
        if (info.snd_ssthresh() < INFINITE_SSTHRESH) nonZero("ssthresh", info.snd_ssthresh());
    }

    private void bytesAndSegments() {
        nonZero("bytes_sent", info.bytes_sent());
        nonZero("bytes_retrans", info.bytes_retrans());
        nonZero("bytes_acked", info.bytes_acked());
        nonZero("bytes_received", info.bytes_received());
        nonZero("segs_out", info.segs_out());
        nonZero("segs_in", info.segs_in());
        nonZero("data_segs_out", info.data_segs_out());
        nonZero("data_segs_in", info.data_segs_in());
    }

    private void congestionControl() {
        CongestionInfo.Bbr bbr = socket.bbr();
        if (bbr == null) return;
        word("bbr:(bw:" + rate((double) bbr.bw()) + ",mrtt:" + millis(bbr.minRtt()) + ",pacing_gain:"
                + gain(bbr.pacingGain()) + ",cwnd_gain:" + gain(bbr.cwndGain()) + ")");
    }

    private void rates() {
        if (info.rtt() > 0 && info.snd_mss() > 0 && info.snd_cwnd() > 0) {
            word("send " + rate(1e6 * info.snd_cwnd() * info.snd_mss() / info.rtt()));
        }
        nonZero("lastsnd", info.last_data_sent());
        nonZero("lastrcv", info.last_data_recv());
        nonZero("lastack", info.last_ack_recv());
        if (info.pacing_rate() > 0) word("pacing_rate " + rate((double) info.pacing_rate()));
        if (info.delivery_rate() > 0) word("delivery_rate " + rate((double) info.delivery_rate()));
        nonZero("delivered", info.delivered());
        nonZero("delivered_ce", info.delivered_ce());
        if (info.delivery_rate_app_limited()) word("app_limited");
        if (info.busy_time() > 0) word("busy:" + info.busy_time() / 1000 + "ms");
        if (info.rwnd_limited() > 0) word("rwnd_limited:" + info.rwnd_limited() / 1000 + "ms");
        if (info.sndbuf_limited() > 0) word("sndbuf_limited:" + info.sndbuf_limited() / 1000 + "ms");
    }

    private void recovery() {
        nonZero("unacked", info.unacked());
        if (info.retrans() > 0 || info.total_retrans() > 0) {
            word("retrans:" + info.retrans() + "/" + info.total_retrans());
        }
        nonZero("lost", info.lost());
        if (socket.state() != TcpState.LISTEN) nonZero("sacked", info.sacked()); // of a listener, the backlog
        nonZero("dsack_dups", info.dsack_dups());
        if (info.reordering() != 3) nonZero("reordering", info.reordering());
        nonZero("reord_seen", info.reord_seen());
    }

    private void receiver() {
        if (info.rcv_rtt() > 0) word("rcv_rtt:" + millis(info.rcv_rtt()));
        nonZero("rcv_space", info.rcv_space());
        nonZero("rcv_ssthresh", info.rcv_ssthresh());
        nonZero("notsent", info.notsent_bytes());
        if (info.min_rtt() > 0) word("minrtt:" + millis(info.min_rtt()));
        nonZero("rcv_ooopack", info.rcv_ooopack());
        nonZero("snd_wnd", info.snd_wnd());
        nonZero("rcv_wnd", info.rcv_wnd());
        nonZero("rehash", info.rehash());
    }

    private void notInSs() {
        nonZero("probes", info.probes());
        nonZero("total_rto", info.total_rto());
        nonZero("total_rto_recoveries", info.total_rto_recoveries());
        if (info.total_rto_time() > 0) word("total_rto_time:" + info.total_rto_time() + "ms");
    }

    // ---------------------------------------------------------------- words

    private void word(String word) {
        text.append(' ').append(word);
    }

    private void nonZero(String name, long value) {
        if (value != 0) word(name + ":" + value);
    }

    /// Microseconds as milliseconds, with no more decimals than they need.
    private static String millis(int micros) {
        if (micros % 1000 == 0) return Integer.toString(micros / 1000);
        return String.format(Locale.ROOT, "%d.%03d", micros / 1000, micros % 1000)
                .replaceAll("0+$", "");
    }

    /// A gain of 256, with no more decimals than it needs of six digits, as `%g` has it.
    private static String gain(int of256) {
        return new BigDecimal(of256 / 256.0)
                .round(new MathContext(6))
                .stripTrailingZeros()
                .toPlainString();
    }

    /// Bytes per second as bits per second: `57.6Mbps`.
    private static String rate(double bytesPerSecond) {
        double bits = 8 * bytesPerSecond;
        String[] units = {"bps", "Kbps", "Mbps", "Gbps"};
        int unit = 0;
        while (bits >= 1000 && unit < units.length - 1) {
            bits /= 1000;
            unit++;
        }
        int decimals = unit == 0 || bits >= 100 ? 0 : bits >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", bits) + units[unit];
    }
}
