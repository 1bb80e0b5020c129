"""Experiments for fast-open.md: TCP Fast Open, server and client. `python3 fastopen.py` lists them."""

import socket
import struct
import time

from lab import KERNEL, PEER, Conn, experiment, icmp_packet, main

TCP, SOL = socket.IPPROTO_TCP, socket.SOL_SOCKET
FASTOPEN, FASTOPEN_CONNECT, FASTOPEN_KEY, NO_COOKIE = 23, 30, 33, 34
KEY = "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4"
BOTH = ("net.ipv4.tcp_fastopen", 3)
LISTENERS = ("net.ipv4.tcp_fastopen", 0x403)
SAME_KEY = ("net.ipv4.tcp_fastopen_key", KEY)
PLAIN = ("net.ipv4.tcp_timestamps", 0)


def cookie_of(lab, listener, port=5000):
    """Asks for the cookie of PEER, quietly."""
    lab.silent = True
    c = lab.dial(port, options=("mss", ("fo", b"")))
    c.send("S")
    cookie = lab.inbox[-1].option("fo")
    c.send("R", seq=1)
    lab.silent = False
    return cookie


def tfo_syn(lab, cookie, data=b"d" * 10, port=5000, **how):
    c = lab.dial(port, options=("mss", "sackok", ("fo", cookie)), **how)
    c.send("S", data=data)
    return c


def show(s, note=""):
    i = s.info()
    s.lab.log("%-6s   state %d ca %d retransmits %d options 0x%x client_fail %d snd_mss %d rcv_mss %d unacked %d lost %d "
              "retrans %d total %d rtt %d rto %d cwnd %d delivered %d segs %d/%d data %d/%d snd_wnd %d %s" % (
                  s.name, i.state, i.ca_state, i.retransmits, i.raw[5], i.raw[7] >> 1 & 3, i.snd_mss, i.rcv_mss, i.unacked,
                  struct.unpack_from("I", i.raw, 32)[0], i.retrans, i.total_retrans, i.rtt, i.rto, i.snd_cwnd,
                  struct.unpack_from("I", i.raw, 192)[0], struct.unpack_from("I", i.raw, 136)[0],
                  struct.unpack_from("I", i.raw, 140)[0], struct.unpack_from("I", i.raw, 156)[0],
                  struct.unpack_from("I", i.raw, 152)[0], i.snd_wnd, note))


@experiment(LISTENERS, SAME_KEY)
def cookies(lab):
    """the cookie a SYN asks for, in both options; a wrong one; wrong lengths"""
    listener = lab.listener()
    for items in ((("fo", b""),), (("foexp", b""),), ("ws", ("fo", b"")), ("sackok", "ts", "ws", ("fo", b"")),
                  ("sackok", "ts", "ws", ("foexp", b"")), (("fo", b"12345678"),), (("fo", b"1234"),), (("fo", b"123456781234567812"),),
                  (("fo", b"12"),), (("fo", b"123"),), (("foexp", b"1234"),), (("fo", b""), ("foexp", b"")),
                  (("fo", b""), ("fo", b"12"))):
        c = lab.dial(options=("mss",) + items)
        c.send("S", data=b"0123456789")
        lab.counted_since()
    lab.sockets()


@experiment(LISTENERS, SAME_KEY, PLAIN)
def child(lab):
    """data on the SYN: the child before accept, before the final ACK, and after it"""
    listener = lab.listener()
    cookie = cookie_of(lab, listener)
    lab.note("cookie %s" % cookie.hex())
    lab.counted_since()
    c = tfo_syn(lab, cookie)
    lab.sockets()
    listener.poll()
    s = listener.accept_()
    show(s)
    s.poll()
    for name, option in (("TCP_FASTOPEN", FASTOPEN), ("TCP_DEFER_ACCEPT", 9), ("TCP_FASTOPEN_CONNECT", 30), ("TCP_FASTOPEN_NO_COOKIE", 34)):
        lab.note("%s listener %d child %d" % (name, listener.sock.getsockopt(TCP, option), s.sock.getsockopt(TCP, option)))
    lab.note("KEY of the child %s" % s.sock.getsockopt(TCP, FASTOPEN_KEY, 64).hex())
    s.recv(100)
    s.recv(100)
    s.send(b"x" * 3000)
    show(s)
    s.poll()
    lab.run(0.3)
    c.send("A", seq=11, ack=1)
    show(s)
    c.send("A", seq=11, ack=3001)
    show(s)
    lab.counted_since()


@experiment(LISTENERS, SAME_KEY, PLAIN)
def ack_with_data(lab):
    """the final ACK carries data, and FIN; the ACK covers our data at once"""
    listener = lab.listener()
    cookie = cookie_of(lab, listener)
    for flags, data in (("PA", b"e" * 20), ("FA", b""), ("FA", b"e" * 20)):
        c = tfo_syn(lab, cookie)
        s = listener.accept_()
        c.send(flags, data=data, seq=11, ack=1)
        show(s)
        s.poll()
        s.recv(100)
        s.close()
    c = tfo_syn(lab, cookie)
    s = listener.accept_()
    s.send(b"x" * 1000)
    lab.run(0.05)
    c.send("A", seq=11, ack=1001)
    show(s)
    lab.note("an ACK of nothing that was sent, one of before, one of half")
    c = tfo_syn(lab, cookie)
    s = listener.accept_()
    s.send(b"x" * 1000)
    c.send("A", seq=11, ack=2000)
    show(s)
    c.send("A", seq=11, ack=0)
    show(s)
    c.send("A", seq=11, ack=500)
    show(s)
    lab.counted_since()


