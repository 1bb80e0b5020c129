package dev.sockeye.inspect;

import static dev.sockeye.inspect.Verdict.FAULT;
import static dev.sockeye.inspect.Verdict.HARMLESS;
import static dev.sockeye.inspect.Verdict.WATCH;

/// What a concrete socket is about: the states of the protocol, told apart by what the program and the peer have done.
/// The words for each are in `situations.md`.
public enum Situation {
    UDP(HARMLESS),
    UNUSED(HARMLESS),
    BOUND(HARMLESS),
    ENDED(WATCH),
    LISTENING(HARMLESS),
    LISTENER_BEHIND(WATCH),
    LISTENER_FULL(FAULT),
    CONNECTING(HARMLESS),
    CONNECTING_NO_ANSWER(FAULT),
    HANDSHAKE(HARMLESS),
    HANDSHAKE_NO_ANSWER(WATCH),
    NOT_ACCEPTED(WATCH),
    PEER_SILENT(FAULT),
    PEER_DOES_NOT_READ(WATCH),
    PROGRAM_DOES_NOT_READ(WATCH),
    IDLE_UNGUARDED(WATCH),
    IDLE_GUARDED(HARMLESS),
    WORKING(HARMLESS),
    CLOSE_WAIT_JUST_NOW(HARMLESS),
    CLOSE_WAIT_NEVER_ACCEPTED(FAULT),
    CLOSE_WAIT_STILL_SENDING(HARMLESS),
    CLOSE_WAIT_HALF_CLOSED(WATCH),
    CLOSE_WAIT_EOF_READ(FAULT),
    CLOSE_WAIT_ALL_READ(FAULT),
    CLOSE_WAIT_ANSWER_OWED(WATCH),
    CLOSE_WAIT_UNREAD_DATA(FAULT),
    CLOSE_WAIT_ONLY_WRITES(FAULT),
    CLOSE_WAIT_WRITES_ON(FAULT),
    CLOSE_WAIT_NEVER_READ(FAULT),
    CLOSE_WAIT_NOT_READ_SINCE(FAULT),
    CLOSE_WAIT_POOLED(WATCH),
    CLOSE_WAIT_USE_UNKNOWN(FAULT),
    FIN_WAIT1_SENDING(HARMLESS),
    FIN_WAIT1_NO_ANSWER(WATCH),
    FIN_WAIT1_PEER_DOES_NOT_READ(WATCH),
    FIN_WAIT2_ORPHAN(HARMLESS),
    FIN_WAIT2_HELD(WATCH),
    BOTH_CLOSING(HARMLESS),
    TIME_WAIT_RUNNING(HARMLESS),
    LAST_ACK_WAITING(HARMLESS),
    LAST_ACK_NO_ANSWER(HARMLESS);

    private final Verdict verdict;

    Situation(Verdict verdict) {
        this.verdict = verdict;
    }

    /// Whether somebody has to do something.
    public Verdict verdict() {
        return verdict;
    }
}
