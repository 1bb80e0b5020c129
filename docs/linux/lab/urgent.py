"""Experiments for urgent.md: urgent data. `python3 urgent.py` lists them."""

import array
import fcntl
import os
import signal
import socket

from lab import experiment, main

SOL = socket.SOL_SOCKET
OOB = socket.MSG_OOB
SIOCATMARK = 0x8905


class Told:
    """Counts the SIGURGs that a socket's owner gets."""

    def __init__(self, lab, c):
        self.lab, self.count = lab, 0
        signal.signal(signal.SIGURG, self.more)
        fcntl.fcntl(c.sock.fileno(), fcntl.F_SETOWN, os.getpid())

    def more(self, *_):
        self.count += 1

    def show(self):
        self.lab.note("SIGURG %d" % self.count)
        self.count = 0


def at_mark(lab, c):
    value = array.array("i", [0])
    fcntl.ioctl(c.sock.fileno(), SIOCATMARK, value)
    lab.note("SIOCATMARK %d" % value[0])


@experiment()
def pointer(lab):
    """where the pointer points; the next segments; 70,000 bytes of urgent data"""
    c = lab.passive(listener=lab.listener(sockopts={(SOL, socket.SO_SNDBUF): 200000}))
    c.sock.send(b"12345", OOB)
    c.sock.send(b"678")
    c.send("A")
    c.sock.send(b"9")
    c.send("A")
    lab.note("70,000 bytes, all urgent")
    c.sock.send(b"x" * 70000, OOB)
    for _ in range(3):
        c.send("A")


@experiment(("net.ipv4.tcp_stdurg", 1))
def pointer_stdurg(lab):
    """the same with tcp_stdurg 1"""
    c = lab.passive()
    c.sock.send(b"12345", OOB)
    c.send("A")
    told = Told(lab, c)
    c.send("PAU", b"abcde", urgent=3)
    told.show()
    c.sock.recv(10, OOB)
    c.sock.recv(10)
    c.sock.recv(10)


@experiment()
def closed_window(lab):
    """urgent data behind a closed window: the probes"""
    c = lab.passive(window=1000)
    c.sock.send(b"x" * 1000)
    c.send("A", ack=1001, window=0)
    lab.note("100 bytes, then 5 urgent ones")
    c.sock.send(b"y" * 100)
    c.sock.send(b"12345", OOB)
    lab.run(0.3)
    c.send("A", ack=1001, window=0)
    lab.run(0.6)
    c.send("A", ack=1001, window=2000)
    lab.run(0.05)
    c.send("A")
    lab.counted_since()


@experiment()
def receive(lab):
    """a pointer within the segment; reading across the mark; a second reading of the byte"""
    c = lab.passive()
    told = Told(lab, c)
    c.send("PAU", b"abcde", urgent=3)
    told.show()
    c.sock.poll()
    at_mark(lab, c)
    c.sock.recv(10)
    at_mark(lab, c)
    c.sock.poll()
    c.sock.recv(10, OOB)
    c.sock.poll()
    c.sock.recv(10, OOB)
    c.sock.recv(10)
    at_mark(lab, c)


@experiment()
def ahead(lab):
    """a pointer to what has not arrived; it advances; it goes back; pointer 0"""
    c = lab.passive()
    told = Told(lab, c)
    lab.note("100 ahead")
    c.send("AU", urgent=100)
    told.show()
    c.sock.poll()
    c.sock.recv(10, OOB)
    lab.note("200 ahead, then 150, then 200 again")
    c.send("AU", urgent=200)
    told.show()
    c.send("AU", urgent=150)
    c.send("AU", urgent=200)
    told.show()
    lab.note("the data up to it")
    c.send("PA", b"x" * 199)
    told.show()
    c.sock.poll()
    c.send("PA", b"!")
    told.show()
    c.sock.poll()
    c.sock.recv(1000)
    at_mark(lab, c)
    c.sock.recv(10, OOB)
    lab.note("pointer 0")
    c.send("PAU", b"abc", urgent=0)
    told.show()
    c.sock.poll()
    c.sock.recv(10, OOB)
    c.sock.recv(10)


@experiment()
def again(lab):
    """a second urgent byte before the first is read; the stream between them"""
    c = lab.passive()
    told = Told(lab, c)
    c.send("PAU", b"ab1", urgent=3)
    told.show()
    c.sock.recv(10)
    at_mark(lab, c)
    lab.note("at the mark: another one")
    c.send("PAU", b"cd2", urgent=3)
    told.show()
    c.sock.recv(10, OOB)
    c.sock.recv(10)
    c.sock.recv(10)
    lab.note("not at the mark")
    c.send("PAU", b"ef3", urgent=3)
    c.send("PAU", b"gh4", urgent=3)
    told.show()
    c.sock.recv(10, OOB)
    c.sock.recv(20)
    c.sock.recv(20)


@experiment()
def inline(lab):
    """SO_OOBINLINE"""
    c = lab.passive()
    c.sock.option(SOL, socket.SO_OOBINLINE, 1)
    told = Told(lab, c)
    c.send("PAU", b"abcde", urgent=3)
    told.show()
    c.sock.poll()
    c.sock.recv(10, OOB)
    c.sock.recv(10)
    at_mark(lab, c)
    c.sock.poll()
    c.sock.recv(10)


@experiment()
def closed_receive_window(lab):
    """our window is closed: URG without data, URG with data, RST"""
    listener = lab.listener(sockopts={(SOL, socket.SO_RCVBUF): 2304})
    c = lab.passive(listener=listener)
    told = Told(lab, c)
    while lab.inbox[-1].window > 0:
        size = min(500, lab.inbox[-1].window)
        c.send("PA", b"x" * size)
        lab.run(0.05)
    lab.note("URG with the byte it is about, which the window does not hold")
    c.send("PAU", b"!", urgent=1, seq=c.snd_nxt)
    told.show()
    lab.note("URG without data")
    c.send("AU", urgent=1)
    told.show()
    lab.note("the urgent byte once more")
    c.send("PAU", b"!", urgent=1, seq=c.snd_nxt)
    told.show()
    c.sock.poll()
    c.send("R", seq=c.snd_nxt)
    c.sock.poll()
    c.sock.error()


@experiment()
def fin_received(lab):
    """URG after the peer's FIN"""
    c = lab.passive()
    told = Told(lab, c)
    c.send("FA")
    c.send("AU", urgent=10)
    told.show()
    c.sock.poll()
    c.sock.recv(10, OOB)


main()
