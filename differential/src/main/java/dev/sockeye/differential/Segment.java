package dev.sockeye.differential;

import java.util.ArrayList;
import java.util.List;

/// A TCP segment as values, with the numbers as on the wire, or counted from each side's first one.
///
/// @param flags       bits of the header
/// @param mss         0 for none
/// @param windowScale -1 for none
/// @param sacks       edges, left and right in turn
/// @param data        the payload
/// @param cookie      bytes of the Fast Open cookie; 0 where one is asked for, 100 more in the experimental
///     option, -1 for neither
/// @param mark        of the IP header: 0, ECT(1), ECT(0), CE
@SuppressWarnings("ArrayRecordComponent") // nobody changes it, and it is compared by itself
record Segment(
        int flags,
        int seq,
        int ack,
        int window,
        int urgent,
        int mss,
        int windowScale,
        boolean sackPermitted,
        boolean timestamps,
        int tsVal,
        int tsEcr,
        List<Integer> sacks,
        byte[] data,
        int cookie,
        int mark) {

    static final int FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32, ECE = 64, CWR = 128;
    private static final String LETTERS = "FSRP.UEW";

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    static int flags(String letters) {
        int flags = 0;
        for (int i = 0; i < letters.length(); i++) flags |= 1 << LETTERS.indexOf(letters.charAt(i));
        return flags;
    }

    static String letters(int flags) {
        var text = new StringBuilder();
        for (int i = 0; i < LETTERS.length(); i++) if ((flags >> i & 1) != 0) text.append(LETTERS.charAt(i));
        return text.toString();
    }

    /// Sequence space that it takes.
    int space() {
        return data.length + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
    }

    /// The same with another sequence number.
    Segment withSeq(int other) {
        return new Segment(
                flags,
                other,
                ack,
                window,
                urgent,
                mss,
                windowScale,
                sackPermitted,
                timestamps,
                tsVal,
                tsEcr,
                sacks,
                data,
                cookie,
                mark);
    }

    /// With numbers counted from the first ones of who sends it and of who gets it.
    Segment relative(int senders, int receivers, int firstTsVal) {
        List<Integer> moved = new ArrayList<>();
        for (int edge : sacks) moved.add(edge - receivers);
        return new Segment(
                flags,
                seq - senders,
                has(ACK) ? ack - receivers : 0,
                window,
                urgent,
                mss,
                windowScale,
                sackPermitted,
                timestamps,
                timestamps ? tsVal - firstTsVal : 0,
                tsEcr,
                List.copyOf(moved),
                data,
                cookie,
                mark);
    }

    @Override
    public String toString() {
        var text = new StringBuilder(letters(flags));
        text.append(' ')
                .append(seq)
                .append(':')
                .append(seq + space())
                .append('(')
                .append(data.length)
                .append(')');
        if (has(ACK)) text.append(" ack ").append(ack);
        text.append(" win ").append(window);
        if (urgent != 0) text.append(" urg ").append(urgent);
        if (mss != 0) text.append(" mss ").append(mss);
        if (sackPermitted) text.append(" sackOK");
        if (windowScale >= 0) text.append(" wscale ").append(windowScale);
        if (timestamps) text.append(" ts ").append(tsVal).append(" ecr ").append(tsEcr);
        if (!sacks.isEmpty()) text.append(" sack ").append(sacks);
        if (cookie >= 0) text.append(" FO ").append(cookie);
        if (mark != 0) text.append(" mark ").append(mark);
        return text.toString();
    }
}
