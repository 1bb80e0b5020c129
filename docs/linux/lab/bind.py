"""Experiments for bind.md: who may have which port. `python3 bind.py` lists them."""

import os
import socket
import subprocess

from lab import KERNEL, PEER, experiment, main, name_of

SOL = socket.SOL_SOCKET
V4, V6 = socket.AF_INET, socket.AF_INET6
PORTS = iter(range(20000, 30000))
WHERE = {"0.0.0.0": (V4, "0.0.0.0", False), "192.0.2.1": (V4, "192.0.2.1", False), "127.0.0.1": (V4, "127.0.0.1", False),
         ":: (dual)": (V6, "::", False), ":: (v6 only)": (V6, "::", True), "::1": (V6, "::1", False),
         "::ffff:192.0.2.1": (V6, "::ffff:192.0.2.1", False)}


def open_at(where, port, flags="", state="bound"):
    family, address, only = WHERE[where]
    s = socket.socket(family, socket.SOCK_STREAM)
    if "A" in flags:
        s.setsockopt(SOL, socket.SO_REUSEADDR, 1)
    if "P" in flags:
        s.setsockopt(SOL, socket.SO_REUSEPORT, 1)
    if family == V6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
    try:
        s.bind((address, port))
        if state == "LISTEN":
            s.listen(64)
    except OSError as failure:
        s.close()
        return name_of(failure.errno)
    return s


def outcome(first, second):
    port = next(PORTS)
    a = open_at(first[0], port, *first[1:])
    if isinstance(a, str):
        return "first: " + a
    b = open_at(second[0], port, *second[1:])
    a.close()
    if isinstance(b, str):
        return b.replace("EADDRINUSE", "IN USE")
    b.close()
    return "ok"


def ipv6(lab):
    lab.sysctl("net.ipv6.conf.lo.disable_ipv6", 0)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


@experiment()
def addresses(lab):
    """two sockets, no options: the first bound (row), then the second (column)"""
    ipv6(lab)
    print("| first \\ second | " + " | ".join(WHERE) + " |")
    print("|---" * (len(WHERE) + 1) + "|")
    for a in WHERE:
        print("| %s | " % a + " | ".join(outcome((a,), (b,)) for b in WHERE) + " |")