@experiment(LISTENERS, SAME_KEY, PLAIN)
def duplicate_syn(lab):
    """the SYN again: with the data, without, with other numbers; without ACK"""
    listener = lab.listener()
    cookie = cookie_of(lab, listener)
    c = tfo_syn(lab, cookie)
    s = listener.accept_()
    lab.counted_since()
    c.send("S", data=b"d" * 10, seq=0, note="again")
    lab.run(0.6)
    c.send("S", seq=0, options=[("mss", 1460)], note="without data")
    lab.run(0.1)
    c.send("S", seq=0, options=[("mss", 1460)], note="too soon")
    lab.run(0.6)
    c.send("S", seq=5, options=[("mss", 1460)], note="inside the SYN's data")
    lab.run(0.6)
    c.send("S", seq=100, options=[("mss", 1460)], note="in the window")
    lab.run(0.6)
    c.send("S", seq=-100, options=[("mss", 1460)], note="below the window")
    lab.run(0.6)
    c.send("", seq=11, data=b"no flags")
    lab.run(0.6)
    c.send("SA", seq=0, ack=1)
    lab.run(0.6)
    c.send("SA", seq=100, ack=1)
    show(s)
    lab.counted_since()


@experiment(LISTENERS, SAME_KEY, PLAIN)
def reset(lab):
    """RST for a child: at RCV.NXT, beyond it, before; before accept and after"""
    listener = lab.listener()
    cookie = cookie_of(lab, listener)
    for accepted in (False, True):
        for flags, seq, ack in (("R", 11, None), ("RA", 11, 1), ("R", 12, None), ("R", 1, None), ("R", 0, None), ("R", 5, None), ("RA", 11, 77)):
            lab.note("accepted %s, %s %d" % (accepted, flags, seq))
            c = tfo_syn(lab, cookie)
            if accepted:
                s = listener.accept_()
            c.send(flags, seq=seq, ack=ack)
            if not accepted:
                s = listener.accept_()
            show(s)
            s.poll()
            s.recv(100)
            s.recv(100)
            s.recv(100)
            s.send(b"x")
            s.close()
            lab.counted_since()


@experiment(BOTH, SAME_KEY, PLAIN, seconds=200)
def reset_queue(lab):
    """children that were reset count against the queue for a while"""
    listener = lab.listener(sockopts={(TCP, FASTOPEN): 2})
    cookie = cookie_of(lab, listener)
    lab.counted_since()
    for accepted in (False, True):
        lab.note("accepted %s" % accepted)
        for i in range(4):
            c = tfo_syn(lab, cookie)
            if lab.inbox[-1].ack - c.isn == 1:
                c.send("R", seq=1, note="no Fast Open")
                lab.counted_since()
                continue
            if accepted:
                s = listener.accept_()
            c.send("R", seq=11)
            if not accepted:
                s = listener.accept_()
            s.close()
            lab.counted_since()
    lab.run(58)
    tfo_syn(lab, cookie).send("R", seq=11)
    lab.counted_since()
    lab.run(3)
    for i in range(4):
        c = tfo_syn(lab, cookie)
        lab.counted_since()


@experiment(BOTH, SAME_KEY, PLAIN)
def queue(lab):
    """the bound of the queue, and how the option may be set"""
    listener = lab.listener(sockopts={(TCP, FASTOPEN): 2})
    cookie = cookie_of(lab, listener)
    kept = [tfo_syn(lab, cookie) for i in range(3)]
    lab.counted_since()
    kept[0].send("A", seq=11, ack=1)
    tfo_syn(lab, cookie)
    lab.counted_since()
    listener.setsockopt(TCP, FASTOPEN, 100000)
    listener.getsockopt(TCP, FASTOPEN)
    listener.setsockopt(TCP, FASTOPEN, -1)
    listener.setsockopt(TCP, FASTOPEN, 0)
    tfo_syn(lab, cookie)
    lab.sysctl("net.ipv4.tcp_fastopen", 1)
    listener.setsockopt(TCP, FASTOPEN, 5)
    tfo_syn(lab, cookie)
    lab.sysctl("net.ipv4.tcp_fastopen", 2)
    tfo_syn(lab, cookie)
    lab.counted_since()


@experiment(LISTENERS, SAME_KEY, PLAIN)
def accept_queue(lab):
    """a full accept queue; backlog 0"""
    listener = lab.listener(backlog=0)
    listener.getsockopt(TCP, FASTOPEN)
    listener.setsockopt(TCP, FASTOPEN, 5)
    cookie = cookie_of(lab, listener)
    for i in range(3):
        tfo_syn(lab, cookie)
        lab.counted_since()
    listener.accept_()
    tfo_syn(lab, cookie)
    lab.counted_since()


@experiment(LISTENERS, SAME_KEY, PLAIN, seconds=200)
def timeouts(lab):
    """the SYN-ACK is not acknowledged: no data, then with data, then with FIN"""
    listener = lab.listener()
    cookie = cookie_of(lab, listener)
    lab.sysctl("net.ipv4.tcp_synack_retries", 3)
    lab.counted_since()
    a, b, c, d = (tfo_syn(lab, cookie) for _ in range(4))
    sa = listener.accept_("a")
    sb = listener.accept_("b")
    sc = listener.accept_("c")
    sb.send(b"x" * 3000)
    sc.recv(100)
    sc.close()
    for i in range(18):
        lab.run(1)
        show(sa)
        show(sb)
        if i == 8:
            lab.sockets()
    lab.run(20)
    show(sa)
    sa.error()
    sb.recv(100)
    sb.recv(100)
    sd = listener.accept_("d")
    show(sd)
    sd.recv(100)
    sd.recv(100)
    lab.sockets()
    lab.counted_since()


