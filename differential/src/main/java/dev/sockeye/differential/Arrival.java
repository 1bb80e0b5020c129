package dev.sockeye.differential;

/// Something that the peer has sent, in numbers that mean the same to both sides: counted from each side's
/// first.
sealed interface Arrival {

    /// A segment.
    ///
    /// @param segment its sequence number counts from the peer's first, all else from the host's; no TSecr
    /// @param echo    which of the host's timestamps it echoes, by their number; -1 for none
    record Sent(Segment segment, int echo) implements Arrival {
        @Override
        public String toString() {
            return "< " + segment;
        }
    }

    /// An ICMP error.
    ///
    /// @param seq that it quotes, from the host's first
    record IcmpError(int type, int code, int mtu, int seq) implements Arrival {
        @Override
        public String toString() {
            return "< icmp " + type + "/" + code + " mtu " + mtu + " about " + seq;
        }
    }
}
