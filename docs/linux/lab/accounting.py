"""Experiments for accounting.md: what a write and a segment cost of the socket's buffers. `python3 accounting.py` lists them."""

import select
import socket
import struct

from lab import experiment, main, signed

SOL, TCP = socket.SOL_SOCKET, socket.IPPROTO_TCP
RCVBUF, SNDBUF = (SOL, socket.SO_RCVBUF), (SOL, socket.SO_SNDBUF)
SO_MEMINFO = 55
NAMES = ("rmem_alloc", "rcvbuf", "wmem_alloc", "sndbuf", "fwd_alloc", "wmem_queued", "optmem", "backlog", "drops")


def meminfo(sock):
    """SO_MEMINFO: sk_rmem_alloc, sk_wmem_queued and the like, exactly."""
    raw = sock.getsockopt(SOL, SO_MEMINFO, 36)
    return dict(zip(NAMES, struct.unpack("%dI" % (len(raw) // 4), raw)))


def quietly(lab, action):
    lab.silent, was = True, lab.silent
    result = action()
    lab.silent = was
    return result


@experiment()
def send_charge(lab):
    """what is queued costs: a write of n bytes that cannot leave (the peer's window is 0)"""
    print("| write | again | wmem_queued after the first | after the second |")
    print("|---|---|---|---|")
    port = 6000
    for first, second in ((1, 1), (100, 100), (1000, 1), (1460, 1), (1460, 1460), (32768, 1), (64240, 1), (64241, 1), (65000, 65000)):
        port += 1
        lab.conns.clear()
        c = lab.passive(port=port, window=0, listener=lab.listener(port=port, sockopts={SNDBUF: 1 << 20}))
        c.sock.sock.send(b"x" * first)
        one = meminfo(c.sock.sock)["wmem_queued"]
        c.sock.sock.send(b"x" * second)
        print("| %d | %d | %d | %d |" % (first, second, one, meminfo(c.sock.sock)["wmem_queued"]))


@experiment()
def send_charge_in_flight(lab):
    """the same with the window open: ten segments leave, what is acknowledged is given back"""
    for nodelay in (0, 1):
        lab.conns.clear()
        port = 6100 + nodelay
        c = lab.passive(port=port, listener=lab.listener(port=port, sockopts={SNDBUF: 1 << 20, (TCP, socket.TCP_NODELAY): nodelay}))
        lab.note("TCP_NODELAY %d" % nodelay)
        for size in (100, 100, 100, 1460, 20000):
            quietly(lab, lambda: c.sock.send(b"x" * size))
            lab.note("write %d: wmem_queued %d, in flight %d B" % (size, meminfo(c.sock.sock)["wmem_queued"], c.rcv_nxt - 1))
        for ack in (101, 201, 1000, 1761, 5000, 10000, 21761):
            quietly(lab, lambda: c.send("A", ack=min(ack, c.rcv_nxt)))
            lab.note("ack %d: wmem_queued %d, in flight up to %d" % (min(ack, c.rcv_nxt), meminfo(c.sock.sock)["wmem_queued"], c.rcv_nxt))


@experiment()
def receive_charge(lab):
    """what one segment costs: payload of n bytes, alone in the queue"""
    print("| payload | rmem_alloc, no options | with timestamps |")
    print("|---|---|---|")
    for size in (1, 100, 139, 140, 141, 151, 152, 153, 154, 160, 215, 216, 217, 230, 400, 599, 600, 601, 612, 613, 1000, 1460, 1623, 1624, 1625, 2000, 3000, 3671, 3672, 3673, 4000, 4056, 4057, 5000, 9000, 20000, 60000):
        cells = []
        for options in (("mss",), ("mss", "ts")):
            lab.next_port += 1
            port = lab.next_port
            lab.conns.clear()
            c = lab.passive(port=port, options=options, listener=lab.listener(port=port))
            quietly(lab, lambda: c.send("A", b"x" * size))
            cells.append(meminfo(c.sock.sock)["rmem_alloc"])
        print("| %d | %d | %d |" % (size, *cells), flush=True)


@experiment()
def coalescing(lab):
    """what a second segment adds: it is copied behind the first where that leaves room"""
    print("| first | second | third | rmem_alloc after each | TCPRcvCoalesce |")
    print("|---|---|---|---|---|")
    for sizes in ((1, 1, 1), (1, 150, 1), (1, 151, 1), (1, 152, 1), (100, 50, 3), (100, 52, 1), (100, 53, 1), (1000, 600, 24), (1000, 624, 1), (1000, 625, 1), (1000, 1000, 1),
                  (1460, 100, 64), (1460, 164, 1), (1460, 165, 1), (5000, 1, 1), (5000, 5000, 1), (5000, 5000, 5000), (20000, 20000, 20000)):
        lab.next_port += 1
        port = lab.next_port
        lab.conns.clear()
        before = lab.counters()["TCPRcvCoalesce"]
        c = lab.passive(port=port, listener=lab.listener(port=port))
        seen = []
        for size in sizes:
            quietly(lab, lambda: c.send("A", b"x" * size))
            seen.append(meminfo(c.sock.sock)["rmem_alloc"])
        print("| %d | %d | %d | %s | %d |" % (*sizes, ", ".join(map(str, seen)), lab.counters()["TCPRcvCoalesce"] - before), flush=True)


@experiment()
def out_of_order(lab):
    """what waits behind a gap costs, and after the gap is filled"""
    for sizes in ((100, 20), (1000, 500), (1460, 1460)):
        lab.next_port += 1
        port = lab.next_port
        lab.conns.clear()
        c = lab.passive(port=port, options=("mss", "sackok"), listener=lab.listener(port=port))
        lab.note("segments of %d and %d B behind a gap of 100 B" % sizes)
        quietly(lab, lambda: c.send("A", b"x" * sizes[0], seq=101))
        lab.note("rmem_alloc %d" % meminfo(c.sock.sock)["rmem_alloc"])
        quietly(lab, lambda: c.send("A", b"x" * sizes[1], seq=101 + sizes[0]))
        lab.note("rmem_alloc %d" % meminfo(c.sock.sock)["rmem_alloc"])
        quietly(lab, lambda: c.send("A", b"x" * 100, seq=1))
        lab.note("filled: rmem_alloc %d" % meminfo(c.sock.sock)["rmem_alloc"])
        for part in (50, 100, 50):
            c.sock.sock.recv(part)
            lab.note("%d read: rmem_alloc %d" % (part, meminfo(c.sock.sock)["rmem_alloc"]))
        lab.counted_since()


def fill(c, chunk):
    taken, first = 0, None
    try:
        while taken < 50000000:
            count = c.sock.sock.send(b"x" * chunk)
            first = first or count
            taken += count
    except BlockingIOError:
        pass
    return taken, first


def runs(sizes):
    """1000 1000 100 -> 2x1000 100"""
    out = []
    for size in sizes:
        if out and out[-1][0] == size:
            out[-1][1] += 1
        else:
            out.append([size, 1])
    return " ".join("%d" % n if k == 1 else "%dx%d" % (k, n) for n, k in out)


@experiment(seconds=150)
def writes(lab):
    """how much non-blocking writes take until EAGAIN: segment size, window, SO_SNDBUF, length of a write, TCP_NODELAY"""
    print("| mss | window | SO_SNDBUF | getsockopt | nodelay | writes of | first write | until EAGAIN | wmem_queued | sent |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for mss in (1000, 1460):
        for window in (0, 5792, 32792, 65535):
            for size in (None, 4096, 10000, 65536):
                for nodelay in (0, 1):
                    for chunk in (100, 1000, 5000, 59000):
                        if window == 0 and nodelay:
                            continue
                        print(one_filling(lab, mss, window, size, nodelay, chunk), flush=True)


def one_filling(lab, mss, window, size, nodelay, chunk):
    for attempt in range(20):
        lab.next_port += 1
        port = lab.next_port
        lab.conns.clear()
        lab.inbox.clear()
        listener = lab.listener(port=port, sockopts={SNDBUF: size} if size else {})
        c = lab.passive(port=port, listener=listener, window=window, options=(("mss", mss),))
        rtt = c.sock.info().rtt
        if nodelay:
            c.sock.sock.setsockopt(TCP, socket.TCP_NODELAY, 1)
        after = c.sock.sock.getsockopt(*SNDBUF)
        began = lab.now()
        taken, first = fill(c, chunk)
        took = lab.now() - began
        queued = meminfo(c.sock.sock)["wmem_queued"]
        quietly(lab, lambda: lab.drain(0.001))
        sent = [len(s.data) for s in lab.inbox if s.data and s.dport == c.port]
        total = c.rcv_nxt - 1
        while sum(sent) > total:  # a tail loss probe
            sent.pop()
        quietly(lab, lambda: c.send("R", seq=1))
        listener.sock.close()
        c.sock.sock.close()
        if 2000 < rtt < 2600 and took < 1:
            break
    return "| %d | %d | %s | %d | %d | %d | %d | %d | %d | %s |" % (mss, window, size or "-", after, nodelay, chunk, first, taken, queued, runs(sent))


@experiment(seconds=60)
def writable_again(lab):
    """after EAGAIN: from which wmem_queued on does poll say OUT"""
    for size in (4096, 16384, 65536):
        lab.next_port += 1
        port = lab.next_port
        lab.conns.clear()
        c = lab.passive(port=port, listener=lab.listener(port=port, sockopts={SNDBUF: size}))
        taken, _ = fill(c, 1460)
        quietly(lab, lab.drain)
        lab.note("SO_SNDBUF %d: %d taken, wmem_queued %d" % (2 * size, taken, meminfo(c.sock.sock)["wmem_queued"]))
        acked = 1
        queued = None
        while acked < taken:
            acked += 100
            before = meminfo(c.sock.sock)["wmem_queued"]
            quietly(lab, lambda: c.send("A", ack=min(acked, taken + 1)))
            poll = select.poll()
            poll.register(c.sock.sock, select.POLLOUT)
            if poll.poll(0):
                break
        lab.note("OUT after %d were acknowledged: wmem_queued %d, before that %d" % (acked - 1, meminfo(c.sock.sock)["wmem_queued"], before))


main()
