"""Experiments for pmtu.md: the path's MTU, learned, probed and forgotten. `python3 pmtu.py` lists them."""

import socket
import subprocess

from lab import KERNEL, PEER, experiment, icmp_packet, main

IP_MTU_DISCOVER, IP_MTU = 10, 14


def info(lab, c, note=""):
    i = c.sock.info()
    lab.log("info     pmtu %d, snd_mss %d, snd_cwnd %d, snd_ssthresh %d%s" % (
        i.pmtu, i.snd_mss, i.snd_cwnd, i.snd_ssthresh, note and "   # " + note))


def grow(lab, c, least):
    """Sends and acknowledges until the congestion window has so many segments."""
    lab.silent, was = True, lab.silent
    while c.sock.info().snd_cwnd < least:
        c.sock.send(b"x" * (c.sock.info().snd_cwnd * c.sock.info().snd_mss))
        lab.drain()
        c.send("A")
    lab.silent = was


@experiment(("net.ipv4.tcp_mtu_probing", 2))
def probing(lab):
    """tcp_mtu_probing 2, all that is sent is acknowledged: the sizes of the probes, and what follows each"""
    c = lab.passive(options=("mss", "sackok"))
    info(lab, c, "tcp_base_mss 1024, the peer's MSS 1460")
    c.sock.send(b"x" * 10240)
    c.send("A")
    info(lab, c)
    for _ in range(8):
        c.sock.send(b"x" * 16000)
        lab.drain()
        while c.sock.info().unacked:
            c.send("A")
        info(lab, c)
    lab.counted_since()


@experiment(("net.ipv4.tcp_mtu_probing", 2))
def probing_active(lab):
    """the same where the kernel has connected"""
    c = lab.active(options=("mss", "sackok"))
    info(lab, c, "tcp_base_mss 1024, the peer's MSS 1460")
    for _ in range(3):
        c.sock.send(b"x" * 16000)
        lab.drain()
        while c.sock.info().unacked:
            c.send("A")
        info(lab, c)
    lab.counted_since()


@experiment(("net.ipv4.tcp_mtu_probing", 2))
def probing_ts(lab):
    """the same with timestamps"""
    c = lab.passive(options=("mss", "sackok", "ts"))
    info(lab, c, "tcp_base_mss 1024, the peer's MSS 1460")
    for _ in range(7):
        c.sock.send(b"x" * 16000)
        lab.drain()
        while c.sock.info().unacked:
            c.send("A")
        info(lab, c)
    lab.counted_since()


@experiment(("net.ipv4.tcp_mtu_probing", 2))
def probe_lost(lab):
    """a probe is lost, and the segments behind it are SACKed"""
    c = lab.passive(options=("mss", "sackok"))
    c.sock.send(b"x" * 10240)
    c.send("A")
    before = len(lab.inbox)
    c.sock.send(b"x" * 16000)
    lab.drain()
    probe = lab.inbox[before]
    start = (probe.seq - c.kernel_isn) & 0xFFFFFFFF
    end = start + len(probe.data)
    info(lab, c, "the probe is %d:%d" % (start, end))
    for reached in (end + 1460, end + 2920, end + 4380):
        c.send("A", ack=start, options=[("raw", b"\1\1\5\12" + (c.kernel_isn + end).to_bytes(4, "big")
                                        + (c.kernel_isn + reached).to_bytes(4, "big"))])
        info(lab, c)
    c.send("A")
    info(lab, c)
    for _ in range(3):
        c.sock.send(b"x" * 16000)
        lab.drain()
        while c.sock.info().unacked:
            c.send("A")
        info(lab, c)
    lab.counted_since()


@experiment(("net.ipv4.tcp_mtu_probing", 1), ("net.ipv4.tcp_rto_min_us", 50000), seconds=300)
def black_hole(lab):
    """tcp_mtu_probing 1, nothing is acknowledged: the size of the retransmissions; then all is"""
    c = lab.passive(options=("mss", "sackok"))
    c.sock.send(b"x" * 5840)
    for timeout in range(11):
        count = len(lab.inbox)
        lab.run(60, until=lambda: len(lab.inbox) > count)
        lab.drain()
        info(lab, c, "timeout %d" % (timeout + 1))
    for _ in range(12):
        c.send("A")
        info(lab, c)
    lab.counted_since()


@experiment(("net.ipv4.route.mtu_expires", 3))
def expiry(lab):
    """a path MTU is learned and expires after 3 s; below min_pmtu; the connection stays open"""
    c = lab.passive(options=("mss", "sackok"))
    c.sock.send(b"x" * 1460)
    lab.inject(icmp_packet(3, 4, 1000, lab.inbox[-1].packet))
    lab.drain()
    c.send("A")
    for _ in range(5):
        lab.run(1)
        c.sock.send(b"x" * 1460)
        lab.drain()
        c.send("A")
        info(lab, c, "IP_MTU %d" % c.sock.sock.getsockopt(socket.IPPROTO_IP, IP_MTU))
    lab.note("MTU 300: less than min_pmtu 552")
    c.sock.send(b"x" * 1460)
    lab.inject(icmp_packet(3, 4, 300, lab.inbox[-1].packet))
    lab.drain()
    df = [bool(s.packet[6] & 0x40) for s in lab.inbox[-3:]]
    info(lab, c, "DF of the last packets: %s" % df)
    subprocess.run("ip route get %s" % PEER, shell=True)


@experiment()
def discover(lab):
    """IP_MTU_DISCOVER: DF, and what an ICMP message does, per mode"""
    for mode, name in enumerate(("DONT", "WANT", "DO", "PROBE", "INTERFACE", "OMIT")):
        lab.note("IP_PMTUDISC_" + name)
        subprocess.run("ip route flush cache", shell=True)
        listener = lab.listener(5000 + mode, sockopts={(socket.IPPROTO_IP, IP_MTU_DISCOVER): mode})
        c = lab.passive(listener=listener, port=5000 + mode, options=("mss", "sackok"))
        c.sock.send(b"x" * 1460)
        df = bool(lab.inbox[-1].packet[6] & 0x40)
        info(lab, c, "DF %s, IP_MTU %d" % (df, c.sock.sock.getsockopt(socket.IPPROTO_IP, IP_MTU)))
        lab.inject(icmp_packet(3, 4, 1000, lab.inbox[-1].packet))
        lab.drain()
        info(lab, c, "after MTU 1000")
        c.send("A")
        c.sock.send(b"x" * 1460)
        lab.drain()
        c.send("A")
        info(lab, c, "IP_MTU %d" % c.sock.sock.getsockopt(socket.IPPROTO_IP, IP_MTU))


main()
