"""A sender of the kernel and segments of 1000 bytes, numbered from 1: what recovery.py and congestion.py speak of."""

import socket
import struct

SOL, TCP = socket.SOL_SOCKET, socket.IPPROTO_TCP
MSS = 1000
CA_STATES = ("Open", "Disorder", "CWR", "Recovery", "Loss")


def sack(c, *blocks):
    """A SACK option of relative (left, right) edges counted in the kernel's sequence space."""
    raw = b"\1\1" + struct.pack("!BB", 5, 2 + 8 * len(blocks))
    for left, right in blocks:
        raw += struct.pack("!II", (c.kernel_isn + left) & 0xFFFFFFFF, (c.kernel_isn + right) & 0xFFFFFFFF)
    return ("raw", raw)


def edge(number):
    """The sequence number at which segment `number` (from 1) begins."""
    return 1 + (number - 1) * MSS


def ack(c, next_segment, *blocks, note=""):
    """Acknowledges everything before segment `next_segment`, and SACKs segment ranges (first, last)."""
    options = [sack(c, *((edge(a), edge(b + 1)) for a, b in blocks))] if blocks else []
    if c.ts_on:
        options = [("ts", (c.tsval(), c.last_tsval))] + options
    shown = "ACK %d" % next_segment + ("".join(", SACK %d-%d" % block for block in blocks)) + ("  # " + note if note else "")
    c.lab.log("peer   > " + shown)
    was, c.lab.silent = c.lab.silent, True
    before = len(c.lab.inbox)
    c.send("A", ack=edge(next_segment), options=options)
    c.lab.silent = was
    report(c, before)


def report(c, before):
    sent = []
    for seg in c.lab.inbox[before:]:
        if seg.dport != c.port:
            continue
        at = (seg.seq - c.kernel_isn - 1) & 0xFFFFFFFF
        for offset in range(0, max(len(seg.data), 1), MSS):
            sent.append("%d" % ((at + offset) // MSS + 1) if len(seg.data) else "ack")
    i = c.sock.info()
    c.lab.log("kernel > segments %-28s cwnd %d, ssthresh %s, in flight %d, lost %d, %s" % (
        " ".join(sent) or "none", i.snd_cwnd, i.snd_ssthresh if i.snd_ssthresh < 1 << 30 else "none", i.unacked,
        struct.unpack_from("I", i.raw, 32)[0], CA_STATES[i.ca_state]))


def wait(c, seconds, note=""):
    before = len(c.lab.inbox)
    began = c.lab.now()
    was, c.lab.silent = c.lab.silent, True
    came = lambda: any(seg.dport == c.port for seg in c.lab.inbox[before:])
    c.lab.run(seconds, until=came)
    c.lab.run(0.002)
    c.lab.silent = was
    if came():
        c.lab.note("after %.0f ms of waiting%s" % (c.lab.now() - began, note and ", " + note))
        report(c, before)
    else:
        c.lab.note("%.0f ms: nothing" % (seconds * 1000))


def sender(lab, segments, sacks=True, stamps=False, control=None, rtt=0.05, port=5000):
    """A connection with MSS 1000 and a handshake of one round trip; the program has written `segments` segments."""
    options = (("mss", MSS + (12 if stamps else 0)),) + (("sackok",) if sacks else ()) + (("ts",) if stamps else ()) + ("ws",)
    listener = lab.listener(port=port)
    lab.silent = True
    c = lab.dial(port=port, options=options, window=65535)
    c.send("S")
    c.ts_on = stamps
    lab.run(rtt)
    c.send("A")
    c.sock = listener.accept_()
    if control:
        c.sock.option(TCP, socket.TCP_CONGESTION, control)
    before = len(lab.inbox)
    c.sock.send(b"x" * (segments * MSS))
    lab.silent = False
    report(c, before)
    lab.silent = True
    lab.run(rtt)
    lab.silent = False
    return c
