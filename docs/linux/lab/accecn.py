"""Experiments for ecn.md: classic ECN, and AccECN's feedback as Linux 6.18 does it once a connection is in that mode
(accecn_cc.py). `python3 accecn.py` lists them."""

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


def letters(bits):
    return "".join(letter for letter in "FSRPUEWA." if bits >> FLAGS.index(letter) & 1) or "-"


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
        self.print("peer  ", mark, bits, seq, length, ack, shown)
        os.write(self.lab.tun, ip + tcp)
        self.drain(settle)

    def print(self, way, mark, bits, seq, length, ack, options):
        text = "%s > %s%s %d:%d(%d)" % (way, MARKS[mark], letters(bits), seq, seq + length, length)
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
            if self.kernel_isn is not None and seg.dport != self.mine:
                continue  # another connection's
            bits = struct.unpack_from("!H", packet, (packet[0] & 15) * 4 + 12)[0] & 0x1FF
            if bits & 2:
                self.kernel_isn = seg.seq
                self.mine = self.mine if seg.dport == self.mine else seg.dport
                if not bits & 16:
                    self.port, self.mine = seg.sport, seg.dport
            if seg.option("ts"):
                self.last_ts = seg.option("ts")[0]
            options = [(n, tuple(x - self.ISN & 0xFFFFFFFF for x in v)) if n == "sack" else (n, v) for n, v in seg.options]
            self.heard = MARKS[packet[1] & 3] + letters(bits) + option_text(seg.options)
            self.print("kernel", packet[1] & 3, bits, seg.seq - (self.kernel_isn or 0) & 0xFFFFFFFF, len(seg.data), seg.ack - self.ISN & 0xFFFFFFFF, options)

    def write(self, count):
        self.lab.log("write(%d)" % count)
        self.sock.send(b"x" * count)
        self.drain()

    def read(self):
        try:
            while self.sock.recv(1 << 20):
                pass
        except (BlockingIOError, ConnectionResetError):
            pass
        self.drain()

    def info(self):
        raw = self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 280)
        names = {"delivered_ce": 196, "received_ce": 248, "delivered_e1_bytes": 252, "delivered_e0_bytes": 256, "delivered_ce_bytes": 260,
                 "received_e1_bytes": 264, "received_e0_bytes": 268, "received_ce_bytes": 272}
        values = {name: struct.unpack_from("i", raw, at)[0] for name, at in names.items()}
        values["accecn_fail_mode"], values["accecn_opt_seen"] = struct.unpack_from("HH", raw, 276)
        values["options"], values["ca_state"] = raw[5], raw[1]
        return values

    def counts(self):
        i = self.info()
        self.lab.log("info     received ce %(received_ce)d, bytes e1 %(received_e1_bytes)d e0 %(received_e0_bytes)d ce %(received_ce_bytes)d; "
                     "delivered ce %(delivered_ce)d, bytes e1 %(delivered_e1_bytes)d e0 %(delivered_e0_bytes)d ce %(delivered_ce_bytes)d; "
                     "fails %(accecn_fail_mode)d, option seen %(accecn_opt_seen)d" % i)


def begin(lab, prime=True, **how):
    """A connection in AccECN mode to which the peer has shown its option; printed from then on."""
    if not hasattr(lab, "cc"):
        lab.cc = accecn_cc.AccEcnCongestionControl()
    lab.silent = True
    p = Peer(lab, **how).open()
    if prime:
        p.write(1000)
        p.send("5.", 1, ack=1001, ecn=(1001, 0, 1))
    p.done = 1001 if prime else 1
    lab.silent, lab.began = False, time.monotonic()
    return p


def feedback(p):
    seq = 1
    for mark in (ECT0, ECT0, ECT0, CE, CE, ECT0, ECT0, ECT1, ECT1, ECT1, CE, ECT1, NOT_ECT, ECT1):
        p.send("5.", seq, 1000, mark=mark, ack=1001)
        seq += 1000
        p.read()
    p.counts()


@experiment()
def full(lab):
    """marks arrive: ACE field and option (tcp_ecn_option 2, the default)"""
    feedback(begin(lab))


@experiment(("net.ipv4.tcp_ecn_option", 1), ("net.ipv4.tcp_ecn_option_beacon", 0))
def minimum(lab):
    """the same with tcp_ecn_option 1 and no beacon"""
    feedback(begin(lab))


