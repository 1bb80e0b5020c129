package dev.sockeye.wire;

import java.util.HexFormat;

/// TCP options in words, in tcpdump's notation.
final class TcpOptionsText {

    private TcpOptionsText() {}

    static String of(TcpOptions options) {
        var text = new StringBuilder(80);
        if (options.has(TcpOptions.MSS)) text.append(",mss ").append(options.mss());
        if (options.has(TcpOptions.SACK_PERMITTED)) text.append(",sackOK");
        if (options.has(TcpOptions.TIMESTAMPS)) {
            text.append(",TS val ").append(Integer.toUnsignedString(options.tsVal()));
            text.append(" ecr ").append(Integer.toUnsignedString(options.tsEcr()));
        }
        if (options.has(TcpOptions.ACCECN)) accEcn(options, text);
        if (options.has(TcpOptions.WINDOW_SCALE)) text.append(",wscale ").append(options.windowScale());
        if (options.has(TcpOptions.SACK)) sack(options, text);
        if (options.has(TcpOptions.FAST_OPEN)) fastOpen(options, text);
        if (options.has(TcpOptions.MD5)) text.append(",md5");
        if (options.has(TcpOptions.AO)) text.append(",tcp-ao");
        return text.isEmpty() ? "<>" : text.replace(0, 1, "<").append('>').toString();
    }

    private static void accEcn(TcpOptions options, StringBuilder text) {
        text.append(",accecn").append(options.accEcnKind() == TcpOptions.KIND_ACCECN0 ? '0' : '1');
        for (int i = 0; i < options.accEcnFields(); i++) text.append(' ').append(options.accEcnCounter(i));
    }

    private static void sack(TcpOptions options, StringBuilder text) {
        text.append(",sack");
        for (int i = 0; i < options.sackBlocks(); i++) {
            text.append(' ').append(Integer.toUnsignedString(options.sackLeft(i)));
            text.append(':').append(Integer.toUnsignedString(options.sackRight(i)));
        }
    }

    private static void fastOpen(TcpOptions options, StringBuilder text) {
        text.append(options.fastOpenExperimental() ? ",FOEXP" : ",FO");
        byte[] cookie = new byte[TcpOptions.MAX_COOKIE];
        options.copyFastOpenCookie(cookie);
        int length = options.fastOpenLength();
        if (length > 0) text.append(' ').append(HexFormat.of().formatHex(cookie, 0, length));
    }
}
