"""Experiments for signatures.md: TCP MD5 signatures. `python3 signatures.py` lists them."""

import hashlib
import socket
import struct
import time

from lab import ACK, KERNEL, PEER, RST, SYN, Conn, Options, Segment, checksum, experiment, main, name_of, tcp_packet

TCP = socket.IPPROTO_TCP
MD5SIG, MD5SIG_EXT, MAXSEG, INFO = 14, 32, 2, 11
PREFIX, IFINDEX = 1, 2
KEY = b"a secret"
OTHER = b"another"


def sockaddr(address, family=None):
    if family is None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if family == socket.AF_INET6:
        return struct.pack("=HHI16sI100x", family, 0, 0, socket.inet_pton(socket.AF_INET6, address), 0)
    return struct.pack("=HH4s120x", family, 0, socket.inet_aton(address))


def md5sig(address, key, flags=0, prefix=0, ifindex=0, family=None, keylen=None):
    """struct tcp_md5sig"""
    keylen = len(key) if keylen is None else keylen
    return sockaddr(address, family) + struct.pack("=BBHi80s", flags, prefix, keylen, ifindex, key[:80])


def set_key(sock, address=PEER, key=KEY, prefix=None, **how):
    if prefix is None:
        sock.setsockopt(TCP, MD5SIG, md5sig(address, key, **how))
    else:
        sock.setsockopt(TCP, MD5SIG_EXT, md5sig(address, key, flags=PREFIX, prefix=prefix, **how))


def digest(packet, key):
    """RFC 2385 2.0: pseudo-header, header without options and with checksum 0, data, key."""
    header = (packet[0] & 15) * 4
    tcp = packet[header:]
    data = tcp[(tcp[12] >> 4) * 4:]
    pseudo = packet[12:20] + struct.pack("!BBH", 0, 6, len(tcp))
    return hashlib.md5(pseudo + tcp[:16] + b"\0\0" + tcp[18:20] + data + key).digest()


def sign(packet, key):
    """Fills in the option that is empty, and the checksum anew."""
    at = packet.find(bytes((19, 18)) + bytes(16), 40)
    if at < 0:
        return packet
    packet = packet[:at + 2] + digest(packet, key) + packet[at + 18:]
    header = (packet[0] & 15) * 4
    tcp = packet[header:header + 16] + b"\0\0" + packet[header + 18:]
    total = checksum(packet[12:20] + struct.pack("!BBH", 0, 6, len(tcp)) + tcp)
    return packet[:header + 16] + struct.pack("!H", total) + packet[header + 18:]


def with_key(lab, *keys):
    """What the peer sends with an empty option is signed with lab.key; what comes is said to be signed, or not."""
    lab.key = keys[0]
    inject = lab.inject
    lab.inject = lambda packet, settle=True: inject(sign(packet, lab.key), settle)

    def examine(seg):
        shown = []
        for name, value in seg.options:
            if name == "md5":
                found = next((k for k in keys if digest(seg.packet, k) == value), None)
                value = "good" if found == keys[0] else "wrong" if found is None else "by " + found.decode()
            shown.append((name, value))
        seg.options = shown

    lab.examine = examine


class Signed(Conn):
    """A peer that signs whatever it is not told to send otherwise."""

    def syn_options(self):
        table = {"mss": ("mss", 1460), "ws": ("ws", 7), "sackok": ("sackok", None), "ts": ("ts", (self.tsval(), self.last_tsval)),
                 # with SACK-permitted where the timestamps' no-operations would be
                 "sackts": ("raw", b"\4\2\x08\x0a" + struct.pack("!II", self.tsval(), self.last_tsval))}
        return [table[o] if isinstance(o, str) else o for o in self.wanted]

    def send(self, flags, data=b"", sign=True, options=None, **how):
        if options is None:
            options = self.syn_options() if "S" in flags else ([("ts", (self.tsval(), self.last_tsval))] if self.ts_on else [])
        return super().send(flags, data, options=([("md5", None)] if sign else []) + options, **how)


def dial(lab, port=5000, **how):
    lab.next_port += 1
    return Signed(lab, lab.next_port, port, **how)


def show(s, note=""):
    i = s.info()
    s.lab.log("%-6s   options 0x%x snd_mss %d rcv_mss %d advmss %d pmtu %d, TCP_MAXSEG %d %s" % (
        s.name, i.raw[5], i.snd_mss, i.rcv_mss, i.advmss, i.pmtu, s.sock.getsockopt(TCP, MAXSEG), note))


