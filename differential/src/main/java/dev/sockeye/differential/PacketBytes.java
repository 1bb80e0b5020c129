package dev.sockeye.differential;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// IPv4 packets from values and back: written anew here, so that a fault of the stack's own reading and
/// writing is seen.
final class PacketBytes {

    private static final int IP_HEADER = 20;
    private static final int TCP_HEADER = 20;

    private PacketBytes() {}

    /// A packet with a segment.
    static byte[] tcp(int source, int sourcePort, int destination, int destinationPort, Segment segment) {
        byte[] options = options(segment);
        int headerLength = TCP_HEADER + options.length;
        var tcp = ByteBuffer.allocate(headerLength + segment.data().length);
        tcp.putShort((short) sourcePort).putShort((short) destinationPort);
        tcp.putInt(segment.seq()).putInt(segment.ack());
        tcp.put((byte) (headerLength << 2)).put((byte) segment.flags());
        tcp.putShort((short) segment.window()).putShort((short) 0).putShort((short) segment.urgent());
        tcp.put(options).put(segment.data());
        long pseudo = (source >>> 16)
                + (source & 0xffff)
                + (destination >>> 16)
                + (destination & 0xffff)
                + 6L
                + tcp.capacity();
        tcp.putShort(16, (short) checksum(tcp.array(), pseudo));
        return ip(source, destination, 6, tcp.array());
    }

    /// An ICMP error from the destination about a packet.
    static byte[] icmp(int source, int destination, int type, int code, int mtu, byte[] about) {
        int quoted = Math.min(about.length, IP_HEADER + 8);
        var icmp = ByteBuffer.allocate(8 + quoted);
        icmp.put((byte) type).put((byte) code).putShort((short) 0).putInt(mtu);
        icmp.put(about, 0, quoted);
        icmp.putShort(2, (short) checksum(icmp.array(), 0));
        return ip(source, destination, 1, icmp.array());
    }

    private static byte[] ip(int source, int destination, int protocol, byte[] payload) {
        var packet = ByteBuffer.allocate(IP_HEADER + payload.length);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
        packet.putShort((short) 0)
                .putShort((short) 0x4000)
                .put((byte) 64)
                .put((byte) protocol)
                .putShort((short) 0);
        packet.putInt(source).putInt(destination);
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
        byte[] exact = new byte[bytes.position()];
        bytes.get(0, exact);
        return exact;
    }

    /// The segment in a packet; null if there is none.
    static @Nullable Segment segment(byte[] packet) {
        if (packet.length < IP_HEADER + TCP_HEADER || packet[0] != 0x45 || packet[9] != 6) return null;
        var tcp = ByteBuffer.wrap(packet, IP_HEADER, packet.length - IP_HEADER).slice();
        long pseudo = 6L + tcp.capacity();
        for (int at = 12; at < 20; at += 2) pseudo += ByteBuffer.wrap(packet).getShort(at) & 0xffff;
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
                data);
    }

    private static final class OptionReader {
        int mss;
        int windowScale = -1;
        boolean sackPermitted;
        boolean timestamps;
        int tsVal;
        int tsEcr;
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
                    default -> throw new IllegalStateException("an option of kind " + kind);
                }
                options.position(next);
            }
        }
    }

    static int sourceAddress(byte[] packet) {
        return ByteBuffer.wrap(packet).getInt(12);
    }

    static int destinationAddress(byte[] packet) {
        return ByteBuffer.wrap(packet).getInt(16);
    }

    static int sourcePort(byte[] packet) {
        return ByteBuffer.wrap(packet).getShort(IP_HEADER) & 0xffff;
    }

    private static int checksum(byte[] bytes, long sum) {
        for (int i = 0; i < bytes.length; i += 2) {
            sum += (bytes[i] & 0xff) << 8 | (i + 1 < bytes.length ? bytes[i + 1] & 0xff : 0);
        }
        while (sum >>> 16 != 0) sum = (sum & 0xffff) + (sum >>> 16);
        return (int) ~sum & 0xffff;
    }
}
