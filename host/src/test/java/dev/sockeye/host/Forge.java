package dev.sockeye.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Packets as an attacker makes them: byte by byte, with no help from the code under test, and fast enough for a
/// million. Addresses are 4 or 16 bytes.
final class Forge {

    static final int FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32, ECE = 64, CWR = 128;
    static final byte[] NONE = {};

    private static final int TCP = 6;

    private Forge() {}

    static byte[] v4(int a, int b, int c, int d) {
        return new byte[] {(byte) a, (byte) b, (byte) c, (byte) d};
    }

    /// fd00::`last`
    static byte[] v6(int last) {
        byte[] ip = new byte[16];
        ip[0] = (byte) 0xfd;
        ip[14] = (byte) (last >> 8);
        ip[15] = (byte) last;
        return ip;
    }

    /// A TCP segment in a packet, its checksums right.
    ///
    /// @param options a multiple of 4 bytes, at most 40
    static byte[] tcp(
            byte[] source,
            int sourcePort,
            byte[] destination,
            int destinationPort,
            int seq,
            int ack,
            int flags,
            int window,
            int urgent,
            byte[] options,
            byte[] data) {
        int header = source.length == 4 ? 20 : 40;
        byte[] packet = new byte[header + 20 + options.length + data.length];
        putIp(packet, source, destination, TCP);
        ByteBuffer buffer = ByteBuffer.wrap(packet).position(header);
        buffer.putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putInt(seq)
                .putInt(ack);
        buffer.putShort((short) (5 + options.length / 4 << 12 | flags & 0x1ff)).putShort((short) window);
        buffer.putShort((short) 0).putShort((short) urgent).put(options).put(data);
        fixChecksums(packet);
        return packet;
    }

    static byte[] tcp(
            byte[] source, int sourcePort, byte[] destination, int port, int seq, int ack, int flags, int window) {
        return tcp(source, sourcePort, destination, port, seq, ack, flags, window, 0, NONE, NONE);
    }

    static byte[] udp(byte[] source, int sourcePort, byte[] destination, int port, byte[] data) {
        int header = source.length == 4 ? 20 : 40;
        byte[] packet = new byte[header + 8 + data.length];
        putIp(packet, source, destination, 17);
        ByteBuffer buffer = ByteBuffer.wrap(packet).position(header);
        buffer.putShort((short) sourcePort).putShort((short) port).putShort((short) (8 + data.length));
        buffer.putShort((short) 0).put(data);
        fixChecksums(packet);
        return packet;
    }

    /// An ICMP error that quotes the begin of a packet.
    static byte[] icmp(byte[] source, byte[] destination, int type, int code, int rest, byte[] quoted) {
        int header = source.length == 4 ? 20 : 40;
        byte[] packet = new byte[header + 8 + quoted.length];
        putIp(packet, source, destination, source.length == 4 ? 1 : 58);
        ByteBuffer buffer = ByteBuffer.wrap(packet).position(header);
        buffer.put((byte) type)
                .put((byte) code)
                .putShort((short) 0)
                .putInt(rest)
                .put(quoted);
        fixChecksums(packet);
        return packet;
    }

    private static void putIp(byte[] packet, byte[] source, byte[] destination, int protocol) {
        ByteBuffer buffer = ByteBuffer.wrap(packet);
        if (source.length == 4) {
            buffer.putShort((short) 0x4500).putShort((short) packet.length).putInt(0x0007_0000);
            buffer.put((byte) 64).put((byte) protocol).putShort((short) 0);
        } else {
            buffer.putInt(0x6000_0000).putShort((short) (packet.length - 40));
            buffer.put((byte) protocol).put((byte) 64);
        }
        buffer.put(source).put(destination);
    }

    /// One fragment of an IPv4 packet whose header has no options: `length` bytes from `offset`, a multiple of 8.
    static byte[] fragment(byte[] packet, int offset, int length, boolean more) {
        byte[] cut = new byte[20 + length];
        System.arraycopy(packet, 0, cut, 0, 20);
        System.arraycopy(packet, 20 + offset, cut, 20, length);
        put16(cut, 2, cut.length);
        put16(cut, 6, offset >> 3 | (more ? 0x2000 : 0));
        put16(cut, 10, 0);
        put16(cut, 10, ~sum(cut, 0, 20, 0));
        return cut;
    }

    /// One fragment of an IPv6 packet without extension headers.
    static byte[] fragmentV6(byte[] packet, int offset, int length, boolean more, int id) {
        byte[] cut = new byte[48 + length];
        System.arraycopy(packet, 0, cut, 0, 40);
        System.arraycopy(packet, 40 + offset, cut, 48, length);
        put16(cut, 4, 8 + length);
        cut[40] = cut[6];
        cut[6] = 44;
        put16(cut, 42, offset | (more ? 1 : 0));
        put16(cut, 44, id >>> 16);
        put16(cut, 46, id);
        return cut;
    }

    /// Makes the checksums of a whole packet right, as far as its headers can be made out.
    static void fixChecksums(byte[] packet) {
        if (packet.length < 20) return;
        boolean v4 = packet[0] >> 4 == 4;
        int header = v4 ? (packet[0] & 15) * 4 : 40;
        if (header < 20 || packet.length < header) return;
        if (v4) {
            put16(packet, 10, 0);
            put16(packet, 10, ~sum(packet, 0, header, 0));
        }
        int protocol = packet[v4 ? 9 : 6];
        int field = checksumField(protocol);
        if (field < 0 || packet.length < header + field + 2) return;
        put16(packet, header + field, 0);
        put16(packet, header + field, ~transportSum(packet, v4, header, protocol));
    }

