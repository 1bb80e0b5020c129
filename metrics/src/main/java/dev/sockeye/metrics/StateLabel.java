package dev.sockeye.metrics;

import dev.sockeye.linux.DiagSocket;
import java.util.List;

/// How the kernel's states are called in labels: as node_exporter's `node_tcp_connection_states` calls them.
final class StateLabel {

    /// By number less one, ESTABLISHED first. Sockets that are bound and nothing else are not among them: the kernel
    /// goes
    /// through another table for them, which takes as long as counting a thousand.
    static final List<String> NAMES = List.of(
            "established",
            "syn_sent",
            "syn_recv",
            "fin_wait1",
            "fin_wait2",
            "time_wait",
            "close",
            "close_wait",
            "last_ack",
            "listen",
            "closing");

    /// How many there are.
    static final int COUNT = 11;

    static final int ESTABLISHED = DiagSocket.ESTABLISHED - 1;
    static final int CLOSE_WAIT = DiagSocket.CLOSE_WAIT - 1;
    static final int LISTEN = DiagSocket.LISTEN - 1;
    static final int SYN_RECV = DiagSocket.SYN_RECV - 1;

    private StateLabel() {}

    /// The index in [#NAMES] of a number of linux/tcp_states.h. Half-open ones are one state, whichever of its two
    /// numbers
    /// the kernel tells.
    static int of(int state) {
        return state == DiagSocket.NEW_SYN_RECV ? SYN_RECV : state - 1;
    }

    /// The same of a mask of such numbers.
    static int mask(int states) {
        int mask = 0;
        for (int state = 1; state <= DiagSocket.NEW_SYN_RECV; state++) {
            if ((states >>> state & 1) != 0) mask |= 1 << of(state);
        }
        return mask;
    }
}
