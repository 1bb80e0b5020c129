"""Experiments for close.md: how a connection ends. `python3 close.py` lists them."""

import socket
import time

from lab import experiment, main

RD, WR, RDWR = socket.SHUT_RD, socket.SHUT_WR, socket.SHUT_RDWR
LINGER2 = 8


@experiment()
def unread(lab):
    """close() with ten bytes not read, then what follows the reset"""
    c = lab.passive()
    c.send("PA", b"0123456789")
    c.sock.send(b"unacked")
    c.sock.close()
    lab.sockets()
    c.send("A", note="the peer's ACK of the 7 bytes crosses the reset")
    lab.counted_since()


@experiment()
def unread_partly(lab):
    """close() after reading nine of ten bytes, with more data than the peer's window allows waiting to be sent"""
    c = lab.passive(window=1000)
    c.send("PA", b"0123456789")
    c.sock.recv(9)
    c.sock.send(b"x" * 3000)
    c.sock.close()
    lab.counted_since()


@experiment()
def unread_then_fin(lab):
    """close() in CLOSE_WAIT with unread data; and with nothing but the FIN unread"""
    c = lab.passive()
    c.send("FPA", b"0123456789")
    c.sock.state()
    c.sock.close()
    lab.counted_since()
    d = lab.passive(listener=c.listener)
    d.send("FA")
    d.sock.close()
    lab.sockets()
    lab.counted_since()


@experiment()
def unread_out_of_order(lab):
    """close() when only out-of-order data is held"""
    c = lab.passive(options=("mss", "sackok"))
    c.send("PA", b"later", seq=11)
    c.sock.close()
    lab.sockets()
    lab.counted_since()


@experiment()
def unread_everything_read(lab):
    """close() after reading everything; the peer acknowledges, then closes"""
    c = lab.passive()
    c.send("PA", b"0123456789")
    c.sock.recv(10)
    c.sock.close()
    lab.sockets()
    c.send("A")
    lab.sockets()
    c.send("FA")
    lab.sockets()
    lab.counted_since()


def orphan(lab, fin_acked, **how):
    c = lab.passive(**how)
    c.sock.close()
    if fin_acked:
        c.send("A")
    lab.sockets()
    return c


@experiment()
def late_data_fin_wait1(lab):
    """data after close(), our FIN not yet acknowledged"""
    c = orphan(lab, False)
    c.send("PA", b"late", ack=1, note="does not acknowledge the FIN")
    lab.sockets()
    lab.counted_since()


@experiment()
def late_data_acks_fin(lab):
    """data after close() that also acknowledges our FIN"""
    c = orphan(lab, False)
    c.send("PA", b"late")
    lab.sockets()
    lab.counted_since()


@experiment()
def late_data_fin_wait2(lab):
    """data after close(), our FIN acknowledged (an orphan in FIN_WAIT2)"""
    c = orphan(lab, True)
    c.send("PA", b"late")
    lab.sockets()
    lab.counted_since()


@experiment()
def late_data_with_fin(lab):
    """data and FIN in one segment to an orphan in FIN_WAIT1, then to one in FIN_WAIT2"""
    c = orphan(lab, False)
    c.send("FPA", b"late", ack=1)
    lab.sockets()
    lab.counted_since()
    d = orphan(lab, True, listener=c.listener)
    d.send("FPA", b"late")
    lab.sockets()
    lab.counted_since()


@experiment()
def late_data_old(lab):
    """old (already received) data, and data ahead of sequence, to an orphan in FIN_WAIT2"""
    c = lab.passive()
    c.send("PA", b"0123456789")
    c.sock.recv(10)
    c.sock.close()
    c.send("A")
    c.send("PA", b"0123456789", seq=1, note="a retransmission of what was read")
    lab.sockets()
    c.send("PA", b"gap", seq=50, note="ahead of sequence")
    lab.sockets()
    lab.counted_since()


@experiment()
def late_pure_ack_fin_wait2(lab):
    """a keepalive probe to an orphan in FIN_WAIT2, and a RST"""
    c = orphan(lab, True)
    c.send("A", seq=0, note="keepalive: one before rcv_nxt")
    lab.sockets()
    c.send("R", seq=1)
    lab.sockets()
    lab.counted_since()


@experiment()
def shutdown_rd(lab):
    """shutdown(RD), then data, then FIN"""
    c = lab.passive()
    c.sock.shutdown(RD)
    c.sock.state()
    c.sock.poll()
    c.sock.recv(10)
    c.send("PA", b"0123456789")
    c.sock.poll()
    c.sock.recv(4)
    c.sock.recv(10)
    c.sock.recv(10)
    c.sock.send(b"answer")
    lab.counted_since()
    c.send("FA")
    c.sock.state()
    c.sock.close()
    lab.counted_since()