def open_passive(lab, listener=None, options=("mss",), quiet=True, key=KEY, **how):
    listener = listener or lab.listener()
    set_key(listener.sock, key=key)
    lab.silent = quiet
    c = dial(lab, options=options, **how)
    c.send("S")
    c.ts_on = any(n == "ts" for n, _ in lab.inbox[-1].options)
    c.send("A")
    c.sock = listener.accept_()
    c.listener = listener
    lab.silent = False
    return c


@experiment()
def passive(lab):
    """a listener with a key: what it answers to SYNs with different options, the sizes of what follows"""
    with_key(lab, KEY)
    listener = lab.listener()
    for options in (("mss",), ("mss", "ts"), ("mss", "sackok"), ("mss", "sackts", "ws")):
        c = open_passive(lab, listener, options, quiet=False)
        show(c.sock)
        c.sock.send(b"x" * 3500)
        c.send("A", seq=1, ack=3501)
        c.send("R", seq=1)
        lab.counted_since()


@experiment()
def active(lab):
    """connecting with a key: the SYN, the ACK, the sizes"""
    with_key(lab, KEY)
    for port, answer in ((81, ("mss",)), (82, ("mss", "sackok", "ws")), (83, ("mss", "ts"))):
        s = lab.socket()
        set_key(s.sock)
        c = Signed(lab, port, None, options=answer)
        s.connect((PEER, port))
        c.ts_on = "ts" in answer
        c.send("SA")
        show(s)
        s.send(b"x" * 3500)
        c.send("A", seq=1, ack=3501)
        s.close()
        c.send("FA", seq=1, ack=3502)


@experiment()
def sack(lab):
    """how many SACK blocks go beside a signature, with and without timestamps"""
    with_key(lab, KEY)
    c = open_passive(lab, options=("mss", "sackok"))
    for n in range(4):
        c.send("A", b"d" * 10, seq=101 + 100 * n)
    c.sock.send(b"x" * 3500)


@experiment()
def checks_listen(lab):
    """segments to a listener with a key, and to one without"""
    with_key(lab, KEY)
    listener, plain = lab.listener(), lab.listener(5001)
    set_key(listener.sock)
    lab.note("unsigned SYN, key")
    dial(lab).send("S", sign=False)
    lab.counted_since()
    lab.note("wrong SYN, key")
    lab.key = OTHER
    dial(lab).send("S")
    lab.key = KEY
    lab.counted_since()
    lab.note("signed SYN, no key")
    dial(lab, 5001).send("S")
    lab.counted_since()
    lab.note("signed SYN without options, key; two options; length 17; length 17 where no key is; length beyond the end; cut off by the end")
    c = dial(lab, options=())
    c.send("S")
    lab.counted_since()
    one = bytes((1, 1, 19, 18)) + bytes(16)
    for port in (5000, 5001):
        for raw in (one + bytes((1, 1, 19, 18)) + b"\2" * 16, bytes((1, 1, 19, 17)) + bytes(16), bytes((1, 1, 19, 30)) + bytes(16),
                    bytes((1, 1, 0, 0, 19, 18)) + bytes(18), bytes((1, 1, 19, 1)) + bytes(16), bytes((2, 4, 5, 180, 1, 1, 19, 18))):
            dial(lab, port).send("S", sign=False, options=[("raw", raw)])
            lab.counted_since()
    lab.sockets()


@experiment()
def checks_open(lab):
    """an established connection: unsigned and wrong segments, RSTs, and keys that change"""
    with_key(lab, KEY, OTHER)
    c = open_passive(lab)
    s = c.sock
    for text, how in (("unsigned data", dict(flags="A", data=b"d", sign=False)), ("unsigned RST", dict(flags="R", sign=False)),
                      ("unsigned SYN", dict(flags="S", sign=False)), ("unsigned FIN", dict(flags="FA", sign=False))):
        lab.note(text)
        c.send(seq=1, ack=1 if how["flags"] != "S" else None, **how)
        lab.counted_since()
    s.state()
    lab.note("a wrong signature")
    lab.key = OTHER
    c.send("A", b"d", seq=1)
    lab.counted_since()
    lab.key = KEY
    lab.note("a signed SYN in the window: challenge")
    c.send("S", seq=5)
    lab.counted_since()
    lab.note("an old segment again")
    c.send("A", b"12345", seq=1)
    c.send("A", b"12345", seq=1)
    lab.counted_since()
    lab.note("the key of the connection is replaced")
    set_key(s.sock, key=OTHER)
    c.send("A", b"d", seq=6)
    lab.key = OTHER
    c.send("A", b"d", seq=6)
    lab.counted_since()
    lab.note("and taken away")
    set_key(s.sock, key=b"")
    c.send("A", b"d", seq=7)
    lab.counted_since()
    c.send("A", b"d", seq=7, sign=False)
    s.send(b"x" * 3000)
    show(s)
    c.send("A", seq=8, ack=3001, sign=False)
    lab.note("and given to a connection that had none")
    set_key(s.sock, key=KEY)
    s.send(b"x" * 3000)
    show(s)
    lab.run(0.3)
    lab.counted_since()


