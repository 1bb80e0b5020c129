package dev.sockeye.tcp;

import java.util.HexFormat;
import java.util.List;

/// Reads segments in packetdrill's notation: `FP. 1:11(10) ack 5 win 65535 urg 3 <mss 1460,sack 20:30 40:50>`. As
/// in [SegmentText], SYN and FIN count in the range: `S 0:1(0)`. Numbers are as written; the payload's bytes are
/// for the caller to fill in: only its length is set. A timestamp option may be `TS val 5 ecr 4`, or `TS` alone,
/// for the caller to choose. `[ce]` in front marks the packet; a digit among the flags
/// is the ACE field: `P5.` is `PEA.`.
final class SegmentScript {

    /// Codepoints of the IP header, in their order.
    static final List<String> MARKS = List.of("noecn", "ect1", "ect0", "ce");

    private SegmentScript() {}

    static Segment parse(String text) {
        var seg = new Segment();
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            seg.ecn = MARKS.indexOf(text.substring(1, end));
            text = text.substring(end + 2);
        }
        String head = text;
        int options = text.indexOf('<');
        if (options >= 0) {
            head = text.substring(0, options);
            for (String option : text.substring(options + 1, text.indexOf('>')).split(",")) option(seg, option.trim());
        }
        String[] words = head.trim().split(" +");
        flags(seg, words[0]);
        range(seg, words[1]);
        for (int i = 2; i + 1 < words.length; i += 2) {
            int value = Integer.parseInt(words[i + 1]);
            switch (words[i]) {
                case "ack" -> seg.ack = value;
                case "win" -> seg.window = value;
                case "urg" -> seg.urgentPointer = value;
                default -> throw new IllegalArgumentException("what is '" + words[i] + "' in " + text);
            }
        }
        return seg;
    }

    private static void flags(Segment seg, String word) {
        if (word.equals("-")) return;
        for (char flag : word.toCharArray()) {
            if (Character.isDigit(flag)) {
                seg.flags |= (flag - '0') << 6;
                continue;
            }
            seg.flags |= switch (flag) {
                case 'F' -> Segment.FIN;
                case 'S' -> Segment.SYN;
                case 'R' -> Segment.RST;
                case 'P' -> Segment.PSH;
                case '.' -> Segment.ACK;
                case 'U' -> Segment.URG;
                case 'E' -> Segment.ECE;
                case 'W' -> Segment.CWR;
                case 'A' -> Segment.AE;
                default -> throw new IllegalArgumentException("flag " + flag);
            };
        }
    }

    private static void range(Segment seg, String word) {
        int colon = word.indexOf(':');
        int bracket = word.indexOf('(');
        seg.seq = Integer.parseInt(word.substring(0, colon));
        int end = Integer.parseInt(word.substring(colon + 1, bracket));
        seg.length = Integer.parseInt(word.substring(bracket + 1, word.indexOf(')')));
        if (end != seg.endSeq()) throw new IllegalArgumentException("the range of " + word + " is not its length");
    }

    private static void option(Segment seg, String option) {
        String[] words = option.split(" ");
        switch (words[0]) {
            case "", "nop" -> {}
            case "mss" -> seg.mss = Integer.parseInt(words[1]);
            case "sackOK" -> seg.sackPermitted = true;
            case "ECN" -> {
                seg.accEcnKind = words.length > 1 && words[1].equals("e0b") ? 172 : 174;
                seg.accEcnFields = words.length / 2;
                for (int i = 0; i < seg.accEcnFields; i++) seg.accEcnCounters[i] = Integer.parseInt(words[2 + 2 * i]);
            }
            case "wscale" -> seg.windowScale = Integer.parseInt(words[1]);
            case "TS" -> {
                seg.timestamps = true;
                if (words.length < 5) return;
                seg.tsVal = Integer.parseInt(words[2]);
                seg.tsEcr = Integer.parseInt(words[4]);
            }
            case "sack" -> {
                for (int i = 1; i < words.length; i++) {
                    String[] edges = words[i].split(":");
                    seg.addSack(Integer.parseInt(edges[0]), Integer.parseInt(edges[1]));
                }
            }
            case "FO", "FOEXP" -> {
                byte[] cookie = HexFormat.of().parseHex(words.length > 1 ? words[1] : "");
                System.arraycopy(cookie, 0, seg.fastOpenCookie, 0, cookie.length);
                seg.fastOpenLength = cookie.length;
                seg.fastOpenExperimental = words[0].equals("FOEXP");
            }
            default -> throw new IllegalArgumentException("option " + option);
        }
    }
}