@experiment()
def shutdown_rd_blocked(lab):
    """shutdown(RD) while a recv blocks"""
    c = lab.passive()
    c.sock.sock.setblocking(True)
    waiting = lab.later(lambda: "%d B" % len(c.sock.sock.recv(10)), "recv(10)")
    lab.run(0.1)
    c.sock.shutdown(RD)
    waiting.join(1)


@experiment()
def shutdown_wr(lab):
    """shutdown(WR), then data from the peer, then its FIN"""
    c = lab.passive()
    c.sock.shutdown(WR)
    c.sock.state()
    c.sock.poll()
    c.send("PA", b"0123456789")
    c.sock.state()
    c.sock.recv(10)
    c.sock.send(b"more")
    c.sock.shutdown(WR)
    c.send("PA", b"abc")
    c.send("FA")
    c.sock.poll()
    lab.sockets()
    c.sock.recv(10)
    c.sock.recv(10)
    c.sock.send(b"more")
    c.sock.shutdown(WR)
    c.sock.getpeername()
    c.sock.close()
    lab.counted_since()


@experiment()
def shutdown_rdwr(lab):
    """shutdown(RDWR), then data in FIN_WAIT1 and FIN_WAIT2 while the descriptor is open"""
    c = lab.passive()
    c.sock.shutdown(RDWR)
    c.sock.poll()
    c.send("A")
    c.sock.state()
    c.send("PA", b"0123456789")
    c.sock.state()
    c.sock.poll()
    c.sock.error()
    c.sock.recv(10)
    c.sock.recv(10)
    c.sock.send(b"x")
    lab.sockets()
    lab.counted_since()


@experiment()
def shutdown_rdwr_unread(lab):
    """shutdown(RDWR) with unread data; then close()"""
    c = lab.passive()
    c.send("PA", b"0123456789")
    c.sock.shutdown(RDWR)
    c.sock.poll()
    c.sock.recv(4)
    c.send("A")
    c.sock.close()
    lab.sockets()
    lab.counted_since()


@experiment()
def linger0(lab):
    """SO_LINGER {1, 0} and close() in each state"""
    lab.note("ESTABLISHED, 5 bytes in flight")
    c = lab.passive()
    c.sock.send(b"12345")
    c.sock.linger(0)
    c.sock.close()
    lab.sockets()
    lab.counted_since()
    lab.note("CLOSE_WAIT, nothing unread")
    d = lab.passive(listener=c.listener)
    d.send("FA")
    d.sock.linger(0)
    d.sock.close()
    lab.sockets()
    lab.counted_since()
    lab.note("FIN_WAIT1 (after shutdown(WR), FIN not acknowledged)")
    d = lab.passive(listener=c.listener)
    d.sock.shutdown(WR)
    d.sock.linger(0)
    d.sock.close()
    lab.sockets()
    lab.counted_since()
    lab.note("FIN_WAIT2 (after shutdown(WR), FIN acknowledged)")
    d = lab.passive(listener=c.listener)
    d.sock.shutdown(WR)
    d.send("A")
    d.sock.linger(0)
    d.sock.close()
    lab.sockets()
    lab.counted_since()
    lab.note("CLOSING")
    d = lab.passive(listener=c.listener)
    d.sock.shutdown(WR)
    d.send("FA", ack=1)
    d.sock.state()
    d.sock.linger(0)
    d.sock.close()
    lab.sockets()
    lab.counted_since()
    lab.note("LAST_ACK (after the peer's FIN and shutdown(WR))")
    d = lab.passive(listener=c.listener)
    d.send("FA")
    d.sock.shutdown(WR)
    d.sock.state()
    d.sock.linger(0)
    d.sock.close()
    lab.sockets()
    lab.counted_since()
    lab.note("SYN_SENT")
    s = lab.socket()
    s.connect(("192.0.2.2", 80))
    s.linger(0)
    s.close()
    lab.sockets()
    lab.counted_since()
    lab.note("TIME_WAIT, still held by the descriptor")
    d = lab.passive(listener=c.listener)
    d.sock.shutdown(WR)
    d.send("FA")
    d.sock.state()
    lab.sockets()
    d.sock.linger(0)
    d.sock.close()
    lab.sockets()
    lab.counted_since()


