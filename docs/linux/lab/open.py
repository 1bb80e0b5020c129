"""Experiments for open.md: how a connection begins. `python3 open.py` lists them."""

import socket
import subprocess
import time

from lab import PEER, Conn, experiment, main

TCP, SOL = socket.IPPROTO_TCP, socket.SOL_SOCKET


def syn_of(lab, note, prepare=None):
    lab.note(note)
    s = lab.socket()
    if prepare:
        prepare(s)
    lab.next_port += 1
    Conn(lab, lab.next_port, None)
    s.connect((PEER, lab.next_port))
    s.close()
    raw = lab.inbox[-1].packet
    lab.note("IP ttl %d, id %d, DF %s; options %s" % (raw[8], int.from_bytes(raw[4:6]), bool(raw[6] & 0x40), raw[40:].hex(" ")))


@experiment()
def syn(lab):
    """our SYN: options, their order, the window, with various settings"""
    syn_of(lab, "defaults")
    lab.sysctl("net.ipv4.tcp_timestamps", 0)
    syn_of(lab, "tcp_timestamps 0")
    lab.sysctl("net.ipv4.tcp_sack", 0)
    syn_of(lab, "and tcp_sack 0")
    lab.sysctl("net.ipv4.tcp_window_scaling", 0)
    syn_of(lab, "and tcp_window_scaling 0")
    for name in ("timestamps", "sack", "window_scaling"):
        lab.sysctl("net.ipv4.tcp_" + name, 1)
    lab.sysctl("net.ipv4.tcp_sack", 0)
    syn_of(lab, "only tcp_sack 0")
    lab.sysctl("net.ipv4.tcp_sack", 1)
    lab.sysctl("net.ipv4.tcp_ecn", 1)
    syn_of(lab, "tcp_ecn 1")
    lab.sysctl("net.ipv4.tcp_ecn", 2)
    for size in (2048, 4096, 16384, 65536, 262144):
        syn_of(lab, "SO_RCVBUF %d" % size, lambda s: s.option(SOL, socket.SO_RCVBUF, size))
    syn_of(lab, "TCP_MAXSEG 1000", lambda s: s.option(TCP, socket.TCP_MAXSEG, 1000))
    syn_of(lab, "TCP_WINDOW_CLAMP 5000", lambda s: s.option(TCP, socket.TCP_WINDOW_CLAMP, 5000))
    for rmem in ("4096 131072 6291456", "4096 131072 131072", "4096 16384 6291456"):
        lab.sysctl("net.ipv4.tcp_rmem", rmem)
        syn_of(lab, "tcp_rmem " + rmem)


@experiment(mtu=9000)
def syn_9000(lab):
    """our SYN on an interface with MTU 9000"""
    syn_of(lab, "MTU 9000")


@experiment(("net.ipv4.tcp_timestamps", 1))
def syn_ack(lab):
    """our SYN-ACK mirrors what the SYN offered"""
    listener = lab.listener()
    for options in ((), ("mss",), ("mss", "ws"), ("mss", "sackok"), ("mss", "ts"), ("mss", "sackok", "ts", "ws"),
                    (("mss", 100), "ws"), (("mss", 0),), (("mss", 9000), ("ws", 15))):
        c = lab.passive(quiet=False, listener=listener, options=options)
        i = c.sock.info()
        lab.note("snd_mss %d, advmss %d, rcv_mss %d, snd_wscale %d, rcv_wscale %d" % (
            i.snd_mss, i.advmss, i.rcv_mss, i.snd_wscale, i.rcv_wscale))


@experiment(seconds=250)
def syn_retries(lab):
    """SYN retransmissions, all defaults, until ETIMEDOUT"""
    s = lab.socket()
    Conn(lab, 80, None)
    s.connect((PEER, 80))
    lab.run(200, until=lambda: "SYN_SENT" not in lab.states() or time.sleep(0.005))
    s.poll()
    s.error()
    lab.counted_since()


@experiment(("net.ipv4.tcp_syn_linear_timeouts", 0), ("net.ipv4.tcp_syn_retries", 3))
def syn_retries_3(lab):
    """the same with tcp_syn_linear_timeouts 0, tcp_syn_retries 3; then TCP_SYNCNT 1"""
    s = lab.socket()
    Conn(lab, 80, None)
    s.connect((PEER, 80))
    lab.run(40, until=lambda: "SYN_SENT" not in lab.states() or time.sleep(0.005))
    s.error()
    lab.note("TCP_SYNCNT 1 with 4 linear timeouts")
    lab.sysctl("net.ipv4.tcp_syn_linear_timeouts", 4)
    s = lab.socket()
    s.option(TCP, socket.TCP_SYNCNT, 1)
    Conn(lab, 81, None)
    s.connect((PEER, 81))
    lab.run(40, until=lambda: "SYN_SENT" not in lab.states() or time.sleep(0.005))
    s.error()