@experiment()
def half_open(lab):
    """half-open: unsigned and wrong segments, the SYN-ACK again, a challenge, keys taken away meanwhile"""
    with_key(lab, KEY, OTHER)
    listener = lab.listener()
    set_key(listener.sock)
    c = dial(lab)
    c.send("S")
    lab.note("unsigned ACK, RST, SYN")
    c.send("A", seq=1, sign=False)
    c.send("R", seq=1, sign=False)
    c.send("S", seq=0, sign=False)
    lab.counted_since()
    lab.note("signed: SYN again; RST in the window; ACK of nothing")
    c.send("S", seq=0)
    c.send("R", seq=10)
    c.send("A", seq=1, ack=77)
    lab.counted_since()
    lab.run(1.2)
    lab.note("the listener's key changes")
    set_key(listener.sock, key=OTHER)
    c.send("A", seq=1, ack=1)
    lab.counted_since()
    lab.run(2.2)
    lab.key = OTHER
    c.send("A", seq=1, ack=1)
    s = listener.accept_()
    lab.counted_since()
    lab.note("the listener loses its key; the child has it")
    set_key(listener.sock, key=b"")
    c.send("A", b"d", seq=1, ack=1)
    s.send(b"x")
    lab.counted_since()


@experiment()
def time_wait(lab):
    """TIME_WAIT: unsigned, wrong and signed segments"""
    with_key(lab, KEY, OTHER)
    c = open_passive(lab)
    c.sock.close()
    c.send("FA", seq=1, ack=2)
    lab.sockets()
    lab.counted_since()
    for text, key, signed in (("signed", KEY, True), ("unsigned", KEY, False), ("wrong", OTHER, True)):
        lab.run(0.6)
        lab.note(text + " FIN again; RST")
        lab.key = key
        c.send("FA", seq=1, ack=2, sign=signed)
        c.send("A", b"d", seq=1, ack=2, sign=signed)
        lab.counted_since()
    lab.note("unsigned SYN")
    c.send("S", seq=100000, sign=False)
    lab.counted_since()
    lab.sockets()
    lab.note("unsigned RST")
    c.send("R", seq=2, sign=False)
    lab.sockets()
    lab.counted_since()


@experiment()
def fin_wait2(lab):
    """an orphan in FIN_WAIT2: unsigned and signed data"""
    with_key(lab, KEY)
    c = open_passive(lab)
    c.sock.close()
    c.send("A", seq=1, ack=2)
    lab.sockets()
    c.send("A", b"d", seq=1, ack=2, sign=False)
    lab.sockets()
    lab.counted_since()
    c.send("A", b"d", seq=1, ack=2)
    lab.sockets()
    lab.counted_since()


@experiment()
def fin_wait2_signed(lab):
    """an orphan in FIN_WAIT2: signed data, where a listener has the number of the peer's port, and where none has"""
    with_key(lab, KEY)
    for port in (0, 40002):
        if port:
            extra = lab.listener(port)
            set_key(extra.sock)
        c = open_passive(lab, lab.listener(5000 + (port > 0)), port=5000 + (port > 0))
        c.sock.close()
        c.send("A", seq=1, ack=2)
        c.send("A", b"d", seq=1, ack=2)
        lab.sockets()
        lab.counted_since()


@experiment()
def malformed(lab):
    """options that make no sense, where nobody has a key"""
    lab.listener()
    for raw in (bytes((77, 1)) + bytes(18), bytes((77, 1)) + bytes(14), bytes((77, 30)) + bytes(18), bytes((2, 4, 5, 180, 77, 0)) + bytes(18),
                bytes((2, 4, 5, 180, 77, 0)) + bytes(14), bytes((29, 4, 1, 1)) + bytes(16), bytes((29, 16, 1, 1)) + bytes(12),
                bytes((1, 1, 19, 18)) + bytes(16), bytes((1, 1, 19, 17)) + bytes(16), (bytes((29, 16, 1, 1)) + bytes(12)) * 2):
        lab.dial(options=()).send("S", options=[("raw", raw)])
        lab.counted_since()