@experiment(LISTENERS, SAME_KEY, PLAIN)
def late_ack(lab):
    """after one, and after two SYN-ACK timeouts the final ACK comes"""
    listener = lab.listener()
    cookie = cookie_of(lab, listener)
    a, b = tfo_syn(lab, cookie), tfo_syn(lab, cookie)
    sa, sb = listener.accept_("a"), listener.accept_("b")
    a2, b2 = tfo_syn(lab, cookie), tfo_syn(lab, cookie)
    sa2, sb2 = listener.accept_("a2"), listener.accept_("b2")
    sa2.send(b"x" * 3000)
    sb2.send(b"x" * 3000)
    lab.run(1.5)
    a.send("A", seq=11, ack=1)
    show(sa)
    a2.send("A", seq=11, ack=1)
    show(sa2)
    lab.run(2.5)
    b.send("A", seq=11, ack=1)
    show(sb)
    b2.send("A", seq=11, ack=1)
    show(sb2)
    lab.run(4)
    show(sa2)
    show(sb2)
    lab.counted_since()


@experiment(LISTENERS, SAME_KEY, seconds=60)
def ack_dropped(lab):
    """the final ACK comes after timeouts of the SYN-ACK, and echoes the timestamp of the first one or the last"""
    listener = lab.listener()
    cookie = cookie_of(lab, listener)
    for wait, count in ((1.5, 0), (3.5, 0), (1.5, 3000), (3.5, 3000)):
        for which in ("first", "last"):
            lab.note("%s s, %d B written, the ACK echoes the %s SYN-ACK" % (wait, count, which))
            c = lab.dial(options=("mss", "sackok", "ts", "ws", ("fo", cookie)))
            c.send("S", data=b"d" * 10)
            c.ts_on, first = True, c.last_tsval
            s = listener.accept_()
            s.recv(100)
            if count:
                s.send(b"x" * count)
            lab.run(wait)
            lab.counted_since()
            echo = first if which == "first" else c.last_tsval
            c.send("A", seq=11, ack=1, options=[("ts", (c.tsval(), echo))])
            show(s)
            lab.run(0.3)
            if count:
                c.send("A", seq=11, ack=count + 1, options=[("ts", (c.tsval(), echo))])
                show(s)
            lab.counted_since()
            s.linger(0)
            s.close()


@experiment(LISTENERS, SAME_KEY, PLAIN)
def ends(lab):
    """close, shutdown and disconnect before the final ACK"""
    listener = lab.listener()
    cookie = cookie_of(lab, listener)

    def fresh(note, read=True):
        lab.note(note)
        lab.counted_since()
        c = tfo_syn(lab, cookie)
        s = listener.accept_()
        if read:
            s.recv(100)
        return c, s

    c, s = fresh("close, all read")
    s.close()
    lab.sockets()
    c.send("A", seq=11, ack=1)
    lab.sockets()
    c.send("FA", seq=11, ack=2)
    c, s = fresh("close, unread", read=False)
    s.close()
    lab.sockets()
    c.send("A", seq=11, ack=1)
    c, s = fresh("shutdown WR")
    s.shutdown(socket.SHUT_WR)
    show(s)
    s.poll()
    s.send(b"x")
    c.send("A", seq=11, ack=1)
    show(s)
    c, s = fresh("write, then shutdown WR")
    s.send(b"x" * 1000)
    s.shutdown(socket.SHUT_WR)
    show(s)
    c.send("A", seq=11, ack=1)
    show(s)
    c, s = fresh("write, then close")
    s.send(b"x" * 1000)
    s.close()
    c.send("A", seq=11, ack=1)
    c.send("A", seq=11, ack=1002)
    c, s = fresh("shutdown RD")
    s.shutdown(socket.SHUT_RD)
    show(s)
    s.poll()
    c.send("PA", seq=11, ack=1, data=b"more")
    c, s = fresh("close, then data")
    s.close()
    c.send("PA", seq=11, ack=1, data=b"more")
    lab.sockets()
    c, s = fresh("close, then RST")
    s.close()
    c.send("R", seq=11)
    lab.sockets()
    c, s = fresh("close, then FIN of the peer before any ACK of ours")
    s.close()
    c.send("FA", seq=11, ack=1)
    lab.sockets()
    c, s = fresh("SO_LINGER 0, close")
    s.linger(0)
    s.close()
    c, s = fresh("connect AF_UNSPEC")
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    lab.note("disconnect = %d" % libc.connect(s.fileno(), b"\0" * 16, 16))
    lab.drain()
    show(s)
    lab.counted_since()


@experiment(LISTENERS, SAME_KEY, PLAIN)
def listener_ends(lab):
    """the listener closes: before accept, after it"""
    listener = lab.listener()
    cookie = cookie_of(lab, listener)
    a = tfo_syn(lab, cookie)
    b = tfo_syn(lab, cookie)
    s = listener.accept_()
    listener.close()
    lab.sockets()
    a.send("A", seq=11, ack=1)
    show(s)
    b.send("A", seq=11, ack=1)
    lab.counted_since()


