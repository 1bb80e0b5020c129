"""Experiments for timers.md: what happens when nothing happens. `python3 timers.py` lists them."""

import socket
import time

from lab import KERNEL, PEER, Conn, experiment, main

SOL, TCP = socket.SOL_SOCKET, socket.IPPROTO_TCP
IDLE, INTERVAL, COUNT, USER_TIMEOUT, QUICKACK, CORK = 4, 5, 6, 18, 12, 3


def keepalive(c, idle, interval, count):
    c.sock.option(SOL, socket.SO_KEEPALIVE, 1)
    c.sock.option(TCP, IDLE, idle)
    c.sock.option(TCP, INTERVAL, interval)
    c.sock.option(TCP, COUNT, count)


def gone(lab, state="ESTABLISHED"):
    return lambda: state not in lab.states() or time.sleep(0.005)


@experiment()
def keepalive_dead(lab):
    """keepalive 2 s / 1 s / 3: the peer does not answer"""
    c = lab.passive()
    keepalive(c, 2, 1, 3)
    lab.sockets()
    lab.run(12, until=gone(lab))
    c.sock.poll()
    c.sock.recv(1)
    c.sock.recv(1)
    c.sock.send(b"x")
    lab.counted_since()


@experiment()
def keepalive_alive(lab):
    """the peer answers; sends data; we send data that is not acknowledged"""
    c = lab.passive(options=("mss", "ts"))
    keepalive(c, 2, 1, 3)
    lab.run(2.2)
    c.send("A", note="answers the probe")
    lab.run(1.5)
    lab.note("data from the peer, 1.5 s after the last")
    c.send("PA", b"x")
    lab.run(2.2)
    c.send("A", note="answers the probe")
    lab.run(0.5)
    lab.note("own data, not acknowledged: retransmission instead of keepalive")
    c.sock.send(b"y")
    lab.run(4)
    lab.counted_since()


@experiment()
def keepalive_set_late(lab):
    """keepalive switched on after three idle seconds with idle 2; idle changed while armed; in CLOSE_WAIT, FIN_WAIT2"""
    c = lab.passive()
    lab.run(3)
    lab.note("on")
    keepalive(c, 2, 1, 2)
    lab.sockets()
    lab.run(1.2)
    c.send("A")
    lab.note("CLOSE_WAIT")
    d = lab.passive(listener=c.listener)
    d.send("FA")
    keepalive(d, 1, 1, 1)
    lab.run(3)
    d.sock.error()
    lab.note("FIN_WAIT2")
    e = lab.passive(listener=c.listener)
    e.sock.shutdown(socket.SHUT_WR)
    e.send("A")
    keepalive(e, 1, 1, 1)
    lab.run(3)
    e.sock.error()


@experiment()
def keepalive_user_timeout(lab):
    """keepalive 1 s / 1 s / 9 with TCP_USER_TIMEOUT 2500 ms"""
    c = lab.passive()
    keepalive(c, 1, 1, 9)
    c.sock.option(TCP, USER_TIMEOUT, 2500)
    lab.run(12, until=gone(lab))
    c.sock.error()


@experiment()
def zero_window(lab):
    """the peer closes its window, answers the probes, then opens it"""
    c = lab.passive(window=1000)
    c.sock.send(b"x" * 1000)
    c.send("A", ack=1001, window=0)
    c.sock.send(b"y" * 500)
    lab.sockets()
    for _ in range(4):
        seen = len(lab.inbox)
        lab.run(5, until=lambda: len(lab.inbox) > seen)
        c.send("A", ack=1001, window=0)
    lab.sockets()
    i = c.sock.info()
    lab.note("probes %d, backoff %d, rto %d ms" % (i.probes, i.backoff, i.rto / 1000))
    lab.note("the window opens by 100, less than what waits")
    c.send("A", ack=1001, window=100)
    lab.run(0.5)
    c.send("A", ack=c.rcv_nxt, window=2000)
    lab.run(0.1)
    lab.counted_since()


@experiment(("net.ipv4.tcp_retries2", 4))
def zero_window_silent(lab):
    """tcp_retries2 4: the peer closes its window and does not answer the probes"""
    c = lab.passive(window=1000)
    c.sock.send(b"x" * 1000)
    c.send("A", ack=1001, window=0)
    c.sock.send(b"y" * 500)
    lab.run(30, until=gone(lab))
    c.sock.error()
    lab.counted_since()


