"""Experiments for options.md: what setsockopt takes and getsockopt tells, in each state. `python3 options.py` lists them."""

import fcntl
import select
import socket
import struct
import subprocess

from lab import KERNEL, PEER, checksum, experiment, flag_letters, icmp_packet, main, name_of, tcp_packet

SOL, IP, IPV6, TCP = 1, 0, 41, 6
OPTIONS = {  # name: (level, number)
    "SO_DEBUG": (SOL, 1), "SO_REUSEADDR": (SOL, 2), "SO_TYPE": (SOL, 3), "SO_ERROR": (SOL, 4), "SO_DONTROUTE": (SOL, 5), "SO_BROADCAST": (SOL, 6),
    "SO_SNDBUF": (SOL, 7), "SO_RCVBUF": (SOL, 8), "SO_KEEPALIVE": (SOL, 9), "SO_OOBINLINE": (SOL, 10), "SO_PRIORITY": (SOL, 12),
    "SO_REUSEPORT": (SOL, 15), "SO_RCVLOWAT": (SOL, 18), "SO_SNDLOWAT": (SOL, 19), "SO_ACCEPTCONN": (SOL, 30), "SO_SNDBUFFORCE": (SOL, 32),
    "SO_RCVBUFFORCE": (SOL, 33), "SO_MARK": (SOL, 36), "SO_PROTOCOL": (SOL, 38), "SO_DOMAIN": (SOL, 39), "SO_PEEK_OFF": (SOL, 42),
    "SO_MAX_PACING_RATE": (SOL, 47), "SO_TXREHASH": (SOL, 74), "SO_RESERVE_MEM": (SOL, 73), "SO_BUF_LOCK": (SOL, 72),
    "IP_TOS": (IP, 1), "IP_TTL": (IP, 2), "IP_MTU_DISCOVER": (IP, 10), "IP_RECVERR": (IP, 11), "IP_MTU": (IP, 14), "IP_FREEBIND": (IP, 15),
    "IP_MINTTL": (IP, 21), "IP_NODEFRAG": (IP, 22), "IP_BIND_ADDRESS_NO_PORT": (IP, 24), "IP_LOCAL_PORT_RANGE": (IP, 51), "IP_RECVTOS": (IP, 13),
    "IPV6_UNICAST_HOPS": (IPV6, 16), "IPV6_MTU_DISCOVER": (IPV6, 23), "IPV6_MTU": (IPV6, 24), "IPV6_RECVERR": (IPV6, 25), "IPV6_V6ONLY": (IPV6, 26),
    "IPV6_TCLASS": (IPV6, 67), "IPV6_FREEBIND": (IPV6, 78), "IPV6_MINHOPCOUNT": (IPV6, 73), "IPV6_DONTFRAG": (IPV6, 62),
    "TCP_NODELAY": (TCP, 1), "TCP_MAXSEG": (TCP, 2), "TCP_CORK": (TCP, 3), "TCP_KEEPIDLE": (TCP, 4), "TCP_KEEPINTVL": (TCP, 5), "TCP_KEEPCNT": (TCP, 6),
    "TCP_SYNCNT": (TCP, 7), "TCP_LINGER2": (TCP, 8), "TCP_DEFER_ACCEPT": (TCP, 9), "TCP_WINDOW_CLAMP": (TCP, 10), "TCP_QUICKACK": (TCP, 12),
    "TCP_THIN_LINEAR_TIMEOUTS": (TCP, 16), "TCP_THIN_DUPACK": (TCP, 17), "TCP_USER_TIMEOUT": (TCP, 18), "TCP_REPAIR": (TCP, 19), "TCP_FASTOPEN": (TCP, 23),
    "TCP_NOTSENT_LOWAT": (TCP, 25), "TCP_SAVE_SYN": (TCP, 27), "TCP_FASTOPEN_CONNECT": (TCP, 30),
    "TCP_FASTOPEN_NO_COOKIE": (TCP, 34), "TCP_INQ": (TCP, 36), "TCP_TX_DELAY": (TCP, 37), "TCP_IS_MPTCP": (TCP, 43), "TCP_RTO_MAX_MS": (TCP, 44),
    "TCP_RTO_MIN_US": (TCP, 45), "TCP_DELACK_MAX_US": (TCP, 46),
}
LAST = 0x7FFFFFFF
VALUES = (-2147483648, -2, -1, 0, 1, 2, 3, 4, 7, 87, 88, 127, 128, 255, 256, 536, 1000, 1460, 4000, 32767, 32768, 65535, 100000, 5000000, LAST)


