package dev.sockeye.tcp;

/// What of accurate feedback was seen not to work on a path (`tcpi_accecn_fail_mode`,
/// `tcpi_accecn_opt_seen`): RFC 9768 3.2.2.3, 3.2.2.4, 3.2.3.2.
final class EcnFailures {

    /// Of a connection without accurate feedback; nobody adds to it.
    static final EcnFailures NONE = new EcnFailures();

    /// Our ACE field, and the peer's, is not to be relied on; nor is our option, or the peer's.
    static final int ACE_SENT = 1, ACE_RECEIVED = 2, OPTION_SENT = 4, OPTION_RECEIVED = 8;

    /// What was seen of the peer's option: nothing, an empty one, counters, counters that somebody has
    /// zeroed.
    static final int NOT_SEEN = 0, EMPTY = 1, COUNTERS = 2, ZEROED = 3;

    /// Bits of what fails.
    int bits;
    /// [#NOT_SEEN] to [#ZEROED].
    int optionSeen;

    boolean any(int which) {
        return (bits & which) != 0;
    }

    void add(int which) {
        bits |= which;
    }

    /// The first option of the peer, or the first with counters: its first counter began with 1, so 0 is a
    /// forgery (RFC 9768 3.2.3.2.3).
    void onOption(Segment seg) {
        if (seg.accEcnKind == 0 || optionSeen >= COUNTERS) return;
        if (seg.accEcnFields == 0) {
            optionSeen = EMPTY;
        } else if (seg.accEcnCounters[0] != 0) {
            optionSeen = COUNTERS;
        } else {
            optionSeen = ZEROED;
            add(OPTION_RECEIVED);
        }
    }
}