@experiment(LISTENERS, SAME_KEY, PLAIN)
def icmp(lab):
    """ICMP errors for a child: before accept, after it; in the window and beside it"""
    listener = lab.listener()
    cookie = cookie_of(lab, listener)
    for kind, code, rest in ((3, 1, 0), (3, 3, 0), (11, 0, 0), (3, 4, 1000), (3, 2, 0), (12, 0, 0)):
        for accepted in (False, True):
            lab.note("type %d code %d, accepted %s" % (kind, code, accepted))
            c = tfo_syn(lab, cookie)
            original = lab.inbox[-1].packet
            if accepted:
                s = listener.accept_()
            lab.inject(icmp_packet(kind, code, rest, original))
            if not accepted:
                s = listener.accept_()
            show(s)
            s.poll()
            s.recv(100)
            s.recv(100)
            s.error()
            s.send(b"x")
            s.close()
            lab.drain()
            lab.counted_since()


@experiment(LISTENERS, SAME_KEY, PLAIN)
def deferred(lab):
    """TCP_DEFER_ACCEPT and Fast Open"""
    listener = lab.listener(sockopts={(TCP, 9): 5})
    cookie = cookie_of(lab, listener)
    for data in (b"d" * 10, b""):
        c = tfo_syn(lab, cookie, data=data)
        lab.sockets()
        s = listener.accept()
        if data == b"":
            c.send("A", seq=1, ack=1)
            listener.accept()
    lab.counted_since()


@experiment(LISTENERS, SAME_KEY)
def pure_syn(lab):
    """a SYN with a cookie and no data; a SYN with data and no option; both with cookies not required"""
    listener = lab.listener()
    cookie = cookie_of(lab, listener)
    for flags in (0x403, 0x603):
        lab.sysctl("net.ipv4.tcp_fastopen", flags)
        for items, data in (((("fo", cookie),), b""), ((), b"0123456789"), ((("fo", b""),), b"0123456789"), ((("fo", b"badcooki"),), b"0123456789"), ((), b"")):
            lab.note("tcp_fastopen 0x%x" % flags)
            c = lab.dial(options=("mss",) + items)
            c.send("S", data=data)
            s = listener.accept()
            if isinstance(s, tuple):
                s[0].setblocking(False)
                from lab import Calls
                show(Calls(lab, s[0]))
            lab.counted_since()
    lab.sysctl("net.ipv4.tcp_fastopen", 0x403)
    listener.setsockopt(TCP, NO_COOKIE, 1)
    lab.dial(options=("mss",)).send("S", data=b"0123456789")
    lab.counted_since()


@experiment(LISTENERS)
def keys(lab):
    """TCP_FASTOPEN_KEY, the sysctl's forms, and rotation"""
    path = "/proc/sys/net/ipv4/tcp_fastopen_key"

    def write(text):
        try:
            with open(path, "w") as f:
                f.write(text)
            result = "ok"
        except OSError as e:
            result = e.strerror
        lab.note("%r -> %s, reads %r" % (text, result, open(path).read()))

    lab.note("at first %r" % open(path).read())
    listener = lab.listener()
    lab.note("after listen, reads zeros: %s" % (open(path).read().strip("0-\n") == ""))
    for text in ("1-2-3-4", "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4\n", "a1a1a1a1-b2b2b2b2-c3c3c3c3", "1-2-3-4-5", "x-2-3-4", "1-2-3-4,5-6-7-8",
                 "1-2-3-4,", ",1-2-3-4", "1-2-3-4, 5-6-7-8", "1-2-3-4,5-6-7-8,9-a-b-c", "123456789-2-3-4", "0x1-2-3-4", " 1-2-3-4", "1-2-3-4 ", "1--3-4", ""):
        write(text)
    write(KEY)
    old = cookie_of(lab, listener)
    write("11111111-22222222-33333333-44444444," + KEY)
    lab.note("key of a listener without its own: %s" % listener.sock.getsockopt(TCP, FASTOPEN_KEY, 64).hex())
    new = cookie_of(lab, listener)
    lab.note("old %s new %s" % (old.hex(), new.hex()))
    lab.counted_since()
    tfo_syn(lab, old)
    lab.counted_since()
    tfo_syn(lab, new)
    lab.counted_since()
    c = lab.dial(options=("mss", ("foexp", old)))
    c.send("S", data=b"0123456789")
    lab.run(1.1)
    write("11111111-22222222-33333333-44444444")
    tfo_syn(lab, old)
    lab.counted_since()
    for key in (b"", b"123", b"0123456789abcdef", b"0123456789abcdefFEDCBA9876543210", b"0" * 24):
        listener.setsockopt(TCP, FASTOPEN_KEY, key)
        lab.note("reads %r, 8 of it %r" % (listener.sock.getsockopt(TCP, FASTOPEN_KEY, 64), listener.sock.getsockopt(TCP, FASTOPEN_KEY, 8)))
    lab.note("its cookie %s" % cookie_of(lab, listener).hex())
    s = lab.socket()
    s.setsockopt(TCP, FASTOPEN_KEY, b"0123456789abcdef")
    s.getsockopt(TCP, FASTOPEN_KEY, 64)


# ---------------------------------------------------------------- the client

MSG_FASTOPEN = 0x20000000


