package dev.sockeye.link;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TcpOptions;
import dev.sockeye.wire.TransportAddress;
import dev.sockeye.wire.UdpHeader;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/// Packets in words, one line each, as tcpdump prints them: sequence numbers count from the first that was seen in each
/// direction of a connection. For people, not for the data path.
public final class PacketText {

    private final Map<String, Integer> firsts = new HashMap<>();
    private final TcpOptions options = new TcpOptions();

    /// Knows of no connection yet.
    public PacketText() {}

    /// Such as `10.0.0.1:4242 > 10.0.0.2:80 S. 0:0(0) ack 1 win 65160 <mss 1460>`.
    public String of(Packet packet) {
        if (Ipv4Header.validate(packet) == null) return v4(packet);
        if (Ipv6Header.validate(packet) == null) return v6(packet);
        return "malformed, " + packet.length() + " bytes";
    }

    private String v4(Packet packet) {
        MemorySegment memory = packet.memory(0);
        long at = packet.offset(0);
        int header = Ipv4Header.headerLength(memory, at);
        IpAddress from = Ipv4Header.source(memory, at);
        IpAddress to = Ipv4Header.destination(memory, at);
        int length = Ipv4Header.totalLength(memory, at) - header;
        int offset = Ipv4Header.fragmentOffset(memory, at);
        boolean more = Ipv4Header.moreFragments(memory, at);
        if (offset > 0 || more) {
            return from + " > " + to + " fragment " + offset + ":" + (offset + length) + (more ? "+" : "");
        }
        return transport(packet, header, Ipv4Header.protocol(memory, at), from, to, length);
    }

    private String v6(Packet packet) {
        MemorySegment memory = packet.memory(0);
        long at = packet.offset(0);
        return transport(
                packet,
                Ipv6Header.LENGTH,
                Ipv6Header.nextHeader(memory, at),
                Ipv6Header.source(memory, at),
                Ipv6Header.destination(memory, at),
                Ipv6Header.payloadLength(memory, at));
    }

    private String transport(Packet packet, int header, int protocol, IpAddress from, IpAddress to, int length) {
        MemorySegment memory = packet.memory(0);
        long at = packet.offset(0) + (long) header;
        int there = packet.length(0) - header;
        if (protocol == IpProtocol.TCP && TcpHeader.validateShape(memory, at, there) == null) {
            var source = new TransportAddress(from, TcpHeader.sourcePort(memory, at));
            var destination = new TransportAddress(to, TcpHeader.destinationPort(memory, at));
            return source + " > " + destination + " "
                    + tcp(memory, at, source + ">" + destination, destination + ">" + source, length);
        }
        if (protocol == IpProtocol.UDP && there >= UdpHeader.LENGTH) {
            return new TransportAddress(from, UdpHeader.sourcePort(memory, at)) + " > "
                    + new TransportAddress(to, UdpHeader.destinationPort(memory, at)) + " UDP "
                    + (length - UdpHeader.LENGTH);
        }
        String name =
                protocol == IpProtocol.ICMP || protocol == IpProtocol.ICMPV6 ? "ICMP " : "protocol " + protocol + " ";
        return from + " > " + to + " " + name + length;
    }

    private String tcp(MemorySegment memory, long at, String direction, String back, int length) {
        int flags = TcpHeader.flags(memory, at);
        var text = new StringBuilder(80);
        flags(flags, text);
        int payload = length - TcpHeader.headerLength(memory, at);
        boolean syn = (flags & TcpHeader.SYN) != 0;
        int absolute = TcpHeader.sequence(memory, at);
        if (syn) firsts.put(direction, absolute);
        int first = firsts.computeIfAbsent(direction, d -> absolute);
        long seq = (absolute - first) & 0xffff_ffffL;
        text.append(' ')
                .append(seq)
                .append(':')
                .append(seq + payload)
                .append('(')
                .append(payload)
                .append(')');
        int backFirst = firsts.getOrDefault(back, 0);
        if ((flags & TcpHeader.ACK) != 0) {
            text.append(" ack ").append(relative(TcpHeader.acknowledgment(memory, at), backFirst));
        }
        text.append(" win ").append(TcpHeader.window(memory, at));
        options.parse(memory, at);
        options(text, backFirst);
        return text.toString();
    }

    private static void flags(int flags, StringBuilder text) {
        if ((flags & TcpHeader.FIN) != 0) text.append('F');
        if ((flags & TcpHeader.SYN) != 0) text.append('S');
        if ((flags & TcpHeader.RST) != 0) text.append('R');
        if ((flags & TcpHeader.PSH) != 0) text.append('P');
        if ((flags & TcpHeader.URG) != 0) text.append('U');
        if ((flags & TcpHeader.ECE) != 0) text.append('E');
        if ((flags & TcpHeader.CWR) != 0) text.append('W');
        if ((flags & TcpHeader.ACK) != 0) text.append('.');
    }

    private static long relative(int number, int first) {
        return (number - first) & 0xffff_ffffL;
    }

    private void options(StringBuilder text, int backFirst) {
        var inner = new StringBuilder();
        if (options.has(TcpOptions.MSS)) inner.append(",mss ").append(options.mss());
        if (options.has(TcpOptions.WINDOW_SCALE)) inner.append(",wscale ").append(options.windowScale());
        if (options.has(TcpOptions.SACK_PERMITTED)) inner.append(",sackOK");
        if (options.has(TcpOptions.TIMESTAMPS)) {
            inner.append(",TS ").append(Integer.toUnsignedString(options.tsVal()));
            inner.append(' ').append(Integer.toUnsignedString(options.tsEcr()));
        }
        if (options.has(TcpOptions.SACK)) {
            inner.append(",sack");
            for (int i = 0; i < options.sackBlocks(); i++) {
                inner.append(' ').append(relative(options.sackLeft(i), backFirst));
                inner.append(':').append(relative(options.sackRight(i), backFirst));
            }
        }
        if (!inner.isEmpty()) text.append(" <").append(inner, 1, inner.length()).append('>');
    }
}