@experiment(("net.ipv4.tcp_retries2", 4), seconds=80)
def zero_window_answered(lab):
    """tcp_retries2 4: the probes are answered, window 0, for a minute"""
    c = lab.passive(window=1000)
    c.sock.send(b"x" * 1000)
    c.send("A", ack=1001, window=0)
    c.sock.send(b"y" * 500)
    end = time.monotonic() + 56
    while time.monotonic() < end and "ESTABLISHED" in lab.states():
        seen = len(lab.inbox)
        if lab.run(1, until=lambda: len(lab.inbox) > seen):
            c.send("A", ack=1001, window=0)
    c.sock.state()
    lab.counted_since()


@experiment()
def small_window(lab):
    """the window is never zero but smaller than a segment: sender's silly window avoidance"""
    c = lab.passive(window=4000)
    c.sock.send(b"x" * 4000)
    c.send("A", ack=4001, window=700)
    lab.note("2000 waiting, window 700 (largest seen 4000, MSS 1460)")
    c.sock.send(b"y" * 2000)
    lab.run(1)
    c.send("A", ack=c.rcv_nxt, window=2100)
    lab.run(0.3)


@experiment(("net.ipv4.tcp_retries2", 5))
def rto(lab):
    """one segment is never acknowledged, tcp_retries2 5"""
    c = lab.passive()
    c.sock.send(b"x" * 100)
    lab.run(40, until=gone(lab))
    c.sock.poll()
    c.sock.error()
    lab.counted_since()


@experiment()
def rto_untold(lab):
    """what a program learns of retransmissions before the end: poll, SO_ERROR, read, TCP_INFO, each second"""
    c = lab.passive()
    c.sock.send(b"x" * 100)
    for _ in range(4):
        lab.run(1)
        c.sock.poll()
        c.sock.error()
        c.sock.recv(1)
        i = c.sock.info()
        lab.note("TCP_INFO: retransmits %d, backoff %d, rto %d ms" % (i.retransmits, i.backoff, i.rto / 1000))


@experiment(("net.ipv4.tcp_retries2", 5))
def rto_sack(lab):
    """the same with SACK, timestamps and a round trip of 50 ms: the tail loss probe comes first"""
    c = lab.dial(options=("mss", "sackok", "ts"))
    listener = lab.listener()
    c.send("S")
    c.ts_on = True
    lab.run(0.05)
    c.send("A")
    c.sock = listener.accept_()
    i = c.sock.info()
    lab.note("rtt %d us, rttvar %d us, rto %d us" % (i.rtt, i.rttvar, i.rto))
    c.sock.send(b"x" * 100)
    lab.run(40, until=gone(lab))
    c.sock.error()
    lab.counted_since()


@experiment()
def tail_loss_probe(lab):
    """two segments in flight, round trip 50 ms, no ACK: when is the probe"""
    c = lab.dial(options=("mss", "sackok"))
    listener = lab.listener()
    c.send("S")
    lab.run(0.05)
    c.send("A")
    c.sock = listener.accept_()
    c.sock.send(b"x" * 2920)
    lab.run(1.2)
    i = c.sock.info()
    lab.note("rtt %d us, rttvar %d us, rto %d us" % (i.rtt, i.rttvar, i.rto))
    lab.counted_since()


@experiment()
def tail_loss_probe_again(lab):
    """a probe is acknowledged, which measures no round trip (no timestamps): is the next tail probed too?"""
    c = lab.dial(options=("mss", "sackok"))
    listener = lab.listener()
    c.send("S")
    lab.run(0.05)
    c.send("A")
    c.sock = listener.accept_()
    for _ in range(3):
        c.sock.send(b"x" * 2920)
        seen = len(lab.inbox)
        lab.run(1, until=lambda: len(lab.inbox) > seen)
        c.send("A")
    lab.counted_since()


@experiment()
def rtt(lab):
    """round-trip samples of 100 ms, then of 20 ms: srtt, rttvar, rto"""
    c = lab.dial(options=("mss",))
    listener = lab.listener()
    lab.silent = True
    c.send("S")
    lab.run(0.1)
    c.send("A")
    c.sock = listener.accept_()
    lab.silent = False

    def show(note):
        i = c.sock.info()
        lab.log("info     rtt %.1f ms, rttvar %.1f ms, rto %.0f ms  # %s" % (i.rtt / 1000, i.rttvar / 1000, i.rto / 1000, note))

    show("handshake, 100 ms")
    for delay in [0.1] * 6 + [0.02] * 6 + [0.3] * 2:
        lab.silent = True
        c.sock.send(b"x")
        lab.run(delay)
        c.send("A")
        lab.silent = False
        show("%.0f ms" % (delay * 1000))


