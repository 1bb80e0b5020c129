"""Experiments for challenge-ack.md: RFC 5961 and its limits. `python3 challenge.py` lists them."""

from lab import experiment, main


@experiment()
def syn_established(lab):
    """a SYN in ESTABLISHED: in window, outside, exactly the old SYN; SYN-ACK; SYN+RST; with timestamps"""
    c = lab.passive()
    c.send("S", seq=1, note="at rcv_nxt")
    lab.counted_since()
    lab.run(0.6)
    c.send("S", seq=0, note="the old SYN")
    lab.counted_since()
    lab.run(0.6)
    c.send("S", seq=-5000, note="below the window")
    lab.counted_since()
    lab.run(0.6)
    c.send("S", seq=500000, note="above the window")
    lab.counted_since()
    lab.run(0.6)
    c.send("SA", seq=0, ack=1, note="the old SYN-ACK")
    lab.counted_since()
    lab.run(0.6)
    c.send("SF", seq=1)
    lab.counted_since()
    lab.run(0.6)
    c.send("S", b"data", seq=1)
    lab.counted_since()
    c.sock.state()


@experiment()
def rst_established(lab):
    """RST in ESTABLISHED: in window, below, above, at the end, with ACK, exactly"""
    c = lab.passive()
    for seq, note in ((2, "one above rcv_nxt"), (64240, "last byte of the window"), (64241, "right edge"), (64242, "beyond"), (0, "one below rcv_nxt"),
                      (-100, "below")):
        c.send("R", seq=seq, note=note)
        lab.counted_since()
        lab.run(0.6)
    c.send("RA", seq=2, ack=1, note="with ACK")
    lab.counted_since()
    c.sock.state()
    c.send("RA", seq=1, ack=999999, note="exactly, with a senseless ACK")
    c.sock.state()
    c.sock.error()
    d = lab.passive(listener=c.listener)
    d.send("R", b"reason", seq=1, note="exactly, with data")
    d.sock.error()


@experiment()
def rst_sack(lab):
    """RST at the right edge of out-of-order data (RFC 5961 as Linux reads it)"""
    c = lab.passive(options=("mss", "sackok"))
    c.send("PA", b"0123456789", seq=11)
    c.send("R", seq=11, note="left edge of the hole's far side")
    c.sock.state()
    c.send("R", seq=21, note="right edge of what was SACKed")
    c.sock.state()
    c.sock.error()
    lab.counted_since()


@experiment()
def rst_fin_wait(lab):
    """RST one below rcv_nxt after the peer's FIN (CLOSE_WAIT, LAST_ACK, CLOSING)"""
    c = lab.passive()
    c.send("FA")
    c.send("R", seq=1, note="seq = rcv_nxt - 1, the FIN's own number")
    c.sock.state()
    c.sock.error()
    lab.counted_since()


@experiment()
def rst_time_wait(lab):
    """RST and SYN to a TIME_WAIT and to a FIN_WAIT2 minisocket"""
    c = lab.passive()
    c.sock.close()
    c.send("A")
    c.send("FA")
    c.send("R", seq=50, note="not exact")
    lab.sockets()
    c.send("R", seq=2, note="exact")
    lab.sockets()
    lab.counted_since()


@experiment()
def acks(lab):
    """ACK numbers: old, very old, of data never sent"""
    c = lab.passive(window=1000)
    c.sock.send(b"x" * 500)
    c.send("A", ack=501)
    for ack, note in ((1, "old"), (-400, "older than anything acknowledged, within the largest window (1000)"),
                      (-600, "older than the largest window"),
                      (502, "of data never sent"), (100000, "far above")):
        c.send("A", ack=ack, note=note)
        lab.counted_since()
        lab.run(0.6)
    lab.note("the same with data in the segment")
    at = 1
    for ack, note in ((1, "old"), (-600, "too old"), (502, "of data never sent")):
        c.send("PA", b"data", seq=at, ack=ack, note=note)
        if isinstance(c.sock.recv(10), bytes):
            at += 4
        lab.counted_since()
        lab.run(0.6)


