"""Experiments for options.md: what setsockopt takes and getsockopt tells, in each state. `python3 options.py` lists them."""

import errno
import select
import socket
import struct

from lab import KERNEL, PEER, STATES, experiment, main, name_of

SOL, IP, IPV6, TCP = 1, 0, 41, 6
OPTIONS = {  # name: (level, number)
    "SO_DEBUG": (SOL, 1), "SO_REUSEADDR": (SOL, 2), "SO_TYPE": (SOL, 3), "SO_ERROR": (SOL, 4), "SO_DONTROUTE": (SOL, 5), "SO_BROADCAST": (SOL, 6),
    "SO_SNDBUF": (SOL, 7), "SO_RCVBUF": (SOL, 8), "SO_KEEPALIVE": (SOL, 9), "SO_OOBINLINE": (SOL, 10), "SO_PRIORITY": (SOL, 12),
    "SO_REUSEPORT": (SOL, 15), "SO_RCVLOWAT": (SOL, 18), "SO_SNDLOWAT": (SOL, 19), "SO_ACCEPTCONN": (SOL, 30), "SO_SNDBUFFORCE": (SOL, 32),
    "SO_RCVBUFFORCE": (SOL, 33), "SO_MARK": (SOL, 36), "SO_PROTOCOL": (SOL, 38), "SO_DOMAIN": (SOL, 39), "SO_PEEK_OFF": (SOL, 42),
    "SO_MAX_PACING_RATE": (SOL, 47), "SO_INCOMING_CPU": (SOL, 49), "SO_TXREHASH": (SOL, 74), "SO_RESERVE_MEM": (SOL, 73), "SO_BUF_LOCK": (SOL, 72),
    "IP_TOS": (IP, 1), "IP_TTL": (IP, 2), "IP_MTU_DISCOVER": (IP, 10), "IP_RECVERR": (IP, 11), "IP_MTU": (IP, 14), "IP_FREEBIND": (IP, 15),
    "IP_MINTTL": (IP, 21), "IP_NODEFRAG": (IP, 22), "IP_BIND_ADDRESS_NO_PORT": (IP, 24), "IP_LOCAL_PORT_RANGE": (IP, 51), "IP_RECVTOS": (IP, 13),
    "IPV6_UNICAST_HOPS": (IPV6, 16), "IPV6_MTU_DISCOVER": (IPV6, 23), "IPV6_MTU": (IPV6, 24), "IPV6_RECVERR": (IPV6, 25), "IPV6_V6ONLY": (IPV6, 26),
    "IPV6_TCLASS": (IPV6, 67), "IPV6_FREEBIND": (IPV6, 78), "IPV6_MINHOPCOUNT": (IPV6, 73), "IPV6_DONTFRAG": (IPV6, 62),
    "TCP_NODELAY": (TCP, 1), "TCP_MAXSEG": (TCP, 2), "TCP_CORK": (TCP, 3), "TCP_KEEPIDLE": (TCP, 4), "TCP_KEEPINTVL": (TCP, 5), "TCP_KEEPCNT": (TCP, 6),
    "TCP_SYNCNT": (TCP, 7), "TCP_LINGER2": (TCP, 8), "TCP_DEFER_ACCEPT": (TCP, 9), "TCP_WINDOW_CLAMP": (TCP, 10), "TCP_QUICKACK": (TCP, 12),
    "TCP_THIN_LINEAR_TIMEOUTS": (TCP, 16), "TCP_THIN_DUPACK": (TCP, 17), "TCP_USER_TIMEOUT": (TCP, 18), "TCP_REPAIR": (TCP, 19), "TCP_FASTOPEN": (TCP, 23),
    "TCP_TIMESTAMP": (TCP, 24), "TCP_NOTSENT_LOWAT": (TCP, 25), "TCP_SAVE_SYN": (TCP, 27), "TCP_FASTOPEN_CONNECT": (TCP, 30),
    "TCP_FASTOPEN_NO_COOKIE": (TCP, 34), "TCP_INQ": (TCP, 36), "TCP_TX_DELAY": (TCP, 37), "TCP_IS_MPTCP": (TCP, 43), "TCP_RTO_MAX_MS": (TCP, 44),
    "TCP_RTO_MIN_US": (TCP, 45), "TCP_DELACK_MAX_US": (TCP, 46), "SO_LINGER": (SOL, 13),
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
        sock.setsockopt(level, number, struct.pack("i", value) if name != "SO_LINGER" else struct.pack("ii", 1, value))
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


if __name__ == "__main__":
    main()
