package dev.sockeye.conformance.run;

import dev.sockeye.conformance.script.PacketSpec;
import dev.sockeye.conformance.script.PacketSpec.Range;
import dev.sockeye.conformance.script.TcpOption;
import dev.sockeye.wire.TcpHeader;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Packets in the language of scripts.
final class PacketText {

    private PacketText() {}

    static String of(PacketSpec packet) {
        return switch (packet) {
            case PacketSpec.Tcp tcp -> tcp(tcp);
            case PacketSpec.Icmp icmp -> icmp(icmp);
            case PacketSpec.Unsupported(String what) -> what;
        };
    }

    private static String ip(PacketSpec.Ip ip) {
        return ip.ecn() == null ? "" : "[" + ip.ecn().name().toLowerCase(Locale.ROOT) + "] ";
    }

    private static String tcp(PacketSpec.Tcp tcp) {
        var text = new StringBuilder(ip(tcp.ip()))
                .append(flags(tcp.flags()))
                .append(' ')
                .append(range(tcp.range()));
        if (tcp.ack() >= 0) text.append(" ack ").append(tcp.ack());
        if (tcp.window() >= 0) text.append(" win ").append(tcp.window());
        if (tcp.urgent() != 0) text.append(" urg ").append(tcp.urgent());
        List<TcpOption> options = tcp.options();
        if (options == null) text.append(" <...>");
        else if (!options.isEmpty()) text.append(" <").append(options(options)).append('>');
        return text.toString();
    }

    private static String icmp(PacketSpec.Icmp icmp) {
        var text = new StringBuilder("icmp ").append(icmp.type());
        if (icmp.code() != null) text.append(' ').append(icmp.code());
        if (icmp.mtu() >= 0) text.append(" mtu ").append(icmp.mtu());
        if (icmp.echoed() != null)
            text.append(" [").append(range(icmp.echoed())).append(']');
        return text.toString();
    }

    private static String range(Range range) {
        return range.from() + ":" + (range.to() & 0xffff_ffffL) + "(" + range.length() + ")";
    }

    static String flags(int flags) {
        var text = new StringBuilder();
        add(text, flags, TcpHeader.FIN, 'F');
        add(text, flags, TcpHeader.SYN, 'S');
        add(text, flags, TcpHeader.RST, 'R');
        add(text, flags, TcpHeader.PSH, 'P');
        add(text, flags, TcpHeader.ACK, '.');
        add(text, flags, TcpHeader.URG, 'U');
        add(text, flags, TcpHeader.ECE, 'E');
        add(text, flags, TcpHeader.CWR, 'W');
        add(text, flags, TcpHeader.AE, 'A');
        return text.isEmpty() ? "-" : text.toString();
    }

    private static void add(StringBuilder text, int flags, int flag, char letter) {
        if ((flags & flag) != 0) text.append(letter);
    }

    static String options(List<TcpOption> options) {
        return options.stream().map(PacketText::option).collect(Collectors.joining(","));
    }

    private static String option(TcpOption option) {
        return switch (option) {
            case TcpOption.Nop() -> "nop";
            case TcpOption.EndOfList() -> "eol";
            case TcpOption.Mss(int bytes) -> "mss " + bytes;
            case TcpOption.WindowScale(int shift) -> "wscale " + shift;
            case TcpOption.SackPermitted() -> "sackOK";
            case TcpOption.Sack(List<Range> blocks) ->
                blocks.stream()
                        .map(block -> block.from() + ":" + block.to())
                        .collect(Collectors.joining(" ", "sack ", ""));
            case TcpOption.Timestamps(long value, long echo) -> "TS val " + value + " ecr " + echo;
            case TcpOption.FastOpen(String cookie, boolean experimental) ->
                (experimental ? "FOEXP" : "FO") + (cookie.isEmpty() ? "" : " " + cookie);
            case TcpOption.AccEcn(boolean e0First, List<Long> counters) -> accEcn(e0First, counters);
            case TcpOption.Md5(String digest) -> digest.isEmpty() ? "md5" : "md5 " + digest;
            case TcpOption.Raw(int kind, String bytes) -> "kind " + kind + (bytes.isEmpty() ? "" : " " + bytes);
        };
    }

    private static String accEcn(boolean e0First, List<Long> counters) {
        String[] names = e0First ? new String[] {"e0b", "ceb", "e1b"} : new String[] {"e1b", "ceb", "e0b"};
        var text = new StringBuilder("ECN");
        for (int i = 0; i < counters.size(); i++)
            text.append(' ').append(names[i]).append(' ').append(counters.get(i));
        return text.toString();
    }
}