@experiment()
def out_of_window(lab):
    """segments outside the window: the ACK and its limit of one in 500 ms"""
    c = lab.passive()
    lab.note("data below the window, five times")
    for _ in range(5):
        c.send("PA", b"old!", seq=-10)
    lab.counted_since()
    lab.note("empty ACKs below the window (keepalives), five times")
    lab.run(0.6)
    for _ in range(5):
        c.send("A", seq=0)
    lab.counted_since()
    lab.note("data above the window, five times")
    lab.run(0.6)
    for _ in range(5):
        c.send("PA", b"far!", seq=100000)
    lab.counted_since()
    lab.note("empty ACKs above the window, five times, then one each 260 ms")
    lab.run(0.6)
    for _ in range(5):
        c.send("A", seq=100000)
    lab.counted_since()
    for _ in range(4):
        lab.run(0.26)
        c.send("A", seq=100000)
    lab.counted_since()


@experiment()
def limits(lab):
    """five in-window SYNs, five in-window RSTs, five ACKs of unsent data in a row on one connection; a second connection"""
    c = lab.passive()
    for _ in range(5):
        c.send("S", seq=1)
    lab.counted_since()
    lab.run(0.6)
    for _ in range(5):
        c.send("R", seq=10)
    lab.counted_since()
    lab.run(0.6)
    for _ in range(5):
        c.send("A", ack=50)
    lab.counted_since()
    d = lab.passive(listener=c.listener)
    d.send("R", seq=10)
    lab.counted_since()


@experiment()
def shared(lab):
    """a challenge ACK soon after the answer to an empty segment out of the window, and the other way round"""
    c = lab.passive()
    c.send("A", seq=0, ack=1, note="below the window")
    c.send("R", seq=10, note="within 500 ms of it")
    lab.counted_since()
    lab.run(0.6)
    c.send("S", seq=1)
    c.send("A", seq=0, ack=1)
    lab.counted_since()


@experiment(("net.ipv4.tcp_challenge_ack_limit", 3))
def host_limit(lab):
    """tcp_challenge_ack_limit 3: eight connections, each challenged once, by RST"""
    listener = lab.listener()
    conns = [lab.passive(listener=listener) for _ in range(8)]
    for c in conns:
        c.send("R", seq=10)
    lab.counted_since()
    lab.run(1.1)
    for c in conns:
        c.send("R", seq=10)
    lab.counted_since()


@experiment()
def paws(lab):
    """timestamps: an old timestamp with data, with an empty ACK, with RST; no timestamp at all"""
    c = lab.passive(options=("mss", "ts"))
    c.send("PA", b"0123")
    old = c.tsval() - 5000
    c.send("PA", b"4567", seq=5, options=[("ts", (old, c.last_tsval))], note="timestamp 5 s old")
    lab.counted_since()
    c.send("PA", b"4567", seq=5, options=[("ts", (old, c.last_tsval))], note="again")
    lab.counted_since()
    c.send("A", seq=5, options=[("ts", (old, c.last_tsval))], note="empty")
    c.send("A", seq=5, options=[("ts", (old, c.last_tsval))], note="empty, again")
    lab.counted_since()
    c.send("PA", b"4567", seq=5, options=[], note="no timestamp")
    lab.counted_since()
    c.send("PA", b"89", seq=9, options=[("ts", (c.tsval(), c.last_tsval + 100000))], note="echo of the future")
    lab.counted_since()
    c.send("R", seq=11, options=[("ts", (old, 0))], note="RST with an old timestamp")
    c.sock.state()
    lab.counted_since()


@experiment()
def no_ack_bit(lab):
    """segments without the ACK bit in ESTABLISHED"""
    c = lab.passive()
    c.send("P", b"data", seq=1)
    c.send("F", seq=1)
    c.send("", seq=1)
    c.sock.recv(10)
    c.sock.state()
    lab.counted_since()


@experiment()
def bad_segments(lab):
    """wrong checksum; header too short; options cut off"""
    c = lab.passive()
    packet = bytearray(c.send("PA", b"data", seq=1)[:])
    lab.note("a wrong checksum")
    packet[36] ^= 0xFF
    lab.inject(bytes(packet))
    lab.counted_since()
    lab.note("data offset 4")
    bad = bytearray(packet)
    bad[32] = 0x40
    lab.inject(bytes(bad))
    lab.counted_since()
    lab.note("an MSS option of length 0; an option longer than the header; in order data behind both")
    c.send("PA", b"more", seq=5, options=[("raw", bytes([2, 0, 0, 0]))])
    c.send("PA", b"more", seq=9, options=[("raw", bytes([8, 10, 1, 1]))])
    c.sock.recv(100)
    lab.counted_since()


main()