    /// Whether the checksums of a packet that the host has sent, no fragment, are right.
    static boolean isIntact(byte[] packet) {
        boolean v4 = packet[0] >> 4 == 4;
        if (v4 && sum(packet, 0, 20, 0) != 0xffff) return false;
        int protocol = packet[v4 ? 9 : 6];
        return checksumField(protocol) < 0 || transportSum(packet, v4, v4 ? 20 : 40, protocol) == 0xffff;
    }

    private static int checksumField(int protocol) {
        return switch (protocol) {
            case TCP -> 16;
            case 17 -> 6;
            case 1, 58 -> 2;
            default -> -1;
        };
    }

    private static int transportSum(byte[] packet, boolean v4, int header, int protocol) {
        int pseudo = 0;
        if (protocol != 1) {
            pseudo = sum(packet, v4 ? 12 : 8, v4 ? 8 : 32, 0) + protocol + packet.length - header;
        }
        return sum(packet, header, packet.length - header, pseudo);
    }

    private static int sum(byte[] bytes, int from, int count, int start) {
        long sum = start;
        int end = from + count;
        for (int i = from; i + 1 < end; i += 2) sum += u16(bytes, i);
        if ((count & 1) != 0) sum += (bytes[end - 1] & 0xff) << 8;
        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        return (int) sum;
    }

    static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    static int i32(byte[] bytes, int at) {
        return u16(bytes, at) << 16 | u16(bytes, at + 2);
    }

    static void put16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >> 8);
        bytes[at + 1] = (byte) value;
    }

    /// Options, padded with zeros to a multiple of 4 bytes.
    static byte[] options(int... bytes) {
        byte[] options = new byte[bytes.length + 3 & ~3];
        for (int i = 0; i < bytes.length; i++) options[i] = (byte) bytes[i];
        return options;
    }

    /// `<nop,nop,TS val ecr>`
    static byte[] timestamps(int val, int ecr) {
        return ByteBuffer.allocate(12)
                .putInt(0x0101080a)
                .putInt(val)
                .putInt(ecr)
                .array();
    }

    /// `<nop,nop,sack ...>`
    ///
    /// @param edges absolute sequence numbers, two for a block
    static byte[] sack(int... edges) {
        ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * edges.length).order(ByteOrder.BIG_ENDIAN);
        buffer.putShort((short) 0x0101).put((byte) 5).put((byte) (2 + 4 * edges.length));
        for (int edge : edges) buffer.putInt(edge);
        return buffer.array();
    }

    /// What of a packet of the host concerns its peer.
    static final class Seen {
        final byte[] packet;
        final boolean v4;
        final int protocol;
        final int header;
        final boolean fragment;

        Seen(byte[] packet) {
            this.packet = packet;
            v4 = packet[0] >> 4 == 4;
            protocol = packet[v4 ? 9 : 6];
            header = v4 ? 20 : 40;
            fragment = v4 ? (u16(packet, 6) & 0x3fff) != 0 : protocol == 44;
        }

        boolean isTcp() {
            return protocol == TCP && !fragment;
        }

        boolean isIcmp() {
            return protocol == 1 || protocol == 58;
        }

        byte[] destination() {
            return v4 ? Arrays.copyOfRange(packet, 16, 20) : Arrays.copyOfRange(packet, 24, 40);
        }

        int sourcePort() {
            return u16(packet, header);
        }

        int destinationPort() {
            return u16(packet, header + 2);
        }

        int seq() {
            return i32(packet, header + 4);
        }

        int ack() {
            return i32(packet, header + 8);
        }

        int flags() {
            return u16(packet, header + 12) & 0x1ff;
        }

        boolean has(int flag) {
            return (flags() & flag) != 0;
        }

        int window() {
            return u16(packet, header + 14);
        }

        int transportLength() {
            return (packet[header + 12] >> 4 & 15) * 4;
        }

        int length() {
            return packet.length - header - transportLength();
        }

        int endSeq() {
            return seq() + length() + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
        }

        @Override
        public String toString() {
            if (packet.length < header + 20 || !isTcp())
                return "protocol " + protocol + ", " + packet.length + " bytes";
            var text = new StringBuilder(sourcePort() + " > " + destinationPort() + " ");
            for (int i = 0; i < 9; i++) if ((flags() >> i & 1) != 0) text.append("FSRP.UEWA".charAt(i));
            text.append(' ').append(Integer.toUnsignedString(seq()) + "(" + length() + ")");
            text.append(" ack ")
                    .append(Integer.toUnsignedString(ack()))
                    .append(" win ")
                    .append(window());
            for (int at = header + 20; at < Math.min(header + transportLength(), packet.length); at++)
                text.append(at == header + 20 ? " <" : " ").append(packet[at] & 0xff);
            return text.toString();
        }

        /// Where the body of an option begins, -1 without it.
        int option(int kind) {
            int end = header + transportLength();
            for (int at = header + 20; at < end && packet[at] != 0; ) {
                if (packet[at] == 1) {
                    at++;
                    continue;
                }
                if (packet[at] == kind) return at + 2;
                at += packet[at + 1];
            }
            return -1;
        }
    }
}
