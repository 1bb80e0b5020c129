"""Experiments for errors.md: which call fails how. `python3 errors.py` lists them."""

import os
import socket
import struct
import subprocess

from lab import KERNEL, PEER, Conn, experiment, icmp_packet, main, name_of

SOL, TCP = socket.SOL_SOCKET, socket.IPPROTO_TCP
AF_UNSPEC = struct.pack("H14x", 0)


def disconnect(sock):
    """connect() with AF_UNSPEC, which Python's socket module cannot say."""
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.connect(sock.fileno(), AF_UNSPEC, 16):
        raise OSError(ctypes.get_errno(), "connect")


STATES = {}


def state(function):
    STATES[function.__name__.replace("_", " ").replace("1 ", "1, ").replace("2 ", "2, ")] = function
    return function


@state
def new(lab):
    return lab.socket()


@state
def bound(lab):
    s = lab.socket()
    s.bind((KERNEL, 0))
    return s


@state
def LISTEN(lab):
    s = bound(lab)
    s.listen(1)
    return s


@state
def SYN_SENT(lab):
    s = lab.socket()
    s.connect((PEER, 99))
    return s


@state
def ESTABLISHED_since_connect(lab):
    return lab.active(quiet=True).sock


@state
def ESTABLISHED_accepted(lab):
    return lab.passive(port=lab.next_port + 3000).sock


@state
def CLOSE_WAIT(lab):
    c = lab.passive(port=lab.next_port + 3000)
    c.send("FA")
    return c.sock


@state
def FIN_WAIT1(lab):
    c = lab.passive(port=lab.next_port + 3000)
    c.sock.shutdown(socket.SHUT_WR)
    return c.sock


@state
def FIN_WAIT2(lab):
    c = lab.passive(port=lab.next_port + 3000)
    c.sock.shutdown(socket.SHUT_WR)
    c.send("A")
    return c.sock


@state
def LAST_ACK(lab):
    c = lab.passive(port=lab.next_port + 3000)
    c.send("FA")
    c.sock.shutdown(socket.SHUT_WR)
    return c.sock


@state
def TIME_WAIT(lab):
    c = lab.passive(port=lab.next_port + 3000)
    c.sock.shutdown(socket.SHUT_WR)
    c.send("A")
    c.send("FA")
    return c.sock


@state
def shutdown_RD(lab):
    c = lab.passive(port=lab.next_port + 3000)
    c.sock.shutdown(socket.SHUT_RD)
    return c.sock


@state
def refused_error_pending(lab):
    s = lab.socket()
    s.connect((KERNEL, 9))
    return s


@state
def refused_error_taken(lab):
    s = refused_error_pending(lab)
    s.error()
    return s


@state
def reset_error_pending(lab):
    c = lab.passive(port=lab.next_port + 3000)
    c.send("R")
    return c.sock


@state
def reset_error_taken(lab):
    s = reset_error_pending(lab)
    s.error()
    return s


CALLS = {
    "bind": lambda s: s.bind((KERNEL, 0)),
    "listen": lambda s: s.listen(1),
    "accept": lambda s: s.accept(),
    "connect": lambda s: s.connect((PEER, 98)),
    "disconnect": disconnect,
    "send": lambda s: s.send(b"x"),
    "sendto": lambda s: s.sendto(b"x", (PEER, 98)),
    "recv": lambda s: s.recv(1),
    "peek": lambda s: s.recv(1, socket.MSG_PEEK),
    "oob": lambda s: s.recv(1, socket.MSG_OOB),
    "shut RD": lambda s: s.shutdown(socket.SHUT_RD),
    "shut WR": lambda s: s.shutdown(socket.SHUT_WR),
    "shut RDWR": lambda s: s.shutdown(socket.SHUT_RDWR),
    "peername": lambda s: s.getpeername(),
    "sockname": lambda s: s.getsockname(),
}


@experiment(("net.ipv4.tcp_max_syn_backlog", 4096), seconds=500)
def table(lab):
    """every call on a non-blocking socket in every state"""
    lab.silent = True
    print("| state | " + " | ".join(CALLS) + " |")
    print("|---" * (len(CALLS) + 1) + "|")
    for title, make in STATES.items():
        row = []
        for call in CALLS.values():
            s = make(lab)
            try:
                result = call(s.sock)
                text = "ok"
                if isinstance(result, bytes):
                    text = "%d B" % len(result) if result else "0"
            except OSError as failure:
                text = name_of(failure.errno)
            row.append(text)
            s.sock.close()
            lab.drain(0)
            lab.conns.clear()
        print("| %s | %s |" % (title, " | ".join(row)), flush=True)


