"""Experiments for ecn.md: AccECN's feedback, as Linux 6.18 does it once a connection is in that mode (accecn_cc.py).
`python3 accecn.py` lists them."""

import os
import select
import socket
import struct
import time

import accecn_cc
from lab import KERNEL, PEER, Options, Segment, checksum, experiment, main

NOT_ECT, ECT1, ECT0, CE = range(4)
MARKS = ("", "[ect1] ", "[ect0] ", "[ce] ")
FLAGS = "FSRP.UEWA"


def option_text(items):
    out = []
    for name, value in items:
        if name in ("kind172", "kind174"):
            raw = bytes.fromhex(value)
            names = ("e0b", "ceb", "e1b") if name == "kind172" else ("e1b", "ceb", "e0b")
            out.append("ECN" + "".join(" %s %d" % (names[i], int.from_bytes(raw[3 * i:3 * i + 3])) for i in range(len(raw) // 3)))
        elif name == "sack":
            out.append("sack " + " ".join("%d:%d" % value[i:i + 2] for i in range(0, len(value), 2)))
        elif name == "ts":
            out.append("TS")
        else:
            out.append(name if value is None else "%s %s" % (name, value))
    return " <%s>" % ",".join(out) if out else ""


class Peer:
    """The remote end of one connection to a kernel listener (or of a kernel connect), written segment by segment."""

    ISN = 1000000

    def __init__(self, lab, port=5000, timestamps=False, sack=True, listener=True, window=1 << 20, scale=8, cc=True):
        self.lab, self.port, self.mine = lab, port, 40001
        self.timestamps, self.sack, self.scale = timestamps, sack, scale
        self.last_ts, self.kernel_isn = 0, None
        self.tsval = 1000
        if listener:
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if cc:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, accecn_cc.NAME.encode())
            sock.bind((KERNEL, port))
            sock.listen(5)
            self.listener = sock

    def syn_options(self):
        raw = struct.pack("!BBH", 2, 4, 1000 + (12 if self.timestamps else 0) + 12)
        raw += b"\4\2" if self.sack else b"\1\1"
        if self.timestamps:
            raw += struct.pack("!BBII", 8, 10, self.tsval, self.last_ts)
        else:
            raw += b"\1\1"
        return raw + struct.pack("!BBBB", 1, 3, 3, self.scale)

    def open(self, mark=ECT0, option=True):
        self.send("S", 0, options=self.syn_options(), mark=NOT_ECT)
        self.send("W.", 1, ack=1, mark=mark, ecn=(1, 0, 1) if option else None)
        self.sock, _ = self.listener.accept()
        self.sock.setblocking(False)
        return self

    def send(self, flags, seq, length=0, ack=1, mark=ECT0, ecn=None, order=0, sack=(), options=None, window=4096, ts=None, settle=0.004):
        """`ecn`: the counters of the AccECN option as they stand on the wire, in the order of kind 172 (or 174 if order)."""
        bits = 0
        for f in flags:
            bits |= int(f) << 6 if f.isdigit() else 1 << FLAGS.index(f)
        if options is None:
            options = b""
            if self.timestamps:
                self.tsval += 1
                options += struct.pack("!BBBBII", 1, 1, 8, 10, self.tsval if ts is None else ts, self.last_ts)
            if ecn is not None:
                options += struct.pack("!BB", 174 if order else 172, 2 + 3 * len(ecn)) + b"".join(x.to_bytes(3, "big") for x in ecn)
                options += b"\1" * (-len(options) % 4)
            if sack:
                options += struct.pack("!BBBB", 1, 1, 5, 2 + 8 * len(sack))
                options += b"".join(struct.pack("!II", self.kernel_isn + a & 0xFFFFFFFF, self.kernel_isn + b & 0xFFFFFFFF) for a, b in sack)
        raw_ack = (self.kernel_isn or 0) + ack & 0xFFFFFFFF if bits & 16 else 0
        head = struct.pack("!HHIIHHHH", self.mine, self.port, self.ISN + seq & 0xFFFFFFFF, raw_ack,
                           (5 + len(options) // 4) << 12 | bits, window, 0, 0)
        tcp = head + options + b"\0" * length
        pseudo = socket.inet_aton(PEER) + socket.inet_aton(KERNEL) + struct.pack("!BBH", 0, 6, len(tcp))
        tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, mark, 20 + len(tcp), 0, 0x4000, 64, 6, 0, socket.inet_aton(PEER), socket.inet_aton(KERNEL))
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        shown = Options.decode(options)
        shown = [(n, tuple(x - self.kernel_isn & 0xFFFFFFFF for x in v)) if n == "sack" else (n, v) for n, v in shown]
        self.print("<", mark, bits, seq, length, ack, shown)
        os.write(self.lab.tun, ip + tcp)
        self.drain(settle)

    def print(self, way, mark, bits, seq, length, ack, options):
        letters = "".join(l for l in "FSRPUEWA." if bits >> FLAGS.index(l) & 1) or "-"
        text = "%s %s%s %d:%d(%d)" % (way, MARKS[mark], letters, seq, seq + length, length)
        if bits & 16:
            text += " ack %d" % ack
            if not bits & 2:
                text += " (ace %d)" % (bits >> 6 & 7)
        self.lab.log(text + option_text(options))

    def drain(self, seconds=0.004):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.lab.tun], [], [], left)[0]:
                break
            packet = os.read(self.lab.tun, 65536)
            if packet[0] >> 4 != 4 or packet[9] != 6:
                continue
            seg = Segment(packet)
            bits = struct.unpack_from("!H", packet, (packet[0] & 15) * 4 + 12)[0] & 0x1FF
            if bits & 2:
                self.kernel_isn = seg.seq
                self.mine = self.mine if seg.dport == self.mine else seg.dport
                if not bits & 16:
                    self.port, self.mine = seg.sport, seg.dport
            if seg.option("ts"):
                self.last_ts = seg.option("ts")[0]
            options = [(n, tuple(x - self.ISN & 0xFFFFFFFF for x in v)) if n == "sack" else (n, v) for n, v in seg.options]
            self.print(">", packet[1] & 3, bits, seg.seq - (self.kernel_isn or 0) & 0xFFFFFFFF, len(seg.data), seg.ack - self.ISN & 0xFFFFFFFF, options)

    def write(self, count):
        self.lab.log("write(%d)" % count)
        self.sock.send(b"x" * count)
        self.drain()

    def read(self):
        try:
            while self.sock.recv(1 << 20):
                pass
        except BlockingIOError:
            pass
        self.drain()

    def counts(self, note=""):
        raw = self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 280)
        u = lambda at: struct.unpack_from("I", raw, at)[0]
        fail, seen = struct.unpack_from("HH", raw, 276)
        self.lab.log("info: ca %d cwnd %d delivered %d ce %d, bytes e1 %d e0 %d ce %d; received ce %d, bytes e1 %d e0 %d ce %d; fail %d seen %d; options %d %s" % (
            raw[1], u(80), u(192), u(196), u(252), u(256), u(260), u(248), u(264), u(268), u(272), fail, seen, raw[5], note))



