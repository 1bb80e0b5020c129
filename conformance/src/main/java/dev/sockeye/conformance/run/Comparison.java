package dev.sockeye.conformance.run;

import dev.sockeye.conformance.script.PacketSpec;
import dev.sockeye.conformance.script.TcpOption;
import dev.sockeye.wire.TcpHeader;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Whether a segment of the host is the one that a line of the script means: flags, numbers, options and
/// payload; the window, the urgent pointer, the IP header's ECN as far as the line speaks of them.
final class Comparison {

    private final Configuration configuration;

    Comparison(Configuration configuration) {
        this.configuration = configuration;
    }

    /// What is wrong first, or null.
    ///
    /// @param actual in the script's numbers
    @Nullable
    String difference(PacketSpec.Tcp expected, PacketSpec.Tcp actual, LivePacket live, ScriptSocket socket)
            throws Failure {
        String ip = ipDifference(expected.ip(), live);
        if (ip != null) return ip;
        List<TcpOption> options = expected.options();
        if (options != null) {
            options = Translation.named(options, configuration.setup().definitions());
            int header = TcpHeader.MIN_LENGTH + OptionBytes.of(options).length;
            String length = field("tcp_data_offset", header / 4, live.headerLength() / 4);
            if (length != null) return length;
        }
        String header = headerDifference(expected, actual);
        if (header != null) return header;
        if (expected.range().length() != live.length()) {
            return "live packet payload: expected " + expected.range().length() + " bytes vs actual " + live.length()
                    + " bytes";
        }
        if (!live.payloadIsZero()) return "incorrect outbound data payload: it is not the zeros that were written";
        return options == null ? null : optionsDifference(options, actual, socket);
    }

    private static @Nullable String ipDifference(PacketSpec.Ip expected, LivePacket live) {
        if (expected.ecn() != null && !expected.ecn().accepts(live.ecn())) {
            return "live packet field ip_ecn: expected: " + expected.ecn().bits() + " vs actual: " + live.ecn();
        }
        if (expected.tos() >= 0 && expected.tos() != live.trafficClass()) {
            return field("ip_tos", expected.tos(), live.trafficClass());
        }
        if (expected.hopLimit() >= 0 && expected.hopLimit() != live.hopLimit()) {
            return field("ip_ttl", expected.hopLimit(), live.hopLimit());
        }
        if (expected.flowLabel() >= 0 && expected.flowLabel() != live.flowLabel()) {
            return field("ipv6_flow_label", expected.flowLabel(), live.flowLabel());
        }
        return null;
    }

    private static @Nullable String headerDifference(PacketSpec.Tcp expected, PacketSpec.Tcp actual) {
        String[] names = {"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ae"};
        int[] bits = {
            TcpHeader.FIN,
            TcpHeader.SYN,
            TcpHeader.RST,
            TcpHeader.PSH,
            TcpHeader.ACK,
            TcpHeader.URG,
            TcpHeader.ECE,
            TcpHeader.CWR,
            TcpHeader.AE
        };
        String difference =
                field("tcp_seq", expected.range().from(), actual.range().from());
        if (difference == null) difference = field("tcp_ack_seq", Math.max(0, expected.ack()), actual.ack());
        for (int i = 0; i < bits.length && difference == null; i++) {
            difference = field("tcp_" + names[i], bit(expected, bits[i]), bit(actual, bits[i]));
        }
        if (difference == null && expected.window() >= 0) {
            difference = field("tcp_window", expected.window(), actual.window());
        }
        if (difference == null) difference = field("tcp_urg_ptr", expected.urgent(), actual.urgent());
        return difference;
    }

    private static int bit(PacketSpec.Tcp packet, int bit) {
        return (packet.flags() & bit) != 0 ? 1 : 0;
    }

    private static @Nullable String field(String name, long expected, long actual) {
        if (expected == actual) return null;
        return "live packet field %s: expected: %d (0x%x) vs actual: %d (0x%x)"
                .formatted(name, expected, expected, actual, actual);
    }

    private @Nullable String optionsDifference(
            List<TcpOption> expected, PacketSpec.Tcp actualPacket, ScriptSocket socket) {
        List<TcpOption> actual = actualPacket.options() == null ? List.of() : actualPacket.options();
        String wrong = "bad outbound TCP options: expected <" + PacketText.options(expected) + ">, actual <"
                + PacketText.options(actual) + ">";
        if (expected.size() != actual.size()) return wrong;
        for (int i = 0; i < expected.size(); i++) {
            if (!agree(expected.get(i), actual.get(i), socket)) return wrong;
        }
        return null;
    }

    private boolean agree(TcpOption expected, TcpOption actual, ScriptSocket socket) {
        if (expected instanceof TcpOption.Timestamps(long value, long echo)
                && actual instanceof TcpOption.Timestamps(long actualValue, long actualEcho)) {
            return echo == actualEcho && isRightClock(value, actualValue, socket);
        }
        if (expected instanceof TcpOption.Md5(String digest) && digest.isEmpty())
            return actual instanceof TcpOption.Md5;
        return expected.equals(actual);
    }

    /// The script's clock has ticks of its own, and begins anywhere.
    private boolean isRightClock(long value, long actual, ScriptSocket socket) {
        if (configuration.tickMicros() == 0 || socket.firstScriptTimestamp < 0) return true;
        long expectedMicros = (int) (value - socket.firstScriptTimestamp) * configuration.tickMicros();
        long actualMicros = (int) (actual - socket.firstTimestamp) * 1000L;
        long tolerance = TimeUnit.NANOSECONDS.toMicros(configuration.toleranceNanos());
        return Math.abs(expectedMicros - actualMicros) <= tolerance;
    }

    // ---------------------------------------------------------------- several for one

    /// A segment that was put together of several, with no PSH where the line has none: who wrote it did not see
    /// where the host's bursts end, and packetdrill lets it pass.
    static PacketSpec.Tcp pushedAtWill(PacketSpec.Tcp actual, PacketSpec.Tcp expected) {
        if ((expected.flags() & TcpHeader.PSH) != 0) return actual;
        return new PacketSpec.Tcp(
                actual.ip(),
                actual.sourcePort(),
                actual.destinationPort(),
                actual.flags() & ~TcpHeader.PSH,
                actual.range(),
                actual.ack(),
                actual.window(),
                actual.urgent(),
                actual.options());
    }

    /// Two segments that follow each other, as the one that a host with segmentation offload would have
    /// sent; null if they do not go together.
    static @Nullable LivePacket merged(LivePacket first, LivePacket next) {
        int same = TcpHeader.SYN | TcpHeader.RST | TcpHeader.ACK | TcpHeader.URG;
        boolean together = (first.flags() & same) == (next.flags() & same)
                && next.sequence() == (first.sequence() + first.length() & 0xffff_ffffL)
                && first.window() == next.window()
                && first.acknowledgment() == next.acknowledgment()
                && first.headerLength() == next.headerLength();
        if (!together) return null;
        int last = TcpHeader.FIN | TcpHeader.PSH;
        return new LivePacket(
                next.at(),
                first.source(),
                first.destination(),
                first.trafficClass(),
                first.hopLimit(),
                first.flowLabel(),
                first.sequence(),
                first.acknowledgment(),
                first.flags() & ~last | next.flags() & last,
                first.window(),
                first.urgent(),
                first.headerLength(),
                next.options(),
                first.length() + next.length(),
                first.payloadIsZero() && next.payloadIsZero());
    }
}
