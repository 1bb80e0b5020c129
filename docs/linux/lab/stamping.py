"""Experiments for stamping.md: SO_TIMESTAMPING on a TCP socket. `python3 stamping.py` lists them."""

import socket
import struct
import time

from lab import experiment, main, name_of

SO_TIMESTAMP, SO_TIMESTAMPNS, SO_TIMESTAMPING = 29, 35, 37
MSG_ERRQUEUE = 0x2000
TX_SOFTWARE, RX_SOFTWARE, SOFTWARE, OPT_ID, TX_SCHED, TX_ACK = 1 << 1, 1 << 3, 1 << 4, 1 << 7, 1 << 8, 1 << 9
OPT_CMSG, TSONLY, OPT_STATS, OPT_ID_TCP = 1 << 10, 1 << 11, 1 << 12, 1 << 16
KINDS = {0: "SND", 1: "SCHED", 2: "ACK"}
ALL = TX_SOFTWARE | TX_SCHED | TX_ACK | SOFTWARE | OPT_ID


def stamp_text(lab, value):
    software = struct.unpack_from("=qq", value)
    wall = software[0] + software[1] / 1e9
    return "%.1f" % ((wall - time.time() + time.monotonic() - lab.began) * 1000) if wall else "none"


def read_queue(lab, sock, room=2000):
    """Reads the error queue until it is empty."""
    while True:
        try:
            data, controls, flags, address = sock.sock.recvmsg(room, 512, MSG_ERRQUEUE)
        except OSError as failure:
            lab.log("%-6s   recvmsg(MSG_ERRQUEUE) = %s" % (sock.name, name_of(failure.errno)))
            return
        parts = []
        for level, kind, value in controls:
            if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPING):
                parts.append("stamp " + stamp_text(lab, value))
            elif (level, kind) == (socket.SOL_IP, 11):
                number, origin, type_, code, pad, info, data_ = struct.unpack_from("=IBBBBII", value)
                parts.append("errno %s origin %d %s data %d" % (name_of(number), origin, KINDS.get(info, info), data_))
            else:
                parts.append("cmsg %d/%d, %d B" % (level, kind, len(value)))
        lab.log("%-6s   recvmsg(MSG_ERRQUEUE) = %d B, flags 0x%x, %s: %s" % (
            sock.name, len(data), flags, address, "; ".join(parts)))


def read(lab, sock, length=1000, flags=0):
    try:
        data, controls, flags, _ = sock.sock.recvmsg(length, 512, flags)
    except OSError as failure:
        lab.log("%-6s   recvmsg(%d) = %s" % (sock.name, length, name_of(failure.errno)))
        return
    parts = []
    for level, kind, value in controls:
        parts.append("cmsg %d/%d %s" % (level, kind, stamp_text(lab, value)))
    lab.log("%-6s   recvmsg(%d) = %d B, flags 0x%x: %s" % (sock.name, length, len(data), flags, "; ".join(parts)))


def stamping(sock, flags):
    try:
        sock.option(socket.SOL_SOCKET, SO_TIMESTAMPING, flags)
    except OSError as failure:
        sock.lab.log("%-6s setsockopt(SO_TIMESTAMPING, 0x%x) = %s" % (sock.name, flags, name_of(failure.errno)))


@experiment()
def flags(lab):
    """which flags are refused, where"""
    sock = lab.socket()
    listener = lab.listener()
    for name, each in (("closed", sock), ("listening", listener)):
        lab.note(name)
        for value in (OPT_ID, ALL, TX_ACK | SOFTWARE, OPT_ID_TCP, OPT_STATS, OPT_STATS | TSONLY, 1 << 19, 1 << 18, 0):
            stamping(each, value)
            lab.log("getsockopt = 0x%x" % each.sock.getsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING))
    lab.note("a listener's flags are its children's, too")
    stamping(listener, TX_ACK | TX_SOFTWARE | SOFTWARE)
    c = lab.passive(listener=listener)
    lab.log("getsockopt = 0x%x" % c.sock.sock.getsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING))
    lab.note("SO_TIMESTAMP, SO_TIMESTAMPNS and SO_TIMESTAMPING beside each other")
    for name in (SO_TIMESTAMP, SO_TIMESTAMPNS, SO_TIMESTAMPING, SO_TIMESTAMP):
        c.sock.option(socket.SOL_SOCKET, name, RX_SOFTWARE | SOFTWARE if name == SO_TIMESTAMPING else 1)
        lab.log("getsockopt = %s" % [hex(c.sock.sock.getsockopt(socket.SOL_SOCKET, n)) for n in (SO_TIMESTAMP, SO_TIMESTAMPNS, SO_TIMESTAMPING)])


@experiment()
def sent(lab):
    """what is told of a write that goes out at once, and when"""
    c = lab.passive()
    for note, value in (("all", ALL), ("without numbers", ALL & ~OPT_ID), ("stamps only", ALL | TSONLY),
                        ("without SOFTWARE", ALL & ~SOFTWARE), ("SCHED alone", TX_SCHED | SOFTWARE), ("ACK alone", TX_ACK | SOFTWARE),
                        ("OPT_ID again, all still acknowledged", ALL), ("OPT_STATS", ALL | TSONLY | OPT_STATS)):
        lab.note(note)
        stamping(c.sock, value)
        c.sock.send(b"x" * 100)
        c.sock.poll()
        read_queue(lab, c.sock)
        c.sock.poll()
        lab.run(0.02)
        c.send("A")
        read_queue(lab, c.sock)
    lab.note("no room for what is looped")
    stamping(c.sock, ALL)
    c.sock.send(b"x" * 100)
    read_queue(lab, c.sock, 10)


