"""Experiments for info.md: what TCP_INFO tells, field by field. `python3 info.py` lists them."""

import socket
import struct

from lab import PEER, Conn, Options, experiment, main

BYTES = ("state", "ca_state", "retransmits", "probes", "backoff", "options")
WORDS = ("rto", "ato", "snd_mss", "rcv_mss", "unacked", "sacked", "lost", "retrans", "fackets", "last_data_sent", "last_ack_sent", "last_data_recv",
         "last_ack_recv", "pmtu", "rcv_ssthresh", "rtt", "rttvar", "snd_ssthresh", "snd_cwnd", "advmss", "reordering", "rcv_rtt", "rcv_space",
         "total_retrans")
FIELDS = [(name, i, "B") for i, name in enumerate(BYTES)] + [(name, 8 + 4 * i, "I") for i, name in enumerate(WORDS)] + [
    ("pacing_rate", 104, "Q"), ("max_pacing_rate", 112, "q"), ("bytes_acked", 120, "Q"), ("bytes_received", 128, "Q"), ("segs_out", 136, "I"),
    ("segs_in", 140, "I"), ("notsent_bytes", 144, "I"), ("min_rtt", 148, "I"), ("data_segs_in", 152, "I"), ("data_segs_out", 156, "I"),
    ("delivery_rate", 160, "Q"), ("busy_time", 168, "Q"), ("rwnd_limited", 176, "Q"), ("sndbuf_limited", 184, "Q"), ("delivered", 192, "I"),
    ("delivered_ce", 196, "I"), ("bytes_sent", 200, "Q"), ("bytes_retrans", 208, "Q"), ("dsack_dups", 216, "I"), ("reord_seen", 220, "I"),
    ("rcv_ooopack", 224, "I"), ("snd_wnd", 228, "I"), ("rcv_wnd", 232, "I"), ("rehash", 236, "I"), ("total_rto", 240, "H"),
    ("total_rto_recoveries", 242, "H"), ("total_rto_time", 244, "I")]


def info(sock):
    raw = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 280)
    values = {name: struct.unpack_from(form, raw, at)[0] for name, at, form in FIELDS}
    values["snd_wscale"], values["rcv_wscale"] = raw[6] & 15, raw[6] >> 4
    values["app_limited"], values["fastopen_client_fail"] = raw[7] & 1, raw[7] >> 1 & 3
    return values


class Moments:
    """What TCP_INFO says at each of some moments, as a table: a column a moment."""

    def __init__(self, lab, sock):
        self.lab, self.sock, self.columns = lab, sock, []
        lab.silent = True

    def note(self, label):
        self.columns.append((label, info(self.sock)))

    def show(self):
        self.lab.silent = False
        print("| field | " + " | ".join(label for label, _ in self.columns) + " |")
        print("|" + "---|" * (len(self.columns) + 1))
        for name in self.columns[0][1]:
            print("| %s | %s |" % (name, " | ".join(str(values[name]) for _, values in self.columns)), flush=True)


def sack(c, ack, *blocks):
    body = b"".join(struct.pack("!II", c.kernel_isn + a & 0xFFFFFFFF, c.kernel_isn + b & 0xFFFFFFFF) for a, b in blocks)
    options = [("ts", (c.tsval(), c.last_tsval))] if c.ts_on else []
    c.send("A", ack=ack, options=options + [("raw", b"\1\1\5" + bytes([2 + len(body)]) + body)])


@experiment(seconds=60)
def transfer(lab):
    """a passive connection with all options: receives, sends, loses, recovers, times out, closes"""
    c = lab.passive(options=("mss", "sackok", "ts", "ws"), window=512)
    m = Moments(lab, c.sock.sock)
    m.note("accepted")
    for _ in range(4):
        c.send("A", b"x" * 1448)
    m.note("4 segments in")
    c.send("A", b"x" * 1448, seq=c.snd_nxt + 1448)
    m.note("1 out of order")
    c.send("A", b"x" * 1448, seq=c.snd_nxt)
    c.snd_nxt += 2 * 1448
    c.sock.sock.recv(100000)
    lab.run(0.06)
    m.note("filled, read")
    c.sock.sock.send(b"x" * 20000)
    lab.drain()
    m.note("20000 written")
    c.send("A", ack=1 + 2 * 1448)
    m.note("2 acknowledged")
    sack(c, 1 + 2 * 1448, (1 + 3 * 1448, 1 + 6 * 1448))
    m.note("3 SACKed behind 1")
    lab.drain()
    c.send("A", ack=1 + 6 * 1448)
    m.note("repaired")
    c.send("A", ack=20001)
    m.note("all acknowledged")
    c.sock.sock.send(b"x" * 1000)
    lab.run(0.9)
    m.note("900 ms without an ACK")
    c.send("A", ack=21001)
    m.note("it comes")
    c.send("FA")
    m.note("FIN in")
    c.sock.sock.shutdown(socket.SHUT_WR)
    lab.drain()
    m.note("FIN out")
    m.show()


@experiment(seconds=60)
def plain(lab):
    """without any option; a closed window"""
    c = lab.passive(window=2000)
    m = Moments(lab, c.sock.sock)
    m.note("accepted")
    c.sock.sock.send(b"x" * 5000)
    lab.drain()
    m.note("5000 written, window 2000")
    lab.run(0.02)
    c.send("A", ack=1001, window=0)
    m.note("1000 acknowledged, window 0")
    lab.run(0.3)
    m.note("300 ms later")
    c.send("A", ack=c.rcv_nxt, window=65535)
    m.note("window 65535")
    c.send("A", ack=5001, window=65535)
    m.note("all acknowledged")
    c.send("R")
    m.note("reset")
    m.show()


@experiment(seconds=60)
def connecting(lab):
    """an active open: fresh, SYN sent, sent again, connected"""
    sock = lab.socket()
    m = Moments(lab, sock.sock)
    m.note("fresh")
    c = Conn(lab, 80, None, options=("mss", "sackok", "ts", "ws"), window=512)
    try:
        sock.sock.connect((PEER, 80))
    except OSError:
        pass
    lab.drain()
    m.note("SYN sent")
    lab.run(1.1)
    m.note("and again")
    c.send("SA")
    c.ts_on = True
    m.note("connected")
    m.show()


@experiment(seconds=60)
def listening(lab):
    """a listener with one connection that waits"""
    listener = lab.listener(backlog=5)
    m = Moments(lab, listener.sock)
    m.note("listening")
    c = lab.dial()
    c.send("S")
    m.note("SYN in")
    c.send("A")
    m.note("1 waits")
    m.show()


if __name__ == "__main__":
    main()
