package dev.sockeye.tcp;

/// The states of RFC 9293 3.3.2, with Linux's numbers (include/net/tcp_states.h) and the spelling of `ss`.
public enum TcpState {
    ESTABLISHED(1, "ESTAB"),
    SYN_SENT(2, "SYN-SENT"),
    SYN_RCVD(3, "SYN-RECV"),
    FIN_WAIT1(4, "FIN-WAIT-1"),
    FIN_WAIT2(5, "FIN-WAIT-2"),
    TIME_WAIT(6, "TIME-WAIT"),
    CLOSED(7, "UNCONN"),
    CLOSE_WAIT(8, "CLOSE-WAIT"),
    LAST_ACK(9, "LAST-ACK"),
    LISTEN(10, "LISTEN"),
    CLOSING(11, "CLOSING");

    private final int number;
    private final String ssName;

    TcpState(int number, String ssName) {
        this.number = number;
        this.ssName = ssName;
    }

    /// Linux's number for it: `tcpi_state`, `idiag_state`.
    public int number() {
        return number;
    }

    /// How `ss` prints it.
    public String ssName() {
        return ssName;
    }

    /// Whether both SYNs have been acknowledged: ESTABLISHED and all that follow it.
    public boolean isSynchronized() {
        return switch (this) {
            case CLOSED, LISTEN, SYN_SENT, SYN_RCVD -> false;
            default -> true;
        };
    }

    /// Whether the peer's FIN has been received.
    public boolean hasReceivedFin() {
        return switch (this) {
            case CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT -> true;
            default -> false;
        };
    }
}