@experiment()
def rto_after_syn_loss(lab):
    """SYN-ACK retransmitted, no timestamps: the RTO afterwards; and the congestion window"""
    c = lab.dial(options=("mss",))
    listener = lab.listener()
    c.send("S")
    lab.run(1.2)
    c.send("A")
    c.sock = listener.accept_()
    i = c.sock.info()
    lab.note("rtt %d us, rttvar %d us, rto %d us, cwnd %d, ssthresh %d" % (i.rtt, i.rttvar, i.rto, i.snd_cwnd, i.snd_ssthresh))
    c.sock.send(b"x" * 100)
    lab.run(10)
    lab.note("connecting: SYN retransmitted once")
    s = lab.socket()
    d = Conn(lab, 80, None)
    s.connect((PEER, 80))
    lab.run(1.2)
    d.send("SA")
    i = s.info()
    lab.note("rtt %d us, rttvar %d us, rto %d us, cwnd %d, ssthresh %d" % (i.rtt, i.rttvar, i.rto, i.snd_cwnd, i.snd_ssthresh))


@experiment()
def user_timeout(lab):
    """TCP_USER_TIMEOUT 1500 ms: data not acknowledged; window closed; SYN_SENT"""
    c = lab.passive()
    c.sock.option(TCP, USER_TIMEOUT, 1500)
    c.sock.send(b"x" * 100)
    lab.run(10, until=gone(lab))
    c.sock.error()
    lab.note("window 0, probes answered")
    c = lab.passive(listener=c.listener, window=1000)
    c.sock.option(TCP, USER_TIMEOUT, 1500)
    c.sock.send(b"x" * 1000)
    c.send("A", ack=1001, window=0)
    c.sock.send(b"y" * 500)
    while "ESTABLISHED" in lab.states():
        seen = len(lab.inbox)
        if lab.run(1, until=lambda: len(lab.inbox) > seen or "ESTABLISHED" not in lab.states()) and len(lab.inbox) > seen:
            c.send("A", ack=1001, window=0)
    c.sock.error()
    lab.note("SYN_SENT")
    s = lab.socket()
    s.option(TCP, USER_TIMEOUT, 1500)
    Conn(lab, 80, None)
    s.connect((PEER, 80))
    lab.run(10, until=gone(lab, "SYN_SENT"))
    s.error()


def acked_when(lab, c, count, size, gap, read, flags="PA"):
    """Sends `count` segments; prints after which of them, and how many ms after it, an ACK came."""
    lab.silent = True
    came = []
    for number in range(1, count + 1):
        seen, sent = len(lab.inbox), lab.now()
        c.send(flags, b"x" * size)
        if read:
            lab.run(0.01 if read > 0 else 0)
            c.sock.recv(100000)
        lab.run(gap)
        came += ["%d (+%.0f)" % (number, seg.when - sent) for seg in lab.inbox[seen:]]
    lab.silent = False
    i = c.sock.info()
    lab.note("%d segments of %d B with flags %s, one each %.0f ms, %s: ACK came after segment (+ms) %s" % (
        count, size, flags, gap * 1000, {0: "not read", 1: "read 10 ms later", -1: "read at once"}[read], ", ".join(came)))
    lab.note("rcv_mss %d, rcv_ssthresh %d, window %d" % (i.rcv_mss, i.rcv_ssthresh, i.rcv_wnd))


@experiment()
def delayed_ack_when(lab):
    """which segments are acknowledged, and how long after, for small and full ones, read and not read"""
    listener = lab.listener()
    for count, size, gap, read, flags in ((24, 10, 0.1, 0, "PA"), (24, 10, 0.1, 1, "PA"), (30, 1460, 0.003, 0, "PA"),
                                          (60, 1460, 0.003, 1, "PA"), (60, 1460, 0.001, -1, "A"), (24, 10, 0.3, 0, "PA")):
        acked_when(lab, lab.passive(listener=listener), count, size, gap, read, flags)
    lab.counted_since()


@experiment()
def delayed_ack_long_path(lab):
    """the same where the handshake took 150 ms: small segments, not read, at different distances"""
    listener = lab.listener()
    for gap in (0.03, 0.1, 0.25):
        lab.silent = True
        c = lab.dial()
        c.send("S")
        lab.run(0.15)
        c.send("A")
        c.sock = listener.accept_()
        lab.silent = False
        acked_when(lab, c, 30, 10, gap, 0)
        i = c.sock.info()
        lab.note("rtt %d ms, ato %d ms, rto %d ms" % (i.rtt / 1000, i.ato / 1000, i.rto / 1000))