@experiment()
def connect_again(lab):
    """connect, connect, then the SYN-ACK, connect, connect"""
    s = lab.socket()
    c = Conn(lab, 80, None)
    s.connect((PEER, 80))
    s.connect((PEER, 80))
    s.connect((PEER, 81))
    c.send("SA")
    s.connect((PEER, 80))
    s.connect((PEER, 80))
    lab.note("refused: connect reports it, once; then the socket can try again")
    s = lab.socket()
    s.connect((KERNEL, 9))
    s.connect((KERNEL, 9))
    s.connect((KERNEL, 9))
    s.connect((KERNEL, 9))
    lab.note("SO_ERROR read first")
    s = lab.socket()
    s.connect((KERNEL, 9))
    s.error()
    s.connect((KERNEL, 9))
    s.connect((KERNEL, 9))
    lab.note("disconnect (AF_UNSPEC) of an established connection, with nothing unread, then connect anew")
    c = lab.active()
    c.sock.getsockname()
    disconnect(c.sock.sock)
    lab.drain()
    c.sock.getsockname()
    c.sock.poll()
    c.sock.connect((PEER, 82))


@experiment()
def shutdown_connecting(lab):
    """shutdown in SYN_SENT"""
    for how in (socket.SHUT_RD, socket.SHUT_WR):
        s = lab.socket()
        s.connect((PEER, 80))
        s.shutdown(how)
        s.state()
        s.poll()
        s.error()
        s.recv(1)
        s.send(b"x")
        s.connect((PEER, 81))


@experiment()
def destinations(lab):
    """connect to strange destinations"""
    run = lambda words: subprocess.run(words.split(), check=True)
    run("ip route add unreachable 198.51.100.0/26")
    run("ip route add prohibit 198.51.100.64/26")
    run("ip route add blackhole 198.51.100.128/26")
    for note, address in (("no route", ("203.0.113.1", 80)), ("unreachable route", ("198.51.100.1", 80)),
                          ("prohibit route", ("198.51.100.65", 80)), ("blackhole route", ("198.51.100.129", 80)),
                          ("broadcast", ("192.0.2.255", 80)), ("255.255.255.255", ("255.255.255.255", 80)),
                          ("multicast", ("224.0.0.1", 80)), ("0.0.0.0: this host", ("0.0.0.0", 9)), ("port 0", (PEER, 0)),
                          ("127.0.0.1", ("127.0.0.1", 9))):
        lab.note(note)
        s = lab.socket()
        s.connect(address)
        s.error()
    lab.note("bind to an address that is not ours; to 0.0.0.0; to broadcast; to a port of ours twice")
    lab.socket().bind(("203.0.113.1", 0))
    lab.socket().bind(("192.0.2.255", 0))
    lab.socket().bind(("224.0.0.1", 0))
    s = lab.socket()
    s.bind(("192.0.2.1", 7000))
    lab.socket().bind(("192.0.2.1", 7000))
    lab.note("from 127.0.0.1 to a remote address")
    s = lab.socket()
    s.bind(("127.0.0.1", 0))
    s.connect((PEER, 80))
    lab.note("to itself: a connection of one socket")
    s = lab.socket()
    s.bind(("127.0.0.1", 7100))
    s.connect(("127.0.0.1", 7100))
    s.state()
    s.send(b"hello")
    s.recv(10)
    lab.note("no link")
    run("ip link set lab0 down")
    s = lab.socket()
    s.connect((PEER, 80))


@experiment(seconds=40)
def no_neighbour(lab):
    """connect to an address on an Ethernet link where nobody answers ARP; one byte on an established connection is the same"""
    run = lambda words: subprocess.run(words.split(), check=True)
    run("ip link add v0 type veth peer name v1")
    run("ip addr add 198.51.100.1/24 dev v0")
    run("ip link set v0 up")
    run("ip link set v1 up")
    s = socket.socket()
    try:
        s.connect(("198.51.100.2", 80))
    except OSError as failure:
        lab.log("connect = " + name_of(failure.errno))


CODES = [(3, code) for code in range(0, 17)] + [(4, 0), (5, 1), (11, 0), (11, 1), (12, 0)]
NAMES = {(3, 0): "net unreachable", (3, 1): "host unreachable", (3, 2): "protocol unreachable", (3, 3): "port unreachable",
         (3, 4): "fragmentation needed, MTU 1400", (3, 5): "source route failed", (3, 6): "net unknown", (3, 7): "host unknown",
         (3, 8): "source host isolated", (3, 9): "net prohibited", (3, 10): "host prohibited", (3, 11): "net, TOS",
         (3, 12): "host, TOS", (3, 13): "packet filtered", (3, 14): "precedence violation", (3, 15): "precedence cutoff",
         (3, 16): "no such code", (4, 0): "source quench", (5, 1): "redirect", (11, 0): "TTL exceeded", (11, 1): "reassembly time exceeded",
         (12, 0): "parameter problem"}