@experiment()
def delayed(lab):
    """what is acknowledged at once, where ACKs are delayed"""
    p = begin(lab)
    p.write(10)
    p.send("5.", 1, 100, ack=1011)
    p.write(10)
    seq = 101
    for mark in (ECT0, ECT0, CE, CE, CE, CE, ECT0, ECT0, ECT1, ECT1):
        p.send("5.", seq, 100, mark=mark, ack=1021, settle=0.002)
        seq += 100
    p.drain(0.1)
    lab.note("pure ACKs")
    for _ in range(10):
        p.send("5.", seq, mark=CE, ack=1021, settle=0.001)
    p.drain(0.1)
    p.counts()


@experiment()
def counted(lab):
    """which segments are counted"""
    p = begin(lab)
    steps = (("in order", "5.", 1, 1000, 1001), ("again", "5.", 1, 1000, 1001), ("beyond the window", "5.", 90000000, 1000, 1001),
             ("beyond a gap", "5.", 2001, 1000, 1001), ("again", "5.", 2001, 1000, 1001), ("old and new", "5.", 501, 1000, 1001),
             ("acknowledges what was not sent", "5.", 1501, 0, 99001), ("acknowledges what is long past", "5.", 1501, 0, -99001),
             ("without ACK", "P", 1501, 100, 0), ("RST in the window", "R", 3001, 0, 0))
    for what, flags, seq, length, ack in steps:
        lab.note(what)
        p.send(flags, seq, length, ack=ack, mark=CE)
        p.read()
        lab.note("received_ce %d, received_ce_bytes %d" % (p.info()["received_ce"], p.info()["received_ce_bytes"]))


@experiment()
def closing(lab):
    """after the FIN: nothing is counted; ACKs of FIN_WAIT2 and TIME_WAIT"""
    p = begin(lab)
    p.sock.shutdown(1)
    p.drain()
    p.send("5.", 1, ack=1002, mark=CE)
    p.send("5.", 1, 1000, ack=1002, mark=CE)
    p.read()
    p.counts()
    p.send("F5.", 1001, ack=1002, mark=CE)
    lab.note("TIME_WAIT")
    p.send("F5.", 1001, ack=1002, mark=CE)
    lab.note("another connection, closed: FIN_WAIT2 without a socket")
    p = begin(lab, port=5001)
    p.sock.close()
    p.drain()
    p.send("5.", 1, ack=1002)
    p.send("F5.", 1, ack=1002)
    p.send("F5.", 1, ack=1002)


@experiment()
def syn_again(lab):
    """SYN and SYN-ACK on an established connection"""
    p = begin(lab)
    p.send("5.", 1, 1000, ack=1001, mark=CE)
    p.read()
    time.sleep(0.6)
    p.send("S765", 0, mark=CE)
    time.sleep(0.6)
    p.send("S.", 1001, mark=ECT0)


@experiment()
def probes(lab):
    """retransmissions, window probes, keepalive, reset: all in packets marked ECT(0), all with ACE and option"""
    p = begin(lab)
    p.write(3000)
    p.drain(0.5)
    p.send("5.", 1, ack=4001, window=0)
    p.write(2000)
    p.drain(1.0)
    p.send("5.", 1, ack=4001)
    p.send("5.", 1, ack=6001)
    for level, name, value in ((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)):
        p.sock.setsockopt(level, name, value)
    p.drain(1.2)
    p.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    p.sock.close()
    p.drain()


@experiment()
def room(lab):
    """the option beside SACK blocks and timestamps"""
    for timestamps in (False, True):
        for mark in (ECT0, ECT1, CE):
            lab.silent = False
            lab.note("%s timestamps, data marked %s" % ("with" if timestamps else "without", MARKS[mark]))
            p = begin(lab, timestamps=timestamps, port=6000 + timestamps * 10 + mark)
            for i in range(5):
                p.send("5.", 2001 + 2000 * i, 1000, ack=1001, mark=mark)
            p.send("5.", 10001, 1000, ack=1001, mark=mark)
            p.write(1000)
            lab.silent = True
            p.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            p.sock.close()
            p.drain()