def begin(lab, prime=True, **how):
    """A connection in AccECN mode to which the peer has shown its option."""
    lab.cc = accecn_cc.AccEcnCongestionControl()
    p = Peer(lab, **how).open()
    if prime:
        p.write(1000)
        p.send("5.", 1, ack=1001, ecn=(1001, 0, 1))
    return p


def feedback(p):
    p.counts()
    seq = 1
    for mark in (ECT0, ECT0, ECT0, CE, CE, ECT0, ECT0, ECT1, ECT1, ECT1, CE, ECT1, NOT_ECT, NOT_ECT, ECT1):
        p.send("5.", seq, 1000, mark=mark, ack=1001, ecn=(1001, 0, 1))
        seq += 1000
        p.read()
    p.counts()

@experiment()
def opt_full(lab):
    """tcp_ecn_option 2"""
    feedback(begin(lab))

@experiment(("net.ipv4.tcp_ecn_option", 1))
def opt_min(lab):
    """tcp_ecn_option 1"""
    feedback(begin(lab))

@experiment(("net.ipv4.tcp_ecn_option", 1), ("net.ipv4.tcp_ecn_option_beacon", 0))
def opt_min_nobeacon(lab):
    """tcp_ecn_option 1, no beacon"""
    feedback(begin(lab))

