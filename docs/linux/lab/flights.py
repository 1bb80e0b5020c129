"""Random losses, for recovery.md: a sender of the kernel and a receiver that drops, reorders and acknowledges by a seed.

`python3 flights.py 17` prints the dialogue of seed 17, `python3 flights.py 1 100` those of 1 to 99 that come out the same
twice: only they are free of what real time does to them. Our own stack is put through the same by FlightsTest, which has the
same receiver, and compares.

What the kernel has sent arrives a round trip later, no two segments within 1.5 ms; for each segment that is neither dropped
nor held back an ACK goes out, unless that is lost. A line is the milliseconds since the first, one such ACK or a timer of the kernel's; then the segments that it brought
about, and what TCP_INFO says. Segments of 1000 bytes are numbered from 1.
"""

import contextlib
import io
import os
import socket
import struct
import sys
import time

from lab import Lab

MSS = 1000
ROUND_TRIP = 0.100
# Shorter, so that no later round trip is as short as the shortest.
HANDSHAKE = 0.095
STEP = 0.0015
STATES = ("Open", "Disorder", "CWR", "Recovery", "Loss")
DROP, HOLD, DISTANCE, ACK_LOSS, SETTING = range(1, 6)


def chance(seed, what, a, b):
    """0 to 999, the same here and in Java."""
    x = (seed * 0x9E3779B1 ^ what * 0x85EBCA77 ^ a * 0xC2B2AE3D ^ b * 0x27D4EB2F) & 0xFFFFFFFF
    x ^= x >> 15
    x = x * 0x2C1B3C6D & 0xFFFFFFFF
    x ^= x >> 12
    x = x * 0x297A2D39 & 0xFFFFFFFF
    x ^= x >> 15
    return x % 1000


class Setting:
    """What a seed makes of a dialogue."""

    def __init__(self, seed):
        def pick(n, *values):
            return values[chance(seed, SETTING, n, 0) % len(values)]
        self.seed = seed
        self.sack = pick(1, True, True, True, False)
        self.stamps = pick(2, True, False)
        self.dsack = self.sack and pick(3, True, True, False)
        self.control = pick(4, "reno", "cubic")
        self.drop = pick(5, 20, 50, 100, 200)
        self.hold = pick(6, 0, 0, 20, 100)
        self.ack_loss = pick(7, 0, 0, 100)
        self.segments = pick(8, 25, 60, 100)
        self.every_other = pick(9, False, False, True)
        self.rack = pick(10, True, True, True, False)
        self.tail_probe = pick(11, True, True, True, False)
        self.frto = pick(12, True, True, True, False)

    def __str__(self):
        words = [self.control] + [word for word, on in (("sack", self.sack), ("ts", self.stamps), ("dsack", self.dsack),
                                                       ("delack", self.every_other),
                                                       ("norack", not self.rack), ("notlp", not self.tail_probe),
                                                       ("nofrto", not self.frto)) if on]
        return "seed %d: %s, drop %d, hold %d, lose %d ACKs of 1000, %d segments" % (
            self.seed, " ".join(words), self.drop, self.hold, self.ack_loss, self.segments)


class Receiver:
    """What has arrived, as numbers of segments."""

    def __init__(self, setting):
        self.setting, self.next, self.held, self.recent, self.echo, self.unacknowledged = setting, 1, set(), [], 0, 0

    def take(self, number, tsval):
        """Takes a segment; returns the blocks of the ACK, or None if it waits for the next."""
        duplicate = number < self.next or number in self.held
        if number <= self.next:
            self.echo = max(self.echo, tsval)
        in_order = number == self.next and not self.held
        if number == self.next:
            self.next += 1
            while self.next in self.held:
                self.held.remove(self.next)
                self.next += 1
        elif not duplicate:
            self.held.add(number)
        blocks = self.blocks(number)
        if duplicate and self.setting.dsack:
            blocks.insert(0, (number, number))
        self.unacknowledged += 1
        if self.setting.every_other and in_order and self.unacknowledged < 2:
            return None
        self.unacknowledged = 0
        return blocks[:3 if self.setting.stamps else 4] if self.setting.sack else []

    def blocks(self, number):
        """The ranges beyond the first gap: that of the segment at hand first, then the others by recency (RFC 2018 4)."""
        ranges = []
        for each in sorted(self.held):
            if ranges and ranges[-1][1] == each - 1:
                ranges[-1] = (ranges[-1][0], each)
            else:
                ranges.append((each, each))
        order = [r for r in ranges if r[0] <= number <= r[1]]
        for remembered in self.recent:
            order += [r for r in ranges if r[0] <= remembered <= r[1] and r not in order]
        order += [r for r in ranges if r not in order]
        self.recent = [r[0] for r in order]
        return order