def read(sock, name):
    level, number = OPTIONS[name]
    try:
        raw = sock.getsockopt(level, number, 64)
    except OSError as failure:
        return name_of(failure.errno)
    if len(raw) == 1:
        return str(raw[0])
    return " ".join(str(n) for n in struct.unpack("%di" % (len(raw) // 4), raw)) or "-"


def write(sock, name, value):
    level, number = OPTIONS[name]
    try:
        sock.setsockopt(level, number, struct.pack("i", value))
    except OSError as failure:
        return name_of(failure.errno)
    return ""


def quietly(lab, action):
    lab.silent, was = True, lab.silent
    result = action()
    lab.silent = was
    return result


def fresh(lab, family=socket.AF_INET):
    sock = socket.socket(family, socket.SOCK_STREAM)
    lab.kept.append(sock)
    return sock


def sockets(lab):
    """One socket in each state: fresh, listening, connected (active)."""
    listening = lab.listener(port=lab.next_port + 5000).sock
    lab.next_port += 1
    lab.conns.clear()
    connected = lab.active(options=("mss", "ws", "sackok", "ts"))
    return fresh(lab), listening, connected.sock.sock


@experiment(seconds=60)
def defaults(lab):
    """what getsockopt tells before anything is set"""
    print("| option | fresh | listening | connected | fresh IPv6 |")
    print("|---|---|---|---|---|")
    states = sockets(lab) + (fresh(lab, socket.AF_INET6),)
    for name in OPTIONS:
        print("| %s | %s |" % (name, " | ".join(read(s, name) for s in states)))


def ranges_of(lab, family, levels):
    print("| option | set to: reads back, or the error |")
    print("|---|---|")
    for name, (level, _) in OPTIONS.items():
        if level not in levels:
            continue
        cells = []
        for value in VALUES:
            sock = fresh(lab, family)
            failed = write(sock, name, value)
            cells.append((value, failed or read(sock, name)))
            sock.close()
        runs = []
        for value, result in cells:
            same = str(value) == result
            key = "itself" if same else result
            if runs and runs[-1][2] == key:
                runs[-1][1] = value
            else:
                runs.append([value, value, key])
        print("| %s | %s |" % (name, "; ".join("%s: %s" % (a if a == b else "%d to %d" % (a, b), k) for a, b, k in runs)), flush=True)


@experiment(seconds=60)
def ranges(lab):
    """setsockopt with many values on a fresh IPv4 socket, and what is read back"""
    ranges_of(lab, socket.AF_INET, (SOL, IP, TCP))


@experiment(seconds=60)
def ranges_v6(lab):
    """the same on a fresh IPv6 socket"""
    ranges_of(lab, socket.AF_INET6, (IP, IPV6))


@experiment(seconds=100)
def by_state(lab):
    """setsockopt on a listening and on a connected socket, where that differs from a fresh one"""
    print("| option | value | fresh | listening | connected |")
    print("|---|---|---|---|---|")
    for name, (level, _) in OPTIONS.items():
        if level == IPV6:
            continue
        for value in (0, 1, 3, 100, 1000):
            states = quietly(lab, lambda: sockets(lab))
            results = [write(s, name, value) or read(s, name) for s in states]
            if len(set(results)) > 1:
                print("| %s | %d | %s |" % (name, value, " | ".join(results)), flush=True)
            states[1].close()


# ---------------------------------------------------------------- what they do


def tell(lab, sock, *names):
    lab.note(", ".join("%s %s" % (name, read(sock, name)) for name in names))


def facts(lab, c, *names):
    info = c.sock.info()
    lab.note(", ".join("%s %d" % (name, getattr(info, name)) for name in names))


def prepared(name, value):
    return lambda sock: write(sock.sock, name, value)


@experiment(seconds=60)
def window_clamp(lab):
    """TCP_WINDOW_CLAMP before connecting, on a listener, and later"""
    lab.note("a client with 5000 before it connects")
    c = lab.active(quiet=False, prepare=prepared("TCP_WINDOW_CLAMP", 5000), options=("mss", "ws"))
    tell(lab, c.sock.sock, "TCP_WINDOW_CLAMP", "SO_RCVBUF")
    for _ in range(4):
        c.send("A", b"x" * 1460)
        lab.run(0.05)
    tell(lab, c.sock.sock, "TCP_WINDOW_CLAMP")
    facts(lab, c, "rcv_ssthresh")
    lab.conns.clear()
    lab.note("a listener with 5000")
    listener = lab.listener(port=6000)
    write(listener.sock, "TCP_WINDOW_CLAMP", 5000)
    c = lab.passive(quiet=False, listener=listener, port=6000, options=("mss", "ws"))
    tell(lab, c.sock.sock, "TCP_WINDOW_CLAMP")
    lab.conns.clear()
    c = lab.passive(port=7000, options=("mss", "ws"))
    for value in (10000, 2000, 1000000):
        lab.note("connected, set to %d" % value)
        write(c.sock.sock, "TCP_WINDOW_CLAMP", value)
        tell(lab, c.sock.sock, "TCP_WINDOW_CLAMP")
        facts(lab, c, "rcv_ssthresh")
    lab.note("set to 0: %s" % write(c.sock.sock, "TCP_WINDOW_CLAMP", 0))


@experiment(seconds=60)
def maxseg(lab):
    """TCP_MAXSEG on a client and on a listener, with and without timestamps, and on a connected socket"""
    for options in (("mss",), ("mss", "ts")):
        lab.conns.clear()
        lab.note("a client with 1100")
        c = lab.active(quiet=False, prepare=prepared("TCP_MAXSEG", 1100), options=options)
        tell(lab, c.sock.sock, "TCP_MAXSEG")
        facts(lab, c, "snd_mss", "advmss", "rcv_mss")
        lab.note("500 once it is connected: %s" % (write(c.sock.sock, "TCP_MAXSEG", 500) or "0"))
        tell(lab, c.sock.sock, "TCP_MAXSEG")
        c.sock.send(b"x" * 3000)
        lab.drain()
        c.send("R")
        lab.conns.clear()
        lab.next_port += 1
        lab.note("a listener with 1100")
        listener = lab.listener(port=lab.next_port)
        write(listener.sock, "TCP_MAXSEG", 1100)
        c = lab.passive(quiet=False, listener=listener, port=lab.next_port, options=options)
        tell(lab, c.sock.sock, "TCP_MAXSEG")
        facts(lab, c, "snd_mss", "advmss")
        c.send("R")
    lab.conns.clear()
    sock = lab.socket()
    try:
        sock.sock.connect((PEER, 99))
    except OSError:
        pass
    lab.drain()
    lab.note("in SYN_SENT")
    tell(lab, sock.sock, "TCP_MAXSEG", "TCP_WINDOW_CLAMP", "SO_SNDBUF")


@experiment(seconds=60)
def quickack(lab):
    """TCP_QUICKACK before connecting, and with data that was read and not"""
    for value in (0, 1):
        lab.conns.clear()
        lab.note("a client with %d before it connects" % value)
        c = lab.active(quiet=False, prepare=prepared("TCP_QUICKACK", value), options=("mss",))
        tell(lab, c.sock.sock, "TCP_QUICKACK")
        lab.run(0.3)
    lab.conns.clear()
    lab.note("a client with TCP_DEFER_ACCEPT")
    lab.active(quiet=False, prepare=prepared("TCP_DEFER_ACCEPT", 5), options=("mss",))
    lab.run(0.3)
    lab.conns.clear()
    c = lab.passive(port=7000, options=("mss",))
    for reads in (False, True):
        lab.note("0, data%s, 1" % (" which is read" if reads else ""))
        write(c.sock.sock, "TCP_QUICKACK", 0)
        c.send("PA", b"x" * 100)
        if reads:
            c.sock.recv(1000)
        lab.run(0.02)
        write(c.sock.sock, "TCP_QUICKACK", 1)
        lab.run(0.1)


@experiment(seconds=60)
def notsent_lowat(lab):
    """TCP_NOTSENT_LOWAT 8000: how much is taken, when is the socket writable again"""
    c = lab.passive(options=(("mss", 1000), "sackok"), window=60000)
    sock = c.sock.sock
    sock.setsockopt(SOL, socket.SO_SNDBUF, 200000)
    write(sock, "TCP_NOTSENT_LOWAT", 8000)
    edges = select.epoll()
    edges.register(sock, select.EPOLLOUT | select.EPOLLET)
    edges.poll(0)
    taken = 0
    try:
        while True:
            taken += sock.send(b"x" * 100)
    except BlockingIOError:
        pass
    quietly(lab, lab.drain)
    lab.note("took %d, in flight %d" % (taken, c.rcv_nxt - 1))
    facts(lab, c, "notsent_bytes")
    for acked in range(1000, 18000, 1000):
        quietly(lab, lambda: c.send("A", ack=1 + acked))
        edge = edges.poll(0)
        poll = select.poll()
        poll.register(sock, select.POLLOUT)
        lab.note("%d acknowledged, %d not sent: poll %s, edge %s" % (
            acked, c.sock.info().notsent_bytes, "OUT" if poll.poll(0) else "-", "OUT" if edge else "-"))


SIOCINQ, SIOCOUTQ, SIOCOUTQNSD, SIOCATMARK = 0x541B, 0x5411, 0x894B, 0x8905


def ioctls(lab, sock, note):
    def ask(request):
        try:
            return struct.unpack("i", fcntl.ioctl(sock.fileno(), request, bytes(4)))[0]
        except OSError as failure:
            return name_of(failure.errno)
    lab.note("SIOCINQ %s, SIOCOUTQ %s, SIOCOUTQNSD %s, SIOCATMARK %s  # %s" % (
        ask(SIOCINQ), ask(SIOCOUTQ), ask(SIOCOUTQNSD), ask(SIOCATMARK), note))


@experiment(seconds=60)
def queue_lengths(lab):
    """SIOCINQ, SIOCOUTQ, SIOCOUTQNSD and SIOCATMARK in several states"""
    listener = lab.listener()
    ioctls(lab, fresh(lab), "fresh")
    ioctls(lab, listener.sock, "listening")
    c = lab.passive(listener=listener)
    quietly(lab, lambda: c.send("A", b"x" * 100))
    ioctls(lab, c.sock.sock, "100 bytes have come")
    c.sock.sock.send(b"x" * 20000)
    quietly(lab, lab.drain)
    ioctls(lab, c.sock.sock, "20000 written")
    quietly(lab, lambda: c.send("FA", b"y" * 10))
    ioctls(lab, c.sock.sock, "10 more and a FIN have come")
    c.sock.sock.recv(1000)
    ioctls(lab, c.sock.sock, "all is read")
    c.sock.sock.shutdown(1)
    ioctls(lab, c.sock.sock, "FIN written")


@experiment(seconds=60)
def peeking(lab):
    """MSG_PEEK, MSG_TRUNC, MSG_WAITALL, SO_PEEK_OFF"""
    listener = lab.listener()
    c = lab.passive(listener=listener)
    sock = c.sock.sock
    PEEK, TRUNC, WAITALL = 2, 0x20, 0x100

    def take(count, flags, label):
        try:
            data = sock.recv(count, flags)
            lab.note("%s %d: %d %r" % (label, count, len(data), data))
        except OSError as failure:
            lab.note("%s %d: %s" % (label, count, name_of(failure.errno)))

    c.send("PA", b"abcdefghij")
    take(3, PEEK, "peek")
    take(3, PEEK, "peek")
    take(3, TRUNC, "truncate")
    take(20, 0, "read")
    c.send("PA", b"abcdefghij")
    write(sock, "SO_PEEK_OFF", 2)
    for count, flags, label in ((3, PEEK, "peek"), (3, PEEK, "peek"), (4, 0, "read"), (10, PEEK, "peek"), (10, PEEK, "peek"), (10, 0, "read")):
        take(count, flags, label)
        tell(lab, sock, "SO_PEEK_OFF")
    write(sock, "SO_PEEK_OFF", -1)
    sock.setblocking(True)
    sock.setsockopt(SOL, socket.SO_RCVTIMEO, struct.pack("ll", 0, 100000))
    for flags, label in ((WAITALL, "MSG_WAITALL"), (WAITALL | PEEK, "MSG_WAITALL and MSG_PEEK")):
        quietly(lab, lambda: c.send("A", b"x" * 30))
        lab.later(lambda: len(sock.recv(100, flags)), "recv 100 with %s, 30 there" % label)
        lab.run(0.05)
        c.send("A", b"x" * 100)
        lab.run(0.15)
        sock.recv(1000)


@experiment(seconds=60)
def low_water(lab):
    """SO_RCVLOWAT: poll, blocking reads, and the buffer that grows with it"""
    sock = fresh(lab)
    write(sock, "SO_RCVLOWAT", 1000000)
    lab.note("1000000 on a fresh socket")
    tell(lab, sock, "SO_RCVBUF")
    c = lab.passive(options=("mss", "ws"))
    write(c.sock.sock, "SO_RCVLOWAT", 300000)
    lab.note("300000 on a connected one")
    tell(lab, c.sock.sock, "SO_RCVBUF", "TCP_WINDOW_CLAMP")
    write(c.sock.sock, "SO_RCVBUF", 20000)
    write(c.sock.sock, "SO_RCVLOWAT", 300000)
    lab.note("the same with SO_RCVBUF 20000")
    tell(lab, c.sock.sock, "SO_RCVLOWAT", "SO_RCVBUF")
    write(c.sock.sock, "SO_RCVLOWAT", 50)
    for count in (30, 19, 1):
        c.send("PA", b"x" * count)
        c.sock.poll()


@experiment(seconds=60)
def save_syn(lab):
    """TCP_SAVE_SYN and TCP_SAVED_SYN"""
    listener = lab.listener()
    write(listener.sock, "TCP_SAVE_SYN", 1)

    def saved(sock, length):
        try:
            data = sock.getsockopt(TCP, 28, length)
            lab.note("TCP_SAVED_SYN into %d: %d %s" % (length, len(data), data.hex()))
        except OSError as failure:
            lab.note("TCP_SAVED_SYN into %d: %s" % (length, name_of(failure.errno)))

    c = lab.passive(listener=listener, options=("mss", "sackok", "ts", "ws"))
    for length in (10, 100, 100):
        saved(c.sock.sock, length)


@experiment(seconds=60)
def mtu_discover(lab):
    """IP_MTU_DISCOVER: DF, and what "fragmentation needed, 1000" does at once and with the next write"""
    for value in range(6):
        lab.conns.clear()
        lab.inbox.clear()
        lab.next_port += 1
        port = lab.next_port
        listener = lab.listener(port=port)
        write(listener.sock, "IP_MTU_DISCOVER", value)
        c = lab.passive(port=port, listener=listener)
        c.sock.sock.send(b"x" * 2000)
        quietly(lab, lab.drain)
        before = [s for s in lab.inbox if s.dport == c.port]
        lab.note("%d: packets of %s" % (value, lengths(before)))
        quietly(lab, lambda: lab.inject(icmp_packet(3, 4, 1000, before[1].packet)))
        at_once = [s for s in lab.inbox if s.dport == c.port][len(before):]
        info = c.sock.info()
        lab.note("   at once %s; IP_MTU %s, pmtu %d, snd_mss %d" % (lengths(at_once), read(c.sock.sock, "IP_MTU"), info.pmtu, info.snd_mss))
        quietly(lab, lambda: c.send("A", ack=2001))
        c.sock.sock.send(b"x" * 2000)
        quietly(lab, lab.drain)
        later = [s for s in lab.inbox if s.dport == c.port][len(before) + len(at_once):]
        lab.note("   then %s" % lengths(later))
        subprocess.run("ip route flush cache".split())
        quietly(lab, lambda: c.send("R", seq=1))


def lengths(segments):
    return " ".join("%d%s" % (len(s.packet), "" if s.packet[6] & 0x40 else " without DF") for s in segments) or "none"


@experiment(seconds=60)
def traffic_class(lab):
    """IP_TOS and IP_TTL of everything that a socket, and what is left of it, sends"""
    sock = fresh(lab)
    lab.note("SO_PRIORITY after IP_TOS: " + "; ".join("%d: %s" % (v, (write(sock, "IP_TOS", v), read(sock, "SO_PRIORITY"))[1]) for v in range(0, 36, 4)))

    def seen(port):
        return ", ".join("%s tos %#x ttl %d" % (flag_letters(s.flags), s.tos, s.ttl) for s in lab.inbox if s.dport == port)

    listener = lab.listener()
    write(listener.sock, "IP_TOS", 0x10)
    write(listener.sock, "IP_TTL", 33)
    c = lab.passive(listener=listener)
    lab.silent = True
    c.sock.sock.send(b"x")
    lab.drain()
    write(c.sock.sock, "IP_TOS", 0x20)
    c.send("A", b"x" * 10)
    c.sock.sock.recv(100)
    c.sock.sock.close()
    lab.drain()
    c.send("FA")
    c.send("FA", seq=c.snd_nxt - 1)
    lab.silent = False
    lab.note("with IP_TOS 0x20 from the second on, TIME_WAIT at the end: " + seen(c.port))
    d = lab.dial(port=9999)
    packet = bytearray(tcp_packet(PEER, d.port, KERNEL, 9999, 1, 0, 2, 100))
    packet[1], packet[10:12] = 0x2B, bytes(2)
    packet[10:12] = struct.pack("!H", checksum(bytes(packet[:20])))
    quietly(lab, lambda: lab.inject(bytes(packet)))
    lab.note("a SYN with tos 0x2b to a closed port: " + seen(d.port))


@experiment(seconds=60)
def min_ttl(lab):
    """IP_MINTTL 10 on a listener: what comes with less"""
    listener = lab.listener()
    write(listener.sock, "IP_MINTTL", 10)
    lab.counted = lab.counters()
    c = lab.dial()
    for ttl in (9, 10):
        lab.note("SYN with ttl %d" % ttl)
        lab.inject(tcp_packet(PEER, c.port, KERNEL, 5000, c.isn, 0, 2, 1000, ttl=ttl))
        lab.counted_since()
    for ttl, data in ((9, b""), (9, b"x" * 10), (10, b"x" * 10)):
        lab.note("%s with ttl %d" % ("data" if data else "the last ACK", ttl))
        lab.inject(tcp_packet(PEER, c.port, KERNEL, 5000, c.isn + 1, c.kernel_isn + 1, 16, 1000, data=data, ttl=ttl))
        lab.counted_since()


@experiment(seconds=60)
def binding(lab):
    """IP_FREEBIND and IP_BIND_ADDRESS_NO_PORT"""
    def attempt(label, action):
        try:
            result = action()
        except OSError as failure:
            result = name_of(failure.errno)
        lab.note("%s: %s" % (label, result))

    for free in (0, 1):
        sock = fresh(lab)
        write(sock, "IP_FREEBIND", free)
        attempt("bind to a foreign address, IP_FREEBIND %d" % free, lambda: sock.bind(("198.51.100.1", 5555)) or sock.getsockname())
    attempt("and listen", lambda: sock.listen(5) or sock.getsockname())
    sock = fresh(lab)
    write(sock, "IP_FREEBIND", 1)
    sock.bind(("198.51.100.1", 5556))
    sock.setblocking(False)
    attempt("connect from there", lambda: sock.connect((PEER, 80)))
    sock = fresh(lab)
    write(sock, "IP_BIND_ADDRESS_NO_PORT", 1)
    attempt("bind without a port", lambda: sock.bind((KERNEL, 0)) or sock.getsockname())
    attempt("bind again", lambda: sock.bind((KERNEL, 7777)) or sock.getsockname())
    sock = fresh(lab)
    write(sock, "IP_BIND_ADDRESS_NO_PORT", 1)
    sock.bind((KERNEL, 0))
    attempt("listen without a port", lambda: sock.listen(5) or sock.getsockname()[0])


@experiment(seconds=60)
def corks(lab):
    """TCP_NODELAY, TCP_CORK, MSG_MORE and MSG_EOR"""
    c = lab.passive()
    sock = c.sock
    MORE, EOR = 0x8000, 0x80

    def set_(name, value):
        lab.note("%s %d" % (name, value))
        write(sock.sock, name, value)
        lab.drain()

    sock.send(b"x" * 10)
    sock.send(b"x" * 10)
    set_("SO_KEEPALIVE", 1)
    set_("TCP_NODELAY", 1)
    c.send("A")
    set_("TCP_CORK", 1)
    sock.send(b"x" * 10)
    set_("TCP_NODELAY", 1)
    c.send("A")
    sock.send(b"x" * 10)
    set_("TCP_CORK", 0)
    c.send("A")
    set_("TCP_NODELAY", 0)
    sock.send(b"x" * 10)
    set_("TCP_CORK", 1)
    sock.send(b"x" * 10)
    set_("TCP_CORK", 0)
    c.send("A")
    lab.note("with MSG_MORE")
    sock.send(b"x" * 10, MORE)
    sock.send(b"x" * 5)
    c.send("A")
    lab.note("with MSG_EOR")
    sock.send(b"x" * 10, EOR)
    sock.send(b"x" * 10, EOR)
    sock.send(b"x" * 10)
    c.send("A")
    c.send("A")
    lab.note("MSG_MORE, and then nothing")
    sock.send(b"x" * 10, MORE)
    lab.run(0.3)


@experiment(seconds=90)
def timeouts(lab):
    """TCP_RTO_MAX_MS, TCP_DELACK_MAX_US, TCP_THIN_LINEAR_TIMEOUTS"""
    lab.note("TCP_RTO_MAX_MS 1000")
    c = lab.passive()
    write(c.sock.sock, "TCP_RTO_MAX_MS", 1000)
    c.sock.send(b"x" * 100)
    lab.run(4)
    c.send("R")
    lab.conns.clear()
    lab.note("TCP_DELACK_MAX_US 20000")
    c = lab.passive(port=5002)
    write(c.sock.sock, "TCP_DELACK_MAX_US", 20000)
    write(c.sock.sock, "TCP_QUICKACK", 0)
    c.send("A", b"x" * 10)
    lab.run(0.1)
    lab.conns.clear()
    lab.note("TCP_THIN_LINEAR_TIMEOUTS")
    c = lab.passive(port=5003)
    write(c.sock.sock, "TCP_THIN_LINEAR_TIMEOUTS", 1)
    c.sock.send(b"x" * 100)
    lab.run(3.5)


if __name__ == "__main__":
    main()