@experiment(("net.ipv4.tcp_ecn_option", 0))
def opt_off(lab):
    """tcp_ecn_option 0"""
    feedback(begin(lab))

def delayed(p):
    p.write(1000)  # ping pong
    seq = 1
    for mark in (ECT0,)*6+(CE, CE, CE, CE, ECT0, ECT0, ECT0, ECT1, ECT1, ECT1, CE, CE):
        p.send("5.", seq, 100, mark=mark, ack=2001, ecn=(2001, 0, 1))
        p.write(10)
        seq += 100
    p.lab.note("pure ACKs with CE")
    for i in range(12):
        p.send("5.", seq, 0, mark=CE, ack=2001, ecn=(2001, 0, 1))
    p.drain(0.3)
    p.counts()
    p.lab.note("small data with CE while delayed ACK")
    for i in range(12):
        p.send("5.", seq, 10, mark=CE, ack=2001, ecn=(2001, 0, 1))
        seq += 10
    p.drain(0.3)
    p.counts()

@experiment()
def pingpong(lab):
    """delayed acks"""
    delayed(begin(lab))

@experiment(("net.ipv4.tcp_ecn_option", 1))
def pingpong_min(lab):
    """delayed acks"""
    delayed(begin(lab))

@experiment()
def outside(lab):
    """what is counted: duplicates, out of window, old, fin"""
    p = begin(lab)
    p.send("5.", 1, 1000, ack=1001, ecn=(1001,0,1)); p.read(); p.counts()
    lab.note("duplicate, CE")
    p.send("5.", 1, 1000, mark=CE, ack=1001, ecn=(1001,0,1)); p.counts()
    lab.note("beyond the window, CE")
    p.send("5.", 90000000, 1000, mark=CE, ack=1001, ecn=(1001,0,1)); p.counts()
    lab.note("out of order, CE")
    p.send("5.", 2001, 1000, mark=CE, ack=1001, ecn=(1001,0,1)); p.counts()
    lab.note("out of order again, CE")
    p.send("5.", 2001, 1000, mark=CE, ack=1001, ecn=(1001,0,1)); p.counts()
    lab.note("overlap old and new, CE")
    p.send("5.", 501, 1000, mark=CE, ack=1001, ecn=(1001,0,1)); p.counts()
    lab.note("unacceptable ack, CE")
    p.send("5.", 1501, 0, mark=CE, ack=99001, ecn=(1001,0,1)); p.counts()
    lab.note("too old ack, CE")
    p.send("5.", 1501, 0, mark=CE, ack=-99001, ecn=(1001,0,1)); p.counts()
    lab.note("SYN, CE")
    time.sleep(0.6)
    p.send("S765", 0, 0, mark=CE, ecn=(1001,0,1)); p.counts()
    time.sleep(0.6)
    p.send("S.2", 0, 0, mark=ECT0, ecn=(1001,0,1)); p.counts()
    time.sleep(0.6)
    p.send("S.2", 0, 0, mark=ECT1); p.counts()
    time.sleep(0.6)
    p.send("S.", 0, 0, mark=NOT_ECT); p.counts()
    time.sleep(0.6)
    p.send("S.", 7001, 0, mark=CE); p.counts()
    lab.note("RST in window, CE")
    time.sleep(0.6)
    p.send("R", 3001, 0, mark=CE); p.counts()
    lab.note("no ack flag, CE")
    p.send("P", 1501, 100, mark=CE); p.counts()
    lab.note("FIN")
    p.send("F5.", 1501, 500, mark=CE, ack=1001); p.read(); p.counts()
    p.send("F5.", 3001, 0, mark=CE, ack=1001); p.read(); p.counts()
    lab.note("again")
    p.send("F5.", 3001, 0, mark=CE, ack=1001); p.read(); p.counts()
    p.write(100)
    p.send("6.", 3002, 0, mark=CE, ack=1101); p.counts()

