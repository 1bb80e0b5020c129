package dev.sockeye.inspect;

/// What CLOSE_WAIT is about: the peer has closed, and the program has not. [CloseWaits] tells which
/// it is; a [Situation] and the doctor's rules have these names too.
public enum CloseWait {
    /// The program has never seen the connection: it does not call accept().
    NEVER_ACCEPTED("close-wait-never-accepted"),
    /// The rest of an answer is under way, which is what the state is for.
    STILL_SENDING(""),
    /// The peer has closed one direction only, and waits for ours.
    HALF_CLOSED("close-wait-half-closed"),
    /// The program has been told of the end: close() is all that is missing.
    EOF_READ("close-wait-eof-read"),
    /// Everything was read, and most likely the end with it.
    ALL_READ("close-wait-eof-read"),
    /// Everything was read, and no answer was sent since: a server may still be at work on it.
    ANSWER_OWED("close-wait-answer-owed"),
    /// The program has never received a byte, and does not look: it only writes.
    ONLY_WRITES("close-wait-only-writes"),
    /// It has written since the peer closed, and has not looked.
    WRITES_ON("close-wait-never-read"),
    /// It has never read from this connection.
    NEVER_READ("close-wait-never-read"),
    /// Everything was read but the end: nobody reads any more.
    NOT_READ_SINCE("close-wait-never-read"),
    /// Not even the data was read.
    UNREAD_DATA("close-wait-unread-data"),
    /// An idle connection that a pool keeps, and will throw away when it wants to use it.
    POOLED("close-wait-pooled"),
    /// Nothing is known of the program's use of it.
    USE_UNKNOWN("");

    private final String rule;

    CloseWait(String rule) {
        this.rule = rule;
    }

    /// The rule by which the doctor speaks of it; empty if there is nothing to be said.
    public String rule() {
        return rule;
    }

    /// As a situation.
    Situation situation() {
        return Situation.valueOf("CLOSE_WAIT_" + name());
    }
}