@experiment()
def linger_blocks(lab):
    """SO_LINGER {1, 2}: close() with data that the peer does not acknowledge, and with data that it does"""
    c = lab.passive()
    c.sock.sock.setblocking(True)
    c.sock.linger(2)
    c.sock.send(b"x" * 100)
    closing = lab.later(lambda: c.sock.sock.close() or "0", "close()")
    lab.run(2.5)
    closing.join(1)
    lab.sockets()
    lab.note("acknowledged after 0.5 s")
    d = lab.passive(listener=c.listener)
    d.sock.sock.setblocking(True)
    d.sock.linger(2)
    d.sock.send(b"x" * 100)
    closing = lab.later(lambda: d.sock.sock.close() or "0", "close()")
    lab.run(0.1)
    d.send("A", ack=101, note="the data, not the FIN")
    lab.run(0.1)
    lab.sockets()
    lab.run(0.3)
    d.send("A", ack=102, note="the FIN as well")
    closing.join(1)
    lab.sockets()
    lab.note("a non-blocking descriptor")
    e = lab.passive(listener=c.listener)
    e.sock.linger(2)
    e.sock.send(b"x" * 100)
    began = time.monotonic()
    e.sock.close()
    lab.note("close() took %.0f ms" % ((time.monotonic() - began) * 1000 - 2))


@experiment()
def fin_wait2_60(lab):
    """an orphan in FIN_WAIT2 with tcp_fin_timeout 60"""
    orphan(lab, True)
    lab.run(75, until=lambda: not [s for s in lab.states() if s != "LISTEN"] or time.sleep(0.2))
    lab.sockets("gone")
    lab.counted_since()


@experiment(("net.ipv4.tcp_fin_timeout", 3))
def fin_wait2_3(lab):
    """an orphan in FIN_WAIT2 with tcp_fin_timeout 3, and the peer's FIN at the last moment"""
    c = orphan(lab, True)
    lab.run(2.5)
    c.send("FA")
    lab.sockets()
    lab.run(70, until=lambda: not [s for s in lab.states() if s != "LISTEN"] or time.sleep(0.2))
    lab.sockets("gone")
    lab.counted_since()


@experiment(("net.ipv4.tcp_fin_timeout", 65))
def fin_wait2_65(lab):
    """an orphan in FIN_WAIT2 with tcp_fin_timeout 65: a whole socket for 5 s, then a minisock"""
    orphan(lab, True)
    lab.run(4.5)
    lab.sockets()
    lab.run(4)
    lab.sockets()
    lab.run(70, until=lambda: not [s for s in lab.states() if s != "LISTEN"] or time.sleep(0.2))
    lab.sockets("gone")
    lab.counted_since()


@experiment()
def linger2(lab):
    """TCP_LINGER2 = 2 and -1"""
    c = lab.passive()
    c.sock.option(socket.IPPROTO_TCP, LINGER2, 2)
    c.sock.close()
    c.send("A")
    lab.sockets()
    lab.run(5, until=lambda: not [s for s in lab.states() if s != "LISTEN"] or time.sleep(0.05))
    lab.sockets("gone")
    lab.note("TCP_LINGER2 = -1: close() before, then after the ACK of the FIN")
    d = lab.passive(listener=c.listener)
    d.sock.option(socket.IPPROTO_TCP, LINGER2, -1)
    d.sock.close()
    lab.sockets()
    d.send("A")
    lab.sockets()
    e = lab.passive(listener=c.listener)
    e.sock.option(socket.IPPROTO_TCP, LINGER2, -1)
    e.sock.shutdown(WR)
    e.send("A")
    e.sock.close()
    lab.sockets()
    lab.counted_since()


@experiment(("net.ipv4.tcp_fin_timeout", 1))
def fin_wait2_held(lab):
    """FIN_WAIT2 held by a descriptor after shutdown(WR), tcp_fin_timeout 1: no timer; close() starts it"""
    c = lab.passive()
    c.sock.shutdown(WR)
    c.send("A")
    lab.sockets()
    lab.run(20)
    lab.sockets()
    c.sock.close()
    lab.sockets()
    lab.run(3, until=lambda: not [s for s in lab.states() if s != "LISTEN"] or time.sleep(0.05))
    lab.sockets("gone")


@experiment()
def simultaneous(lab):
    """simultaneous close: CLOSING, then TIME_WAIT"""
    c = lab.passive()
    c.sock.close()
    c.send("FA", ack=1, note="the peer's FIN crosses ours")
    lab.sockets()
    c.send("A", note="acknowledges our FIN")
    lab.sockets()
    c.send("FA", seq=1, note="the peer's FIN again")
    lab.counted_since()