@experiment()
def finishing(lab):
    """fin states"""
    p = begin(lab)
    p.sock.shutdown(1); p.drain()
    p.send("5.", 1, 0, mark=CE, ack=1002, ecn=(1001,0,1)); p.counts()
    p.send("5.", 1, 1000, mark=CE, ack=1002, ecn=(1001,0,1)); p.counts(); p.read()
    p.send("5.", 1001, 1000, mark=ECT0, ack=1002, ecn=(1001,0,1)); p.counts(); p.read()
    p.send("F5.", 2001, 0, mark=CE, ack=1002, ecn=(1001,0,1)); p.counts()
    lab.note("time wait: fin again")
    p.send("F5.", 2001, 0, mark=CE, ack=1002, ecn=(1001,0,1))

@experiment()
def orphan(lab):
    """close, then FIN_WAIT2 as timewait"""
    p = begin(lab)
    p.sock.close(); p.drain()
    p.send("5.", 1, 0, mark=CE, ack=1002, ecn=(1001,0,1))
    p.send("F5.", 1, 0, mark=CE, ack=1002, ecn=(1001,0,1))
    p.send("F5.", 1, 0, mark=CE, ack=1002, ecn=(1001,0,1))
    time.sleep(0.6)
    p.send("F5.", 1, 0, mark=CE, ack=1002, ecn=(1001,0,1))

@experiment()
def orphan_fin(lab):
    """close, FIN acked together with FIN"""
    p = begin(lab)
    p.sock.close(); p.drain()
    p.send("F5.", 1, 0, mark=CE, ack=1002, ecn=(1001,0,1))
    p.send("F5.", 1, 0, mark=CE, ack=1002, ecn=(1001,0,1))

@experiment()
def probes(lab):
    """retransmissions, TLP, RTO, window probes, keepalive"""
    p = begin(lab)
    p.write(3000)
    p.drain(1.5)
    p.send("5.", 1, 0, ack=4001, window=0, ecn=(4001,0,1))
    p.write(2000)
    p.drain(1.0)
    p.send("5.", 1, 0, ack=4001, ecn=(4001,0,1))
    p.send("5.", 1, 0, ack=6001, ecn=(6001,0,1))
    p.sock.setsockopt(1, 9, 1); p.sock.setsockopt(6, 4, 1); p.sock.setsockopt(6,5,1)
    p.drain(2.5)
    p.counts()
    p.sock.setsockopt(1, 13, struct.pack("ii",1,0)); p.sock.close(); p.drain()

@experiment()
def pending(lab):
    """many CE, small"""
    p = begin(lab)
    lab.note("delayed ack by ping pong")
    p.write(10)
    p.send("5.", 1, 100, ack=1011, ecn=(1011,0,1))
    p.write(10)
    p.send("5.", 101, 100, ack=1021, ecn=(1021,0,1))
    p.drain(0.2)
    p.send("5.", 201, 100, ack=1021, ecn=(1021,0,1), mark=CE)
    p.drain(0.2)
    p.write(10)
    lab.note("data CE 1 byte x 20")
    for i in range(20):
        p.send("5.", 301+i, 1, ack=1031, ecn=(1031,0,1), mark=CE, settle=0.0008)
    p.drain(0.2)
    p.write(10)
    lab.note("data CE then pure")
    p.send("5.", 321, 1, ack=1041, ecn=(1031,0,1), mark=CE, settle=0.0008)
    for i in range(20):
        p.send("5.", 322, 0, ack=1041, ecn=(1031,0,1), mark=CE, settle=0.0008)
    p.drain(0.2)
    lab.note("pure acks only")
    for i in range(20):
        p.send("5.", 322, 0, ack=1041, ecn=(1031,0,1), mark=CE, settle=0.0008)
    p.drain(0.2)
    p.counts()

