package dev.sockeye.conformance.script;

import java.util.List;

/// A TCP option as a script writes it.
public sealed interface TcpOption {

    /// `nop`
    record Nop() implements TcpOption {}

    /// `eol`
    record EndOfList() implements TcpOption {}

    /// `mss 1460`
    record Mss(int bytes) implements TcpOption {}

    /// `wscale 7`
    record WindowScale(int shift) implements TcpOption {}

    /// `sackOK`
    record SackPermitted() implements TcpOption {}

    /// `sack 1:1001 3001:4001`
    record Sack(List<PacketSpec.Range> blocks) implements TcpOption {}

    /// `TS val 100 ecr 200`
    record Timestamps(long value, long echo) implements TcpOption {}

    /// `FO`, `FO abcd1234`, `FO TFO_COOKIE`, and the same with `FOEXP`
    ///
    /// @param cookie empty, hexadecimal digits, or a name
    record FastOpen(String cookie, boolean experimental) implements TcpOption {}

    /// `ECN e1b 1 ceb 0 e0b 1`
    ///
    /// @param e0First which counter stands first: that of ECT(0), or of ECT(1)
    record AccEcn(boolean e0First, List<Long> counters) implements TcpOption {}

    /// `md5 0011...`: 16 bytes in hexadecimal, or fewer or none for whatever comes
    record Md5(String digest) implements TcpOption {}

    /// A kind, and its bytes as they are: `kind 253 0a0b`
    record Raw(int kind, String bytes) implements TcpOption {}
}
