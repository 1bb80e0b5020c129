package dev.sockeye.host;

import dev.sockeye.tcp.Segment;
import dev.sockeye.wire.TcpOptions;
import java.util.HexFormat;
import java.util.Scanner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the notation that [Segment#toString] writes; the end of the sequence range may be left out where nothing
/// is sent.
final class SegmentReader {

    private static final Pattern SHAPE = Pattern.compile(
            "(\\S+) (-?\\d+)(?::-?\\d+\\((\\d+)\\))?(?: ack (-?\\d+))?(?: win (\\d+))?(?: urg (\\d+))?(?: <(.*)>)?");

    private SegmentReader() {}

    static Segment read(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) throw new IllegalArgumentException("not a segment: " + text);
        var seg = new Segment();
        seg.flags = flags(matcher.group(1));
        seg.seq = Integer.parseInt(matcher.group(2));
        int length = number(matcher.group(3));
        seg.ack = number(matcher.group(4));
        seg.window = number(matcher.group(5));
        seg.urgentPointer = number(matcher.group(6));
        if (matcher.group(7) != null) options(matcher.group(7), seg);
        seg.length = length; // without pages: Peer makes the bytes
        return seg;
    }

    private static int number(String text) {
        return text == null ? 0 : Integer.parseInt(text);
    }

    private static int flags(String text) {
        int flags = 0;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            flags |= switch (letter) {
                case 'F' -> Segment.FIN;
                case 'S' -> Segment.SYN;
                case 'R' -> Segment.RST;
                case 'P' -> Segment.PSH;
                case 'U' -> Segment.URG;
                case 'E' -> Segment.ECE;
                case 'W' -> Segment.CWR;
                case 'A' -> Segment.AE;
                case '.' -> Segment.ACK;
                case '-' -> 0;
                default -> throw new IllegalArgumentException("not a flag: " + letter);
            };
        }
        return flags;
    }

    private static void cookie(Scanner words, boolean experimental, Segment seg) {
        byte[] cookie = HexFormat.of().parseHex(words.hasNext() ? words.next() : "");
        System.arraycopy(cookie, 0, seg.fastOpenCookie, 0, cookie.length);
        seg.fastOpenLength = cookie.length;
        seg.fastOpenExperimental = experimental;
    }

    private static void options(String text, Segment seg) {
        for (String option : text.split(",", -1)) {
            var words = new Scanner(option);
            switch (words.next()) {
                case "mss" -> seg.mss = words.nextInt();
                case "wscale" -> seg.windowScale = words.nextInt();
                case "sackOK" -> seg.sackPermitted = true;
                case "TS" -> {
                    seg.timestamps = true;
                    words.next();
                    seg.tsVal = words.nextInt();
                    words.next();
                    seg.tsEcr = words.nextInt();
                }
                case "ECN" -> {
                    seg.accEcnKind = TcpOptions.KIND_ACCECN1;
                    while (words.hasNext()) {
                        if (words.next().equals("e0b") && seg.accEcnFields == 0)
                            seg.accEcnKind = TcpOptions.KIND_ACCECN0;
                        seg.accEcnCounters[seg.accEcnFields++] = words.nextInt();
                    }
                }
                case "FO" -> cookie(words, false, seg);
                case "FOEXP" -> cookie(words, true, seg);
                default -> throw new IllegalArgumentException("not an option: " + option);
            }
        }
    }
}