@experiment()
def syn_acks(lab):
    """a client that asks for AccECN: every SYN-ACK"""
    lab.cc = accecn_cc.AccEcnCongestionControl()
    cases = [(ace, mark, option) for ace in range(8) for mark in range(4) for option in (None, (1, 0, 1), (0, 0, 0), ())]
    cases = [c for c in cases if c[2] is None or c[1] == 0 and c[0] in (2, 5, 1)]
    peers = []
    for i, case in enumerate(cases):
        p = Peer(lab, listener=False)
        p.sock = socket.socket()
        p.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, accecn_cc.NAME.encode())
        p.sock.setblocking(False)
        try:
            p.sock.connect((PEER, 2000 + i))
        except BlockingIOError:
            pass
        peers.append(p)
    lab.silent = True
    seen = {}
    end = time.monotonic() + 1.6
    while time.monotonic() < end:
        if select.select([lab.tun], [], [], 0.05)[0]:
            packet = os.read(lab.tun, 65536)
            if packet[0] >> 4 == 4 and packet[9] == 6:
                seg = Segment(packet)
                seen[seg.dport] = seg
    lab.silent = False
    for i, (case, p) in enumerate(zip(cases, peers)):
        seg = seen[2000 + i]
        p.kernel_isn, p.port, p.mine = seg.seq, seg.sport, seg.dport
        ace, mark, option = case
        lab.note("ACE %d, %s, option %s" % (ace, MARKS[mark] or "not-ECT", option))
        raw = p.syn_options()
        if option is not None:
            raw += struct.pack("!BB", 172, 2 + 3 * len(option)) + b"".join(x.to_bytes(3, "big") for x in option)
            raw += b"\1" * (-len(raw) % 4)
        p.send("S.%d" % ace, 0, options=raw, mark=mark)
        p.counts()
        p.write(10)

@experiment(("net.ipv4.tcp_ecn_fallback", 0))
def syn_acks_nofallback(lab):
    """the same without fallback"""
    syn_acks.__wrapped__(lab) if hasattr(syn_acks, "__wrapped__") else syn_acks(lab)

@experiment(("net.ipv4.tcp_ecn", 1))
def classic(lab):
    """tcp_ecn 1: every SYN-ACK, every SYN"""
    for ace in range(8):
        for mark in range(4):
            p = Peer(lab, listener=False)
            p.sock = socket.socket()
            p.sock.setblocking(False)
            lab.note("SYN-ACK ACE %d, %s" % (ace, MARKS[mark] or "not-ECT"))
            try:
                p.sock.connect((PEER, 2000 + ace * 4 + mark))
            except BlockingIOError:
                pass
            p.drain()
            p.send("S.%d" % ace, 0, options=p.syn_options(), mark=mark)
            p.write(10)
            p.counts()
            p.sock.setsockopt(1, 13, struct.pack("ii",1,0)); p.sock.close(); p.drain()

@experiment()
def classic_syn(lab):
    """tcp_ecn 2: every SYN"""
    for ace in range(8):
        for mark in range(4):
            lab.note("SYN ACE %d, %s" % (ace, MARKS[mark] or "not-ECT"))
            p = Peer(lab, port=5000 + ace * 4 + mark, cc=False)
            p.send("S%d" % ace, 0, options=p.syn_options(), mark=mark)
            p.listener.close(); p.drain()