def acked(p, packets, ace, ecn=None, note="", **how):
    """The kernel sends so many segments, and one ACK tells of all."""
    p.lab.silent = True
    p.sock.send(b"x" * 1000 * packets)
    p.drain()
    p.done += 1000 * packets
    p.send(str(ace) + ".", 1, ack=p.done, ecn=ecn, **how)
    p.lab.silent = False
    told = "" if ecn is None else option_text([("kind174" if how.get("order") else "kind172", b"".join(x.to_bytes(3, "big") for x in ecn).hex())])
    i = p.info()
    p.lab.note("%2d packets: ACE %d%s: delivered_ce %d, bytes e1 %d e0 %d ce %d%s" % (
        packets, ace, told, i["delivered_ce"], i["delivered_e1_bytes"], i["delivered_e0_bytes"], i["delivered_ce_bytes"], note and "   # " + note))


@experiment()
def wraps(lab):
    """ACKs for more packets than the ACE field can count, without option"""
    p = begin(lab, prime=False)
    for packets, ace in ((1, 5), (7, 6), (7, 7), (8, 0), (8, 0), (10, 2), (16, 3), (20, 3), (30, 4), (40, 4), (3, 1), (9, 1)):
        acked(p, packets, ace)


@experiment()
def wraps_with_option(lab):
    """the same with option: so many were marked, so many the field says"""
    p = begin(lab)
    e0, ce, ace = 1001, 0, 5
    for packets, marked, told in ((1, 0, 0), (10, 0, 0), (10, 1, 1), (10, 9, 9), (8, 8, 8), (10, 10, 10), (20, 1, 1), (20, 17, 17),
                                  (20, 3, 11), (30, 30, 30), (40, 10, 10), (40, 10, 3), (12, 2, 10), (9, 9, 1), (9, 1, 9), (16, 8, 8),
                                  (16, 9, 9), (16, 8, 16), (16, 0, 8), (15, 0, 8), (15, 8, 8)):
        e0, ce, ace = e0 + 1000 * (packets - marked), ce + 1000 * marked, ace + told & 7
        acked(p, packets, ace, (e0, ce, 1), "%d marked, the field says %d" % (marked, told))


@experiment()
def partial(lab):
    """options with fewer counters, in either order, or none; and what is estimated without"""
    p = begin(lab)
    acked(p, 1, 5, (2001, 0, 1))
    acked(p, 1, 5)
    acked(p, 1, 5, (4001,))
    acked(p, 1, 5, (1,), order=1)
    acked(p, 1, 6, (1, 1000), order=1)
    acked(p, 1, 6)
    acked(p, 1, 6)
    acked(p, 1, 6, (9001, 0, 1), "the last two were not marked after all")
    acked(p, 2, 6, (10001, 1000, 1), "two have grown: no estimate from here on")
    acked(p, 1, 6)
    acked(p, 1, 6, (11001, 1000, 1))
    acked(p, 1, 6, ())
    acked(p, 1, 6, (0, 0, 0))
    acked(p, 1, 6)
    acked(p, 1, 6, (1001, 14000, 1))


def connecting(lab, port, accurate):
    p = Peer(lab, listener=False)
    p.sock = socket.socket()
    if accurate:
        p.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, accecn_cc.NAME.encode())
    p.sock.setblocking(False)
    try:
        p.sock.connect((PEER, port))
    except BlockingIOError:
        pass
    return p


def answered(p, ace, mark, option=None):
    """The peer answers the kernel's SYN; prints what the kernel makes of it."""
    raw = p.syn_options()
    if option is not None:
        raw += struct.pack("!BB", 172, 2 + 3 * len(option)) + b"".join(x.to_bytes(3, "big") for x in option)
        raw += b"\1" * (-len(raw) % 4)
    p.lab.silent = True
    p.send("S.%d" % ace, 0, options=raw, mark=mark)
    third = p.heard
    p.write(10)
    p.lab.silent = False
    i = p.info()
    text = "" if option is None else ", option %s" % (option,)
    p.lab.note("ACE %d, %-6s%s: ACK %s; data %s; received_ce %d, fails %d, option seen %d, ECN %s" % (
        ace, MARKS[mark].strip() or "not-ECT", text, third, p.heard, i["received_ce"], i["accecn_fail_mode"], i["accecn_opt_seen"],
        "agreed" if i["options"] & 8 else "not agreed"))
    p.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    p.lab.silent = True
    p.sock.close()
    p.drain()
    p.lab.silent = False


