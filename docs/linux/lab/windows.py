"""Experiments for windows.md: what is advertised, what is taken. `python3 windows.py` lists them."""

import select
import socket

from lab import experiment, main, signed

SOL, TCP = socket.SOL_SOCKET, socket.IPPROTO_TCP
RCVBUF, SNDBUF = (SOL, socket.SO_RCVBUF), (SOL, socket.SO_SNDBUF)


def last_edge(lab, c):
    """The right edge that the kernel's last segment advertised, relative to the peer's ISN, and its window."""
    seg = [s for s in lab.inbox if s.dport == c.port][-1]
    scale = c.sock.info().rcv_wscale if not seg.flags & 2 else 0
    return signed((seg.ack - c.isn) & 0xFFFFFFFF) + (seg.window << scale), seg.window << scale


def show(lab, c, note):
    i = c.sock.info()
    edge, window = last_edge(lab, c)
    buffer = c.sock.sock.getsockopt(*RCVBUF)
    lab.log("info     received %7d, window %6d, edge %7d, rcv_ssthresh %6d, rcv_space %6d, SO_RCVBUF %7d%s" % (
        c.snd_nxt - 1, window, edge, i.rcv_ssthresh, i.rcv_space, buffer, "  # " + note if note else ""))


def quietly(lab, action):
    lab.silent, was = True, lab.silent
    action()
    lab.silent = was


def segments(lab, c, count, size):
    for _ in range(count):
        quietly(lab, lambda: c.send("A", b"x" * size))


@experiment()
def first_segments(lab):
    """the window after each of the first full segments, not read; then read"""
    c = lab.passive(options=("mss", "ws"))
    show(lab, c, "after the handshake")
    for _ in range(12):
        segments(lab, c, 1, 1460)
        show(lab, c, "")
    quietly(lab, lambda: c.sock.recv(1000000))
    lab.run(0.05)
    show(lab, c, "all read")
    segments(lab, c, 1, 1460)
    lab.run(0.05)
    show(lab, c, "one more")


@experiment()
def never_read(lab):
    """full segments until the window is closed, with scaling; nothing is read"""
    c = lab.passive(options=("mss", "ws"))
    for round_ in range(12):
        segments(lab, c, 8, 1460)
        quietly(lab, lambda: lab.run(0.05))
        show(lab, c, "")
        edge, _ = last_edge(lab, c)
        if edge - 1 - (c.snd_nxt - 1) < 8 * 1460:
            break
    while True:
        edge, _ = last_edge(lab, c)
        room = edge - c.snd_nxt
        if room <= 0:
            break
        segments(lab, c, 1, min(1460, room))
        quietly(lab, lambda: lab.run(0.05))
    show(lab, c, "closed")
    lab.note("one byte into the closed window; then an empty segment one below (a probe)")
    c.send("A", b"x", seq=c.snd_nxt)
    c.send("A", seq=c.snd_nxt - 1)
    lab.counted_since()


