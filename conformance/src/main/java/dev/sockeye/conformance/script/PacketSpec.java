package dev.sockeye.conformance.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A packet as a script writes it.
public sealed interface PacketSpec {

    /// What is said of the IP header.
    ///
    /// @param ecn       null where nothing is said
    /// @param tos       the whole traffic class, -1 where nothing is said
    /// @param hopLimit  -1 where nothing is said
    /// @param flowLabel -1 where nothing is said
    record Ip(@Nullable Ecn ecn, int tos, int hopLimit, int flowLabel) {

        /// Nothing is said.
        public static final Ip UNSAID = new Ip(null, -1, -1, -1);
    }

    /// The ECN field of an IP header.
    enum Ecn {
        NOECN(0),
        ECT1(1),
        ECT0(2),
        CE(3),
        /// Either of both.
        ECT01(2);

        private final int bits;

        Ecn(int bits) {
            this.bits = bits;
        }

        /// The two bits.
        public int bits() {
            return bits;
        }

        /// Whether a header with these bits is what is meant.
        public boolean accepts(int actual) {
            return this == ECT01 ? actual == 1 || actual == 2 : actual == bits;
        }
    }

    /// Sequence numbers of a payload: absolute in a SYN, else relative to the initial ones.
    record Range(long from, long to) {

        /// Bytes.
        public int length() {
            return (int) (to - from);
        }
    }

    /// A TCP segment.
    ///
    /// @param sourcePort      0 where the ports are not said
    /// @param flags           bits of [dev.sockeye.wire.TcpHeader]
    /// @param ack             -1 where it is not said
    /// @param window          as on the wire, -1 where it is not said
    /// @param urgent          the urgent pointer, 0 for none
    /// @param options         null for `<...>`: any
    record Tcp(
            Ip ip,
            int sourcePort,
            int destinationPort,
            int flags,
            Range range,
            long ack,
            int window,
            int urgent,
            @Nullable List<TcpOption> options)
            implements PacketSpec {}

    /// An ICMP error.
    ///
    /// @param code   the word or number behind the type, or null
    /// @param mtu    -1 where it is not said
    /// @param echoed the segment that it is about; null for the last that was seen
    record Icmp(
            Ip ip,
            String type,
            @Nullable String code,
            long mtu,
            @Nullable Range echoed) implements PacketSpec {}

    /// Something that this interpreter knows by name only.
    record Unsupported(String what) implements PacketSpec {}
}