@experiment()
def fin_with_data(lab):
    """does our FIN ride on data? window open, window closed, Nagle"""
    c = lab.passive()
    c.sock.send(b"x" * 100)
    c.sock.close()
    lab.note("Nagle: 100 bytes in flight, 50 held back, then close()")
    d = lab.passive(listener=c.listener)
    d.sock.send(b"x" * 100)
    d.sock.send(b"y" * 50)
    d.sock.close()
    lab.note("peer's window 100: 150 written, then close(); then the window opens")
    e = lab.passive(listener=c.listener, window=100)
    e.sock.send(b"x" * 150)
    e.sock.close()
    e.send("A", window=1000)
    lab.note("the peer's FIN carries data")
    f = lab.passive(listener=c.listener)
    f.send("FPA", b"last words")
    f.sock.poll()
    f.sock.recv(100)
    f.sock.recv(100)


@experiment(seconds=400)
def retries_fin_wait1(lab):
    """our FIN is never acknowledged, the descriptor is closed: when is the orphan given up?"""
    orphan(lab, False)
    lab.run(250, until=lambda: not [s for s in lab.states() if s != "LISTEN"] or time.sleep(0.02))
    lab.sockets("gone")
    lab.counted_since()


@experiment(("net.ipv4.tcp_orphan_retries", 2), seconds=300)
def retries_orphan_2(lab):
    """the same with tcp_orphan_retries 2"""
    orphan(lab, False)
    lab.run(60, until=lambda: not [s for s in lab.states() if s != "LISTEN"] or time.sleep(0.02))
    lab.sockets("gone")
    lab.counted_since()


@experiment(seconds=400)
def retries_last_ack(lab):
    """LAST_ACK: the peer closed first, our FIN is never acknowledged"""
    c = lab.passive()
    c.send("FA")
    c.sock.close()
    lab.sockets()
    lab.run(250, until=lambda: not [s for s in lab.states() if s != "LISTEN"] or time.sleep(0.02))
    lab.sockets("gone")
    lab.counted_since()


@experiment(seconds=200)
def retries_zero_window_silent(lab):
    """an orphan whose peer closed its window and then falls silent"""
    c = lab.passive(window=100)
    c.sock.send(b"x" * 200)
    c.sock.close()
    c.send("A", ack=101, window=0)
    lab.run(190, until=lambda: not [s for s in lab.states() if s != "LISTEN"] or time.sleep(0.02))
    lab.sockets("gone")
    lab.counted_since()


@experiment(seconds=600)
def retries_zero_window(lab):
    """an orphan whose peer keeps its window closed, answering each probe"""
    c = lab.passive(window=100)
    c.sock.send(b"x" * 200)
    c.sock.close()
    c.send("A", ack=101, window=0)
    lab.sockets()
    seen = len(lab.inbox)
    end = time.monotonic() + 500
    while time.monotonic() < end and [s for s in lab.states() if s != "LISTEN"]:
        lab.run(0.05)
        if len(lab.inbox) > seen:
            seen = len(lab.inbox)
            c.send("A", ack=101, window=0)
    lab.sockets("gone")
    lab.counted_since()


@experiment()
def last_ack(lab):
    """LAST_ACK in the good case, with a repeated FIN and a RST on the way"""
    c = lab.passive()
    c.send("FA")
    c.sock.close()
    lab.sockets()
    c.send("FA", seq=1, ack=1, note="the peer's FIN again")
    c.send("A", note="acknowledges our FIN")
    lab.sockets()
    c.send("A", note="once more")
    lab.counted_since()


def after_reset(lab, c, order):
    c.sock.poll()
    lab.sockets()
    for call in order:
        if call == "recv":
            c.sock.recv(100)
        elif call == "send":
            c.sock.send(b"x")
        elif call == "error":
            c.sock.error()
        elif call == "wr":
            c.sock.shutdown(WR)
        elif call == "peer":
            c.sock.getpeername()
    c.sock.poll()


@experiment()
def reset_established(lab):
    """RST in ESTABLISHED: what the calls return, in three orders; with data unread"""
    c = lab.passive()
    c.send("R")
    after_reset(lab, c, ("recv", "recv", "send", "peer", "wr"))
    lab.note("send first")
    d = lab.passive(listener=c.listener)
    d.send("R")
    after_reset(lab, d, ("send", "send", "recv"))
    lab.note("SO_ERROR first")
    d = lab.passive(listener=c.listener)
    d.send("R")
    after_reset(lab, d, ("error", "error", "recv", "send"))
    lab.note("10 bytes unread")
    d = lab.passive(listener=c.listener)
    d.send("PA", b"0123456789")
    d.send("R")
    after_reset(lab, d, ("recv", "recv", "send"))
    lab.note("10 bytes unread, send first")
    d = lab.passive(listener=c.listener)
    d.send("PA", b"0123456789")
    d.send("R")
    after_reset(lab, d, ("send", "recv", "recv"))
    lab.counted_since()