@experiment(seconds=150)
def syn_ack_retries(lab):
    """SYN-ACK retransmissions, all defaults, until the half-open connection is dropped"""
    lab.listener()
    c = lab.dial(options=("mss", "ts"))
    c.send("S")
    lab.run(100, until=lambda: "SYN_RECV" not in lab.states() or time.sleep(0.005))
    lab.sockets("gone")
    lab.counted_since()
    c.ts_on = True
    c.send("A", note="the late final ACK")


def connecting(lab, port):
    s = lab.socket()
    c = Conn(lab, port, None)
    s.connect((PEER, port))
    return s, c


@experiment()
def reset_syn_sent(lab):
    """RST in SYN_SENT: with a good ack, without ACK, with a bad ack, with data"""
    for port, flags, how in ((80, "RA", dict(ack=1)), (81, "R", {}), (82, "RA", dict(ack=0)), (83, "RA", dict(ack=2)),
                             (84, "RA", dict(ack=1, seq=77, window=0))):
        s, c = connecting(lab, port)
        c.send(flags, **how)
        s.state()
        s.poll()
        s.error()
        s.close()
    lab.counted_since()


@experiment()
def bad_ack_syn_sent(lab):
    """SYN-ACK or ACK with a wrong acknowledgement in SYN_SENT; a lone ACK with the right one; FIN; data"""
    for port, flags, how in ((80, "SA", dict(ack=0)), (81, "SA", dict(ack=2)), (82, "A", dict(ack=0)), (83, "A", dict(ack=1)),
                             (84, "FA", dict(ack=1)), (85, "F", {}), (86, "A", dict(ack=1, data=b"data")), (87, "-", {})):
        s, c = connecting(lab, port)
        c.send(flags.replace("-", ""), **how)
        s.state()
        s.error()
        s.close()
    lab.counted_since()


@experiment()
def syn_in_syn_sent(lab):
    """a SYN in SYN_SENT: simultaneous open"""
    s, c = connecting(lab, 80)
    c.send("S")
    lab.sockets()
    s.state()
    s.poll()
    lab.run(2.5)
    c.send("A", seq=1, note="acknowledges our SYN")
    s.state()
    s.poll()
    lab.counted_since()
    lab.note("the peer answers with SYN-ACK, as a Linux peer does")
    s, c = connecting(lab, 81)
    c.send("S")
    c.send("SA", seq=0)
    s.state()
    lab.counted_since()
    lab.note("RST in SYN_RECV of a simultaneous open")
    s, c = connecting(lab, 82)
    c.send("S")
    c.send("R", seq=1)
    s.poll()
    s.error()
    lab.counted_since()
    lab.note("close() in SYN_RECV of a simultaneous open")
    s, c = connecting(lab, 83)
    c.send("S")
    s.close()
    lab.sockets()
    lab.note("SYN with data into SYN_SENT")
    s, c = connecting(lab, 84)
    c.send("S", b"early")
    c.send("A", seq=1, ack=1)
    s.recv(10)
    lab.counted_since()


@experiment()
def syn_ack_variants(lab):
    """SYN-ACK without options, with data, with FIN, with window 0; SYN-ACK again"""
    s, c = connecting(lab, 80)
    c.send("SA", options=[])
    i = s.info()
    lab.note("snd_mss %d, rcv_mss %d, advmss %d, snd_cwnd %d, rcv_wscale %d" % (
        i.snd_mss, i.rcv_mss, i.advmss, i.snd_cwnd, i.rcv_wscale))
    c.send("SA", seq=0, options=[], note="again")
    lab.note("with data")
    s, c = connecting(lab, 81)
    c.send("SA", b"hello")
    s.recv(10)
    lab.run(0.1)
    c.send("PA", b"hello", seq=1)
    s.recv(10)
    lab.note("with FIN")
    s, c = connecting(lab, 82)
    c.send("SFA")
    s.state()
    s.recv(10)
    lab.note("window 0")
    s, c = connecting(lab, 83)
    c.send("SA", window=0)
    s.state()
    s.send(b"x")
    lab.run(0.3)
    lab.note("MSS 40, then MSS 0")
    s, c = connecting(lab, 84)
    c.send("SA", options=[("mss", 40)])
    lab.note("snd_mss %d" % s.info().snd_mss)
    s, c = connecting(lab, 85)
    c.send("SA", options=[("mss", 0)])
    lab.note("snd_mss %d" % s.info().snd_mss)
    lab.counted_since()