@experiment()
def never_read_small(lab):
    """the same with segments of 100 bytes, then of 1 byte: memory is what counts"""
    for size, limit in ((100, 5000), (1, 6000)):
        lab.conns.clear()
        c = lab.passive(options=("mss", "ws"), port=5000 + size)
        shown = 0
        while c.snd_nxt // size < limit:
            edge, window = last_edge(lab, c)
            if edge - c.snd_nxt < size:
                break
            c.lab.silent = True
            for _ in range(20):
                c.send("A", b"x" * size)
            lab.silent = False
            shown += 1
            if shown % 40 == 1:
                show(lab, c, "")
        quietly(lab, lambda: lab.run(0.05))
        show(lab, c, "segments of %d B, %d of them" % (size, c.snd_nxt // size))
        lab.counted_since()


def fill(lab, c):
    """Sends until the window is closed."""
    while True:
        edge, _ = last_edge(lab, c)
        room = edge - c.snd_nxt
        if room <= 0:
            return
        segments(lab, c, 1, min(1460, room))
        quietly(lab, lambda: lab.run(0.045))


@experiment(seconds=60)
def reopening(lab):
    """the window is closed (no scaling); the program reads 1000 bytes at a time: when is the update sent"""
    c = lab.passive()
    fill(lab, c)
    show(lab, c, "closed")
    read = 0
    for _ in range(12):
        read += 1000
        c.sock.recv(1000, quiet=True)
        lab.note("%d read" % read)
        lab.run(0.05)
    lab.note("the rest is read at once")
    c.sock.recv(100000)
    lab.run(0.1)


@experiment(seconds=60)
def reopening_small_buffer(lab):
    """the same with SO_RCVBUF 4096"""
    c = lab.passive(listener=lab.listener(sockopts={RCVBUF: 4096}))
    show(lab, c, "after the handshake")
    for _ in range(8):
        edge, _ = last_edge(lab, c)
        if edge <= c.snd_nxt:
            break
        segments(lab, c, 1, min(500, edge - c.snd_nxt))
        lab.run(0.05)
    show(lab, c, "closed")
    read = 0
    for _ in range(12):
        read += 200
        c.sock.recv(200, quiet=True)
        lab.note("%d read" % read)
        lab.run(0.05)


@experiment(seconds=60)
def updates_while_open(lab):
    """the window is not closed: does reading alone send an update"""
    c = lab.passive()
    segments(lab, c, 30, 1460)
    lab.run(0.05)
    show(lab, c, "30 segments, unread")
    for size in (1000, 1000, 1000, 5000, 10000, 20000):
        c.sock.recv(size)
        lab.run(0.05)


@experiment()
def beyond(lab):
    """data across the right edge, at it, and beyond it"""
    c = lab.passive(window=65535)
    edge, window = last_edge(lab, c)
    lab.note("right edge %d" % edge)
    c.send("PA", b"x" * 1000, seq=edge - 500, note="half inside, out of order")
    lab.counted_since()
    c.send("PA", b"x" * 1000, seq=edge - 1000, note="ends at the edge, out of order")
    lab.counted_since()
    c.send("PA", b"x" * 1000, seq=edge, note="begins at the edge")
    lab.counted_since()
    listener = lab.listener(port=5001, sockopts={RCVBUF: 4096})
    for queued in (0, 500):
        d = lab.passive(listener=listener, port=5001)
        if queued:
            segments(lab, d, 1, queued)
        lab.drain()
        edge, window = last_edge(lab, d)
        lab.note("SO_RCVBUF 4096: window %d, %d bytes in the receive queue; one segment, in order, 400 bytes too long" % (window, queued))
        d.send("PA", b"x" * (edge - d.snd_nxt + 400))
        lab.run(0.1)
        d.sock.recv(10000)
        lab.counted_since()


@experiment(seconds=100)
def growth(lab):
    """a program that reads everything; the peer sends up to a window's worth, then waits 50 ms: dynamic right-sizing"""
    c = lab.passive(options=("mss", "ws", "ts"))
    show(lab, c, "after the handshake")
    size = 10
    for round_ in range(16):
        edge, window = last_edge(lab, c)
        count = min(size, max(1, (edge - c.snd_nxt) // 1448))
        echo = c.last_tsval

        def burst():
            for _ in range(count):
                c.send("A", b"x" * 1448, options=[("ts", (c.tsval(), echo))], settle=False)
                c.sock.sock.recv(1 << 20)
            lab.run(0.05)
        quietly(lab, burst)
        show(lab, c, "%d segments, rcv_rtt %.1f ms" % (count, c.sock.info().rcv_rtt / 1000))
        size = min(size * 2, 2000)


@experiment()
def receive_buffers(lab):
    """SO_RCVBUF set on the listener: the window in the SYN-ACK, the scale, the clamp"""
    lab.note("getsockopt before anything is set: %d; tcp_rmem %s" % (
        socket.socket().getsockopt(*RCVBUF), lab.sysctl("net.ipv4.tcp_rmem")))
    port = 6000
    for size in (1, 1152, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 1 << 20, 1 << 26):
        lab.conns.clear()
        port += 1
        listener = lab.listener(port=port, sockopts={RCVBUF: size})
        c = lab.passive(listener=listener, port=port, options=("mss", "ws"))
        i = c.sock.info()
        edge, window = last_edge(lab, c)
        segments(lab, c, 1, 100)
        lab.run(0.05)
        _, later = last_edge(lab, c)
        lab.note("SO_RCVBUF %d: getsockopt %d, SYN-ACK window %d, scale %d, rcv_ssthresh %d; after 100 B: %d" % (
            size, c.sock.sock.getsockopt(*RCVBUF), window, i.rcv_wscale, i.rcv_ssthresh, later))


@experiment(seconds=100)
def send_buffers(lab):
    """how much a non-blocking write takes: SO_SNDBUF, size of a write, with the peer's window 65535 and nothing acknowledged"""
    print("| SO_SNDBUF set | getsockopt before, after connecting | writes of 1 B | of 1000 B | of 64 KiB: first write | until EAGAIN | in flight |")
    print("|---|---|---|---|---|---|---|")
    port = 6000
    for size in (None, 1, 2304, 4096, 16384, 65536, 262144, 1 << 20):
        cells = []
        for chunk in (1, 1000, 65536):
            port += 1
            lab.silent = True
            lab.conns.clear()
            listener = lab.listener(port=port, sockopts={SNDBUF: size} if size else {})
            before = listener.sock.getsockopt(*SNDBUF)
            c = lab.passive(listener=listener, port=port)
            after = c.sock.sock.getsockopt(*SNDBUF)
            taken, first = 0, None
            try:
                while taken < 50000000:
                    count = c.sock.sock.send(b"x" * chunk)
                    first = first or count
                    taken += count
            except BlockingIOError:
                pass
            lab.drain()
            flight = c.rcv_nxt - 1
            cells.append((taken, first, flight))
            lab.silent = False
        print("| %s | %d, %d | %d | %d | %d | %d | %d |" % (
            size or "-", before, after, cells[0][0], cells[1][0], cells[2][1], cells[2][0], cells[2][2]), flush=True)


@experiment(seconds=60)
def send_buffers_closed(lab):
    """the same with the peer's window 0: nothing can leave"""
    print("| SO_SNDBUF set | getsockopt | writes of 1 B | of 1000 B | of 64 KiB: first write | until EAGAIN |")
    print("|---|---|---|---|---|---|")
    port = 6000
    for size in (None, 4096, 16384, 65536):
        cells = []
        for chunk in (1, 1000, 65536):
            port += 1
            lab.silent = True
            lab.conns.clear()
            listener = lab.listener(port=port, sockopts={SNDBUF: size} if size else {})
            c = lab.passive(listener=listener, port=port, window=0)
            after = c.sock.sock.getsockopt(*SNDBUF)
            taken, first = 0, None
            try:
                while taken < 50000000:
                    count = c.sock.sock.send(b"x" * chunk)
                    first = first or count
                    taken += count
            except BlockingIOError:
                pass
            cells.append((taken, first))
            lab.silent = False
        print("| %s | %d | %d | %d | %d | %d |" % (size or "-", after, cells[0][0], cells[1][0], cells[2][1], cells[2][0]), flush=True)


@experiment(seconds=60)
def writable_again(lab):
    """SO_SNDBUF 65536, filled; the peer acknowledges one segment at a time: when does poll say OUT; how much does the next write take"""
    listener = lab.listener(sockopts={SNDBUF: 65536})
    c = lab.passive(listener=listener)
    taken = 0
    try:
        while True:
            taken += c.sock.sock.send(b"x" * 65536)
    except BlockingIOError:
        pass
    quietly(lab, lab.drain)
    lab.note("%d taken, %d in flight, SO_SNDBUF %d" % (taken, c.rcv_nxt - 1, c.sock.sock.getsockopt(*SNDBUF)))
    acked = 1
    while acked < taken:
        acked += 1460
        quietly(lab, lambda: c.send("A", ack=min(acked, taken + 1)))
        poll = select.poll()
        poll.register(c.sock.sock, select.POLLOUT)
        if poll.poll(0):
            break
    lab.note("OUT after %d were acknowledged (%d still queued)" % (acked - 1, taken - acked + 1))
    lab.note("a write of 1 MB now takes %d" % c.sock.sock.send(b"x" * 1000000))


@experiment(seconds=60)
def send_buffer_growth(lab):
    """SO_SNDBUF not set: the buffer grows with the congestion window"""
    c = lab.passive(options=("mss", "ws", "ts"), window=60000)
    total = 0
    for round_ in range(8):
        taken = 0
        try:
            while True:
                taken += c.sock.sock.send(b"x" * 65536)
        except BlockingIOError:
            pass
        quietly(lab, lambda: lab.run(0.01))
        i = c.sock.info()
        lab.note("write takes %d, SO_SNDBUF %d, cwnd %d, in flight %d" % (taken, c.sock.sock.getsockopt(*SNDBUF), i.snd_cwnd, i.unacked))
        while c.sock.info().unacked:
            quietly(lab, lambda: c.send("A"))
            quietly(lab, lambda: lab.run(0.005))


main()