@experiment()
def delayed_ack_small_buffer(lab):
    """full segments when the window cannot grow (SO_RCVBUF 32768)"""
    listener = lab.listener(sockopts={(SOL, socket.SO_RCVBUF): 32768})
    acked_when(lab, lab.passive(listener=listener), 40, 1460, 0.003, 1)
    acked_when(lab, lab.passive(listener=listener), 40, 1460, 0.001, -1, "A")


@experiment()
def delayed_ack_pingpong(lab):
    """request and answer: the answer carries the ACK; then requests without answer"""
    c = lab.passive()
    for number in range(4):
        c.send("PA", b"request")
        c.sock.recv(100, quiet=True)
        lab.run(0.01)
        c.sock.send(b"answer")
        lab.run(0.01)
        c.send("A")
        lab.run(0.05)
    lab.note("requests, unanswered, each 100 ms")
    for number in range(6):
        c.send("PA", b"request")
        c.sock.recv(100, quiet=True)
        lab.run(0.1)
    lab.note("a second small segment while the ACK is delayed")
    c.send("PA", b"request")
    lab.run(0.01)
    c.send("PA", b"request")
    lab.run(0.1)
    lab.note("after two seconds of silence")
    c.sock.recv(100, quiet=True)
    lab.run(2)
    for number in range(3):
        c.send("PA", b"request")
        c.sock.recv(100, quiet=True)
        lab.run(0.1)
    lab.counted_since()


@experiment()
def quickack_option(lab):
    """TCP_QUICKACK off from the beginning; then on"""
    c = lab.passive()
    c.sock.option(TCP, QUICKACK, 0)
    for _ in range(3):
        c.send("PA", b"0123456789")
        lab.run(0.1)
    c.sock.option(TCP, QUICKACK, 1)
    lab.note("on")
    for _ in range(3):
        c.send("PA", b"0123456789")
        lab.run(0.1)


@experiment()
def at_once(lab):
    """what is acknowledged at once: out of order, filling a hole, duplicate, FIN; a lone FIN"""
    c = lab.passive(options=("mss", "sackok"))
    lab.silent = True
    for _ in range(2):  # leaves the quick phase
        c.send("PA", b"request")
        c.sock.recv(100)
        c.sock.send(b"answer")
        c.send("A")
    lab.silent = False
    at = c.snd_nxt
    c.send("PA", b"delayed")
    lab.run(0.1)
    c.sock.recv(100, quiet=True)
    at = c.snd_nxt
    c.send("PA", b"333", seq=at + 6, note="out of order")
    c.send("PA", b"111", seq=at, note="in order, the hole stays")
    c.send("PA", b"222", seq=at + 3, note="fills the hole")
    c.send("PA", b"222", seq=at + 3, note="duplicate")
    c.sock.recv(100, quiet=True)
    lab.run(0.1)
    c.send("PA", b"444", seq=at + 9, note="next")
    lab.run(0.1)
    c.send("FPA", b"555", seq=at + 12, note="with FIN")
    lab.run(0.1)
    lab.note("a lone FIN as the first thing the peer sends")
    d = lab.passive(listener=c.listener)
    d.send("FA")
    lab.run(0.1)
    lab.counted_since()


@experiment()
def nagle(lab):
    """small writes: with Nagle, TCP_NODELAY, TCP_CORK, MSG_MORE"""
    c = lab.passive()
    for _ in range(3):
        c.sock.send(b"0123456789")
    c.send("A", ack=11)
    c.send("A")
    lab.note("1500 bytes in one write: a full segment and a small one")
    c.sock.send(b"x" * 1500)
    c.sock.send(b"y" * 10)
    c.send("A", ack=c.rcv_nxt)
    c.send("A", ack=c.rcv_nxt)
    lab.note("TCP_NODELAY set while 10 bytes wait behind 10 in flight")
    c.sock.send(b"0123456789")
    c.sock.send(b"0123456789")
    c.sock.option(TCP, socket.TCP_NODELAY, 1)
    lab.drain()
    c.sock.send(b"0123456789")
    c.send("A")
    lab.note("TCP_CORK: 100 bytes, then 1460, then nothing for 300 ms")
    c.sock.option(TCP, CORK, 1)
    c.sock.send(b"x" * 100)
    lab.run(0.1)
    c.sock.send(b"x" * 1460)
    lab.run(0.3)
    c.send("A")
    c.sock.send(b"x" * 10)
    c.sock.option(TCP, CORK, 0)
    lab.drain()
    lab.note("MSG_MORE")
    c.send("A")
    c.sock.send(b"x" * 10, 0x8000)
    lab.run(0.3)