class Client:
    """A kernel socket that opens with Fast Open, and the peer it opens to."""

    def __init__(self, lab, port=80, prepare=None, name="sock"):
        self.lab = lab
        self.sock = lab.socket(name)
        if prepare:
            prepare(self.sock)
        self.conn = Conn(lab, port, None)
        self.port = port

    def send(self, data=b"", flags=MSG_FASTOPEN):
        return self.sock.sendto(data, flags, (PEER, self.port))

    def answer(self, ack, *options, data=b"", flags="SA", **how):
        self.conn.ack = ack
        self.conn.send(flags, ack=ack, data=data, options=list(options) or [("mss", 1460)], **how)


def learn(lab, cookie=b"cookie88", mss=1460, port=79):
    """The kernel asks for a cookie, and gets one."""
    lab.silent = True
    c = Client(lab, port)
    c.send()
    c.answer(1, ("mss", mss), ("sackok", None), ("fo", cookie))
    c.sock.close()
    c.conn.send("R", seq=1)
    lab.silent = False
    lab.counted_since()


def metrics(lab):
    import subprocess
    lab.note("ip tcp_metrics: " + subprocess.run(["ip", "tcp_metrics", "show"], capture_output=True, text=True).stdout.strip())


@experiment(PLAIN)
def request(lab):
    """the first sendto: asks for a cookie; the next has it; the option's two kinds"""
    c = Client(lab, 80)
    c.send(b"d" * 1000)
    show(c.sock)
    c.send(b"d" * 1000)
    c.answer(1, ("mss", 1000), ("fo", b"cookie88"))
    show(c.sock)
    c.send(b"d" * 1000)
    metrics(lab)
    lab.counted_since()
    c = Client(lab, 81)
    c.send(b"d" * 3000)
    show(c.sock)
    c.sock.poll()
    c.sock.recv(10)
    c.answer(961, ("mss", 1460), ("sackok", None))
    show(c.sock)
    c.sock.poll()
    lab.counted_since()
    c = Client(lab, 82)
    c.send(b"")
    show(c.sock)
    c.answer(1, ("mss", 1460), ("sackok", None))
    show(c.sock)
    lab.counted_since()
    lab.sysctl("net.ipv4.tcp_timestamps", 1)
    Client(lab, 83).send(b"d" * 3000)
    lab.sysctl("net.ipv4.tcp_ecn", 1)
    Client(lab, 84).send(b"d" * 3000)
    learn(lab, b"0123456789abcdef")
    Client(lab, 85).send(b"d" * 3000)
    learn(lab, b"0123")
    Client(lab, 86).send(b"d" * 3000)
    learn(lab, b"012345")
    Client(lab, 87).send(b"d" * 3000)


@experiment(PLAIN)
def cached_mss(lab):
    """how much goes with the SYN, by the MSS that is remembered"""
    for port, mss in enumerate((100, 48, 88, 536, 1, 0, 9000, None), 80):
        lab.silent = True
        c = Client(lab, 79)
        c.send()
        c.answer(1, *([("mss", mss)] if mss is not None else []), ("fo", b"cookie88"))
        c.sock.close()
        c.conn.send("R", seq=1)
        lab.silent = False
        lab.note("the SYN-ACK had mss %s" % mss)
        metrics(lab)
        c = Client(lab, port)
        c.send(b"d" * 5000)
        show(c.sock)
        c.sock.close()
    lab.note("TCP_MAXSEG 500")
    c = Client(lab, 90, lambda s: s.option(TCP, socket.TCP_MAXSEG, 500))
    c.send(b"d" * 5000)
    c.answer(461, ("mss", 1460), ("fo", b"cookie88"))
    metrics(lab)
    c = Client(lab, 91)
    c.send(b"d" * 5000)


@experiment(PLAIN)
def syn_ack_variants(lab):
    """a SYN-ACK for the SYN alone, for a part of the data, with data, with FIN, with another cookie"""
    def fresh(note, port, **how):
        learn(lab)
        lab.note(note)
        c = Client(lab, port)
        c.send(b"d" * 1000)
        lab.run(0.02)
        return c

    def after(c):
        show(c.sock)
        c.sock.poll()
        lab.counted_since()

    c = fresh("the SYN alone", 80)
    c.answer(1, ("mss", 1460), ("sackok", None))
    after(c)
    c.conn.send("A", ack=1001)
    after(c)
    c = fresh("the SYN alone, with a cookie", 81)
    c.answer(1, ("mss", 1460), ("sackok", None), ("fo", b"newcooki"))
    after(c)
    metrics(lab)
    c = fresh("a part", 82)
    c.answer(500, ("mss", 1460), ("sackok", None))
    after(c)
    c.conn.send("A", ack=1001)
    after(c)
    c = fresh("with data", 83)
    c.answer(1001, ("mss", 1460), ("sackok", None), data=b"e" * 100)
    after(c)
    c.sock.recv(1000)
    c = fresh("with data, the SYN alone", 84)
    c.answer(1, ("mss", 1460), ("sackok", None), data=b"e" * 100)
    after(c)
    c.sock.recv(1000)
    c = fresh("with data and FIN", 85)
    c.answer(1001, ("mss", 1460), ("sackok", None), data=b"e" * 100, flags="SFA")
    after(c)
    c = fresh("with FIN, the SYN alone", 86)
    c.answer(1, ("mss", 1460), ("sackok", None), flags="SFA")
    after(c)
    lab.note("plain connect")
    c = Client(lab, 87)
    c.sock.connect((PEER, 87))
    c.answer(1, ("mss", 1460), ("sackok", None), ("fo", b"unwanted"), data=b"e" * 100)
    after(c)
    metrics(lab)


