"""Experiments for metrics.md: what a connection leaves to the next one. `python3 metrics.py` lists them."""

import subprocess
import time

from lab import experiment, main


def show(lab):
    out = subprocess.run("ip tcp_metrics show", shell=True, capture_output=True, text=True).stdout.strip()
    lab.log("metrics  " + (out or "none"))


def open_(lab, rtt, listener):
    """A passive open whose SYN-ACK takes so many seconds to be acknowledged."""
    lab.silent = True
    c = lab.dial(5000, options=("mss", "sackok"))
    c.send("S")
    time.sleep(rtt)
    c.send("A")
    c.sock = listener.accept_()
    lab.silent = False
    i = c.sock.info()
    lab.log("open     rto %d us, rtt %d us, rttvar %d us, ssthresh %d, cwnd %d, reordering %d" % (
        i.rto, i.rtt, i.rttvar, i.snd_ssthresh, i.snd_cwnd, int.from_bytes(i.raw[88:92], "little")))
    return c


def close_(lab, c, first="kernel"):
    lab.silent = True
    if first == "peer":
        c.send("FA")
        c.sock.close()
        lab.run(0.005)
        c.send("A")
    else:
        c.sock.close()
        lab.run(0.005)
        c.send("A")
        c.send("FA")
    lab.run(0.005)
    lab.silent = False
    show(lab)


@experiment()
def rtt(lab):
    """the round trip of one connection, and the first timeout of the next ones"""
    listener = lab.listener(5000)
    c = open_(lab, 0.3, listener)
    show(lab)
    close_(lab, c)
    c = open_(lab, 0.004, listener)
    c.sock.send(b"x" * 100)
    time.sleep(0.004)
    c.send("A")
    i = c.sock.info()
    lab.log("info     rto %d us, rtt %d us   # after a round trip of data" % (i.rto, i.rtt))
    close_(lab, c)
    c = open_(lab, 0.4, listener)
    close_(lab, c, "peer")
    c = open_(lab, 0.004, listener)
    lab.note("a reset leaves nothing")
    c.send("R")
    show(lab)
    lab.note("net.ipv4.tcp_no_metrics_save 1: nothing is saved, but what is there is used")
    lab.sysctl("net.ipv4.tcp_no_metrics_save", 1)
    c = open_(lab, 0.004, listener)
    close_(lab, c)
    subprocess.run("ip tcp_metrics flush all", shell=True)
    c = open_(lab, 0.004, listener)


@experiment(("net.ipv4.tcp_no_ssthresh_metrics_save", 0))
def ssthresh(lab):
    """what a connection that has lost something leaves, with tcp_no_ssthresh_metrics_save 0"""
    listener = lab.listener(5000)
    c = open_(lab, 0.02, listener)
    c.sock.send(b"x" * 14600)
    lab.drain()
    time.sleep(0.02)
    k = c.kernel_isn
    for reached in (4381, 5841, 7301, 8761):
        c.send("A", ack=1, options=[("raw", b"\1\1\5\12" + (k + 1461).to_bytes(4, "big") + (k + reached).to_bytes(4, "big"))])
    time.sleep(0.02)
    lab.drain()
    c.send("A", ack=14601)
    for _ in range(3):
        c.sock.send(b"x" * 14600)
        lab.drain()
        time.sleep(0.02)
        c.send("A")
        lab.drain()
        c.send("A")
    i = c.sock.info()
    lab.log("info     ssthresh %d cwnd %d ca_state %d" % (i.snd_ssthresh, i.snd_cwnd, i.ca_state))
    close_(lab, c)
    c = open_(lab, 0.02, listener)
    close_(lab, c)
    lab.note("a connection that stays in its first slow start")
    c = open_(lab, 0.02, listener)
    for _ in range(4):
        c.sock.send(b"x" * 14600)
        lab.drain()
        c.send("A")
    close_(lab, c)


@experiment()
def reordering(lab):
    """what a path that reorders leaves"""
    listener = lab.listener(5000)
    c = open_(lab, 0.02, listener)
    c.sock.send(b"x" * 14600)
    lab.drain()
    time.sleep(0.005)
    k = c.kernel_isn
    c.send("A", ack=1, options=[("raw", b"\1\1\5\12" + (k + 1461).to_bytes(4, "big") + (k + 13141).to_bytes(4, "big"))])
    lab.drain()
    c.send("A", ack=14601)
    i = c.sock.info()
    lab.log("info     reordering %d ca_state %d ssthresh %d cwnd %d" % (
        int.from_bytes(i.raw[88:92], "little"), i.ca_state, i.snd_ssthresh, i.snd_cwnd))
    close_(lab, c)
    open_(lab, 0.02, listener)


main()