@experiment()
def time_wait(lab):
    """a held-up TIME_WAIT without timestamps: FIN again, data, ACK, SYN with a higher and a lower sequence number"""
    c = lab.passive()
    c.sock.close()
    c.send("A")
    c.send("FA")
    lab.run(2)
    lab.sockets()
    c.send("FA", seq=1, note="again: does the minute start anew?")
    lab.sockets()
    c.send("PA", b"data", seq=2)
    c.send("A", seq=2)
    lab.run(1)
    lab.sockets()
    c.send("S", seq=1, note="lower than what was received")
    lab.sockets()
    lab.run(1)
    c.send("S", seq=2, note="equal to rcv_nxt")
    lab.sockets()
    lab.run(1)
    c.send("A", seq=1, note="an ACK with an old sequence number")
    lab.sockets()
    lab.note("SYN one above rcv_nxt: a new connection")
    c.kernel_isn = None
    c.isn, c.rcv_nxt, before = c.isn + 3, 0, lab.inbox[-1]
    c.send("S", seq=0)
    new = lab.inbox[-1]
    lab.note("its ISN is the old snd_nxt + %d" % ((new.seq - before.seq) & 0xFFFFFFFF))
    lab.sockets()
    lab.counted_since()


@experiment()
def time_wait_timestamps(lab):
    """TIME_WAIT with timestamps: SYN with an older, the same, a newer timestamp, higher and lower sequence numbers, each into its own"""
    listener = lab.listener()
    for seq, age, note in ((-70000, -1000, "lower seq, older timestamp"), (70000, -1000, "higher seq, older timestamp"),
                           (-70000, 0, "lower seq, same timestamp"), (70000, 0, "higher seq, same timestamp"),
                           (-70000, 1000, "lower seq, newer timestamp"), (70000, None, "higher seq, no timestamp"),
                           (-70000, None, "lower seq, no timestamp")):
        lab.conns.clear()
        c = lab.passive(listener=listener, options=("mss", "ts"))
        lab.silent = True
        c.sock.close()
        c.send("A")
        stamp = c.tsval()
        c.send("FA", options=[("ts", (stamp, c.last_tsval))])
        lab.silent = False
        c.send("S", seq=seq, options=[("mss", 1460)] + ([("ts", (stamp + age, 0))] if age is not None else []), note=note)
    lab.counted_since()


@experiment()
def time_wait_reset(lab):
    """a RST in TIME_WAIT with an older timestamp, at once and after 61 s without news of the peer's"""
    listener = lab.listener()
    c = lab.passive(listener=listener, options=("mss", "ts"))
    c.sock.close()
    c.send("A")
    c.send("FA")
    lab.sockets()
    c.send("R", options=[("ts", (c.tsval() - 10000, 0))], note="older timestamp")
    lab.sockets()
    c.send("R", options=[("ts", (c.tsval(), 0))], note="newer timestamp")
    lab.sockets()


@experiment()
def time_wait_no_listener(lab):
    """TIME_WAIT, the listener is gone: a SYN that could reuse it"""
    c = lab.passive()
    c.sock.close()
    c.send("A")
    c.send("FA")
    c.listener.close()
    c.send("S", seq=100)
    lab.sockets()
    lab.counted_since()


@experiment()
def time_wait_connect(lab):
    """connect over an own TIME_WAIT: to the same peer and port, from the same port, at once and after 1.1 s; tcp_tw_reuse 2 and 1"""
    for reuse in (2, 1):
        for stamps in ((), ("ts",)):
            lab.sysctl("net.ipv4.tcp_tw_reuse", reuse)
            lab.note("tcp_tw_reuse %d, timestamps %s" % (reuse, bool(stamps)))
            c = lab.active(options=("mss",) + stamps, prepare=lambda sock: sock.option(SOL, socket.SO_REUSEADDR, 1))
            port = c.sock.getsockname()[1]
            c.sock.close()
            c.send("A")
            c.send("FA")
            for wait in (0, 1.1):
                lab.run(wait)
                s = lab.socket()
                s.option(SOL, socket.SO_REUSEADDR, 1)
                s.bind((KERNEL, port))
                s.connect((PEER, 80))
                s.close()
            lab.conns.clear()


main()
