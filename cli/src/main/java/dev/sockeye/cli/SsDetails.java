package dev.sockeye.cli;

import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketMemory;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.tcp.CongestionInfo;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The details of a socket, in the order and the spelling of `ss -peoim` (iproute2 6.1): each is written with a blank
/// in
/// front. What `ss` writes of a socket of the kernel's stands here, word for word, but for two things: a timer of 4.112
/// seconds is `4.112sec` and not `4.112ms`, and keys of MD5 signatures are kept secret. What it does not write stands
/// behind it.
final class SsDetails {

    private static final int DEFAULT_REORDERING = 3;
    private static final int NO_RTO_YET = 3_000_000;
    private static final int UNKNOWN_SSTHRESH = 0xffff;

    private static final String[] OPTIONS = {
        "recverr",
        "is_icsk",
        "freebind",
        "hdrincl",
        "mc_loop",
        "transparent",
        "mc_all",
        "nodefrag",
        "bind_addr_no_port",
        "recverr_rfc4884",
        "defer_connect"
    };

    private final ByteText to;
    /// `-n`
    private final boolean exactRates;

    SsDetails(ByteText to, boolean exactRates) {
        this.to = to;
        this.exactRates = exactRates;
    }

    private ByteText name(String name) {
        return to.addName(name);
    }

    private void nonZero(String name, int number) {
        if (number != 0) name(name).addUnsigned(number);
    }

    private void nonZero(String name, long number) {
        if (number != 0) name(name).add(number);
    }

    // ---------------------------------------------------------------- -p

    /// `users:(("nginx",pid=812,fd=6),("nginx",pid=813,fd=6))`
    void users(List<Owner> owners) {
        if (owners.isEmpty()) return;
        to.add(" users:(");
        for (int i = 0; i < owners.size(); i++) {
            Owner owner = owners.get(i);
            if (i > 0) to.add(',');
            to.add("(\"").add(owner.program()).add("\",pid=").add(owner.pid());
            if (owner.handle() != null) to.add(',').add(owner.handle());
            if (owner.thread() != null) to.add(",thread=\"").add(owner.thread()).add('"');
            to.add(')');
        }
        to.add(')');
    }

    // ---------------------------------------------------------------- -o

    /// `timer:(keepalive,29sec,0)`
    void timer(SocketSnapshot socket) {
        Timer timer = socket.timer();
        if (timer == null) return;
        to.add(" timer:(").add(timer.kind().ssName()).add(',');
        duration(timer.expiresIn().toMillis());
        to.add(',').add((long) timer.count()).add(')');
    }

    private void duration(long millis) {
        long minutes = millis / 60_000;
        long rest = millis % 60_000;
        if (minutes > 0) {
            to.add(minutes).add("min");
            if (minutes < 10 && rest >= 1000) to.add(rest / 1000).add("sec");
        } else if (millis >= 10_000) {
            to.add(millis / 1000).add("sec");
        } else if (millis >= 1000) {
            long part = millis % 1000;
            to.add(millis / 1000)
                    .add('.')
                    .add(part < 100 ? part < 10 ? "00" : "0" : "")
                    .add(part)
                    .add("sec");
        } else {
            to.add(millis).add("ms");
        }
    }

    // ---------------------------------------------------------------- -e

    /// `uid:33 ino:17 sk:1a cgroup:/system.slice/nginx.service v6only:0 <->`: the arrows say which directions are open.
    void extended(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        if (kernel == null) {
            name("ino").add(socket.inode());
            to.add(' ').add(directions(socket));
            return;
        }
        nonZero("uid", kernel.uid());
        name("ino").add(socket.inode());
        name("sk").addHex(kernel.cookie());
        if (kernel.mark() != null) name("fwmark").add("0x").addHex(kernel.mark() & 0xffff_ffffL);
        controlGroup(kernel);
        if (isListeningForIpv6(socket, kernel))
            name("v6only").add(socket.settings().v6Only() ? '1' : '0');
        if (kernel.shutdown() != null) to.add(' ').add(arrows(kernel.shutdown()));
    }

    private void controlGroup(KernelDetail kernel) {
        Long group = kernel.controlGroup();
        if (group == null) return;
        String path = kernel.controlGroupPath();
        name("cgroup");
        if (path == null) to.add("unreachable:").addHex(group);
        else to.add(path);
    }

    private static boolean isListeningForIpv6(SocketSnapshot socket, KernelDetail kernel) {
        boolean bound = socket.state() == TcpState.LISTEN || socket.state() == TcpState.CLOSED;
        return bound && kernel.family() == KernelDetail.IPV6;
    }

    private static String arrows(int shutdown) {
        return switch (shutdown & 3) {
            case 0 -> "<->";
            case 1 -> "-->";
            case 2 -> "<--";
            default -> "---";
        };
    }

