package dev.sockeye.conformance.run;

import dev.sockeye.conformance.script.PacketSpec;
import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Packets that arrive, as bytes.
final class PacketBytes {

    private static final int HOP_LIMIT = 255;

    private PacketBytes() {}

    /// An IP packet; what it carries is to be filled in behind the header.
    static byte[] ip(PacketSpec.Ip spec, IpAddress from, IpAddress to, int protocol, int length) {
        boolean v4 = from.isV4();
        byte[] bytes = new byte[headerLength(from) + length];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        int tos = Math.max(0, spec.tos());
        if (spec.ecn() != null) tos = tos & ~3 | spec.ecn().bits();
        int hops = spec.hopLimit() >= 0 ? spec.hopLimit() : HOP_LIMIT;
        if (v4) {
            Ipv4Header.write(memory, 0, tos, bytes.length, 0, 0, hops, protocol, from.v4Bits(), to.v4Bits());
        } else {
            Ipv6Header.write(memory, 0, tos, Math.max(0, spec.flowLabel()), length, protocol, hops, from, to);
        }
        return bytes;
    }

    static int headerLength(IpAddress ip) {
        return ip.isV4() ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
    }

    /// A TCP segment whose payload is zeros; numbers and options are as on the wire.
    static byte[] tcp(
            PacketSpec.Tcp spec,
            TransportAddress from,
            TransportAddress to,
            long sequence,
            long acknowledgment,
            byte[] options) {
        int length = TcpHeader.MIN_LENGTH + options.length + spec.range().length();
        byte[] bytes = ip(spec.ip(), from.ip(), to.ip(), IpProtocol.TCP, length);
        int at = headerLength(from.ip());
        MemorySegment memory = MemorySegment.ofArray(bytes);
        TcpHeader.write(
                memory,
                at,
                from.port(),
                to.port(),
                (int) sequence,
                (int) acknowledgment,
                options.length,
                spec.flags(),
                Math.max(0, spec.window()),
                spec.urgent());
        MemorySegment.copy(options, 0, memory, ValueLayout.JAVA_BYTE, at + TcpHeader.MIN_LENGTH, options.length);
        int pseudo = Checksum.pseudo(from.ip(), to.ip(), IpProtocol.TCP, length);
        int sum = Checksum.add(Checksum.sum(memory, at, length), pseudo);
        put16(bytes, at + TcpHeader.CHECKSUM_OFFSET, Checksum.of(sum));
        return bytes;
    }

    static void put16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }
}