@experiment(PLAIN)
def lost_syn(lab):
    """the SYN with data times out; then various answers"""
    for port, answer in ((80, (1, ("mss", 1460), ("sackok", None))), (81, (1, ("mss", 1460), ("sackok", None), ("fo", b"cookie99"))), (82, (1001, ("mss", 1460), ("sackok", None)))):
        learn(lab)
        c = Client(lab, port)
        c.send(b"d" * 1000)
        lab.run(1.2)
        show(c.sock)
        c.answer(*answer)
        show(c.sock)
        metrics(lab)
        lab.counted_since()
        c.conn.send("A", ack=1001)
        show(c.sock)
        c.sock.close()


@experiment(PLAIN)
def bad_answers(lab):
    """ACKs of nothing that was sent, in SYN_SENT; RST; ICMP"""
    learn(lab)
    c = Client(lab, 80)
    c.send(b"d" * 1000)
    lab.run(0.1)
    c.conn.send("SA", ack=1002, seq=0)
    lab.run(0.2)
    c.conn.send("A", ack=0, seq=0)
    lab.run(0.2)
    show(c.sock)
    for port, ack in ((81, 1), (82, 1001), (83, 500), (84, 0)):
        c = Client(lab, port)
        c.send(b"d" * 1000)
        c.conn.send("RA", ack=ack, seq=0)
        show(c.sock)
        c.sock.poll()
        c.sock.send(b"x")
    for port, kind, code, rest in ((85, 3, 1, 0), (86, 3, 3, 0), (87, 3, 4, 1000), (88, 3, 4, 1480)):
        c = Client(lab, port)
        c.send(b"d" * 3000)
        lab.inject(icmp_packet(kind, code, rest, lab.inbox[-1].packet))
        show(c.sock)
        c.sock.poll()
        lab.run(0.3)
        show(c.sock)
        if kind == 3 and code == 4:
            c.answer(1, ("mss", 1460), ("sackok", None))
            show(c.sock)
            lab.run(0.3)
        else:
            c.sock.send(b"x")
        lab.counted_since()


@experiment(PLAIN)
def crossed(lab):
    """both ends open at once, with data on our SYN"""
    for port, ack in ((80, 1), (81, 1001)):
        learn(lab)
        c = Client(lab, port)
        c.send(b"d" * 1000)
        lab.run(0.1)
        c.conn.send("S", options=[("mss", 1460), ("sackok", None)])
        show(c.sock)
        lab.run(0.1)
        c.conn.send("SA", seq=0, ack=ack, options=[("mss", 1460), ("sackok", None)])
        show(c.sock)
        c.sock.poll()
        lab.run(0.5)
        c.conn.send("A", seq=1, ack=1001)
        show(c.sock)
        lab.run(0.2)
        lab.counted_since()
        c.sock.close()


@experiment(PLAIN)
def crossed_data(lab):
    """both ends open at once, with data on both SYNs"""
    learn(lab)
    c = Client(lab, 80)
    c.send(b"d" * 1000)
    lab.run(0.1)
    c.conn.send("S", data=b"e" * 500, options=[("mss", 1460), ("sackok", None), ("fo", b"cookie88")])
    show(c.sock)
    lab.run(0.1)
    c.conn.send("SA", seq=0, ack=1, options=[("mss", 1460), ("sackok", None)])
    show(c.sock)
    lab.run(2)
    lab.counted_since()


def set_connect(s):
    s.setsockopt(TCP, FASTOPEN_CONNECT, 1)


@experiment(PLAIN)
def connect_option(lab):
    """TCP_FASTOPEN_CONNECT: connect waits for the first write"""
    lab.note("without a cookie")
    c = Client(lab, 78, set_connect)
    c.sock.connect((PEER, 78))
    show(c.sock)
    c.sock.close()
    lab.note("with one")
    learn(lab)
    c = Client(lab, 80, set_connect)
    c.sock.connect((PEER, 80))
    show(c.sock)
    lab.sockets()
    c.sock.poll()
    c.sock.error()
    c.sock.getsockname()
    c.sock.getpeername()
    c.sock.recv(10)
    c.sock.connect((PEER, 80))
    c.sock.getsockopt(TCP, FASTOPEN_CONNECT)
    c.sock.setsockopt(TCP, FASTOPEN_CONNECT, 0)
    c.sock.listen(1)
    c.sock.send(b"d" * 2000)
    show(c.sock)
    c.sock.connect((PEER, 80))
    c.answer(1421)
    show(c.sock)
    c.sock.connect((PEER, 80))
    c.sock.getsockopt(TCP, FASTOPEN_CONNECT)
    for port, end in ((81, lambda s: s.shutdown(socket.SHUT_WR)), (82, lambda s: s.shutdown(socket.SHUT_RD)), (83, lambda s: s.close())):
        c = Client(lab, port, set_connect)
        c.sock.connect((PEER, port))
        end(c.sock)
        if port != 83:
            c.sock.state()
            c.sock.poll()
            c.sock.send(b"x")
            c.sock.connect((PEER, port))
            c.sock.send(b"x")
    lab.note("sendto without address; empty write; MSG_FASTOPEN")
    c = Client(lab, 84, set_connect)
    c.sock.connect((PEER, 84))
    c.sock.send(b"d" * 100, MSG_FASTOPEN)
    c = Client(lab, 85, set_connect)
    c.sock.connect((PEER, 85))
    c.sock.send(b"")
    show(c.sock)
    c.sock.send(b"")
    lab.note("the sysctl goes off in between")
    c = Client(lab, 86, set_connect)
    c.sock.connect((PEER, 86))
    lab.sysctl("net.ipv4.tcp_fastopen", 0)
    c.sock.send(b"d" * 100)
    c.sock.state()
    c.sock.poll()
    lab.sysctl("net.ipv4.tcp_fastopen", 1)
    lab.note("long after")
    c = Client(lab, 87, set_connect)
    c.sock.connect((PEER, 87))
    lab.run(3)
    c.sock.state()
    c.sock.send(b"d" * 100)
    lab.counted_since()