def overflow(lab, backlog, attempts, **how):
    listener = lab.listener(backlog=backlog, **how)
    conns = []
    for _ in range(attempts):
        c = lab.dial()
        conns.append(c)
        c.send("S")
        if c.kernel_isn is not None:
            c.send("A")
    return listener, conns


def summary(lab):
    states = lab.states()
    lab.log("table    " + ", ".join("%s %d" % (s, states.count(s)) for s in sorted(set(states))))
    for line in subprocess.run(["ss", "-Hltn"], capture_output=True, text=True).stdout.splitlines():
        lab.log("ss -lt   Recv-Q %s Send-Q %s" % tuple(line.split()[1:3]))


@experiment()
def backlog_0(lab):
    """listen(0): three connections, none accepted"""
    listener, conns = overflow(lab, 0, 3)
    summary(lab)
    lab.counted_since()


@experiment()
def backlog_1(lab):
    """listen(1): four connections, none accepted; then accept"""
    listener, conns = overflow(lab, 1, 4)
    summary(lab)
    lab.counted_since()
    lab.run(2.2)
    while not isinstance(listener.accept(), OSError):
        pass
    conns[-1].send("S", seq=0, note="the refused one tries its SYN again")
    lab.counted_since()


@experiment()
def backlog_5(lab):
    """listen(5): eight connections, none accepted"""
    lab.silent = True
    listener, conns = overflow(lab, 5, 8)
    lab.silent = False
    lab.note("SYN-ACKs received: %d of %d" % (sum(c.kernel_isn is not None for c in conns), len(conns)))
    summary(lab)
    lab.counted_since()


@experiment()
def backlog_race(lab):
    """four SYNs first, then four final ACKs, into listen(1): what happens to the ACKs that find the queue full"""
    listener = lab.listener(backlog=1)
    conns = [lab.dial() for _ in range(4)]
    for c in conns:
        c.send("S")
    summary(lab)
    for c in conns:
        if c.kernel_isn is not None:
            c.send("A")
    summary(lab)
    lab.counted_since()
    lab.note("the third peer believes it is connected, and sends data")
    conns[2].send("PA", b"hello")
    lab.counted_since()
    lab.run(3.5)
    lab.note("accept one, then the peer repeats its data")
    listener.accept()
    conns[2].send("PA", b"hello", seq=1)
    summary(lab)
    lab.counted_since()


def one_whole_two_half(lab):
    """listen(1): one connection waits, two are half-open; then both send their final ACK, and only one fits"""
    listener = lab.listener(backlog=1)
    first, second, third = lab.dial(), lab.dial(), lab.dial()
    first.send("S")
    first.send("A")
    second.send("S")
    third.send("S")
    summary(lab)
    second.send("A")
    third.send("A")
    summary(lab)
    lab.counted_since()
    return listener, third


@experiment()
def backlog_final_ack(lab):
    """a final ACK that finds the accept queue full, its half-open entry being there"""
    listener, third = one_whole_two_half(lab)
    lab.run(3.2)
    lab.note("the program accepts one; the half-open one sends data")
    listener.accept()
    third.send("PA", b"hello")
    summary(lab)
    lab.counted_since()


@experiment(("net.ipv4.tcp_abort_on_overflow", 1))
def backlog_abort(lab):
    """the same with tcp_abort_on_overflow 1"""
    one_whole_two_half(lab)


@experiment()
def backlog_syns(lab):
    """how many half-open connections does listen(4) hold? 12 SYNs, no ACK, syncookies on"""
    listener = lab.listener(backlog=4)
    for _ in range(12):
        lab.dial().send("S")
    summary(lab)
    lab.counted_since()


@experiment(("net.ipv4.tcp_syncookies", 0))
def backlog_syns_no_cookies(lab):
    """the same with syncookies off"""
    listener = lab.listener(backlog=4)
    for _ in range(12):
        lab.dial().send("S")
    summary(lab)
    lab.counted_since()


@experiment()
def closed_port(lab):
    """every kind of segment to a port where nobody listens"""
    for flags, data in (("S", b""), ("S", b"data"), ("SA", b""), ("A", b""), ("PA", b"data"), ("FA", b""), ("F", b""), ("F", b"data"),
                        ("", b""), ("", b"data"), ("R", b""), ("RA", b""), ("SF", b""), ("SFPAU", b"data")):
        c = lab.dial(port=9)
        c.kernel_isn = 0
        c.send(flags, data, seq=0, ack=7777 if "A" in flags else None, options=[])
        lab.conns.clear()
    lab.counted_since()


