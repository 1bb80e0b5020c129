package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.Icmpv4;
import dev.sockeye.wire.Icmpv6;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Extensions;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.TransportAddress;
import dev.sockeye.wire.UdpHeader;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// UDP and ICMP packets as bytes, and in words.
final class Datagrams {

    private static final PagePool POOL = new PagePool();

    private Datagrams() {}

    static byte[] letters(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte) ('a' + i % 26);
        return bytes;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// An IP packet; the transport's checksum is not touched.
    static byte[] ip(IpAddress source, IpAddress destination, int protocol, byte[] payload) {
        boolean v4 = destination.isV4();
        int header = IpOutput.headerLength(v4);
        byte[] bytes = new byte[header + payload.length];
        System.arraycopy(payload, 0, bytes, header, payload.length);
        Packet packet = Packet.of(bytes, POOL);
        MemorySegment memory = packet.memory(0);
        if (v4) {
            int from = source.v4Bits();
            int to = destination.v4Bits();
            Ipv4Header.write(memory, 0, 0, bytes.length, 7, 0, 64, protocol, from, to);
        } else {
            Ipv6Header.write(memory, 0, 0, 0, payload.length, protocol, 64, source, destination);
        }
        return taken(packet);
    }

    private static byte[] taken(Packet packet) {
        byte[] bytes = packet.toBytes();
        packet.release(POOL);
        return bytes;
    }

    static byte[] udp(TransportAddress from, TransportAddress to, String data) {
        return udp(from, to, text(data));
    }

    static byte[] udp(TransportAddress from, TransportAddress to, byte[] data) {
        byte[] datagram = new byte[UdpHeader.LENGTH + data.length];
        System.arraycopy(data, 0, datagram, UdpHeader.LENGTH, data.length);
        Packet packet = Packet.of(ip(from.ip(), to.ip(), IpProtocol.UDP, datagram), POOL);
        packet.pull(packet.length(), POOL);
        int header = IpOutput.headerLength(to.ip().isV4());
        UdpHeader.write(packet.memory(0), packet.offset(0) + header, from.port(), to.port(), datagram.length);
        UdpHeader.fillChecksum(packet, header, Checksum.pseudo(from.ip(), to.ip(), IpProtocol.UDP, datagram.length));
        return taken(packet);
    }

    /// An ICMP message; of an error, `data` is the packet that it quotes.
    static byte[] icmp(String source, String destination, int type, int code, int rest, byte[] data) {
        IpAddress from = IpAddress.parse(source);
        IpAddress to = IpAddress.parse(destination);
        boolean v4 = to.isV4();
        byte[] message = new byte[Icmpv4.LENGTH + data.length];
        System.arraycopy(data, 0, message, Icmpv4.LENGTH, data.length);
        Packet packet = Packet.of(ip(from, to, v4 ? IpProtocol.ICMP : IpProtocol.ICMPV6, message), POOL);
        int header = IpOutput.headerLength(v4);
        MemorySegment memory = packet.memory(0);
        if (v4) {
            Icmpv4.write(memory, header, type, code, rest);
            Icmpv4.fillChecksum(packet, header);
        } else {
            Icmpv6.write(memory, header, type, code, rest);
            Icmpv6.fillChecksum(packet, header, Checksum.pseudo(from, to, IpProtocol.ICMPV6, message.length));
        }
        return taken(packet);
    }

    /// Makes the checksum of an IPv4 header right again.
    static void fixHeader(byte[] packet) {
        packet[10] = packet[11] = 0;
        int sum = 0;
        for (int i = 0; i < Ipv4Header.MIN_LENGTH; i += 2) sum += (packet[i] & 0xff) << 8 | packet[i + 1] & 0xff;
        int checksum = Checksum.of((sum & 0xffff) + (sum >>> 16));
        packet[10] = (byte) (checksum >> 8);
        packet[11] = (byte) checksum;
    }

    /// Cuts an IPv4 packet; each fragment but the last has `size` bytes of payload, a multiple of 8.
    static byte[][] fragments(byte[] packet, int size) {
        int payload = packet.length - Ipv4Header.MIN_LENGTH;
        byte[][] fragments = new byte[(payload + size - 1) / size][];
        for (int i = 0; i < fragments.length; i++) {
            int length = Math.min(size, payload - i * size);
            fragments[i] = fragment(packet, i * size, length, i < fragments.length - 1);
        }
        return fragments;
    }

    /// One fragment of an IPv4 packet.
    static byte[] fragment(byte[] packet, int offset, int length, boolean more) {
        byte[] fragment = new byte[Ipv4Header.MIN_LENGTH + length];
        System.arraycopy(packet, 0, fragment, 0, Ipv4Header.MIN_LENGTH);
        System.arraycopy(packet, Ipv4Header.MIN_LENGTH + offset, fragment, Ipv4Header.MIN_LENGTH, length);
        Packet cut = Packet.of(fragment, POOL);
        Ipv4Header.setFragment(cut.memory(0), 0, fragment.length, offset >> 3 | (more ? 0x2000 : 0));
        return taken(cut);
    }

