package dev.sockeye.conformance.script;

import dev.sockeye.conformance.script.PacketSpec.Ecn;
import dev.sockeye.conformance.script.PacketSpec.Range;
import dev.sockeye.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads a packet: `[ip] [port > port] flags from:to(length) [ack n] [win n] [urg n] [<options>]`, or an
/// ICMP error.
final class PacketParser {

    private static final long MOST_U32 = 0xffff_ffffL;
    private static final List<String> OTHER_PROTOCOLS = List.of("udp", "ipv4", "ipv6", "gre", "mpls", "encap", "sctp");

    private final Scanner in;

    PacketParser(Scanner in) {
        this.in = in;
    }

    PacketSpec packet() throws ScriptException {
        PacketSpec.Ip ip = ip();
        for (String other : OTHER_PROTOCOLS) if (in.takeWord(other)) return unsupported(other + " packets");
        if (in.takeWord("icmp")) return icmp(ip);
        return tcp(ip);
    }

    /// The rest of the line is of a kind that is known by name only; within brackets it may go on in the next.
    private PacketSpec unsupported(String what) {
        int depth = 0;
        while (!in.atEnd() && (in.peek() != '\n' || depth > 0)) {
            char c = in.peek();
            if ("([{".indexOf(c) >= 0) depth++;
            if (")]}".indexOf(c) >= 0) depth--;
            in.next();
        }
        return new PacketSpec.Unsupported(what);
    }

    // ---------------------------------------------------------------- IP

    private PacketSpec.Ip ip() throws ScriptException {
        boolean square = in.skipSpace().peek() == '[';
        if (!square && in.peek() != '(') return PacketSpec.Ip.UNSAID;
        in.next();
        Ecn ecn = null;
        int tos = -1;
        int hopLimit = -1;
        int flowLabel = -1;
        do {
            int line = in.line();
            String word = in.word("what is said of the IP header");
            switch (word) {
                case "tos", "tclass" -> tos = (int) in.integer(word, 0, 255);
                case "ttl" -> hopLimit = (int) in.integer(word, 0, 255);
                case "flowlabel" -> flowLabel = (int) in.integer(word, 0, 0xfffff);
                default -> ecn = ecn(word, line);
            }
        } while (in.take(","));
        in.require(square ? "]" : ")");
        return new PacketSpec.Ip(ecn, tos, hopLimit, flowLabel);
    }

    private static Ecn ecn(String word, int line) throws ScriptException {
        for (Ecn each : Ecn.values()) if (each.name().toLowerCase(Locale.ROOT).equals(word)) return each;
        throw new ScriptException(line, "nothing of an IP header is called '" + word + "'");
    }

    // ---------------------------------------------------------------- TCP

    private PacketSpec tcp(PacketSpec.Ip ip) throws ScriptException {
        int[] ports = ports();
        int flags = flags();
        Range range = range();
        long ack = in.takeWord("ack") ? in.integer("ack", 0, MOST_U32) : -1;
        int window = in.takeWord("win") ? (int) in.integer("win", 0, 0xffff) : -1;
        int urgent = in.takeWord("urg") ? (int) in.integer("urg", 0, 0xffff) : 0;
        List<TcpOption> options = options();
        return new PacketSpec.Tcp(ip, ports[0], ports[1], flags, range, ack, window, urgent, options);
    }

    /// `8080 > 53`, or nothing.
    private int[] ports() throws ScriptException {
        in.skipSpace();
        int digits = 0;
        while (Character.isDigit(in.peek(digits))) digits++;
        int next = digits;
        while (in.peek(next) == ' ') next++;
        if (digits == 0 || in.peek(next) != '>') return new int[2];
        int source = (int) in.integer("a port", 0, 0xffff);
        in.require(">");
        return new int[] {source, (int) in.integer("a port", 0, 0xffff)};
    }