@experiment()
def accurate_client(lab):
    """a client that has asked for accurate feedback: every SYN-ACK that grants it"""
    lab.cc = accecn_cc.AccEcnCongestionControl()
    cases = [(ace, mark, None) for ace in (2, 3, 4, 5, 6) for mark in range(4)]
    cases += [(2, NOT_ECT, option) for option in ((1, 0, 1), (0, 0, 0), (1,), ())]
    peers = [connecting(lab, 2000 + i, True) for i in range(len(cases))]
    seen, end = {}, time.monotonic() + 1.6  # the mode is set when the SYN is sent again
    while time.monotonic() < end:
        if select.select([lab.tun], [], [], 0.05)[0]:
            packet = os.read(lab.tun, 65536)
            if packet[0] >> 4 == 4 and packet[9] == 6:
                seen[Segment(packet).dport] = Segment(packet)
    for i, (case, p) in enumerate(zip(cases, peers)):
        seg = seen[2000 + i]
        p.kernel_isn, p.port, p.mine = seg.seq, seg.sport, seg.dport
        answered(p, *case)


@experiment(("net.ipv4.tcp_ecn", 1))
def classic_client(lab):
    """tcp_ecn 1: every SYN-ACK"""
    for ace in range(8):
        for mark in (NOT_ECT, CE):
            lab.silent = True
            p = connecting(lab, 2000 + ace * 4 + mark, False)
            p.drain()
            lab.silent = False
            answered(p, ace, mark)


@experiment()
def classic_listener(lab):
    """tcp_ecn 2: every SYN"""
    for ace in range(8):
        for mark in (NOT_ECT, ECT0):
            p = Peer(lab, port=5000 + ace * 4 + mark, cc=False)
            lab.silent = True
            p.send("S%d" % ace, 0, options=p.syn_options(), mark=mark)
            lab.silent = False
            lab.note("SYN %s%s: SYN-ACK %s" % (MARKS[mark], letters(2 | ace << 6), p.heard.split()[0]))


@experiment()
def classic_feedback(lab):
    """tcp_ecn 2: when marks are echoed, and what goes out ECN-capable"""
    p = Peer(lab, cc=False)
    p.send("SEW", 0, options=p.syn_options(), mark=NOT_ECT)
    p.send(".", 1, mark=NOT_ECT)
    p.sock, _ = p.listener.accept()
    p.sock.setblocking(False)
    p.write(1000)
    p.drain(0.6)
    p.send(".", 1, 100, ack=1001, mark=ECT0)
    p.send(".", 101, 100, ack=1001, mark=CE)
    p.send(".", 201, 100, ack=1001, mark=ECT0)
    p.write(1000)
    p.send("EW.", 301, 100, ack=2001, mark=ECT0)
    p.write(1000)
    p.send(".", 401, 100, ack=3001, mark=NOT_ECT)
    p.counts()


def crossing(lab, flags, mark, last):
    lab.silent = False
    lab.note("SYN %s, %s" % (flags, MARKS[mark] or "not-ECT"))
    lab.silent = True
    p = connecting(lab, 3000 + len(getattr(lab, "crossed", "")), True)
    lab.crossed = getattr(lab, "crossed", "") + "x"
    p.drain(1.2)
    lab.silent = False
    p.send("S" + flags, 0, options=p.syn_options(), mark=mark)
    p.drain(3.5)
    p.send(last, 0 if "S" in last else 1, options=p.syn_options() if "S" in last else None, mark=ECT0, ecn=None if "S" in last else (1, 0, 1))
    p.write(10)
    p.counts()
    p.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    p.sock.close()
    lab.silent = True
    p.drain()


@experiment()
def crossed(lab):
    """both open at once, for accurate feedback"""
    lab.cc = accecn_cc.AccEcnCongestionControl()
    for flags, mark, last in (("EWA", NOT_ECT, "W."), ("EWA", ECT1, "W."), ("EWA", ECT0, "WA."), ("EWA", NOT_ECT, "SW."), ("EW", NOT_ECT, ".")):
        crossing(lab, flags, mark, last)


if __name__ == "__main__":
    main()
