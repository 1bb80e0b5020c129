package dev.sockeye.conformance.run;

import dev.sockeye.conformance.script.PacketSpec;
import dev.sockeye.conformance.script.PacketSpec.Range;
import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.Icmpv4;
import dev.sockeye.wire.Icmpv6;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// ICMP errors that arrive, with the begin of the segment that they are about.
final class IcmpPackets {

    /// What an error has of the segment: its ports and sequence number.
    private static final int QUOTED = 8;

    private static final Map<String, Integer> V4_TYPES =
            Map.of("unreachable", 3, "source_quench", 4, "redirect", 5, "time_exceeded", 11, "parameter_problem", 12);

    private static final Map<String, Integer> V4_CODES = Map.ofEntries(
            Map.entry("net_unreachable", 0),
            Map.entry("host_unreachable", 1),
            Map.entry("protocol_unreachable", 2),
            Map.entry("port_unreachable", 3),
            Map.entry("frag_needed", 4),
            Map.entry("source_route_failed", 5),
            Map.entry("net_unknown", 6),
            Map.entry("host_unknown", 7),
            Map.entry("source_host_isolated", 8),
            Map.entry("net_prohibited", 9),
            Map.entry("host_prohibited", 10),
            Map.entry("net_unreachable_for_tos", 11),
            Map.entry("host_unreachable_for_tos", 12),
            Map.entry("packet_filtered", 13),
            Map.entry("precedence_violation", 14),
            Map.entry("precedence_cutoff", 15),
            Map.entry("ttl_exceeded", 0),
            Map.entry("reassembly_time_exceeded", 1));

    private static final Map<String, Integer> V6_TYPES =
            Map.of("unreachable", 1, "packet_too_big", 2, "time_exceeded", 3, "parameter_problem", 4);

    private static final Map<String, Integer> V6_CODES = Map.ofEntries(
            Map.entry("no_route", 0),
            Map.entry("net_unreachable", 0),
            Map.entry("admin_prohibited", 1),
            Map.entry("packet_filtered", 1),
            Map.entry("beyond_scope", 2),
            Map.entry("not_neighbour", 2),
            Map.entry("addr_unreachable", 3),
            Map.entry("address_unreachable", 3),
            Map.entry("host_unreachable", 3),
            Map.entry("port_unreachable", 4),
            Map.entry("source_policy", 5),
            Map.entry("reject_route", 6),
            Map.entry("hop_limit_exceeded", 0),
            Map.entry("reassembly_time_exceeded", 1));

    private IcmpPackets() {}

    /// An error about a segment from `local` to `remote`, sent by the latter.
    ///
    /// @param sequence the segment's number on the wire
    static byte[] of(
            PacketSpec.Icmp spec,
            Map<String, String> definitions,
            TransportAddress local,
            TransportAddress remote,
            long sequence)
            throws Failure {
        boolean v4 = local.ip().isV4();
        int type = number(spec.type(), v4 ? V4_TYPES : V6_TYPES, "type");
        String code = spec.code() == null ? null : definitions.getOrDefault(spec.code(), spec.code());
        int codeNumber = code == null ? 0 : number(code, v4 ? V4_CODES : V6_CODES, "code");
        int inner = PacketBytes.headerLength(local.ip());
        int length = Icmpv4.LENGTH + inner + QUOTED;
        int protocol = v4 ? IpProtocol.ICMP : IpProtocol.ICMPV6;
        byte[] bytes = PacketBytes.ip(spec.ip(), remote.ip(), local.ip(), protocol, length);
        MemorySegment memory = MemorySegment.ofArray(bytes);
        int at = PacketBytes.headerLength(local.ip());
        int mtu = (int) Math.max(0, spec.mtu());
        if (v4) Icmpv4.write(memory, at, type, codeNumber, mtu);
        else Icmpv6.write(memory, at, type, codeNumber, mtu);
        quote(bytes, at + Icmpv4.LENGTH, spec.echoed(), local, remote, (int) sequence);
        int pseudo = v4 ? 0 : pseudo(remote.ip(), local.ip(), length);
        int sum = Checksum.add(Checksum.sum(memory, at, length), pseudo);
        PacketBytes.put16(bytes, at + Icmpv4.CHECKSUM_OFFSET, Checksum.of(sum));
        return bytes;
    }

    private static int pseudo(IpAddress from, IpAddress to, int length) {
        return Checksum.pseudo(from, to, IpProtocol.ICMPV6, length);
    }

    private static void quote(
            byte[] to, int at, @Nullable Range echoed, TransportAddress local, TransportAddress remote, int sequence) {
        int payload = TcpHeader.MIN_LENGTH + (echoed == null ? 0 : echoed.length());
        byte[] whole = PacketBytes.ip(PacketSpec.Ip.UNSAID, local.ip(), remote.ip(), IpProtocol.TCP, payload);
        int header = PacketBytes.headerLength(local.ip());
        TcpHeader.write(MemorySegment.ofArray(whole), header, local.port(), remote.port(), sequence, 0, 0, 0, 0, 0);
        System.arraycopy(whole, 0, to, at, header + QUOTED);
    }

    private static int number(String word, Map<String, Integer> names, String what) throws Failure {
        Integer number = names.get(word);
        if (number != null) return number;
        if (word.matches("\\d{1,3}")) return Integer.parseInt(word);
        throw Failure.script("there is no ICMP " + what + " '" + word + "' in this version of IP");
    }
}