@experiment()
def reset_close_wait(lab):
    """RST in CLOSE_WAIT, with and without unread data; then the program that only writes"""
    c = lab.passive()
    c.send("FA")
    c.send("R")
    after_reset(lab, c, ("recv", "recv", "send", "error"))
    lab.note("send first")
    d = lab.passive(listener=c.listener)
    d.send("FA")
    d.send("R")
    after_reset(lab, d, ("send", "send", "recv"))
    lab.note("10 bytes and the FIN unread")
    d = lab.passive(listener=c.listener)
    d.send("FPA", b"0123456789")
    d.send("R")
    after_reset(lab, d, ("recv", "recv", "recv", "send"))
    lab.note("the program that only writes: FIN, write, RST, write, write")
    d = lab.passive(listener=c.listener)
    d.send("FA")
    d.sock.send(b"first")
    d.send("R", seq=2)
    d.sock.send(b"second")
    d.sock.send(b"third")
    d.sock.recv(10)
    lab.counted_since()


@experiment()
def reset_fin_wait(lab):
    """RST in FIN_WAIT1, FIN_WAIT2, LAST_ACK held by a descriptor"""
    c = lab.passive()
    c.sock.shutdown(WR)
    c.send("R")
    after_reset(lab, c, ("send", "recv", "recv"))
    lab.note("FIN_WAIT2")
    d = lab.passive(listener=c.listener)
    d.sock.shutdown(WR)
    d.send("A")
    d.send("R")
    after_reset(lab, d, ("recv", "recv", "send", "error"))
    lab.note("LAST_ACK")
    d = lab.passive(listener=c.listener)
    d.send("FA")
    d.sock.shutdown(WR)
    d.send("R")
    after_reset(lab, d, ("recv", "send", "error"))
    lab.counted_since()


@experiment()
def poll_bits(lab):
    """what poll says in every state"""
    s = lab.socket()
    s.poll()
    lab.note("above: never connected. SYN_SENT:")
    s.connect(("192.0.2.2", 81))
    s.poll()
    s.close()
    listener = lab.listener()
    lab.note("LISTEN, empty; then with one to accept")
    listener.poll()
    c = lab.dial()
    lab.silent = True
    c.send("S")
    c.send("A")
    lab.silent = False
    listener.poll()
    c.sock = listener.accept_()
    lab.note("ESTABLISHED; with data")
    c.sock.poll()
    c.send("PA", b"0123456789")
    c.sock.poll()
    c.sock.recv(10)
    lab.note("CLOSE_WAIT; LAST_ACK; CLOSE after the last ACK")
    c.send("FA")
    c.sock.poll()
    c.sock.shutdown(WR)
    c.sock.poll()
    c.send("A")
    c.sock.state()
    c.sock.poll()
    c.sock.recv(10)
    c.sock.send(b"x")
    lab.note("shutdown(RD); FIN_WAIT1; FIN_WAIT2; TIME_WAIT")
    d = lab.passive(listener=listener)
    d.sock.shutdown(RD)
    d.sock.poll()
    d = lab.passive(listener=listener)
    d.sock.shutdown(WR)
    d.sock.poll()
    d.send("A")
    d.sock.state()
    d.sock.poll()
    d.send("FA")
    d.sock.state()
    d.sock.poll()
    lab.note("shutdown(RDWR) in ESTABLISHED: FIN_WAIT1")
    d = lab.passive(listener=listener)
    d.sock.shutdown(RDWR)
    d.sock.poll()
    lab.note("CLOSING")
    d = lab.passive(listener=listener)
    d.sock.shutdown(WR)
    d.send("FA", ack=1)
    d.sock.state()
    d.sock.poll()
    lab.note("send buffer full (100 bytes free at most)")
    d = lab.passive(listener=listener, window=1000)
    written = 0
    try:
        while True:
            written += d.sock.sock.send(b"x" * 65536)
    except BlockingIOError:
        lab.note("%d B taken" % written)
    d.sock.poll()
    lab.note("refused connect")
    s = lab.socket()
    s.connect(("192.0.2.1", 9))
    s.poll()
    s.error()
    s.poll()
    s.recv(10)
    s.send(b"x")


main(timeout=300)
