package dev.sockeye.conformance.run;

import dev.sockeye.conformance.script.PacketSpec.Range;
import dev.sockeye.conformance.script.TcpOption;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;

/// TCP options of a script as bytes, exactly in its order.
final class OptionBytes {

    private static final int MOST = 40;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private OptionBytes() {}

    /// The bytes.
    ///
    /// @throws Failure if they are no options, or do not fill words of 32 bits
    static byte[] of(List<TcpOption> options) throws Failure {
        var bytes = new OptionBytes();
        for (TcpOption option : options) bytes.add(option);
        int length = bytes.out.size();
        if (length % 4 != 0) {
            throw Failure.script("the TCP options have " + length + " bytes: add " + (4 - length % 4) + " nop");
        }
        if (length > MOST)
            throw Failure.script("the TCP options have " + length + " bytes, and a header has room for 40");
        return bytes.out.toByteArray();
    }

    private void add(TcpOption option) throws Failure {
        switch (option) {
            case TcpOption.Nop() -> out.write(1);
            case TcpOption.EndOfList() -> out.write(0);
            case TcpOption.Mss(int bytes) -> head(2, 2).number(bytes, 2);
            case TcpOption.WindowScale(int shift) -> head(3, 1).number(shift, 1);
            case TcpOption.SackPermitted() -> head(4, 0);
            case TcpOption.Sack(List<Range> blocks) -> {
                head(5, 8 * blocks.size());
                for (Range block : blocks) number(block.from(), 4).number(block.to(), 4);
            }
            case TcpOption.Timestamps(long value, long echo) ->
                head(8, 8).number(value, 4).number(echo, 4);
            case TcpOption.FastOpen(String cookie, boolean experimental) -> fastOpen(hex(cookie), experimental);
            case TcpOption.AccEcn(boolean e0First, List<Long> counters) -> {
                head(e0First ? 172 : 174, 3 * counters.size());
                for (long counter : counters) number(counter, 3);
            }
            case TcpOption.Md5(String digest) -> {
                byte[] bytes = hex(digest.isEmpty() ? "00".repeat(16) : digest);
                head(19, bytes.length).out.writeBytes(bytes);
            }
            case TcpOption.Raw(int kind, String hex) -> {
                byte[] bytes = hex(hex);
                head(kind, bytes.length).out.writeBytes(bytes);
            }
        }
    }

    private void fastOpen(byte[] cookie, boolean experimental) {
        if (experimental) head(254, 2 + cookie.length).number(0xf989, 2);
        else head(34, cookie.length);
        out.writeBytes(cookie);
    }

    private OptionBytes head(int kind, int length) {
        out.write(kind);
        out.write(2 + length);
        return this;
    }

    private OptionBytes number(long number, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.write((int) (number >>> shift));
        return this;
    }

    private static byte[] hex(String digits) throws Failure {
        try {
            return HexFormat.of().parseHex(digits);
        } catch (IllegalArgumentException e) {
            throw Failure.script("'" + digits + "' is neither hexadecimal nor a name that is defined");
        }
    }
}
