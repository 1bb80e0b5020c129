"""Experiments for recovery.md: what is sent after a loss, and how much. `python3 recovery.py` lists them."""

import socket
import struct

from flight import MSS, SOL, TCP, ack, edge, report, sack, sender, wait
from lab import experiment, main

@experiment()
def slow_start(lab):
    """100 segments; ACKs of two segments each"""
    c = sender(lab, 100)
    for upto in (3, 5, 7, 9, 11, 13):
        ack(c, upto)


@experiment()
def sack_loss(lab):
    """segment 1 of 10 is lost, the others are SACKed one by one; 30 segments written; reno"""
    c = sender(lab, 30)
    for last in range(2, 11):
        ack(c, 1, (2, last))
    wait(c, 0.045)
    ack(c, 15, note="the retransmission arrived, and all that was sent since")
    for upto in (17, 19):
        ack(c, upto)
    lab.counted_since()


@experiment()
def sack_loss_cubic(lab):
    """the same with cubic"""
    c = sender(lab, 30, control=b"cubic")
    for last in range(2, 11):
        ack(c, 1, (2, last))
    ack(c, 11, note="the retransmission arrived")
    for upto in (13, 15):
        ack(c, upto)


@experiment()
def rack_reordering(lab):
    """one SACK block far ahead: does a single SACK suffice, and when (RACK's window)"""
    c = sender(lab, 30)
    ack(c, 1, (10, 10), note="only the last arrived so far")
    wait(c, 0.1)
    lab.counted_since()
    lab.note("and two SACKed segments, then the missing one arrives: no retransmission")
    lab.conns.clear()
    c = sender_again(lab)
    ack(c, 1, (2, 2))
    ack(c, 1, (2, 3))
    ack(c, 4)
    wait(c, 0.1)
    lab.counted_since()


def sender_again(lab):
    lab.listener_port = getattr(lab, "listener_port", 5000) + 1
    original = lab.listener
    lab.listener = lambda: original(port=lab.listener_port)
    dial = lab.dial
    lab.dial = lambda **how: dial(port=lab.listener_port, **how)
    c = sender(lab, 30)
    lab.listener, lab.dial = original, dial
    return c


@experiment()
def two_losses(lab):
    """segments 1 and 5 of 10 are lost; and then the retransmission of 1 is lost too"""
    c = sender(lab, 30)
    ack(c, 1, (2, 4))
    ack(c, 1, (6, 8), (2, 4))
    ack(c, 1, (6, 10), (2, 4))
    wait(c, 0.05)
    ack(c, 1, (2, 11), note="segment 11, sent in recovery, and the retransmission of 5 arrived: 1 is lost again")
    wait(c, 0.045)
    ack(c, 16, note="all arrived")
    lab.counted_since()


@experiment()
def newreno_loss(lab):
    """no SACK: segment 1 of 10 is lost, nine duplicate ACKs; then segment 3 as well turns out to be lost"""
    c = sender(lab, 30, sacks=False)
    for _ in range(9):
        ack(c, 1, note="duplicate")
    ack(c, 3, note="partial")
    ack(c, 11)
    ack(c, 13)
    lab.counted_since()


@experiment()
def timeout_loss(lab):
    """all of 10 are lost: RTO, then ACKs one by one; 30 segments written"""
    c = sender(lab, 30)
    wait(c, 1, "the tail loss probe")
    wait(c, 1, "the RTO")
    ack(c, 2, note="the retransmission of 1 arrived; two new segments go out (F-RTO)")
    ack(c, 2, (12, 12), note="the first of the new ones arrived, nothing of the old: a real loss")
    ack(c, 2, (12, 13))
    wait(c, 0.05)
    ack(c, 3, (12, 13))
    ack(c, 5, (12, 13))
    ack(c, 9, (12, 13))
    lab.counted_since()


@experiment()
def spurious_timeout(lab):
    """the ACKs were only late: F-RTO with SACK; then the same with timestamps (Eifel)"""
    for stamps in (False, True):
        lab.note("timestamps " + ("on" if stamps else "off"))
        lab.conns.clear()
        if stamps:
            original = lab.listener
            dial = lab.dial
            lab.listener, lab.dial = (lambda: original(port=5001)), (lambda **how: dial(port=5001, **how))
        c = sender(lab, 30, stamps=stamps)
        early = c.last_tsval
        wait(c, 1, "the tail loss probe")
        wait(c, 1, "the RTO")
        if stamps:
            c.last_tsval = early
        ack(c, 3, note="acknowledges the originals of 1 and 2" + (", echoing their timestamp" if stamps else ""))
        ack(c, 5)
        ack(c, 11)
        lab.counted_since()


