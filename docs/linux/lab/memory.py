"""What the receiver does when its buffer is full: collapsing, pruning, dropping. See memory.md"""

import socket
import struct

from lab import experiment, main

SIOCINQ = 0x541B
SO_MEMINFO = 55


def memory(c):
    """SK_MEMINFO: rmem_alloc, rcvbuf, wmem_alloc, sndbuf, fwd_alloc, wmem_queued"""
    raw = c.sock.sock.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36)
    return struct.unpack("9I", raw)


def tell(lab, c, note=""):
    rmem, rcvbuf = memory(c)[:2]
    counts = lab.counters()
    moved = ["%s %d" % (n, counts[n] - lab.counted.get(n, 0)) for n in
             ("PruneCalled", "TCPRcvCollapsed", "OfoPruned", "RcvPruned", "TCPOFODrop", "TCPOFOQueue", "TCPRcvQDrop", "TCPRcvCoalesce",
              "TCPOFOMerge")
             if counts[n] != lab.counted.get(n, 0)]
    lab.log("memory   charged %6d of %6d; %s%s" % (rmem, rcvbuf, ", ".join(moved) or "-", "  # " + note if note else ""))


def last(lab, c):
    """The last ACK: number, window, first SACK block."""
    seg = [s for s in lab.inbox if s.dport == c.port and s.flags & 16][-1]
    sack = seg.option("sack")
    blocks = " ".join("%d-%d" % sack[i:i + 2] for i in range(0, len(sack or ()), 2))
    return "ack %d win %d%s" % ((seg.ack - c.isn) & 0xFFFFFFFF, seg.window, " sack " + blocks if sack else "")


def flood(lab, c, seqs, size, every=1, note=""):
    for number, seq in enumerate(seqs, 1):
        lab.silent = True
        c.send("A", b"x" * size, seq=seq)
        lab.silent = False
        if number % every == 0:
            tell(lab, c, "%d segments, the last %d:%d; %s" % (number, seq, seq + size, last(lab, c)))


def open_with(lab, size, options=("mss", "sackok"), port=5000):
    listener = lab.listener(port, sockopts={(socket.SOL_SOCKET, socket.SO_RCVBUF): size})
    c = lab.passive(options=options, listener=listener, port=port)
    lab.counted = lab.counters()
    return c


@experiment(seconds=60)
def islands_up(lab):
    """SO_RCVBUF 8000 (16000): segments of 100 bytes, each beyond another gap, further and further ahead"""
    c = open_with(lab, 8000)
    flood(lab, c, range(201, 4600, 200), 100)


@experiment(seconds=60)
def islands_down(lab):
    """the same, nearer and nearer"""
    c = open_with(lab, 8000)
    flood(lab, c, range(7001, 1800, -200), 100)


@experiment(seconds=60)
def islands_gap(lab):
    """islands until the buffer is full; then what fills the first gap"""
    c = open_with(lab, 8000)
    lab.silent = True
    for seq in range(201, 7000, 200):
        c.send("A", b"x" * 100, seq=seq)
    lab.silent = False
    tell(lab, c, last(lab, c))
    flood(lab, c, range(1, 1000, 100), 100)


@experiment(seconds=60)
def ahead(lab):
    """out of order, but without gaps between: segments of 100 bytes after one gap"""
    c = open_with(lab, 8000)
    flood(lab, c, range(201, 7000, 100), 100, every=4)


@experiment(seconds=60)
def unread(lab):
    """in order, and nobody reads: segments of 200 bytes"""
    c = open_with(lab, 8000)
    flood(lab, c, range(1, 8001, 200), 200, every=2)


@experiment(seconds=60)
def unread_large(lab):
    """in order, and nobody reads: segments of 1400 bytes after a few of 1460"""
    c = open_with(lab, 16000)
    flood(lab, c, range(1, 16000, 1400), 1400)


@experiment(seconds=60)
def last_fit(lab):
    """19 islands (15808 of 16000 are charged); then one of 1000 bytes: what of it is counted"""
    c = open_with(lab, 8000)
    lab.silent = True
    for seq in range(201, 4000, 200):
        c.send("A", b"x" * 100, seq=seq)
    lab.silent = False
    tell(lab, c, last(lab, c))
    flood(lab, c, [4201], 1000)
    flood(lab, c, [5401], 100)
    flood(lab, c, [1], 100)
    flood(lab, c, [101], 100)


@experiment(seconds=120)
def islands_auto(lab):
    """without SO_RCVBUF: segments of 1 byte beyond gaps of 1 byte"""
    c = lab.passive(options=("mss", "sackok", "ws"), port=5000)
    lab.counted = lab.counters()
    flood(lab, c, range(3, 12803, 4), 1, every=800)


if __name__ == "__main__":
    main()