@experiment(PLAIN)
def errors(lab):
    """what MSG_FASTOPEN and the options say where they cannot"""
    lab.note("disabled")
    lab.sysctl("net.ipv4.tcp_fastopen", 2)
    c = Client(lab, 80)
    c.send(b"d")
    c.sock.setsockopt(TCP, FASTOPEN_CONNECT, 1)
    c.sock.setsockopt(TCP, FASTOPEN_CONNECT, 2)
    c.sock.setsockopt(TCP, NO_COOKIE, 2)
    c.sock.setsockopt(TCP, FASTOPEN, 3)
    c.sock.getsockopt(TCP, FASTOPEN)
    lab.sysctl("net.ipv4.tcp_fastopen", 1)
    lab.note("no address, listening, connected, connecting, shut down")
    c.sock.send(b"d", MSG_FASTOPEN)
    listener = lab.listener()
    listener.sendto(b"d", MSG_FASTOPEN, (PEER, 80))
    listener.setsockopt(TCP, FASTOPEN_CONNECT, 1)
    c.sock.sendto(b"d", MSG_FASTOPEN, ("198.51.100.1", 80))
    c.sock.sendto(b"d", MSG_FASTOPEN, ("224.0.0.1", 80))
    c.sock.connect((PEER, 80))
    c.send(b"d")
    c.sock.setsockopt(TCP, FASTOPEN_CONNECT, 1)
    c.sock.setsockopt(TCP, NO_COOKIE, 1)
    c.sock.setsockopt(TCP, FASTOPEN, 1)
    c.answer(1)
    c.send(b"d")
    c.sock.connect((PEER, 80))
    c.send(b"d")
    c.sock.shutdown(socket.SHUT_WR)
    c.send(b"d")
    lab.note("a send without the flag on an unconnected socket, with an address")
    s = lab.socket()
    s.sendto(b"d", 0, (PEER, 80))
    s.send(b"d")


@experiment(("net.ipv4.tcp_fastopen", 5), PLAIN)
def no_cookie(lab):
    """without cookies: the sysctl's bit 4, TCP_FASTOPEN_NO_COOKIE"""
    c = Client(lab, 80)
    c.send(b"d" * 3000)
    show(c.sock)
    c.answer(1461 - 40, ("mss", 1000), ("fo", b"unwanted"))
    show(c.sock)
    metrics(lab)
    c = Client(lab, 81)
    c.send(b"")
    lab.sysctl("net.ipv4.tcp_fastopen", 1)
    c = Client(lab, 82, lambda s: s.setsockopt(TCP, NO_COOKIE, 1))
    c.send(b"d" * 3000)
    c = Client(lab, 83, lambda s: s.setsockopt(TCP, NO_COOKIE, 1))
    set_connect(c.sock)
    c.sock.connect((PEER, 83))
    c.sock.send(b"d" * 10)
    c.sock.recv(10)
    lab.run(1.2)
    lab.counted_since()


def used(lab, port, flags, seq, data=b""):
    """A connection that was opened fast, and what then comes of the peer; in the end it is reset."""
    c = Client(lab, port)
    c.send(b"d" * 1000)
    c.answer(1001, ("mss", 1460))
    c.conn.send(flags, seq=seq, ack=1001 if "A" in flags else None, data=data)
    if data:
        c.sock.recv(10)
    c.conn.send("R", seq=1 + len(data))
    c.sock.close()
    lab.counted_since()


def trial(lab, note):
    """Whether Fast Open is on."""
    lab.next_port += 1
    lab.note(note)
    c = Client(lab, lab.next_port)
    c.send(b"d" * 100)
    c.sock.close()


@experiment(("net.ipv4.tcp_fastopen_blackhole_timeout_sec", 3), PLAIN, seconds=120)
def blackhole(lab):
    """what makes Fast Open pause: three timeouts, a RST out of order, a lone FIN out of order; and for how long"""
    learn(lab)
    c = Client(lab, 80)
    c.send(b"d" * 1000)
    for i in range(5):
        lab.run(1)
        lab.counted_since()
    c.sock.close()
    trial(lab, "after three timeouts")
    lab.run(3)
    trial(lab, "3 s later")
    used(lab, 81, "R", 5)
    trial(lab, "after a RST out of order")
    lab.run(3)
    trial(lab, "3 s later")
    lab.run(3)
    trial(lab, "6 s later")
    used(lab, 82, "FA", 5)
    trial(lab, "after a FIN out of order")
    lab.run(10)
    trial(lab, "10 s later")
    lab.run(2)
    used(lab, 83, "PA", 1, data=b"fine")
    used(lab, 84, "R", 5)
    lab.run(3)
    trial(lab, "after one that went well, and another RST out of order, 3 s later")
    used(lab, 85, "R", 5)
    trial(lab, "after yet another")
    lab.sysctl("net.ipv4.tcp_fastopen_blackhole_timeout_sec", 3)
    trial(lab, "the sysctl was written")