    private static String directions(SocketSnapshot socket) {
        return switch (socket.state()) {
            case FIN_WAIT1, FIN_WAIT2 -> socket.holder() == Holder.PROGRAM ? "<--" : "---";
            case CLOSING, LAST_ACK, TIME_WAIT -> "---";
            case CLOSE_WAIT -> "-->";
            default -> "<->";
        };
    }

    // ---------------------------------------------------------------- --tos, --cgroup, --inet-sockopt

    void typeOfService(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        if (kernel == null) return;
        hexadecimal("tos", kernel.typeOfService());
        hexadecimal("tclass", kernel.trafficClass());
        if (kernel.typeOfService() != null || kernel.trafficClass() != null) {
            hexadecimal("class_id", kernel.classId() == null ? Integer.valueOf(0) : kernel.classId());
        }
    }

    private void hexadecimal(String name, @Nullable Integer number) {
        if (number == null) return;
        name(name);
        if (number != 0) to.add("0x");
        to.addHex(number & 0xffff_ffffL);
    }

    void controlGroup(SocketSnapshot socket) {
        if (socket.kernel() != null) controlGroup(socket.kernel());
    }

    void socketOptions(SocketSnapshot socket) {
        Integer bits = socket.kernel() == null ? null : socket.kernel().socketOptions();
        if (bits == null) return;
        to.add(" inet-sockopt: (");
        for (int i = 0; i < OPTIONS.length; i++)
            if ((bits & 1 << i) != 0) to.add(' ').add(OPTIONS[i]);
        to.add(')');
    }

    // ---------------------------------------------------------------- -m

    /// `skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d0)`; of a stack of ours what is queued, and the buffers' sizes.
    void memory(SocketSnapshot socket) {
        if (socket.kernel() == null) {
            to.add(" skmem:(r").add(socket.recvQ());
            if (socket.settings().receiveBuffer() != null)
                to.add(",rb").add((long) socket.settings().receiveBuffer());
            to.add(",t").add(socket.sendQ());
            if (socket.settings().sendBuffer() != null)
                to.add(",tb").add((long) socket.settings().sendBuffer());
            to.add(')');
            return;
        }
        SocketMemory memory = socket.kernel().memory();
        if (memory == null) return;
        to.add(" skmem:(r").add(memory.received()).add(",rb").add(memory.receiveBuffer());
        to.add(",t").add(memory.sending()).add(",tb").add(memory.sendBuffer());
        to.add(",f")
                .add(memory.forward())
                .add(",w")
                .add(memory.queued())
                .add(",o")
                .add(memory.options());
        to.add(",bl").add(memory.backlog()).add(",d").add(memory.drops()).add(')');
    }

    // ---------------------------------------------------------------- -i

    void internal(SocketSnapshot socket) {
        TcpInfo info = socket.info();
        if (info == null) return;
        negotiated(socket, info);
        pathAndWindow(info);
        bytesAndSegments(info);
        congestionControl(socket.bbr());
        rates(info);
        recovery(socket, info);
        receiver(info);
        signatures(socket.kernel());
        notInSs(info);
    }

    private void flag(TcpInfo info, int bit, String name) {
        if ((info.options() & bit) != 0) to.add(' ').add(name);
    }

    private void negotiated(SocketSnapshot socket, TcpInfo info) {
        flag(info, TcpInfo.OPT_TIMESTAMPS, "ts");
        flag(info, TcpInfo.OPT_SACK, "sack");
        flag(info, TcpInfo.OPT_ECN, "ecn");
        flag(info, TcpInfo.OPT_ECN_SEEN, "ecnseen");
        flag(info, TcpInfo.OPT_SYN_DATA, "fastopen");
        String control = socket.settings().congestionControl();
        if (control != null) to.add(' ').add(control);
        if ((info.options() & TcpInfo.OPT_WSCALE) != 0) {
            name("wscale").add((long) info.snd_wscale()).add(',').add((long) info.rcv_wscale());
        }
    }

    private void thousandths(String name, int number) {
        if (number != 0) name(name).addThousandths(number);
    }

    private void pathAndWindow(TcpInfo info) {
        if (info.rto() != NO_RTO_YET) thousandths("rto", info.rto());
        nonZero("backoff", info.backoff());
        if (info.rtt() != 0) name("rtt").addThousandths(info.rtt()).add('/').addThousandths(info.rttvar());
        thousandths("ato", info.ato());
        nonZero("mss", info.snd_mss());
        nonZero("pmtu", info.pmtu());
        nonZero("rcvmss", info.rcv_mss());
        nonZero("advmss", info.advmss());
        nonZero("cwnd", info.snd_cwnd());
        if (Integer.compareUnsigned(info.snd_ssthresh(), UNKNOWN_SSTHRESH) < 0) {
            nonZero("ssthresh", info.snd_ssthresh());
        }
    }