def acked(p, packets, ace, ecn=None, note="", **how):
    """The kernel sends so many segments, and one ACK tells of all."""
    if not hasattr(p, "done"):
        p.done = p.start
    p.lab.silent = True
    p.sock.send(b"x" * 1000 * packets)
    p.drain()
    p.done += 1000 * packets
    p.send(str(ace) + ".", 1, ack=p.done, ecn=ecn, **how)
    p.lab.silent = False
    raw = p.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 280)
    u = lambda at: struct.unpack_from("I", raw, at)[0]
    p.lab.log("%d packets, ace %d, ecn %s: delivered ce %d, bytes e1 %d e0 %d ce %d ca %d %s" % (packets, ace, ecn, u(196), u(252), u(256), u(260), raw[1], note))

@experiment()
def wraps(lab):
    """large ACKs without option"""
    p = begin(lab, prime=False)
    p.start = 1
    for packets, ace in ((1, 5), (7, 6), (7, 7), (8, 0), (8, 0), (10, 2), (16, 3), (20, 3), (30, 4), (40, 4), (3, 1), (9, 1)):
        acked(p, packets, ace)

@experiment()
def wraps_option(lab):
    """large ACKs with option"""
    p = begin(lab)
    p.start = 1001
    e0, ce = 1001, 0
    ace = 5
    import random
    random.seed(7)
    for packets, marked, told in ((1,0,0),(10,0,0),(10,1,1),(10,9,9),(8,8,8),(10,10,10),(20,1,1),(20,17,17),(20,3,11),(30,30,30),(40,10,10),(40,10,3),(12,2,10), (9,9,1), (9, 1, 9), (16,8,8),(16,9,9),(16,8,16),(16,0,8),(15,0,8),(15,8,8)):
        e0 += 1000 * (packets - marked)
        ce += 1000 * marked
        ace = ace + told & 7
        acked(p, packets, ace, (e0, ce, 1), "marked %d told %d" % (marked, told))

@experiment()
def partial(lab):
    """options with fewer fields, orders, estimates"""
    p = begin(lab)
    p.start = 1001
    acked(p, 1, 5, (2001, 0, 1), "e0")
    acked(p, 1, 5, None, "no option: estimated")
    acked(p, 1, 5, (4001,), "one field, kind 172")
    acked(p, 1, 5, (1,), "one field, kind 174", order=1)
    acked(p, 1, 6, (1, 1000), "two fields, kind 174", order=1)
    acked(p, 1, 6, None, "no option: estimated")
    acked(p, 1, 6, None, "no option: estimated")
    acked(p, 1, 6, (9001, 0, 1), "all as e0")
    acked(p, 2, 6, (10001, 1000, 1), "two change")
    acked(p, 1, 6, None, "no option: not estimated")
    acked(p, 1, 6, (11001, 1000, 1), "e0")
    acked(p, 1, 6, (), "empty option")
    acked(p, 1, 6, (0, 0, 0), "zero")
    acked(p, 1, 6, None, "none")
    acked(p, 1, 6, (1001, 14000, 1), "ceb jumps")

@experiment()
def dsacks(lab):
    """the peer repeats data after ACKs with the option and DSACK"""
    p = begin(lab)
    p.send("5.", 1, 1000, ack=1001, ecn=(1001,0,1)); p.read()
    for i in range(5):
        p.send("5.", 1, 1000, ack=1001, ecn=(1001,0,1)); p.counts()
    p.send("5.", 1001, 1000, ack=1001, ecn=(1001,0,1)); p.read()

@experiment()
def sack_room(lab):
    """option and SACK blocks"""
    for ts in (False, True):
        for option in (ECT0, ECT1, CE):
            lab.note("timestamps %s, data marked %s" % (ts, MARKS[option]))
            p = begin(lab, timestamps=ts, port=6000 + ts * 10 + option)
            for i in range(5):
                p.send("5.", 2001 + 2000 * i, 1000, ack=1001, mark=option)
            p.send("5.", 10001, 1000, ack=1001, mark=option)
            p.send("5.", 10001, 1000, ack=1001, mark=NOT_ECT)
            p.write(3000)

if __name__ == "__main__":
    main()
