package dev.sockeye.tcp;

/// Segments in words, in packetdrill's notation.
final class SegmentText {

    private SegmentText() {}

    static String of(Segment seg) {
        var text = new StringBuilder(80);
        flags(seg.flags, text);
        text.append(' ').append(Integer.toUnsignedString(seg.seq));
        text.append(':').append(Integer.toUnsignedString(seg.endSeq()));
        text.append('(').append(seg.length).append(')');
        if (seg.hasAck()) text.append(" ack ").append(Integer.toUnsignedString(seg.ack));
        if (!seg.rst() || seg.window != 0) text.append(" win ").append(seg.window);
        if (seg.has(Segment.URG)) text.append(" urg ").append(seg.urgentPointer);
        options(seg, text);
        return text.toString();
    }

    private static void flags(int flags, StringBuilder text) {
        int start = text.length();
        if ((flags & Segment.FIN) != 0) text.append('F');
        if ((flags & Segment.SYN) != 0) text.append('S');
        if ((flags & Segment.RST) != 0) text.append('R');
        if ((flags & Segment.PSH) != 0) text.append('P');
        if ((flags & Segment.URG) != 0) text.append('U');
        if ((flags & Segment.ECE) != 0) text.append('E');
        if ((flags & Segment.CWR) != 0) text.append('W');
        if ((flags & Segment.AE) != 0) text.append('A');
        if ((flags & Segment.ACK) != 0) text.append('.');
        if (text.length() == start) text.append('-');
    }

    private static void accEcn(Segment seg, StringBuilder options) {
        options.append(",ECN");
        for (int i = 0; i < seg.accEcnFields; i++) {
            options.append(
                    switch (AccEcnOption.codepoint(seg.accEcnKind, i)) {
                        case Ecn.ECT1 -> " e1b ";
                        case Ecn.CE -> " ceb ";
                        default -> " e0b ";
                    });
            options.append(seg.accEcnCounters[i]);
        }
    }

    private static void options(Segment seg, StringBuilder text) {
        var options = new StringBuilder();
        if (seg.mss != 0) options.append(",mss ").append(seg.mss);
        if (seg.sackPermitted) options.append(",sackOK");
        if (seg.timestamps) {
            options.append(",TS val ").append(Integer.toUnsignedString(seg.tsVal));
            options.append(" ecr ").append(Integer.toUnsignedString(seg.tsEcr));
        }
        if (seg.accEcnKind != 0) accEcn(seg, options);
        if (seg.windowScale >= 0) options.append(",wscale ").append(seg.windowScale);
        if (seg.sackBlocks > 0) {
            options.append(",sack");
            for (int i = 0; i < seg.sackBlocks; i++) {
                options.append(' ').append(Integer.toUnsignedString(seg.sackLeft[i]));
                options.append(':').append(Integer.toUnsignedString(seg.sackRight[i]));
            }
        }
        if (seg.fastOpenLength >= 0) {
            options.append(seg.fastOpenExperimental ? ",FOEXP" : ",FO");
            if (seg.fastOpenLength > 0) options.append(' ');
            for (int i = 0; i < seg.fastOpenLength; i++) {
                options.append(String.format("%02x", seg.fastOpenCookie[i]));
            }
        }
        if (!options.isEmpty())
            text.append(" <").append(options, 1, options.length()).append('>');
    }
}