    private void bytesAndSegments(TcpInfo info) {
        nonZero("bytes_sent", info.bytes_sent());
        nonZero("bytes_retrans", info.bytes_retrans());
        nonZero("bytes_acked", info.bytes_acked());
        nonZero("bytes_received", info.bytes_received());
        nonZero("segs_out", info.segs_out());
        nonZero("segs_in", info.segs_in());
        nonZero("data_segs_out", info.data_segs_out());
        nonZero("data_segs_in", info.data_segs_in());
    }

    private void congestionControl(CongestionInfo.@Nullable Bbr bbr) {
        if (bbr == null) return;
        to.add(" bbr:(bw:").addRate(8.0 * bbr.bw(), exactRates);
        to.add(",mrtt:").addThousandths(bbr.minRtt());
        if (bbr.pacingGain() != 0) to.add(",pacing_gain:").addOf256(bbr.pacingGain());
        if (bbr.cwndGain() != 0) to.add(",cwnd_gain:").addOf256(bbr.cwndGain());
        to.add(')');
    }

    private void rate(String name, double bits) {
        to.add(' ').add(name).add(' ').addRate(bits, exactRates);
    }

    private void rates(TcpInfo info) {
        if (info.rtt() != 0 && info.snd_mss() != 0 && info.snd_cwnd() != 0) {
            rate("send", (double) info.snd_cwnd() * info.snd_mss() * 8_000_000.0 / info.rtt());
        }
        nonZero("lastsnd", info.last_data_sent());
        nonZero("lastrcv", info.last_data_recv());
        nonZero("lastack", info.last_ack_recv());
        if (info.pacing_rate() != 0 && info.pacing_rate() != -1) { // all bits: it does not send
            rate("pacing_rate", 8.0 * info.pacing_rate());
            if (info.max_pacing_rate() != 0 && info.max_pacing_rate() != -1) {
                to.add('/').addRate(8.0 * info.max_pacing_rate(), exactRates);
            }
        }
        if (info.delivery_rate() != 0) rate("delivery_rate", 8.0 * info.delivery_rate());
        nonZero("delivered", info.delivered());
        nonZero("delivered_ce", info.delivered_ce());
        if (info.delivery_rate_app_limited()) to.add(" app_limited");
        if (info.busy_time() == 0) return;
        name("busy").add(info.busy_time() / 1000).add("ms");
        limited("rwnd_limited", info.rwnd_limited(), info.busy_time());
        limited("sndbuf_limited", info.sndbuf_limited(), info.busy_time());
    }

    private void limited(String name, long micros, long busy) {
        if (micros == 0) return;
        name(name).add(micros / 1000).add("ms(");
        double percent = 100.0 * micros / busy;
        to.add(new BigDecimal(percent).setScale(1, RoundingMode.HALF_EVEN).toPlainString())
                .add("%)");
    }

    private void recovery(SocketSnapshot socket, TcpInfo info) {
        nonZero("unacked", info.unacked());
        if (info.retrans() != 0 || info.total_retrans() != 0) {
            name("retrans").addUnsigned(info.retrans()).add('/').addUnsigned(info.total_retrans());
        }
        nonZero("lost", info.lost());
        if (socket.state() != TcpState.LISTEN) nonZero("sacked", info.sacked()); // of a listener, the backlog
        nonZero("dsack_dups", info.dsack_dups());
        nonZero("fackets", info.fackets());
        if (info.reordering() != DEFAULT_REORDERING) nonZero("reordering", info.reordering());
        nonZero("reord_seen", info.reord_seen());
    }

    private void receiver(TcpInfo info) {
        thousandths("rcv_rtt", info.rcv_rtt());
        nonZero("rcv_space", info.rcv_space());
        nonZero("rcv_ssthresh", info.rcv_ssthresh());
        nonZero("notsent", info.notsent_bytes());
        if (info.min_rtt() != -1) thousandths("minrtt", info.min_rtt());
        nonZero("rcv_ooopack", info.rcv_ooopack());
        nonZero("snd_wnd", info.snd_wnd());
    }

    private void signatures(@Nullable KernelDetail kernel) {
        if (kernel == null || kernel.md5Peers().isEmpty()) return;
        name("md5keys");
        for (int i = 0; i < kernel.md5Peers().size(); i++) {
            to.add(i == 0 ? "" : ",").add(kernel.md5Peers().get(i)).add('=');
        }
    }

    /// Newer versions of `ss` have the first two.
    private void notInSs(TcpInfo info) {
        nonZero("rcv_wnd", info.rcv_wnd());
        nonZero("rehash", info.rehash());
        nonZero("probes", info.probes());
        nonZero("total_rto", info.total_rto());
        nonZero("total_rto_recoveries", info.total_rto_recoveries());
        if (info.total_rto_time() > 0)
            name("total_rto_time").addUnsigned(info.total_rto_time()).add("ms");
    }
}