@experiment(seconds=60)
def icmp(lab):
    """ICMP errors in SYN_SENT, and in ESTABLISHED with data in flight (without and with IP_RECVERR)"""
    lab.silent = True
    print("| type, code | name | SYN_SENT | ESTABLISHED | ESTABLISHED with IP_RECVERR |")
    print("|---|---|---|---|---|")
    port = 1000
    for kind, code in CODES:
        cells = []
        for established, receive_errors in ((False, False), (True, False), (True, True)):
            port += 1
            s = lab.socket()
            c = Conn(lab, port, None)
            if receive_errors:
                s.option(socket.IPPROTO_IP, 11, 1)
            s.connect((PEER, port))
            if established:
                c.send("SA")
                s.send(b"x" * 100)
            lab.drain()
            original = [seg for seg in lab.inbox if seg.dport == port][-1].packet
            rest = 1400 if (kind, code) == (3, 4) else 0
            lab.inject(icmp_packet(kind, code, rest, original))
            state = {1: "stays", 2: "stays", 7: "closed"}[s.info().state]
            try:
                s.sock.recv(1)
                read = "end of stream"
            except OSError as failure:
                read = name_of(failure.errno)
            error = s.sock.getsockopt(SOL, socket.SO_ERROR)
            cells.append("%s; read %s, then SO_ERROR %s" % (state, read, name_of(error)))
            s.sock.close()
            lab.drain(0)
        print("| %d, %d | %s | %s |" % (kind, code, NAMES[(kind, code)], " | ".join(cells)), flush=True)


@experiment(("net.ipv4.tcp_syn_retries", 1), ("net.ipv4.tcp_syn_linear_timeouts", 0))
def icmp_details(lab):
    """an ICMP error for a sequence number that is not in flight; the soft error at the end; the effect on the RTO; a new path MTU"""
    lab.note("SYN_SENT, sequence number of the quoted SYN wrong by two, then by one")
    s = lab.socket()
    c = Conn(lab, 80, None)
    s.connect((PEER, 80))
    original = lab.inbox[-1].packet
    for wrong in (2, 1):
        quoted = original[:24] + struct.pack("!I", (struct.unpack("!I", original[24:28])[0] + wrong) & 0xFFFFFFFF) + original[28:]
        lab.inject(icmp_packet(3, 1, 0, quoted))
        s.state()
        lab.counted_since()
    lab.note("ESTABLISHED: host unreachable, then TCP_USER_TIMEOUT 1000 ms runs out: the soft error is what is reported")
    c = lab.active()
    c.sock.option(TCP, 18, 1000)
    c.sock.send(b"x" * 100)
    lab.run(0.3)
    lab.log("peer   > ICMP host unreachable")
    lab.inject(icmp_packet(3, 1, 0, lab.inbox[-1].packet))
    lab.run(2)
    c.sock.poll()
    c.sock.error()
    lab.counted_since()
    lab.note("after two timeouts: host unreachable undoes the backoff (RFC 6069)")
    lab.conns.clear()
    c = lab.passive()
    c.sock.send(b"x" * 100)
    lab.run(0.75)
    i = c.sock.info()
    lab.note("retransmits %d, backoff %d, rto %d ms" % (i.retransmits, i.backoff, i.rto / 1000))
    lab.log("peer   > ICMP host unreachable")
    lab.inject(icmp_packet(3, 1, 0, lab.inbox[-1].packet))
    i = c.sock.info()
    lab.note("retransmits %d, backoff %d, rto %d ms" % (i.retransmits, i.backoff, i.rto / 1000))
    lab.run(1)
    lab.counted_since()
    c.sock.linger(0)
    c.sock.close()
    lab.note("fragmentation needed, MTU 1000, with 2920 bytes in flight")
    lab.conns.clear()
    c = lab.passive(port=5001)
    c.sock.send(b"x" * 2920)
    lab.log("peer   > ICMP fragmentation needed, MTU 1000")
    lab.inject(icmp_packet(3, 4, 1000, lab.inbox[-1].packet))
    i = c.sock.info()
    lab.note("pmtu %d, snd_mss %d, snd_cwnd %d" % (i.pmtu, i.snd_mss, i.snd_cwnd))
    lab.run(0.3)
    lab.log("peer   > ICMP fragmentation needed, MTU 200")
    lab.inject(icmp_packet(3, 4, 200, lab.inbox[-1].packet))
    i = c.sock.info()
    lab.note("pmtu %d, snd_mss %d (min_pmtu %s)" % (i.pmtu, i.snd_mss, lab.sysctl("net.ipv4.route.min_pmtu")))
    lab.counted_since()


@experiment(("net.ipv4.tcp_syn_retries", 1), ("net.ipv4.tcp_syn_linear_timeouts", 0), ("net.ipv4.tcp_retries2", 2), seconds=150)
def java(lab):
    """exception types and texts of JDK 25's java.net and java.nio over kernel sockets"""
    here = os.path.dirname(os.path.abspath(__file__))
    subprocess.run(["ip", "route", "add", "unreachable", "198.51.100.0/24"], check=True)
    command = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
    program = subprocess.Popen([command, "-Djava.net.preferIPv4Stack=true", os.path.join(here, "JavaErrors.java")])
    lab.silent = True
    answered = set()
    while program.poll() is None:
        lab.run(0.05)
        for seg in lab.inbox:
            key = (seg.sport, seg.dport, seg.seq)
            if seg.dport == 7001 and key not in answered:
                answered.add(key)
                lab.inject(icmp_packet(3, 1, 0, seg.packet))
            elif seg.dport == 7002 and seg.flags == 2 and key not in answered:
                answered.add(key)
                c = Conn(lab, 7002, seg.sport)
                c.kernel_isn, c.rcv_nxt = seg.seq, 1
                c.send("SA")


main(timeout=300)