@experiment()
def listener_segments(lab):
    """every kind of segment to a listener"""
    lab.listener()
    for flags, data in (("A", b""), ("PA", b"data"), ("FA", b""), ("F", b""), ("", b"data"), ("R", b""), ("RA", b""), ("SA", b""),
                        ("SF", b""), ("SR", b""), ("SP", b"data"), ("SU", b""), ("SEW", b""), ("SFPAU", b"data")):
        c = lab.dial()
        c.kernel_isn = 0
        c.send(flags, data, seq=0, ack=7777 if "A" in flags else None, options=[])
        lab.conns.clear()
    summary(lab)
    lab.counted_since()


@experiment()
def half_open(lab):
    """segments to a half-open connection (SYN_RECV)"""
    lab.listener()

    def half(note, **how):
        lab.conns.clear()
        lab.note(note)
        c = lab.dial(**how)
        c.send("S")
        return c

    def done():
        states = lab.states()
        lab.log("table    " + (", ".join(s for s in states if s != "LISTEN") or "none") + " after this")
        lab.counted_since()
        lab.silent = True
        if any(s == "SYN_RECV" for s in states):
            c.send("R", seq=1)
        lab.silent = False
        lab.counted = lab.counters()

    c = half("the same SYN again, at once and after 0.6 s")
    c.send("S", seq=0)
    lab.run(0.6)
    c.send("S", seq=0)
    done()
    c = half("a SYN with another sequence number, in window")
    c.send("S", seq=100)
    done()
    c = half("a SYN with another sequence number, below")
    c.send("S", seq=-100)
    done()
    c = half("RST exactly, in window, outside")
    c.send("R", seq=1)
    done()
    c = half("RST in window")
    c.send("R", seq=10)
    done()
    c = half("RST outside")
    c.send("R", seq=100000)
    done()
    c = half("ACK of something never sent")
    c.send("A", ack=5)
    done()
    c = half("ACK with ack 0")
    c.send("A", ack=0)
    done()
    c = half("ACK whose sequence number is ahead, in window")
    c.send("A", seq=10)
    done()
    c = half("ACK whose sequence number is outside")
    c.send("A", seq=100000)
    done()
    c = half("FIN without ACK")
    c.send("F")
    done()
    c = half("data without ACK")
    c.send("P", b"data")
    done()


@experiment()
def half_open_with_data(lab):
    """the final ACK carries data; data and FIN; RST before accept"""
    listener = lab.listener()
    c = lab.dial()
    c.send("S")
    c.send("PA", b"hello")
    s = listener.accept_()
    s.recv(10)
    d = lab.dial()
    d.send("S")
    d.send("FPA", b"hello")
    listener.poll()
    s = listener.accept_()
    s.state()
    s.recv(10)
    s.recv(10)
    lab.note("reset before accept")
    e = lab.dial()
    e.send("S")
    e.send("A")
    e.send("PA", b"hello")
    e.send("R")
    listener.poll()
    s = listener.accept_()
    s.getpeername()
    s.poll()
    s.recv(10)
    s.recv(10)


@experiment()
def listener_close(lab):
    """close() of a listener with one half-open connection and one not accepted (with and without data)"""
    listener = lab.listener()
    half, whole, unread = lab.dial(), lab.dial(), lab.dial()
    half.send("S")
    whole.send("S")
    whole.send("A")
    unread.send("S")
    unread.send("PA", b"hello")
    listener.close()
    lab.sockets()
    half.send("A")
    lab.counted_since()


@experiment()
def listener_shutdown(lab):
    """shutdown of a listener"""
    listener = lab.listener()
    c = lab.dial()
    c.send("S")
    c.send("A")
    listener.shutdown(socket.SHUT_WR)
    listener.poll()
    listener.state()
    listener.shutdown(socket.SHUT_RD)
    listener.poll()
    listener.state()
    listener.accept()
    listener.getsockname()
    listener.listen(5)
    listener.state()


@experiment(("net.ipv4.tcp_syncookies", 2))
def cookies(lab):
    """SYN cookies always: which options survive"""
    listener = lab.listener()
    for options in ((("mss", 1460), "ws", "sackok", "ts"), (("mss", 1460), "ws", "sackok"), (("mss", 1400),), (("mss", 536),), (("mss", 100),),
                    (("mss", 9000), "ws", "sackok", "ts"), ()):
        c = lab.dial(options=options)
        c.send("S")
        summary(lab)
        c.ts_on = "ts" in options
        c.send("A")
        s = listener.accept_()
        i = s.info()
        lab.note("snd_mss %d, advmss %d, snd_wscale %d, rcv_wscale %d, options bits %s (1 ts, 2 sack, 4 wscale)" % (
            i.snd_mss, i.advmss, i.snd_wscale, i.rcv_wscale, i.raw[5]))
        lab.counted_since()
    lab.note("an ACK with a wrong cookie")
    c = lab.dial()
    c.send("S")
    c.send("A", ack=2)
    lab.counted_since()


main(timeout=300)
