"""Experiments for congestion.md: names, initial windows, pacing. `python3 congestion.py` lists them."""

import socket
import struct

from flight import MSS, SOL, TCP, ack, report, sender
from lab import PEER, Conn, experiment, main, name_of

SO_MAX_PACING_RATE = 47
TCP_CC_INFO = 26


def congestion_of(sock):
    return sock.getsockopt(TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0").decode()


def try_to_set(lab, sock, name):
    try:
        sock.setsockopt(TCP, socket.TCP_CONGESTION, name)
        result = "0"
    except OSError as failure:
        result = name_of(failure.errno)
    lab.note("setsockopt(TCP_CONGESTION, %s) = %s, and it is %s" % (name.decode(), result, congestion_of(sock)))


@experiment()
def names(lab):
    """TCP_CONGESTION: known and unknown names, and whose default counts"""
    made_before = socket.socket()
    for name in (b"cubic", b"nonsense", b"", b"reno"):
        try_to_set(lab, socket.socket(), name)
    lab.sysctl("net.ipv4.tcp_congestion_control", "bbr")
    lab.note("the default is bbr now; a socket made before is %s, a new one %s" % (
        congestion_of(made_before), congestion_of(socket.socket())))
    lab.sysctl("net.ipv4.tcp_congestion_control", "reno")
    listener = lab.listener()
    lab.sysctl("net.ipv4.tcp_congestion_control", "bbr")
    c = lab.passive(listener=listener)
    lab.note("a listener made under reno, accepted under bbr: listener %s, accepted %s" % (
        congestion_of(listener.sock), congestion_of(c.sock.sock)))
    listener.sock.setsockopt(TCP, socket.TCP_CONGESTION, b"cubic")
    c = lab.passive(listener=listener)
    lab.note("a listener set to cubic: accepted %s" % congestion_of(c.sock.sock))
    for name in ("nonsense", "cubic"):
        try:
            lab.sysctl("net.ipv4.tcp_congestion_control", name)
            lab.note("sysctl tcp_congestion_control=%s: taken" % name)
        except OSError as failure:
            lab.note("sysctl tcp_congestion_control=%s: %s" % (name, name_of(failure.errno)))


def window_of(lab, sock, c):
    before = len(lab.inbox)
    lab.silent = True
    sock.send(b"x" * (30 * MSS))
    lab.silent = False
    report(c, before)


@experiment()
def initial_window_active(lab):
    """the initial window after a SYN was sent again: never, once, twice"""
    for again in (0, 1, 2):
        lab.silent = True
        sock = lab.socket()
        port = 80 + again
        conn = Conn(lab, port, None, options=(("mss", MSS), "sackok", "ws"))
        conn.ts_on = False
        sock.connect((PEER, port))
        while sum(1 for seg in lab.inbox if seg.dport == port and seg.flags & 2) < 1 + again:
            lab.run(0.05)
        conn.send("SA")
        conn.sock = sock
        lab.silent = False
        lab.note("%d retransmissions of the SYN" % again)
        window_of(lab, sock, conn)


@experiment()
def initial_window_late(lab):
    """a SYN was sent three times, with timestamps, and the answer is to the first; the same of a SYN-ACK"""
    lab.silent = True
    sock = lab.socket()
    c = Conn(lab, 80, None, options=(("mss", MSS + 12), "sackok", "ts", "ws"))
    sock.connect((PEER, 80))
    lab.run(0.01)
    first = c.last_tsval
    while sum(1 for seg in lab.inbox if seg.dport == 80 and seg.flags & 2) < 3:
        lab.run(0.05)
    c.last_tsval = first
    c.send("SA")
    c.ts_on, c.sock = True, sock
    lab.silent = False
    lab.note("SYN")
    window_of(lab, sock, c)
    lab.silent = True
    listener = lab.listener(port=5000)
    c = lab.dial(port=5000, options=(("mss", MSS + 12), "sackok", "ts", "ws"))
    c.send("S")
    lab.run(0.01)
    first = c.last_tsval
    while sum(1 for seg in lab.inbox if seg.dport == c.port and seg.flags & 2) < 3:
        lab.run(0.05)
    c.last_tsval, c.ts_on = first, True
    c.send("A")
    c.sock = listener.accept_()
    lab.silent = False
    lab.note("SYN-ACK")
    window_of(lab, c.sock, c)


@experiment()
def initial_window_passive(lab):
    """the same of a SYN-ACK"""
    for again in (0, 1, 2):
        lab.silent = True
        listener = lab.listener(port=5000 + again)
        c = lab.dial(port=5000 + again, options=(("mss", MSS), "sackok", "ws"))
        c.ts_on = False
        c.send("S")
        while sum(1 for seg in lab.inbox if seg.dport == c.port and seg.flags & 2) < 1 + again:
            lab.run(0.05)
        c.send("A")
        c.sock = listener.accept_()
        lab.silent = False
        lab.note("%d retransmissions of the SYN-ACK" % again)
        window_of(lab, c.sock, c)


def departures(lab, c, seconds):
    """Prints when segments left, those within half a millisecond together."""
    before = len(lab.inbox)
    was, lab.silent = lab.silent, True
    lab.run(seconds)
    lab.silent = was
    bursts = []
    for seg in lab.inbox[before:]:
        if seg.dport != c.port or not seg.data:
            continue
        number = ((seg.seq - c.kernel_isn - 1) & 0xFFFFFFFF) // MSS + 1
        if bursts and seg.when - bursts[-1][2] < 0.5:
            bursts[-1][1], bursts[-1][2] = number, seg.when
        else:
            bursts.append([number, number, seg.when, seg.when])
    for first, last, _, when in bursts:
        lab.log("kernel > segments %d to %d" % (first, last), when)


@experiment()
def max_pacing_rate(lab):
    """SO_MAX_PACING_RATE of 100 kB/s, set before the first write; 40 segments, round trip 50 ms"""
    lab.silent = True
    listener = lab.listener()
    c = lab.dial(options=(("mss", MSS), "sackok", "ws"))
    c.ts_on = False
    c.send("S")
    lab.run(0.05)
    c.send("A")
    c.sock = listener.accept_()
    c.sock.option(SOL, SO_MAX_PACING_RATE, 100_000)
    lab.silent = False
    before = len(lab.inbox)
    lab.silent = True
    c.sock.send(b"x" * (40 * MSS))
    lab.silent = False
    report(c, before)
    lab.run(0.05)
    ack(c, 11)
    departures(lab, c, 0.25)
    raw = c.sock.info().raw
    lab.note("pacing_rate %d, max_pacing_rate %d" % struct.unpack_from("QQ", raw, 104))


@experiment()
def pacing_stays(lab):
    """bbr, then reno on the same connection: is it still paced?"""
    for port, first in ((5001, b"reno"), (5002, b"bbr")):
        lab.silent = True
        c = sender(lab, 10, control=first, port=port)
        c.sock.option(TCP, socket.TCP_CONGESTION, b"reno")
        ack(c, 11)
        before = len(lab.inbox)
        lab.silent = False
        lab.note("%s, then reno: 20 segments" % first.decode())
        lab.silent = True
        c.sock.send(b"x" * (20 * MSS))
        lab.silent = False
        report(c, before)
        departures(lab, c, 0.1)


@experiment()
def bbr_start(lab):
    """bbr: 60 segments, ACKs of two segments each after 50 ms; what TCP_CC_INFO says"""
    c = sender(lab, 60, control=b"bbr")
    for upto in (3, 5, 7, 9, 11):
        ack(c, upto)
        low, high, min_rtt, pacing, window = struct.unpack("5I", c.sock.getsockopt(TCP, TCP_CC_INFO, 20, quiet=True))
        rate, = struct.unpack_from("Q", c.sock.info().raw, 104)
        lab.note("bw %d, min_rtt %.0f ms, pacing_gain %d, cwnd_gain %d, pacing_rate %d" % (
            low | high << 32, min_rtt / 1000, pacing, window, rate))


@experiment()
def dsack_reordering(lab):
    """a DSACK of a retransmitted segment that is SACKed already, or that the same ACK SACKs first"""
    for port, first in ((5001, True), (5002, False)):
        c = sender(lab, 60, control=b"bbr", port=port)
        ack(c, 1, (2, 2))
        ack(c, 1, (4, 5), (2, 2))
        ack(c, 1, (4, 7), (2, 2))
        lab.run(0.06)
        ack(c, 1, (4, 8), (2, 2))
        lab.run(0.05)
        if first:
            ack(c, 1, (2, 8), note="the retransmission of 3")
        ack(c, 1, (3, 3), (2, 8), note="3 twice")
        raw = c.sock.info().raw
        lab.note("reord_seen %d, dsack_dups %d" % (struct.unpack_from("I", raw, 220)[0], struct.unpack_from("I", raw, 216)[0]))


main()
