package dev.sockeye.differential;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// IP packets from values and back: written anew here, so that a fault of the stack's own reading and
/// writing is seen.
final class PacketBytes {

    private static final int IP_HEADER = 20;
    private static final int IP6_HEADER = 40;
    private static final int TCP_HEADER = 20;
    /// RFC 6994's kind for experiments, as which Fast Open began, and what its length is told with.
    private static final int EXPERIMENTAL = -2, OF_EXPERIMENT = 100;
    private static final int TCP = 6, ICMP = 1, ICMP6 = 58;

    private PacketBytes() {}

    /// The length of an IP header without options.
    static int headerLength(IpAddress of) {
        return of.isV4() ? IP_HEADER : IP6_HEADER;
    }

    /// A packet with a segment.
    static byte[] tcp(TransportAddress source, TransportAddress destination, Segment segment) {
        byte[] options = options(segment);
        int headerLength = TCP_HEADER + options.length;
        var tcp = ByteBuffer.allocate(headerLength + segment.data().length);
        tcp.putShort((short) source.port()).putShort((short) destination.port());
        tcp.putInt(segment.seq()).putInt(segment.ack());
        tcp.put((byte) (headerLength << 2)).put((byte) segment.flags());
        tcp.putShort((short) segment.window()).putShort((short) 0).putShort((short) segment.urgent());
        tcp.put(options).put(segment.data());
        long pseudo = pseudo(source.ip(), destination.ip(), TCP, tcp.capacity());
        tcp.putShort(16, (short) checksum(tcp.array(), pseudo));
        return ip(source.ip(), destination.ip(), TCP, segment.mark(), tcp.array());
    }

    private static long pseudo(IpAddress source, IpAddress destination, int protocol, int length) {
        return sum(source.toBytes(), 0, source.toBytes().length)
                + sum(destination.toBytes(), 0, destination.toBytes().length)
                + protocol
                + length;
    }

