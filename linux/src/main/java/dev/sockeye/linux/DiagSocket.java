package dev.sockeye.linux;

import dev.sockeye.wire.TransportAddress;

/// A TCP socket as the kernel tells of it: `struct inet_diag_msg` (linux/inet_diag.h) and the attributes
/// behind it.
///
/// @param family       [SockDiag#AF_INET] or [SockDiag#AF_INET6]; an IPv6 socket may have mapped IPv4
///     addresses
/// @param state        a number of linux/tcp_states.h: 1 ESTABLISHED to 11 CLOSING, 12 NEW_SYN_RECV; 13
///     bound only
/// @param timer        `idiag_timer`: 0 none, 1 retransmission, 2 keepalive, 3 TIME_WAIT, 4 zero-window
///     probes, 5
///                     delayed acknowledgment; one at most is told
/// @param retransmits  `idiag_retrans`: of a retransmission timer timeouts in a row, else probes in a row
/// @param timerMillis  `idiag_expires`: until the timer is due
/// @param device       index of the interface it is bound to; 0: none
/// @param cookie       names this socket for as long as the machine runs; no other will ever have it
/// @param receiveQueue `idiag_rqueue`, bytes; of a listener, connections that wait for `accept`
/// @param sendQueue    `idiag_wqueue`, bytes; of a listener, how many may wait
/// @param user         user id of the owner
/// @param inode        of the socket's file; 0 where no program holds it: half-open, not accepted,
///     orphaned, TIME_WAIT
/// @param attributes   what else is told
public record DiagSocket(
        int family,
        int state,
        int timer,
        int retransmits,
        int timerMillis,
        TransportAddress local,
        TransportAddress remote,
        int device,
        long cookie,
        long receiveQueue,
        long sendQueue,
        int user,
        long inode,
        DiagAttributes attributes) {

    /// States by number, `ESTABLISHED` first; see [#state].
    public static final int ESTABLISHED = 1,
            SYN_SENT = 2,
            SYN_RECV = 3,
            FIN_WAIT1 = 4,
            FIN_WAIT2 = 5,
            TIME_WAIT = 6,
            CLOSE = 7,
            CLOSE_WAIT = 8,
            LAST_ACK = 9,
            LISTEN = 10,
            CLOSING = 11,
            NEW_SYN_RECV = 12,
            BOUND_INACTIVE = 13;
}
