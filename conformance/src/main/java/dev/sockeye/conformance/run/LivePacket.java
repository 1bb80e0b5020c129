package dev.sockeye.conformance.run;

import dev.sockeye.conformance.script.PacketSpec.Range;
import dev.sockeye.conformance.script.TcpOption;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A TCP segment as the host has sent it, taken apart. Numbers are as on the wire.
record LivePacket(
        long at,
        TransportAddress source,
        TransportAddress destination,
        int trafficClass,
        int hopLimit,
        int flowLabel,
        long sequence,
        long acknowledgment,
        int flags,
        int window,
        int urgent,
        int headerLength,
        List<TcpOption> options,
        int length,
        boolean payloadIsZero) {

    private static final int NOP = 1, MSS = 2, WINDOW_SCALE = 3, SACK_PERMITTED = 4, SACK = 5, TIMESTAMPS = 8;
    private static final int MD5 = 19, FAST_OPEN = 34, ACCECN0 = 172, ACCECN1 = 174, EXPERIMENT = 254;
    private static final int FAST_OPEN_EXPERIMENT = 0xf989;

    /// Takes a packet apart; null if it is not of TCP.
    static @Nullable LivePacket of(byte[] packet, long at) {
        MemorySegment memory = MemorySegment.ofArray(packet);
        boolean v4 = Ipv4Header.version(memory, 0) == 4;
        int header = v4 ? Ipv4Header.headerLength(memory, 0) : Ipv6Header.LENGTH;
        int protocol = v4 ? Ipv4Header.protocol(memory, 0) : Ipv6Header.nextHeader(memory, 0);
        if (protocol != IpProtocol.TCP || v4 && Ipv4Header.isFragment(memory, 0)) return null;
        IpAddress from = v4 ? Ipv4Header.source(memory, 0) : Ipv6Header.source(memory, 0);
        IpAddress to = v4 ? Ipv4Header.destination(memory, 0) : Ipv6Header.destination(memory, 0);
        int tcpLength = TcpHeader.headerLength(memory, header);
        int payload = header + tcpLength;
        boolean zero = true;
        for (int i = payload; i < packet.length; i++) zero &= packet[i] == 0;
        return new LivePacket(
                at,
                new TransportAddress(from, TcpHeader.sourcePort(memory, header)),
                new TransportAddress(to, TcpHeader.destinationPort(memory, header)),
                v4 ? Ipv4Header.tos(memory, 0) : Ipv6Header.trafficClass(memory, 0),
                v4 ? Ipv4Header.ttl(memory, 0) : Ipv6Header.hopLimit(memory, 0),
                v4 ? 0 : Ipv6Header.flowLabel(memory, 0),
                TcpHeader.sequence(memory, header) & 0xffff_ffffL,
                TcpHeader.acknowledgment(memory, header) & 0xffff_ffffL,
                TcpHeader.flags(memory, header),
                TcpHeader.window(memory, header),
                TcpHeader.urgentPointer(memory, header),
                tcpLength,
                options(packet, header + TcpHeader.MIN_LENGTH, payload),
                packet.length - payload,
                zero);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    int ecn() {
        return trafficClass & 3;
    }

    // ---------------------------------------------------------------- options

    private static List<TcpOption> options(byte[] bytes, int from, int to) {
        List<TcpOption> options = new ArrayList<>();
        int at = from;
        while (at < to) {
            int kind = bytes[at] & 0xff;
            if (kind == 0) {
                options.add(new TcpOption.EndOfList());
                return options;
            }
            if (kind == NOP) {
                options.add(new TcpOption.Nop());
                at++;
                continue;
            }
            int size = at + 1 < to ? bytes[at + 1] & 0xff : 0;
            if (size < 2 || at + size > to) {
                options.add(new TcpOption.Raw(kind, HexFormat.of().formatHex(bytes, at + 1, to)));
                return options;
            }
            options.add(option(kind, bytes, at + 2, at + size));
            at += size;
        }
        return options;
    }

    private static TcpOption option(int kind, byte[] bytes, int from, int to) {
        int length = to - from;
        if (kind == MSS && length == 2) return new TcpOption.Mss((int) number(bytes, from, 2));
        if (kind == WINDOW_SCALE && length == 1) return new TcpOption.WindowScale((int) number(bytes, from, 1));
        if (kind == SACK_PERMITTED && length == 0) return new TcpOption.SackPermitted();
        if (kind == SACK && length % 8 == 0 && length > 0) return sack(bytes, from, to);
        if (kind == TIMESTAMPS && length == 8) {
            return new TcpOption.Timestamps(number(bytes, from, 4), number(bytes, from + 4, 4));
        }
        if (kind == MD5 && length == 16) return new TcpOption.Md5(hex(bytes, from, to));
        if (kind == FAST_OPEN) return new TcpOption.FastOpen(hex(bytes, from, to), false);
        if (kind == EXPERIMENT && length >= 2 && number(bytes, from, 2) == FAST_OPEN_EXPERIMENT) {
            return new TcpOption.FastOpen(hex(bytes, from + 2, to), true);
        }
        if ((kind == ACCECN0 || kind == ACCECN1) && length % 3 == 0 && length <= 9) {
            List<Long> counters = new ArrayList<>();
            for (int at = from; at < to; at += 3) counters.add(number(bytes, at, 3));
            return new TcpOption.AccEcn(kind == ACCECN0, List.copyOf(counters));
        }
        return new TcpOption.Raw(kind, hex(bytes, from, to));
    }

    private static TcpOption sack(byte[] bytes, int from, int to) {
        List<Range> blocks = new ArrayList<>();
        for (int at = from; at < to; at += 8) {
            blocks.add(new Range(number(bytes, at, 4), number(bytes, at + 4, 4)));
        }
        return new TcpOption.Sack(List.copyOf(blocks));
    }

    private static long number(byte[] bytes, int from, int count) {
        long number = 0;
        for (int i = from; i < from + count; i++) number = number << 8 | bytes[i] & 0xff;
        return number;
    }

    private static String hex(byte[] bytes, int from, int to) {
        return HexFormat.of().formatHex(bytes, from, to);
    }
}