@experiment()
def dsack_undo(lab):
    """a fast retransmission that was not needed: the DSACK undoes the reduction"""
    c = sender(lab, 30)
    ack(c, 1, (2, 10))
    wait(c, 0.05)
    ack(c, 11, note="1 arrives late")
    ack(c, 11, (1, 1), note="DSACK: the retransmission of 1 arrived as a duplicate")
    ack(c, 13)
    lab.counted_since()


@experiment()
def after_idle(lab):
    """the congestion window after a silence of several RTOs; and of an application-limited sender"""
    c = sender(lab, 10)
    ack(c, 11)
    for silence in (0, 0.4, 2):
        lab.note("cwnd %d; then %.1f s of silence, then 20 segments are written" % (c.sock.info().snd_cwnd, silence))
        lab.run(silence)
        before = len(lab.inbox)
        lab.silent = True
        c.sock.send(b"x" * 20 * MSS)
        lab.silent = False
        report(c, before)
        lab.silent = True
        lab.run(0.05)
        sent = c.rcv_nxt
        lab.silent = False
        ack(c, (sent - 1) // MSS + 1)
        ack(c, (c.rcv_nxt - 1) // MSS + 1)
    lab.note("cwnd %d; one segment at a time, twelve round trips" % c.sock.info().snd_cwnd)
    for _ in range(12):
        lab.silent = True
        c.sock.send(b"x" * MSS)
        lab.run(0.02)
        c.send("A")
        lab.silent = False
    lab.note("cwnd %d" % c.sock.info().snd_cwnd)


@experiment()
def receiver_sack(lab):
    """as a receiver: the order and number of SACK blocks, without and with timestamps; DSACK; reneging never"""
    for stamps in (False, True):
        lab.note("timestamps " + ("on" if stamps else "off"))
        listener = lab.listener(port=5000 + stamps)
        c = lab.passive(listener=listener, port=5000 + stamps, options=("mss", "sackok") + (("ts",) if stamps else ()))
        for at in (101, 301, 201, 501, 701, 901, 351):
            c.send("A", b"x" * 50, seq=at)
        c.send("A", b"x" * 50, seq=501, note="duplicate of what is held")
        c.send("A", b"x" * 100, seq=151, note="joins two blocks, and overlaps the second")
        c.send("A", b"x" * 100, seq=1, note="fills the first hole")
        c.send("A", b"x" * 50, seq=1, note="duplicate of what was delivered")
        lab.conns.clear()
    lab.counted_since()


@experiment()
def compressed_sack(lab):
    """fifty out-of-order segments back to back: how many duplicate ACKs"""
    c = lab.passive(options=("mss", "sackok", "ts"))
    lab.silent = True
    for number in range(8):
        c.send("A", b"x" * 1448)
        lab.run(0.02)
        c.sock.recv(10000)
    c.sock.send(b"x" * 1000)
    lab.run(0.02)
    c.send("A")
    before = len(lab.inbox)
    for number in range(1, 51):
        c.send("A", b"x" * 1000, seq=c.snd_nxt + number * 1000, settle=False)
    lab.run(0.1)
    lab.silent = False
    acks = lab.inbox[before:]
    lab.note("50 segments out of order: %d duplicate ACKs, at ms %s" % (len(acks), " ".join("%.1f" % (s.when - acks[0].when) for s in acks)))
    lab.counted_since()


@experiment()
def ecn_at_one(lab):
    """ECN, and the window is one segment after a timeout: an echo with each ACK"""
    listener = lab.listener()
    lab.silent = True
    c = lab.dial(options=(("mss", MSS), "sackok"), window=65535)
    c.send("SEW")
    lab.run(0.05)
    c.send("A")
    c.sock = listener.accept_()
    before = len(lab.inbox)
    lab.silent = False
    c.sock.send(b"x" * (2 * MSS))
    wait(c, 0.5, "the probe")
    wait(c, 1, "the timeout")
    c.sock.send(b"x" * (6 * MSS), quiet=True)
    for upto in (2, 3, 4, 5, 6):
        before = len(lab.inbox)
        lab.log("peer   > ACK %d with ECE" % upto)
        lab.silent = True
        c.send("AE", ack=edge(upto))
        lab.silent = False
        report(c, before)
        lab.run(0.05)
    wait(c, 1)
    lab.counted_since()


main()