@experiment()
def options(lab):
    """both on 192.0.2.1: SO_REUSEADDR (A), SO_REUSEPORT (P), none (-), and states; row is the first, column the second"""
    cases = [(f, s) for s in ("bound", "LISTEN") for f in ("", "A", "P", "AP")]
    names = ["%s %s" % (s, f or "-") for f, s in cases]
    print("| first \\ second | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for name, a in zip(names, cases):
        print("| %s | " % name + " | ".join(outcome(("192.0.2.1",) + a, ("192.0.2.1",) + b) for b in cases) + " |")


@experiment()
def wildcard_options(lab):
    """first on 192.0.2.1, second on 0.0.0.0: the same"""
    cases = [(f, s) for s in ("bound", "LISTEN") for f in ("", "A", "P")]
    names = ["%s %s" % (s, f or "-") for f, s in cases]
    print("| first \\ second | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for name, a in zip(names, cases):
        print("| %s | " % name + " | ".join(outcome(("192.0.2.1",) + a, ("0.0.0.0",) + b) for b in cases) + " |")


@experiment()
def listen_later(lab):
    """two sockets bound with SO_REUSEADDR; both listen"""
    a, b = open_at("192.0.2.1", 7000, "A"), open_at("192.0.2.1", 7000, "A")
    for name, s in (("first", a), ("second", b)):
        try:
            s.listen(1)
            lab.log(name + " listen = 0")
        except OSError as failure:
            lab.log(name + " listen = " + name_of(failure.errno))


@experiment()
def connections(lab):
    """a port whose listener is closed, with a connection left in each state: may it be bound (and listened on) again?"""
    print("| left over | bind, no option | with SO_REUSEADDR, left-over with it too | with SO_REUSEADDR, left-over without | listen |")
    print("|---|---|---|---|---|")
    port = 7000
    for state in ("ESTABLISHED", "CLOSE_WAIT", "FIN_WAIT2 (orphan)", "TIME_WAIT", "SYN_RECV"):
        cells = []
        for listener_flag, flags, listens in ((True, "", False), (True, "A", False), (False, "A", False), (True, "A", True)):
            port += 1
            lab.silent = True
            lab.conns.clear()
            raw = socket.socket()
            raw.setsockopt(SOL, socket.SO_REUSEADDR, listener_flag)
            raw.bind((KERNEL, port))
            raw.listen(5)
            raw.setblocking(False)
            c = lab.dial(port=port)
            c.send("S")
            kept = None
            if state != "SYN_RECV":
                c.send("A")
                kept, _ = raw.accept()
                if state == "CLOSE_WAIT":
                    c.send("FA")
                elif state != "ESTABLISHED":
                    kept.close()
                    lab.drain()
                    c.send("A")
                    if state == "TIME_WAIT":
                        c.send("FA")
            raw.close()
            lab.silent = False
            again = open_at("192.0.2.1", port, flags, "LISTEN" if listens else "bound")
            cells.append(again if isinstance(again, str) else "ok")
            lab.kept += [kept, again]
        print("| %s | %s |" % (state, " | ".join(cells)), flush=True)


@experiment(("net.ipv4.ip_local_port_range", "40000 40019"))
def ephemeral_connect(lab):
    """connect to one destination until the ports run out (range 40000..40019); then to another"""
    lab.silent = True
    for destination in ((PEER, 80), (PEER, 81)):
        ports = []
        while True:
            s = lab.socket()
            failure = s.connect(destination)
            if failure.errno != 115:
                break
            ports.append(s.sock.getsockname()[1])
        print("to port %d: %s, then %s" % (destination[1], " ".join(str(p - 40000) for p in ports), name_of(failure.errno)))
    try:
        s = socket.socket()
        s.bind((KERNEL, 0))
        print("bind to port 0 now: %d" % s.getsockname()[1])
    except OSError as failure:
        print("bind to port 0 now: %s" % name_of(failure.errno))


@experiment()
def ephemeral_sequence(lab):
    """default range: ten connects to one destination, ten to another, bind to port 0 ten times, listen without bind"""
    lab.silent = True
    for destination in ((PEER, 80), ("192.0.2.3", 80), (PEER, 80)):
        ports = []
        for _ in range(10):
            s = lab.socket()
            s.connect(destination)
            ports.append(s.sock.getsockname()[1])
        print("connect to %s:%d: %s" % (destination + (" ".join(map(str, ports)),)))
    ports = []
    for _ in range(10):
        s = socket.socket()
        lab.kept.append(s)
        s.bind((KERNEL, 0))
        ports.append(s.getsockname()[1])
    print("bind to port 0: " + " ".join(map(str, ports)))
    ports = []
    for _ in range(5):
        s = socket.socket()
        lab.kept.append(s)
        s.listen(1)
        ports.append("%s:%d" % s.getsockname())
    print("listen without bind: " + " ".join(ports))


@experiment(("net.ipv4.ip_local_port_range", "40000 40009"))
def ephemeral_bind(lab):
    """bind to port 0 until the ports run out; with SO_REUSEADDR; then connect"""
    for flags in ("", "A"):
        got, ports = [], []
        while len(ports) < 30:
            s = open_at("192.0.2.1", 0, flags)
            if isinstance(s, str):
                break
            got.append(s)
            ports.append(s.getsockname()[1])
        print("bind(port 0)%s: %s%s" % (" with SO_REUSEADDR" if flags else "", " ".join(str(p - 40000) for p in ports),
                                        ", then " + s if isinstance(s, str) else " and so on"))
        c = lab.socket()
        lab.silent = True
        failure = c.connect((PEER, 80))
        print("connect now: " + name_of(failure.errno))
        c.close()
        for s in got:
            s.close()


@experiment(("net.ipv4.ip_local_port_range", "40000 40001"))
def bound_then_connect(lab):
    """one local port, several destinations: explicit bind, SO_REUSEADDR, IP_BIND_ADDRESS_NO_PORT"""
    a = lab.socket("a")
    a.bind((KERNEL, 7000))
    a.connect((PEER, 80))
    b = lab.socket("b")
    b.bind((KERNEL, 7000))
    lab.note("both with SO_REUSEADDR")
    a, b, c = lab.socket("a"), lab.socket("b"), lab.socket("c")
    for s in (a, b, c):
        s.option(SOL, socket.SO_REUSEADDR, 1)
        s.bind((KERNEL, 7001))
    a.connect((PEER, 80))
    b.connect((PEER, 81))
    c.connect((PEER, 80))
    lab.note("IP_BIND_ADDRESS_NO_PORT: two ports in the range, four connections")
    for port in (82, 82, 82, 83):
        s = lab.socket()
        s.option(socket.IPPROTO_IP, 24, 1)
        s.bind((KERNEL, 0))
        s.getsockname()
        s.connect((PEER, port))
        s.getsockname()


@experiment()
def reuseport_groups(lab):
    """three listeners with SO_REUSEPORT: how connections spread; wildcard and specific listener together"""
    listeners = []
    for _ in range(3):
        s = open_at("192.0.2.1", 7000, "P", "LISTEN")
        s.setblocking(False)
        listeners.append(s)
    lab.silent = True
    for _ in range(30):
        c = lab.dial(port=7000)
        c.send("S")
        c.send("A")
    counts = []
    for s in listeners:
        count = 0
        try:
            while True:
                lab.kept.append(s.accept()[0])
                count += 1
        except BlockingIOError:
            counts.append(count)
    lab.silent = False
    lab.note("30 connections: %s" % counts)
    wild, specific = open_at("0.0.0.0", 7001, "A", "LISTEN"), open_at("192.0.2.1", 7001, "A", "LISTEN")
    lab.note("listeners on 0.0.0.0 and 192.0.2.1, same port, SO_REUSEADDR: second is %s" % (specific if isinstance(specific, str) else "ok"))
    wild2, specific2 = open_at("0.0.0.0", 7002, "P", "LISTEN"), open_at("192.0.2.1", 7002, "P", "LISTEN")
    lab.note("the same with SO_REUSEPORT: second is %s" % (specific2 if isinstance(specific2, str) else "ok"))
    if not isinstance(specific2, str):
        c = lab.dial(port=7002)
        c.send("S")
        c.send("A")
        for name, s in (("wildcard", wild2), ("specific", specific2)):
            s.setblocking(False)
            try:
                s.accept()
                lab.note("accepted by " + name)
            except BlockingIOError:
                pass


@experiment()
def privileged(lab):
    """port 80 without CAP_NET_BIND_SERVICE (ip_unprivileged_port_start)"""
    lab.note("ip_unprivileged_port_start %s" % lab.sysctl("net.ipv4.ip_unprivileged_port_start"))
    os.seteuid(65534)
    s = lab.socket()
    s.bind((KERNEL, 80))


main()