@experiment()
def resets(lab):
    """segments of no connection: whether the RST is signed"""
    with_key(lab, KEY, OTHER)
    listener = lab.listener()
    set_key(listener.sock)
    lab.note("signed ACK, unsigned ACK, wrong ACK to the listener")
    dial(lab).send("A", seq=1, ack=1)
    lab.counted_since()
    dial(lab).send("A", seq=1, ack=1, sign=False)
    lab.counted_since()
    lab.key = OTHER
    dial(lab).send("A", seq=1, ack=1)
    lab.counted_since()
    lab.key = KEY
    lab.note("to a closed port: signed, unsigned")
    dial(lab, 6000).send("A", seq=1, ack=1)
    lab.counted_since()
    dial(lab, 6000).send("A", seq=1, ack=1, sign=False)
    lab.counted_since()
    dial(lab, 6000).send("S")
    lab.counted_since()
    lab.note("to a closed port, from the number of a port that a listener with the key has: signed, wrong")
    c = Signed(lab, 5000, 6000)
    c.send("A", seq=1, ack=1)
    lab.counted_since()
    lab.key = OTHER
    c.send("A", seq=1, ack=1)
    lab.counted_since()


@experiment()
def own_resets(lab):
    """resets of a connection's own: abort, data after close, a SYN-ACK of something else"""
    with_key(lab, KEY)
    c = open_passive(lab)
    c.send("A", b"unread", seq=1)
    c.sock.close()
    s = lab.socket()
    set_key(s.sock)
    c = Signed(lab, 80, None)
    s.connect((PEER, 80))
    c.send("SA", ack=77)
    c.send("SA", seq=0, ack=1, sign=False)
    lab.counted_since()
    s.state()


@experiment(("net.ipv4.tcp_syncookies", 2))
def cookies(lab):
    """SYN cookies: SYN-ACK and ACK signed; timestamps"""
    with_key(lab, KEY)
    listener = lab.listener()
    set_key(listener.sock)
    for options in (("mss",), ("mss", "sackts", "ws"), ("mss", "ts", "ws")):
        c = dial(lab, options=options)
        c.send("S")
        c.ts_on = any(n == "ts" for n, _ in lab.inbox[-1].options)
        c.send("A", seq=1, ack=1, sign=False)
        lab.counted_since()
        c.send("A", seq=1, ack=1)
        lab.counted_since()
        s = listener.accept_()
        show(s)
        s.send(b"x" * 1500)


@experiment()
def prefixes(lab):
    """the longest prefix counts; what a deletion takes"""
    a, b, d, e = b"key24", b"key16", b"key32", b"key0"
    with_key(lab, a, b, d, e)
    listener = lab.listener()
    for key, prefix in ((e, 0), (b, 16), (d, 32), (a, 24)):
        set_key(listener.sock, key=key, prefix=prefix)
    for key, prefix in ((d, 32), (a, 24), (b, 16), (e, 0)):
        lab.key = key
        dial(lab).send("S")
        lab.note("delete /%d" % prefix)
        set_key(listener.sock, key=b"", prefix=prefix)
    lab.counted_since()
    dial(lab).send("S", sign=False)
    lab.note("a host's key in one option and the other")
    set_key(listener.sock, key=d, prefix=32)
    set_key(listener.sock, key=a)
    lab.key = a
    dial(lab).send("S")
    attempt(lab, "delete without prefix", lambda: set_key(listener.sock, key=b""))
    attempt(lab, "delete with prefix 32", lambda: set_key(listener.sock, key=b"", prefix=32))


def attempt(lab, what, call):
    try:
        result = call()
        lab.note("%s: %s" % (what, "0" if result is None else result))
    except OSError as failure:
        lab.note("%s: %s" % (what, name_of(failure.errno)))