@experiment(("net.ipv4.tcp_fastopen_blackhole_timeout_sec", 3), PLAIN, seconds=120)
def blackhole_later(lab):
    """timeouts after the handshake; giving up before the third; a SYN that only asks for a cookie"""
    learn(lab)
    c = Client(lab, 80)
    c.send(b"d" * 1000)
    c.answer(1001, ("mss", 1460))
    c.sock.send(b"e" * 1000)
    for i in range(3):
        lab.run(1)
        lab.counted_since()
    c.conn.send("R", seq=1)
    lab.sysctl("net.ipv4.tcp_fastopen_blackhole_timeout_sec", 3)
    lab.note("TCP_SYNCNT 1, no linear timeouts")
    lab.sysctl("net.ipv4.tcp_syn_linear_timeouts", 0)
    c = Client(lab, 81, lambda s: s.option(TCP, socket.TCP_SYNCNT, 1))
    c.send(b"d" * 1000)
    lab.run(5)
    lab.counted_since()
    c.sock.error()
    lab.note("a SYN that asks for a cookie")
    lab.sysctl("net.ipv4.tcp_fastopen_blackhole_timeout_sec", 3)
    import subprocess
    subprocess.run(["ip", "tcp_metrics", "flush", "all"])
    c = Client(lab, 82)
    c.send(b"")
    for i in range(4):
        lab.run(2)
        lab.counted_since()


@experiment(PLAIN)
def blocking(lab):
    """blocking calls: sendto with and without a cookie"""
    def call(port, data, flags=MSG_FASTOPEN, prepare=None):
        c = Client(lab, port)
        c.sock.sock.setblocking(True)
        if prepare:
            prepare(c)
        lab.later(lambda: c.sock.sock.sendto(data, flags, (PEER, port)), "sendto(%d B)" % len(data))
        lab.run(0.05)
        return c

    for port, data in ((80, b"d" * 2000), (81, b"d" * 2000), (82, b"d" * 100), (83, b"")):
        c = call(port, data)
        c.answer(1 if port in (80, 83) else min(len(data), 1420) + 1, ("mss", 1460), ("sackok", None), ("fo", b"cookie88"), settle=False)
        lab.run(0.1)
        show(c.sock)
    lab.note("refused")
    c = call(84, b"d" * 2000)
    c.conn.send("RA", ack=1, seq=0)
    lab.run(0.1)
    lab.note("SO_SNDTIMEO 100 ms")
    c = call(85, b"d" * 2000, prepare=lambda c: c.sock.setsockopt(SOL, socket.SO_SNDTIMEO, struct.pack("qq", 0, 100000)))
    lab.run(0.3)
    c = call(86, b"", prepare=lambda c: c.sock.setsockopt(SOL, socket.SO_SNDTIMEO, struct.pack("qq", 0, 100000)))
    lab.run(0.3)
    lab.note("TCP_FASTOPEN_CONNECT, connect and write")
    c = Client(lab, 87, set_connect)
    c.sock.sock.setblocking(True)
    c.sock.connect((PEER, 87))
    lab.later(lambda: c.sock.sock.send(b"d" * 2000), "send(2000 B)")
    lab.run(0.05)
    c.answer(1, ("mss", 1460), ("sackok", None), settle=False)
    lab.run(0.1)
    lab.note("TCP_FASTOPEN_CONNECT, blocking read")
    c = Client(lab, 88, set_connect)
    c.sock.sock.setblocking(True)
    c.sock.connect((PEER, 88))
    c.sock.setsockopt(SOL, socket.SO_RCVTIMEO, struct.pack("qq", 0, 300000))
    lab.later(lambda: c.sock.sock.recv(100), "recv")
    lab.run(0.5)


@experiment(BOTH, SAME_KEY)
def cookies_v6(lab):
    """cookies over IPv6, and of other addresses: both ends are the kernel's, on lo"""
    import subprocess

    def run(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    pairs = (("192.168.0.1", "192.0.2.1"), ("fd3d:0a0b:17d6::1", "fd3d:fa7b:d17d::1"))
    for address in sum(pairs, ()):
        if address != KERNEL:
            run("ip", "addr", "add", address + ("/128" if ":" in address else "/32"), "dev", "lo",
                *(("nodad",) if ":" in address else ()))
    for key in (KEY, "00000000-00000000-00000000-00000000"):
        lab.sysctl("net.ipv4.tcp_fastopen_key", key)
        for server, client in pairs:
            family = socket.AF_INET6 if ":" in server else socket.AF_INET
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(SOL, socket.SO_REUSEADDR, 1)
            listener.setsockopt(TCP, FASTOPEN, 5)
            listener.bind((server, 5000))
            listener.listen(5)
            dialer = socket.socket(family, socket.SOCK_STREAM)
            dialer.bind((client, 0))
            run("ip", "tcp_metrics", "flush", "all")
            dialer.sendto(b"x", MSG_FASTOPEN, (server, 5000))
            shown = run("ip", "tcp_metrics", "show", server).split("fo_cookie ")[1].split()[0]
            lab.note("key %s server %s client %s: cookie %s" % (key, server, client, shown))
            dialer.close()
            listener.close()


if __name__ == "__main__":
    main(timeout=300)