@experiment()
def bytes_(lab):
    """which byte counts: writes of several segments, parts acknowledged, writes that are joined in the queue"""
    c = lab.passive()
    stamping(c.sock, ALL | TSONLY)
    lab.note("4000 bytes, acknowledged to 1461, 4000, 4001")
    c.sock.send(b"x" * 4000)
    read_queue(lab, c.sock)
    for ack in (1461, 4000, 4001):
        c.send("A", ack=c.rcv_nxt - 4001 + ack)
        lab.run(0.003)
        read_queue(lab, c.sock)
    lab.note("Nagle: two small writes behind one that is under way")
    c.sock.send(b"x" * 10)
    c.sock.send(b"x" * 10)
    c.sock.send(b"x" * 10)
    read_queue(lab, c.sock)
    c.send("A")
    read_queue(lab, c.sock)
    c.send("A")
    read_queue(lab, c.sock)
    lab.note("the flags are gone before the rest is sent; then a write without")
    c.sock.send(b"x" * 10)
    c.sock.send(b"x" * 10)
    stamping(c.sock, 0)
    c.send("A")
    read_queue(lab, c.sock)
    c.sock.send(b"x" * 10)
    c.send("A")
    read_queue(lab, c.sock)
    lab.note("OPT_ID with 10 bytes outstanding, then OPT_ID_TCP")
    c.sock.send(b"x" * 10)
    stamping(c.sock, ALL | TSONLY)
    c.sock.send(b"x" * 10)
    c.send("A")
    c.send("A")
    read_queue(lab, c.sock)
    stamping(c.sock, 0)
    c.sock.send(b"x" * 10)
    stamping(c.sock, ALL | TSONLY | OPT_ID_TCP)
    c.sock.send(b"x" * 10)
    c.send("A")
    c.send("A")
    read_queue(lab, c.sock)
    lab.note("the window takes half of it")
    c.send("A", window=1000)
    c.sock.send(b"x" * 2000)
    lab.run(0.01)
    read_queue(lab, c.sock)
    c.send("A", window=65535)
    read_queue(lab, c.sock)
    c.send("A")
    read_queue(lab, c.sock)


@experiment()
def again(lab):
    """what is sent again: by a timeout, by SACK; DSACK; and FIN"""
    c = lab.passive(options=("mss", "sackok"))
    stamping(c.sock, ALL | TSONLY)
    c.sock.send(b"x" * 100)
    read_queue(lab, c.sock)
    lab.run(1.0)
    read_queue(lab, c.sock)
    c.send("A")
    read_queue(lab, c.sock)
    lab.note("a segment is reported by SACK, then acknowledged")
    c.sock.send(b"x" * 100)
    c.sock.send(b"x" * 100)
    lab.run(0.01)
    read_queue(lab, c.sock)
    lab.run(0.5)
    read_queue(lab, c.sock)
    c.send("A")
    read_queue(lab, c.sock)
    lab.note("FIN behind it; reset")
    c.sock.send(b"x" * 100)
    c.sock.shutdown(1)
    read_queue(lab, c.sock)
    c.send("A", ack=c.rcv_nxt - 1)
    read_queue(lab, c.sock)
    c.send("R")
    read_queue(lab, c.sock)


@experiment()
def received(lab):
    """when what is read has come"""
    c = lab.passive()
    c.send("PA", b"x" * 100)
    stamping(c.sock, RX_SOFTWARE | SOFTWARE)
    read(lab, c.sock)
    c.send("PA", b"x" * 100)
    lab.run(0.02)
    c.send("PA", b"x" * 100)
    lab.run(0.02)
    read(lab, c.sock, 50)
    read(lab, c.sock, 50)
    read(lab, c.sock, 50)
    read(lab, c.sock, 50, socket.MSG_PEEK)
    read(lab, c.sock, 50)
    read(lab, c.sock, 50)
    lab.note("one read over two segments")
    c.send("PA", b"x" * 100)
    lab.run(0.02)
    c.send("PA", b"x" * 100)
    lab.run(0.02)
    read(lab, c.sock, 150)
    read(lab, c.sock, 50)
    lab.note("out of order: the gap is filled later")
    c.send("PA", b"x" * 100, seq=c.snd_nxt + 100)
    lab.run(0.02)
    c.send("PA", b"x" * 100)
    c.snd_nxt += 100
    lab.run(0.02)
    read(lab, c.sock, 100)
    read(lab, c.sock, 100)
    lab.note("SO_TIMESTAMP, SO_TIMESTAMPNS")
    stamping(c.sock, 0)
    for option in (SO_TIMESTAMP, SO_TIMESTAMPNS):
        c.sock.option(socket.SOL_SOCKET, option, 1)
        c.send("PA", b"x" * 100)
        read(lab, c.sock, 100)
    lab.note("SOFTWARE alone; RX_SOFTWARE alone")
    c.sock.option(socket.SOL_SOCKET, SO_TIMESTAMPNS, 0)
    for value in (SOFTWARE, RX_SOFTWARE):
        stamping(c.sock, value)
        c.send("PA", b"x" * 100)
        read(lab, c.sock, 100)
    lab.note("end of stream")
    stamping(c.sock, SOFTWARE | RX_SOFTWARE)
    c.send("FA")
    read(lab, c.sock, 100)


@experiment()
def full(lab):
    """a queue that nobody reads"""
    c = lab.passive(quiet=True)
    c.sock.option(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stamping(c.sock, TX_SOFTWARE | SOFTWARE | OPT_ID | TSONLY)
    lab.silent = True
    for _ in range(40):
        c.sock.send(b"x" * 10)
        c.send("A")
    lab.silent = False
    read_queue(lab, c.sock)


main()
