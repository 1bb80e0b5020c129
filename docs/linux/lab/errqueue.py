"""Experiments for errqueue.md: zero copy, and what the error queue holds. `python3 errqueue.py` lists them."""

import socket
import struct

from lab import PEER, Conn, experiment, icmp_packet, main, name_of

SO_ZEROCOPY, MSG_ZEROCOPY, MSG_ERRQUEUE, IP_RECVERR = 60, 0x4000000, 0x2000, 11
ORIGINS = {1: "local", 2: "icmp", 5: "zerocopy"}


def read_queue(lab, sock, note=""):
    """Reads the error queue until it is empty."""
    while True:
        try:
            data, controls, flags, address = sock.sock.recvmsg(1500, 512, MSG_ERRQUEUE)
        except OSError as failure:
            lab.log("%-6s   recvmsg(MSG_ERRQUEUE) = %s%s" % (sock.name, name_of(failure.errno), note and "   # " + note))
            return
        for level, kind, value in controls:
            number, origin, type_, code, pad, info, data_ = struct.unpack_from("=IBBBBII", value)
            offender = struct.unpack_from("=H2s4s", value, 16)
            lab.log("%-6s   recvmsg(MSG_ERRQUEUE) = %d B, flags 0x%x, from %s, cmsg %d/%d: errno %s origin %s type %d code %d "
                    "info %d data %d, offender family %d %s" % (
                        sock.name, len(data), flags, address, level, kind, name_of(number), ORIGINS.get(origin, origin),
                        type_, code, info, data_, offender[0], socket.inet_ntoa(offender[2])))


@experiment()
def zerocopy(lab):
    """completions of MSG_ZEROCOPY: when, in which ranges, with which code"""
    c = lab.passive()
    c.sock.send(b"x" * 100, MSG_ZEROCOPY)
    c.send("A")
    read_queue(lab, c.sock, "without SO_ZEROCOPY the flag means nothing")
    c.sock.option(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
    c.sock.send(b"x" * 100, MSG_ZEROCOPY)
    read_queue(lab, c.sock, "not acknowledged")
    c.send("A")
    c.sock.poll()
    read_queue(lab, c.sock)
    c.sock.poll()
    lab.note("three, all acknowledged before the queue is read")
    for _ in range(3):
        c.sock.send(b"x" * 100, MSG_ZEROCOPY)
        c.send("A")
    read_queue(lab, c.sock)
    lab.note("one with zero copy, one without, one with; nothing of length 0 counts")
    c.sock.send(b"x" * 100, MSG_ZEROCOPY)
    c.sock.send(b"x" * 100)
    c.sock.send(b"", MSG_ZEROCOPY)
    c.sock.send(b"x" * 100, MSG_ZEROCOPY)
    c.send("A")
    read_queue(lab, c.sock)
    lab.note("two that stand in the queue together: the first half is acknowledged, then all")
    c.sock.send(b"x" * 14600, MSG_ZEROCOPY)
    c.sock.send(b"x" * 5000, MSG_ZEROCOPY)
    c.sock.send(b"x" * 5000, MSG_ZEROCOPY)
    c.send("A", ack=c.rcv_nxt)
    read_queue(lab, c.sock)
    lab.run(0.01)
    c.send("A")
    read_queue(lab, c.sock)
    lab.run(0.01)
    c.send("A")
    read_queue(lab, c.sock)
    lab.note("no room: what is not taken has no number")
    c.sock.option(socket.SOL_SOCKET, socket.SO_SNDBUF, 5000)
    for _ in range(4):
        c.sock.send(b"x" * 20000, MSG_ZEROCOPY)
    lab.run(0.01)
    c.send("A")
    lab.run(0.01)
    c.send("A")
    read_queue(lab, c.sock)
    lab.note("the peer resets with one unacknowledged")
    c.sock.send(b"x" * 100, MSG_ZEROCOPY)
    c.send("R")
    c.sock.poll()
    read_queue(lab, c.sock)
    c.sock.error()


@experiment()
def icmp(lab):
    """what an ICMP error puts into the queue: connecting, connected; with IP_RECVERR and without"""
    for recverr in (0, 1):
        lab.note("IP_RECVERR %d, SYN_SENT, host unreachable" % recverr)
        sock = lab.socket()
        sock.option(socket.IPPROTO_IP, IP_RECVERR, recverr)
        lab.conns.pop((80, None), None)
        conn = Conn(lab, 80, None)
        sock.connect((PEER, 80))
        syn = lab.inbox[-1].packet
        lab.inject(icmp_packet(3, 1, 0, syn))
        sock.poll()
        read_queue(lab, sock)
        sock.poll()
        sock.error()
        lab.note("IP_RECVERR %d, ESTABLISHED, host unreachable, then fragmentation needed" % recverr)
        c = lab.passive(port=5001 + recverr)
        c.sock.option(socket.IPPROTO_IP, IP_RECVERR, recverr)
        c.sock.send(b"x" * 100)
        lab.inject(icmp_packet(3, 1, 0, lab.inbox[-1].packet))
        c.sock.poll()
        read_queue(lab, c.sock)
        c.sock.error()
        lab.inject(icmp_packet(3, 4, 1400, lab.inbox[-1].packet))
        read_queue(lab, c.sock)


main()