    /// One fragment of an IPv6 packet without extension headers.
    static byte[] fragmentV6(byte[] packet, int offset, int length, boolean more, int id) {
        int header = Ipv6Header.LENGTH + Ipv6Header.FRAGMENT_LENGTH;
        byte[] fragment = new byte[header + length];
        System.arraycopy(packet, 0, fragment, 0, Ipv6Header.LENGTH);
        System.arraycopy(packet, Ipv6Header.LENGTH + offset, fragment, header, length);
        Packet cut = Packet.of(fragment, POOL);
        MemorySegment memory = cut.memory(0);
        int next = Ipv6Header.nextHeader(memory, 0);
        Ipv6Header.setNextHeader(memory, 0, IpProtocol.FRAGMENT);
        Ipv6Header.setPayloadLength(memory, 0, fragment.length - Ipv6Header.LENGTH);
        Ipv6Header.writeFragment(memory, Ipv6Header.LENGTH, next, offset, more, id);
        return taken(cut);
    }

    /// A packet in words, such as `192.0.2.1 > 192.0.2.2 icmp 3/3 quoting 33`; its checksums must be right.
    static String describe(byte @Nullable [] bytes) {
        if (bytes == null) return "nothing";
        Packet packet = Packet.of(bytes, POOL);
        packet.pull(packet.length(), POOL);
        MemorySegment memory = packet.memory(0);
        boolean v4 = Ipv4Header.version(memory, 0) == 4;
        String text = v4 ? describeV4(packet, memory) : describeV6(packet, memory);
        packet.release(POOL);
        return text;
    }

    private static String describeV4(Packet packet, MemorySegment memory) {
        assertThat(Ipv4Header.validate(packet)).isNull();
        IpAddress from = Ipv4Header.source(memory, 0);
        IpAddress to = Ipv4Header.destination(memory, 0);
        int at = Ipv4Header.headerLength(memory, 0);
        String text = from + " > " + to + " ";
        if (Ipv4Header.isFragment(memory, 0)) {
            return text + "fragment " + Ipv4Header.fragmentOffset(memory, 0) + "+" + (packet.length() - at)
                    + (Ipv4Header.moreFragments(memory, 0) ? " more" : "");
        }
        return switch (Ipv4Header.protocol(memory, 0)) {
            case IpProtocol.UDP -> text + udp(packet, at, Ipv4Header.pseudoSum(memory, 0, IpProtocol.UDP, 0), false);
            case IpProtocol.ICMP -> {
                assertThat(Icmpv4.validate(packet, at)).isNull();
                yield text + "icmp " + icmp(packet, at, Icmpv4.isError(Icmpv4.type(memory, at)));
            }
            default -> text + "protocol " + Ipv4Header.protocol(memory, 0);
        };
    }

    private static String describeV6(Packet packet, MemorySegment memory) {
        assertThat(Ipv6Header.validate(packet)).isNull();
        var extensions = new Ipv6Extensions();
        assertThat(extensions.walk(packet)).isNull();
        int at = extensions.length();
        String text = Ipv6Header.source(memory, 0) + " > " + Ipv6Header.destination(memory, 0) + " ";
        int length = packet.length() - at;
        return switch (extensions.protocol()) {
            case IpProtocol.UDP -> text + udp(packet, at, Ipv6Header.pseudoSum(memory, 0, IpProtocol.UDP, 0), true);
            case IpProtocol.ICMPV6 -> {
                int pseudo = Ipv6Header.pseudoSum(memory, 0, IpProtocol.ICMPV6, length);
                assertThat(Icmpv6.validate(packet, at, pseudo)).isNull();
                yield text + "icmp6 " + icmp(packet, at, Icmpv6.isError(Icmpv6.type(memory, at)));
            }
            case IpProtocol.FRAGMENT ->
                text + "fragment " + Ipv6Header.fragmentOffset(memory, at) + "+" + (length - 8)
                        + (Ipv6Header.moreFragments(memory, at) ? " more" : "");
            default -> text + "protocol " + extensions.protocol();
        };
    }

    private static String udp(Packet packet, int at, int pseudo, boolean v6) {
        assertThat(UdpHeader.validate(packet, at, pseudo, v6)).isNull();
        MemorySegment memory = packet.memory(0);
        byte[] data = Arrays.copyOfRange(packet.toBytes(), at + UdpHeader.LENGTH, packet.length());
        String shown = data.length > 20 ? data.length + " bytes" : new String(data, StandardCharsets.US_ASCII);
        return "udp " + UdpHeader.sourcePort(memory, at) + " > " + UdpHeader.destinationPort(memory, at) + " " + shown;
    }

    private static String icmp(Packet packet, int at, boolean error) {
        MemorySegment memory = packet.memory(0);
        int data = packet.length() - at - Icmpv4.LENGTH;
        String text = Icmpv4.type(memory, at) + "/" + Icmpv4.code(memory, at);
        if (Icmpv4.rest(memory, at) != 0) text += " rest " + Integer.toUnsignedString(Icmpv4.rest(memory, at));
        return text + (error ? " quoting " : " data ") + data;
    }
}