    private static long sum(byte[] bytes, int from, int to) {
        long sum = 0;
        for (int at = from; at < to; at += 2) sum += (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
        return sum;
    }

    /// An ICMP error from the destination about a packet; in IPv6 the one that comes nearest.
    static byte[] icmp(IpAddress source, IpAddress destination, int type, int code, int mtu, byte[] about) {
        boolean v4 = source.isV4();
        var icmp = ByteBuffer.allocate(8 + about.length);
        int kind = v4 ? type << 8 | code : icmp6(type << 8 | code);
        icmp.putShort((short) kind).putShort((short) 0).putInt(mtu);
        icmp.put(about);
        int protocol = v4 ? ICMP : ICMP6;
        long pseudo = v4 ? 0 : pseudo(source, destination, protocol, icmp.capacity());
        icmp.putShort(2, (short) checksum(icmp.array(), pseudo));
        return ip(source, destination, protocol, 0, icmp.array());
    }

    /// Type and code, RFC 4443.
    private static int icmp6(int v4) {
        return switch (v4) {
            case 0x0300 -> 0x0100; // no route
            case 0x0301 -> 0x0103; // host, address unreachable
            case 0x0302 -> 0x0401; // protocol, next header unknown
            case 0x0303 -> 0x0104; // port
            case 0x0304 -> 0x0200; // packet too big
            case 0x030d -> 0x0101; // prohibited
            case 0x0b00 -> 0x0300; // time exceeded
            case 0x0c00 -> 0x0400; // parameter problem
            default -> 0x0102; // beyond the scope
        };
    }

    private static byte[] ip(IpAddress source, IpAddress destination, int protocol, int mark, byte[] payload) {
        if (!source.isV4()) {
            var packet = ByteBuffer.allocate(IP6_HEADER + payload.length);
            packet.putInt(6 << 28 | mark << 20).putShort((short) payload.length);
            packet.put((byte) protocol).put((byte) 64);
            return packet.put(source.toBytes())
                    .put(destination.toBytes())
                    .put(payload)
                    .array();
        }
        var packet = ByteBuffer.allocate(IP_HEADER + payload.length);
        packet.put((byte) 0x45).put((byte) mark).putShort((short) packet.capacity());
        packet.putShort((short) 0)
                .putShort((short) 0x4000)
                .put((byte) 64)
                .put((byte) protocol)
                .putShort((short) 0);
        packet.put(source.toBytes()).put(destination.toBytes());
        byte[] header = new byte[IP_HEADER];
        packet.get(0, header);
        packet.putShort(10, (short) checksum(header, 0));
        packet.put(payload);
        return packet.array();
    }

    private static byte[] options(Segment segment) {
        var bytes = ByteBuffer.allocate(80);
        if (segment.mss() != 0) bytes.put((byte) 2).put((byte) 4).putShort((short) segment.mss());
        if (segment.sackPermitted()) bytes.put(new byte[] {1, 1, 4, 2});
        if (segment.timestamps()) {
            bytes.put(new byte[] {1, 1, 8, 10}).putInt(segment.tsVal()).putInt(segment.tsEcr());
        }
        if (segment.windowScale() >= 0) bytes.put(new byte[] {1, 3, 3}).put((byte) segment.windowScale());
        if (!segment.sacks().isEmpty()) {
            bytes.put(new byte[] {1, 1, 5}).put((byte) (2 + 4 * segment.sacks().size()));
            for (int edge : segment.sacks()) bytes.putInt(edge);
        }
        if (segment.cookie() >= 0) {
            bytes.put((byte) 34).put((byte) (2 + segment.cookie()));
            for (int i = 0; i < segment.cookie(); i++) bytes.put((byte) (0xc0 + i));
        }
        while (bytes.position() % 4 != 0) bytes.put((byte) 1);
        byte[] exact = new byte[bytes.position()];
        bytes.get(0, exact);
        return exact;
    }

    /// The segment in a packet; null if there is none.
    static @Nullable Segment segment(byte[] packet) {
        boolean v4 = packet[0] == 0x45;
        int header = v4 ? IP_HEADER : IP6_HEADER;
        if (packet.length < header + TCP_HEADER || packet[v4 ? 9 : 6] != TCP) return null;
        var tcp = ByteBuffer.wrap(packet, header, packet.length - header).slice();
        long pseudo = TCP + tcp.capacity() + sum(packet, v4 ? 12 : 8, header);
        byte[] bytes = new byte[tcp.capacity()];
        tcp.get(0, bytes);
        if (checksum(bytes, pseudo) != 0) throw new IllegalStateException("a packet with a wrong checksum");
        int headerLength = (tcp.get(12) & 0xf0) >>> 2;
        byte[] data = new byte[bytes.length - headerLength];
        tcp.get(headerLength, data);
        var options = new OptionReader(tcp.slice(TCP_HEADER, headerLength - TCP_HEADER));
        return new Segment(
                tcp.get(13) & 0xff,
                tcp.getInt(4),
                tcp.getInt(8),
                tcp.getShort(14) & 0xffff,
                tcp.getShort(18) & 0xffff,
                options.mss,
                options.windowScale,
                options.sackPermitted,
                options.timestamps,
                options.tsVal,
                options.tsEcr,
                List.copyOf(options.sacks),
                data,
                options.cookie,
                v4 ? packet[1] & 3 : packet[1] >> 4 & 3);
    }

    private static final class OptionReader {
        int mss;
        int windowScale = -1;
        boolean sackPermitted;
        boolean timestamps;
        int tsVal;
        int tsEcr;
        int cookie = -1;
        final List<Integer> sacks = new ArrayList<>();

        OptionReader(ByteBuffer options) {
            while (options.hasRemaining()) {
                int kind = options.get();
                if (kind == 0) return;
                if (kind == 1) continue;
                int length = options.get() - 2;
                int next = options.position() + length;
                switch (kind) {
                    case 2 -> mss = options.getShort() & 0xffff;
                    case 3 -> windowScale = options.get();
                    case 4 -> sackPermitted = true;
                    case 5 -> {
                        while (options.position() < next) sacks.add(options.getInt());
                    }
                    case 8 -> {
                        timestamps = true;
                        tsVal = options.getInt();
                        tsEcr = options.getInt();
                    }
                    case 34 -> cookie = length;
                    case EXPERIMENTAL -> cookie = OF_EXPERIMENT + length - 2;
                    default -> throw new IllegalStateException("an option of kind " + kind);
                }
                options.position(next);
            }
        }
    }

    /// The last four bytes of the address that a packet goes to.
    static int destinationAddress(byte[] packet) {
        return ByteBuffer.wrap(packet).getInt((packet[0] >> 4 == 4 ? IP_HEADER : IP6_HEADER) - 4);
    }

    private static int checksum(byte[] bytes, long sum) {
        for (int i = 0; i < bytes.length; i += 2) {
            sum += (bytes[i] & 0xff) << 8 | (i + 1 < bytes.length ? bytes[i + 1] & 0xff : 0);
        }
        while (sum >>> 16 != 0) sum = (sum & 0xffff) + (sum >>> 16);
        return (int) ~sum & 0xffff;
    }
}