    private int flags() throws ScriptException {
        int line = in.line();
        String word = in.run("flags");
        int flags = 0;
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            flags |= switch (c) {
                case 'F' -> TcpHeader.FIN;
                case 'S' -> TcpHeader.SYN;
                case 'R' -> TcpHeader.RST;
                case 'P' -> TcpHeader.PSH;
                case '.' -> TcpHeader.ACK;
                case 'U' -> TcpHeader.URG;
                case 'E' -> TcpHeader.ECE;
                case 'W' -> TcpHeader.CWR;
                case 'A' -> TcpHeader.AE;
                case '-' -> 0;
                case '0', '1', '2', '3', '4', '5', '6', '7' -> ace(c - '0');
                default -> throw new ScriptException(line, "'" + c + "' of '" + word + "' is not a flag");
            };
        }
        return flags;
    }

    /// The counter of AccECN as its three flags (RFC 9768 3.2).
    private static int ace(int counter) {
        return ((counter & 4) != 0 ? TcpHeader.AE : 0)
                | ((counter & 2) != 0 ? TcpHeader.CWR : 0)
                | ((counter & 1) != 0 ? TcpHeader.ECE : 0);
    }

    /// `1:1001(1000)`
    private Range range() throws ScriptException {
        long from = in.integer("a sequence number", 0, MOST_U32);
        in.require(":");
        long to = in.integer("a sequence number", 0, MOST_U32);
        in.require("(");
        long length = in.integer("a length", 0, 0xffff);
        in.require(")");
        if ((from + length & MOST_U32) != to) {
            throw in.error(from + ":" + to + " is not a range of " + length + " bytes");
        }
        return new Range(from, from + length);
    }

    // ---------------------------------------------------------------- TCP options

    private @Nullable List<TcpOption> options() throws ScriptException {
        if (!looksAtOptions()) return List.of();
        in.require("<");
        if (in.take("...")) {
            in.require(">");
            return null;
        }
        List<TcpOption> options = new ArrayList<>();
        if (in.take(">")) return options;
        do {
            options.add(option());
        } while (in.take(","));
        in.require(">");
        return List.copyOf(options);
    }

    /// A `<` with a time in front of it is the next event's.
    private boolean looksAtOptions() throws ScriptException {
        return in.skipSpace().peek() == '<';
    }

    private TcpOption option() throws ScriptException {
        int line = in.line();
        String kind = in.word("a TCP option");
        return switch (kind) {
            case "nop" -> new TcpOption.Nop();
            case "eol" -> new TcpOption.EndOfList();
            case "mss" -> new TcpOption.Mss((int) in.integer(kind, 0, 0xffff));
            case "wscale" -> new TcpOption.WindowScale((int) in.integer(kind, 0, 0xff));
            case "sackOK" -> new TcpOption.SackPermitted();
            case "sack" -> sack();
            case "TS" -> timestamps();
            case "FO" -> new TcpOption.FastOpen(optionalWord(), false);
            case "FOEXP" -> new TcpOption.FastOpen(optionalWord(), true);
            case "ECN" -> accEcn();
            case "md5" -> new TcpOption.Md5(optionalWord());
            case "kind" -> new TcpOption.Raw((int) in.integer("a kind", 2, 255), optionalWord());
            default -> throw new ScriptException(line, "there is no TCP option '" + kind + "'");
        };
    }

    private String optionalWord() throws ScriptException {
        return Scanner.isWordPart(in.skipSpace().peek()) ? in.word("a word") : "";
    }

    private TcpOption sack() throws ScriptException {
        List<Range> blocks = new ArrayList<>();
        while (in.looksAtDigit()) {
            long from = in.integer("a sequence number", 0, MOST_U32);
            in.require(":");
            blocks.add(new Range(from, in.integer("a sequence number", 0, MOST_U32)));
        }
        if (blocks.isEmpty()) throw in.expected("a block of sequence numbers");
        return new TcpOption.Sack(List.copyOf(blocks));
    }

    private TcpOption timestamps() throws ScriptException {
        in.requireWord("val");
        long value = in.integer("val", 0, MOST_U32);
        in.requireWord("ecr");
        return new TcpOption.Timestamps(value, in.integer("ecr", 0, MOST_U32));
    }

    private TcpOption accEcn() throws ScriptException {
        List<String> names = new ArrayList<>();
        List<Long> counters = new ArrayList<>();
        while (Scanner.isWordStart(in.skipSpace().peek())) {
            names.add(in.word("a counter"));
            counters.add(in.integer("a counter", 0, MOST_U32));
        }
        if (List.of("e0b", "ceb", "e1b").subList(0, Math.min(3, names.size())).equals(names)) {
            return new TcpOption.AccEcn(true, List.copyOf(counters));
        }
        if (List.of("e1b", "ceb", "e0b").subList(0, Math.min(3, names.size())).equals(names)) {
            return new TcpOption.AccEcn(false, List.copyOf(counters));
        }
        throw in.error("an ECN option counts e0b, ceb and e1b in this order or in the opposite");
    }

    // ---------------------------------------------------------------- ICMP

    private PacketSpec icmp(PacketSpec.Ip ip) throws ScriptException {
        String type = in.word("an ICMP type");
        String code = null;
        long mtu = -1;
        if (Scanner.isWordStart(in.skipSpace().peek()) && !in.looksAtWord("mtu")) code = in.word("an ICMP code");
        if (in.takeWord("mtu")) mtu = in.integer("mtu", 0, MOST_U32);
        if (in.skipSpace().peek() != '[') return new PacketSpec.Icmp(ip, type, code, mtu, null);
        in.require("[");
        Range echoed = range();
        in.require("]");
        return new PacketSpec.Icmp(ip, type, code, mtu, echoed);
    }
}
