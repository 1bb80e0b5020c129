package dev.sockeye.tcp;

/// The three header flags AE, CWR and ECE as one number of three bits (RFC 9768 3.2.2): a counter of CE
/// marks, and in a handshake the codepoint that the other end's SYN arrived with.
final class AceField {

    /// What the counter begins with, so that zeroing shows (RFC 9768 3.2.1).
    static final int FIRST = 5;

    static final int MASK = 7;
    /// The flags in a header.
    static final int FLAGS = Segment.ECE | Segment.CWR | Segment.AE;

    private static final int SHIFT = 6;

    private AceField() {}

    static int of(Segment seg) {
        return seg.flags >> SHIFT & MASK;
    }

    /// The flags for a count of marks, of which the three lowest bits fit.
    static int counter(int marks) {
        return (marks + FIRST & MASK) << SHIFT;
    }

    /// The flags with which the arrival of a SYN, or SYN-ACK, in a packet with this codepoint is told (RFC
    /// 9768 tables 2 and 3).
    static int reflection(int codepoint) {
        return switch (codepoint) {
            case Ecn.ECT1 -> Segment.CWR | Segment.ECE;
            case Ecn.ECT0 -> Segment.AE;
            case Ecn.CE -> Segment.AE | Segment.CWR;
            default -> Segment.CWR;
        };
    }

    /// The codepoint that a reflection tells; of a value that tells none, one that cannot have become of
    /// not-ECT.
    static int codepoint(int ace) {
        return switch (ace) {
            case 2 -> Ecn.NOT_ECT;
            case 0, 4 -> Ecn.ECT0;
            case 6 -> Ecn.CE;
            default -> Ecn.ECT1;
        };
    }

    /// Whether a SYN asks for accurate feedback: by any combination but none and the classic one (RFC 9768
    /// 3.1.2, MUST).
    static boolean asks(Segment syn) {
        int ace = of(syn);
        return ace != 0 && ace != 3;
    }
}