@experiment()
def calls(lab):
    """errors of setsockopt"""
    s4 = lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s6 = lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    put = lambda make, raw, option=MD5SIG_EXT: (lambda: make().setsockopt(TCP, option, raw))
    good = md5sig(PEER, KEY)
    for what, call in (
            ("TCP_MD5SIG", put(s4, good, MD5SIG)),
            ("a byte short", put(s4, good[:-1], MD5SIG)),
            ("longer", put(s4, good + b"12345678", MD5SIG)),
            ("key of 80 bytes", put(s4, md5sig(PEER, b"k" * 80), MD5SIG)),
            ("key of 81 bytes", put(s4, md5sig(PEER, b"k" * 80, keylen=81), MD5SIG)),
            ("no key, none there", put(s4, md5sig(PEER, b""), MD5SIG)),
            ("IPv6 address on an IPv4 socket", put(s4, md5sig("2001:db8::1", KEY), MD5SIG)),
            ("IPv4 address on an IPv6 socket", put(s6, good, MD5SIG)),
            ("mapped address on an IPv6 socket", put(s6, md5sig("::ffff:192.0.2.2", KEY), MD5SIG)),
            ("family 0", put(s4, md5sig(PEER, KEY, family=0), MD5SIG)),
            ("any address", put(s4, md5sig("0.0.0.0", KEY), MD5SIG)),
            ("flags 1 in TCP_MD5SIG, prefix 33", put(s4, md5sig(PEER, KEY, flags=1, prefix=33), MD5SIG)),
            ("prefix 33", put(s4, md5sig(PEER, KEY, flags=1, prefix=33))),
            ("prefix 33 without its flag", put(s4, md5sig(PEER, KEY, flags=0, prefix=33))),
            ("prefix 129 of IPv6", put(s6, md5sig("2001:db8::1", KEY, flags=1, prefix=129))),
            ("prefix 33 of a mapped address", put(s6, md5sig("::ffff:192.0.2.2", KEY, flags=1, prefix=33))),
            ("prefix 24 of a mapped address", put(s6, md5sig("::ffff:192.0.2.2", KEY, flags=1, prefix=24))),
            ("flags 4", put(s4, md5sig(PEER, KEY, flags=4))),
            ("ifindex 99", put(s4, md5sig(PEER, KEY, flags=2, ifindex=99))),
            ("ifindex 0", put(s4, md5sig(PEER, KEY, flags=2, ifindex=0))),
            ("ifindex of lo, no VRF", put(s4, md5sig(PEER, KEY, flags=2, ifindex=1))),
            ("ifindex 99 without its flag", put(s4, md5sig(PEER, KEY, flags=0, ifindex=99))),
            ("getsockopt", lambda: s4().getsockopt(TCP, MD5SIG, 200)),
            ("getsockopt EXT", lambda: s4().getsockopt(TCP, MD5SIG_EXT, 200)),
            ("on UDP", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).setsockopt(TCP, MD5SIG, good))):
        attempt(lab, what, call)
    s = s4()
    attempt(lab, "bits beyond the prefix", lambda: s.setsockopt(TCP, MD5SIG_EXT, md5sig("192.0.2.77", KEY, flags=1, prefix=24)))
    attempt(lab, "delete with others of them", lambda: s.setsockopt(TCP, MD5SIG_EXT, md5sig("192.0.2.78", b"", flags=1, prefix=24)))
    attempt(lab, "again", lambda: s.setsockopt(TCP, MD5SIG_EXT, md5sig("192.0.2.77", b"", flags=1, prefix=24)))
    attempt(lab, "the same", lambda: s.setsockopt(TCP, MD5SIG_EXT, md5sig("192.0.2.0", b"", flags=1, prefix=24)))
    s = s4()
    count = 0
    try:
        while count < 3000:
            s.setsockopt(TCP, MD5SIG, md5sig("10.0.%d.%d" % (count >> 8, count & 255), b"k" * 80))
            count += 1
    except OSError as failure:
        lab.note("keys of one socket: %d, then %s; net.core.optmem_max %s" % (count, name_of(failure.errno), lab.sysctl("net.core.optmem_max")))


@experiment()
def vectors(lab):
    """signed segments of the kernel's, in hexadecimal, for tests; the key is "a secret" """
    with_key(lab, KEY)
    c = open_passive(lab, options=("mss", "sackok"))
    c.sock.send(b"signed by the kernel")
    c.send("A", b"d" * 10, seq=101)
    c.send("R", seq=1)
    for seg in lab.inbox:
        lab.note(seg.packet.hex())


@experiment()
def sequence(lab):
    """a signed reply for what is out of the window; keepalive probe's answer; zero window probe"""
    with_key(lab, KEY)
    c = open_passive(lab)
    c.send("A", seq=0)
    c.send("A", b"", seq=-100000)
    c.sock.send(b"x")
    lab.run(0.5)


if __name__ == "__main__":
    main(timeout=60)