class Dialogue:
    def __init__(self, lab, setting):
        self.lab, self.setting, self.receiver, self.lines = lab, setting, Receiver(setting), [str(setting)]
        self.counts, self.in_network, self.held = {}, [], []
        listener = lab.listener()
        lab.silent = True
        options = (("mss", MSS + (12 if setting.stamps else 0)),) + (("sackok",) if setting.sack else ()) \
            + (("ts",) if setting.stamps else ()) + ("ws",)
        self.c = c = lab.dial(options=options, window=65535)
        c.send("S")
        c.ts_on = setting.stamps
        lab.run(HANDSHAKE)
        c.send("A")
        c.sock = listener.accept_()
        c.sock.option(socket.IPPROTO_TCP, socket.TCP_CONGESTION, setting.control.encode())
        self.seen = len(lab.inbox)
        self.clock = time.monotonic()
        c.sock.send(b"x" * (setting.segments * MSS))
        self.note("write", self.clock)

    def new_segments(self, at):
        """What the kernel has sent since this was asked last: (when it arrives at the earliest, number, TSval)."""
        segments = []
        for seg in self.lab.inbox[self.seen:]:
            if seg.dport != self.c.port or not seg.data:
                continue
            first = (seg.seq - self.c.kernel_isn - 1) & 0xFFFFFFFF
            stamp = seg.option("ts")
            for offset in range(0, len(seg.data), MSS):
                segments.append((at + ROUND_TRIP, (first + offset) // MSS + 1, stamp[0] if stamp else 0))
        self.seen = len(self.lab.inbox)
        return segments

    def note(self, cause, at):
        if cause == "write":
            self.began = at
        elif cause == "timer":  # to the tenth of a millisecond, for who repeats it
            at = self.began + round(at - self.began, 4)
        segments = self.new_segments(at)
        self.in_network += segments
        raw = self.c.sock.info().raw
        word = lambda at: struct.unpack_from("I", raw, at)[0]
        ssthresh = word(76)
        self.lines.append("%.1f %s | %s | cwnd %d ssthresh %s unacked %d sacked %d lost %d retrans %d reordering %d %s" % (
            (at - self.began) * 1000, cause, " ".join(str(number) for _, number, _ in segments) or "-", word(80),
            ssthresh if ssthresh < 1 << 30 else "none", word(24), word(28), word(32), word(36), word(88), STATES[raw[1]]))

    def wait(self, until, once=False):
        """Time passes; what the kernel sends by itself is noted. `once`: only until it does."""
        while (left := until - time.monotonic()) > 0:
            if self.lab.run(left, until=lambda: len(self.lab.inbox) > self.seen):
                at = time.monotonic()
                self.lab.drain(0.0005)
                self.note("timer", at)
                if once:
                    return True
        return False

    def next_arrival(self):
        """The next segment to arrive: (time, number, TSval); None if nothing is under way."""
        s = self.setting
        while True:
            for late in self.held:
                if late[0] <= 0:
                    self.held.remove(late)
                    return self.clock + STEP, late[1], late[2]
            if not self.in_network:
                if not self.held:
                    return None
                self.held[0][0] = 0
                continue
            due, number, tsval = self.in_network.pop(0)
            count = self.counts[number] = self.counts.get(number, 0) + 1
            if chance(s.seed, DROP, number, count) < s.drop:
                continue
            if chance(s.seed, HOLD, number, count) < s.hold:
                self.held.append([1 + chance(s.seed, DISTANCE, number, count) % 5, number, tsval])
                continue
            for late in self.held:
                late[0] -= 1
            return max(due, self.clock + STEP), number, tsval

    def acknowledge(self, number, tsval):
        r = self.receiver
        blocks = r.take(number, tsval)
        if blocks is None or chance(self.setting.seed, ACK_LOSS, number, self.counts[number]) < self.setting.ack_loss:
            return
        c = self.c
        options = [("ts", (c.tsval(), r.echo))] if self.setting.stamps else []
        if blocks:
            raw = b"\1\1" + struct.pack("!BB", 5, 2 + 8 * len(blocks))
            for first, last in blocks:
                raw += struct.pack("!II", c.kernel_isn + 1 + (first - 1) * MSS & 0xFFFFFFFF, c.kernel_isn + 1 + last * MSS & 0xFFFFFFFF)
            options.append(("raw", raw))
        # The kernel answers before the write returns.
        c.send("A", ack=1 + (r.next - 1) * MSS, options=options, settle=False)
        self.lab.drain(0)
        self.note("ack %d" % r.next + "".join(" %d-%d" % block for block in blocks), self.clock)

    def run(self):
        while self.receiver.next <= self.setting.segments or self.in_network or self.held:
            arrival = self.next_arrival()
            if arrival is None:
                if not self.wait(time.monotonic() + 5, once=True):
                    break
                self.clock = time.monotonic()
                continue
            self.wait(arrival[0])
            self.clock = arrival[0]
            self.acknowledge(*arrival[1:])
            if len(self.lines) > 600:
                break
        return "\n".join(self.lines)


def dialogue(seed):
    """In a process of its own: each needs a namespace."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        with contextlib.redirect_stdout(io.StringIO()):
            setting = Setting(seed)
            lab = Lab([("net.ipv4.tcp_wmem", "4096 4194304 4194304"), ("net.ipv4.tcp_recovery", int(setting.rack)),
                       ("net.ipv4.tcp_early_retrans", 3 * setting.tail_probe), ("net.ipv4.tcp_frto", 2 * setting.frto)])
            text = Dialogue(lab, setting).run()
        os.write(write, text.encode())
        os._exit(0)
    os.close(write)
    text = b""
    while piece := os.read(read, 1 << 16):
        text += piece
    os.close(read)
    os.waitpid(pid, 0)
    return text.decode()


if __name__ == "__main__":
    def without_times(text):
        return [line.partition(" ")[2] for line in text.split("\n")]

    if len(sys.argv) == 2:
        print(dialogue(int(sys.argv[1])))
    elif len(sys.argv) == 3:
        for each in range(int(sys.argv[1]), int(sys.argv[2])):
            once = dialogue(each)
            if without_times(once) == without_times(dialogue(each)):
                print(once + "\n", flush=True)
            else:
                print("seed %d differs from itself" % each, file=sys.stderr)
    else:
        sys.exit(__doc__)
