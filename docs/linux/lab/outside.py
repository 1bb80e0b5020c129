"""Experiments for outside.md: what the kernel tells of another program's sockets. `python3 outside.py` lists them."""

import os
import re
import socket
import subprocess
import time

from lab import experiment, main, name_of

LOCALHOST = "127.0.0.1"


def up():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def pair(backlog=8):
    """A connection over the loopback interface: the caller's socket and the called one."""
    listener = socket.create_server((LOCALHOST, 0), backlog=backlog)
    caller = socket.create_connection(listener.getsockname())
    return caller, listener.accept()[0]


def shown(sock, pattern):
    """What `ss` shows of the socket: the groups of the pattern."""
    port = sock.getsockname()[1]
    out = subprocess.run(["ss", "-tanoiemOH", "sport = :%d" % port], capture_output=True, text=True, check=True).stdout
    found = re.search(pattern, out)
    return found.groups() if found else None


@experiment()
def unread(lab):
    """what stands in Recv-Q in CLOSE_WAIT"""
    up()
    print("| the peer sent | the program | state | Recv-Q |")
    print("|---|---|---|---|")
    for sent, said in ((b"", "reads nothing"), (b"", "reads to the end"), (b"hello", "reads nothing"), (b"hello", "reads 2"),
                       (b"hello", "reads 5 before the FIN"), (b"hello", "reads 5 after it"), (b"hello", "reads 100 once after it"),
                       (b"hello", "reads to the end")):
        caller, called = pair()
        caller.sendall(sent)
        if said == "reads 5 before the FIN":
            called.recv(5)
        caller.close()
        time.sleep(0.05)
        if said == "reads to the end":
            while called.recv(100):
                pass
        elif said.startswith("reads ") and said[6].isdigit() and "before" not in said:
            called.recv(int(said.split()[1]))
        state, queue = shown(called, r"^(\S+)\s+(\d+)")
        print("| %d bytes, FIN | %s | %s | %s |" % (len(sent), said, state, queue))


@experiment()
def age(lab):
    """lastrcv and lastack in CLOSE_WAIT, data 1 s before the FIN; with keepalive's probes and without"""
    up()
    print("| since the FIN | keepalive | lastrcv | lastack |")
    print("|---|---|---|---|")
    for keepalive in (False, True):
        caller, called = pair()
        if keepalive:
            for option, value in ((socket.TCP_KEEPIDLE, 2), (socket.TCP_KEEPINTVL, 2)):
                called.setsockopt(socket.IPPROTO_TCP, option, value)
            called.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        caller.sendall(b"hello")
        time.sleep(1)
        caller.shutdown(socket.SHUT_WR)
        for _ in range(3):
            time.sleep(1.5)
            received, acked = (round(int(ms) / 500) / 2 for ms in shown(called, r"lastrcv:(\d+) lastack:(\d+)"))
            print("| %.1f s | %s | %.1f s | %.1f s |" % (1.5 * (_ + 1), "2 s" if keepalive else "off", received, acked))


@experiment()
def sysctl_bytes(lab):
    """a number of /proc/sys, read in one piece and byte by byte"""
    print("| file | in one piece | byte by byte |")
    print("|---|---|---|")
    for name in ("net/ipv4/tcp_fin_timeout", "net/ipv4/tcp_rmem", "net/ipv4/ip_local_port_range", "kernel/hostname"):
        with open("/proc/sys/" + name, "rb", buffering=0) as file:
            whole = file.read(4096)
        with open("/proc/sys/" + name, "rb", buffering=0) as file:
            single = b"".join(iter(lambda: file.read(1), b""))
        same = "the same" if whole == single else repr(single.decode())
        print("| %s | %s | %s |" % (name, "a name" if "host" in name else repr(whole.decode()), same))


def overflows():
    with open("/proc/thread-self/net/netstat") as file:
        lines = [line.split() for line in file if line.startswith("TcpExt")]
    return int(dict(zip(lines[0], lines[1]))["ListenOverflows"])


@experiment()
def overflow(lab):
    """a full accept queue: the listener's own drops (d of skmem) beside ListenOverflows"""
    up()
    print("| backlog | callers | Recv-Q | d of skmem | ListenOverflows |")
    print("|---|---|---|---|---|")
    for backlog, callers in ((2, 3), (2, 5), (4, 9)):
        before = overflows()
        listener = socket.create_server((LOCALHOST, 0), backlog=backlog)
        kept = []
        for _ in range(callers):
            caller = socket.socket()
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
            kept.append(caller)
        time.sleep(0.3)
        queue, drops = shown(listener, r"^LISTEN\s+(\d+).*,d(\d+)\)")
        print("| %d | %d | %s | %s | %d |" % (backlog, callers, queue, drops, overflows() - before))


@experiment()
def ports(lab):
    """100 ports; 100 connections to one place, each closed by the caller, and after a pause one more hundred"""
    up()
    lab.sysctl("net.ipv4.ip_local_port_range", "40000 40099")
    print("| tcp_tw_reuse | pause | first hundred | second hundred | to another port |")
    print("|---|---|---|---|---|")
    listeners = {port: socket.create_server((LOCALHOST, port), backlog=200) for port in range(7000, 7006)}

    def connect(port, count):
        done = 0
        for _ in range(count):
            try:
                caller = socket.create_connection((LOCALHOST, port))
            except OSError as failure:
                return "%d, then %s" % (done, name_of(failure.errno))
            called = listeners[port].accept()[0]
            caller.close()
            called.close()
            done += 1
        return str(done)

    for row, (reuse, pause) in enumerate(((0, 1.2), (2, 0), (2, 1.2))):
        lab.sysctl("net.ipv4.tcp_tw_reuse", reuse)
        one = connect(7000 + row, 100)
        time.sleep(pause)
        print("| %d | %.1f s | %s | %s | %s |" % (reuse, pause, one, connect(7000 + row, 100), connect(7003 + row, 50)))


main()
