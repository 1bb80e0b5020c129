"""A laboratory for asking the Linux kernel's TCP questions.

An experiment runs in a process of its own and a network namespace of its own. The kernel's side are ordinary sockets on
192.0.2.1; the remote peer is this script, which writes and reads raw IPv4 packets through a TUN device as 192.0.2.2.
Whatever passes is printed with the milliseconds since the experiment began, sequence numbers counted from each side's ISN.

Needs root, /dev/net/tun and the `ip` command; touches nothing outside the namespace, which dies with the process.
"""

import ctypes
import errno
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time

KERNEL, PEER = "192.0.2.1", "192.0.2.2"
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))
LETTERS = "FSRPAUEW"
STATES = ("?", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT",
          "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV", "BOUND_INACTIVE")
TCP_INFO_BYTES = 280


def flag_bits(letters):
    return sum(1 << LETTERS.index(letter) for letter in letters)


def flag_letters(bits):
    order = "SFRPAUEW"
    return "".join(letter for letter in order if bits >> LETTERS.index(letter) & 1) or "-"


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Options:
    """TCP options, from and to bytes. `items` is a list of (name, value)."""

    @staticmethod
    def encode(items):
        out = b""
        for name, value in items:
            if name == "mss":
                out += struct.pack("!BBH", 2, 4, value)
            elif name == "ws":
                out += struct.pack("!BBBB", 1, 3, 3, value)
            elif name == "sackok":
                out += struct.pack("!BBBB", 1, 1, 4, 2)
            elif name == "ts":
                out += struct.pack("!BBBBII", 1, 1, 8, 10, *value)
            elif name == "fo":  # Fast Open, RFC 7413
                out += bytes((34, 2 + len(value))) + value + b"\1" * (-(2 + len(value)) % 4)
            elif name == "foexp":  # its experimental predecessor
                out += bytes((254, 4 + len(value), 0xF9, 0x89)) + value + b"\1" * (-(4 + len(value)) % 4)
            elif name == "md5":  # a signature that is filled in later, RFC 2385
                out += bytes((1, 1, 19, 18)) + bytes(16)
            elif name == "raw":
                out += value
        return out + b"\0" * (-len(out) % 4)

    @staticmethod
    def decode(raw):
        items, at = [], 0
        while at < len(raw):
            kind = raw[at]
            if kind == 0:
                items.append(("eol", None))
                break
            if kind == 1:
                items.append(("nop", None))
                at += 1
                continue
            length = raw[at + 1]
            body = raw[at + 2:at + length]
            if kind == 2:
                items.append(("mss", struct.unpack("!H", body)[0]))
            elif kind == 3:
                items.append(("ws", body[0]))
            elif kind == 4:
                items.append(("sackok", None))
            elif kind == 5:
                items.append(("sack", struct.unpack("!%dI" % (len(body) // 4), body)))
            elif kind == 8:
                items.append(("ts", struct.unpack("!II", body)))
            elif kind == 19 and length == 18:
                items.append(("md5", body))
            elif kind == 34:
                items.append(("fo", body))
            elif kind == 254 and body[:2] == b"\xf9\x89":
                items.append(("foexp", body[2:]))
            else:
                items.append(("kind%d" % kind, body.hex()))
            at += length
        return items


class Segment:
    """One TCP segment as values, parsed from an IPv4 packet."""

    def __init__(self, packet):
        header = (packet[0] & 15) * 4
        self.source = socket.inet_ntoa(packet[12:16])
        self.destination = socket.inet_ntoa(packet[16:20])
        self.ttl, self.ip_id, self.tos = packet[8], struct.unpack("!H", packet[4:6])[0], packet[1]
        tcp = packet[header:struct.unpack("!H", packet[2:4])[0]]
        self.sport, self.dport, self.seq, self.ack, offset, self.flags, self.window, _, self.urgent = struct.unpack(
            "!HHIIBBHHH", tcp[:20])
        length = (offset >> 4) * 4
        self.options = Options.decode(tcp[20:length])
        self.data = tcp[length:]

    def option(self, name):
        return next((value for key, value in self.options if key == name), None)


def tcp_packet(source, sport, destination, dport, seq, ack, flags, window, options=b"", data=b"", ttl=64, urgent=0):
    src, dst = socket.inet_aton(source), socket.inet_aton(destination)
    tcp = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, (5 + len(options) // 4) << 4, flags,
                      window, 0, urgent) + options + data
    total = checksum(src + dst + struct.pack("!BBH", 0, 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
    return ip_packet(src, dst, 6, tcp, ttl)


def ip_packet(src, dst, protocol, payload, ttl=64):
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0x4000, ttl, protocol, 0, src, dst)
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + payload


def icmp_packet(kind, code, rest, original, source=PEER):
    body = struct.pack("!BBHI", kind, code, 0, rest) + original[:28]
    body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    return ip_packet(socket.inet_aton(source), socket.inet_aton(KERNEL), 1, body)


def name_of(number):
    return errno.errorcode.get(number, str(number)) if number else "0"


class Calls:
    """A kernel socket whose calls are printed with their result or errno."""

    def __init__(self, lab, sock, name="sock"):
        self.lab, self.sock, self.name = lab, sock, name
        lab.kept.append(sock)  # or the garbage collector would close it

    def fileno(self):
        return self.sock.fileno()

    def __getattr__(self, call):
        function = getattr(self.sock, call)

        def logged(*args, quiet=False):
            began = self.lab.now()
            try:
                result, text = function(*args), None
            except OSError as failure:
                result, text = failure, name_of(failure.errno)
            if text is None:
                text = self._show(result)
            if call == "accept" and isinstance(result, tuple):
                self.lab.kept.append(result[0])
                text = "a socket, peer %s:%s" % result[1]
            if not quiet:
                shown = ", ".join(self._show_argument(call, arg) for arg in args)
                self.lab.log("%-6s   %s(%s) = %s" % (self.name, call, shown, text), began)
            self.lab.drain()
            return result

        return logged

    def _show_argument(self, call, argument):
        if isinstance(argument, (bytes, bytearray)):
            return "%d B" % len(argument)
        if call == "shutdown":
            return ("RD", "WR", "RDWR")[argument]
        if isinstance(argument, tuple):
            return "%s:%s" % argument
        return str(argument)

    def _show(self, result):
        if result is None:
            return "0"
        if isinstance(result, (bytes, bytearray)):
            return "%d B" % len(result) if result else "0 (end of stream)"
        if isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], int):
            return "%s:%s" % result
        return str(result)

    def error(self):
        """SO_ERROR, which reading clears."""
        value = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self.lab.log("%-6s   SO_ERROR = %s" % (self.name, name_of(value)))
        return value

    def poll(self):
        asked = select.poll()
        asked.register(self.sock, 0x2047 | 0x180)
        events = asked.poll(0)
        bits = events[0][1] if events else 0
        names = [(1, "IN"), (2, "PRI"), (4, "OUT"), (8, "ERR"), (0x10, "HUP"), (0x20, "NVAL"), (0x2000, "RDHUP")]
        self.lab.log("%-6s   poll = %s" % (self.name, " ".join(n for b, n in names if bits & b) or "nothing"))

    def info(self):
        raw = self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_BYTES)
        return Info(raw)

    def state(self):
        self.lab.log("%-6s   state %s" % (self.name, STATES[self.info().state]))

    def linger(self, seconds):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, seconds))
        self.lab.log("%-6s   SO_LINGER = on, %d s" % (self.name, seconds))

    def option(self, level, name, value):
        self.sock.setsockopt(level, name, value)

    def accept_(self, name="sock"):
        sock, _ = self.sock.accept()
        sock.setblocking(False)
        return Calls(self.lab, sock, name)


class Info:
    """The fields of struct tcp_info that the experiments look at (6.18, 280 bytes)."""
    WORDS = {"rto": 8, "ato": 12, "snd_mss": 16, "rcv_mss": 20, "unacked": 24, "retrans": 36, "pmtu": 60, "rcv_ssthresh": 64,
             "rtt": 68, "rttvar": 72, "snd_ssthresh": 76, "snd_cwnd": 80, "advmss": 84, "rcv_rtt": 92, "rcv_space": 96,
             "total_retrans": 100, "notsent_bytes": 144, "snd_wnd": 228, "rcv_wnd": 232}

    def __init__(self, raw):
        self.raw = raw
        self.state, self.ca_state, self.retransmits, self.probes, self.backoff = raw[0:5]
        self.snd_wscale, self.rcv_wscale = raw[6] & 15, raw[6] >> 4

    def __getattr__(self, name):
        return struct.unpack_from("I", self.raw, Info.WORDS[name])[0]


class Conn:
    """The remote peer's end of one connection: sends what it is told to, remembers both ISNs, answers nothing by itself."""

    def __init__(self, lab, port, kernel_port, isn=1000000, options=("mss",), window=65535, address=PEER):
        self.lab, self.port, self.kernel_port, self.isn, self.address = lab, port, kernel_port, isn, address
        self.kernel_isn = None
        self.snd_nxt, self.rcv_nxt = 0, 0  # relative
        self.wanted, self.window, self.last_tsval, self.ts_on = options, window, 0, False
        self.sock = None
        self.auto_ack = False
        lab.conns[(port, kernel_port)] = self

    def tsval(self):
        return int(time.monotonic() * 1000) & 0xFFFFFFFF

    def syn_options(self):
        table = {"mss": ("mss", 1460), "ws": ("ws", 7), "sackok": ("sackok", None), "ts": ("ts", (self.tsval(), self.last_tsval))}
        return [table[o] if isinstance(o, str) else o for o in self.wanted]

    def send(self, flags, data=b"", seq=None, ack=None, window=None, options=None, note="", settle=True, urgent=0):
        """Sends one segment; seq and ack are relative to the ISNs, and default to what comes next."""
        bits = flag_bits(flags)
        moves = seq is None
        if seq is None:
            seq = self.snd_nxt
        if ack is None:
            ack = self.rcv_nxt if bits & ACK else None
        if options is None:
            options = self.syn_options() if bits & SYN else ([("ts", (self.tsval(), self.last_tsval))] if self.ts_on else [])
        raw_ack = ((self.kernel_isn or 0) + ack) if ack is not None else 0
        window = self.window if window is None else window
        packet = tcp_packet(self.address, self.port, KERNEL, self.kernel_port, self.isn + seq, raw_ack, bits, window,
                            Options.encode(options), data, urgent=urgent)
        self.lab.log("peer   > " + describe(bits, seq, ack, len(data), window, options, urgent) + (("   # " + note) if note else ""))
        if moves:
            self.snd_nxt = seq + len(data) + bool(bits & SYN) + bool(bits & FIN)
        self.lab.inject(packet, settle)
        return packet

    def received(self, seg):
        if seg.flags & SYN:
            self.kernel_isn = seg.seq
        if self.kernel_isn is None:
            self.kernel_isn = seg.seq
        seq = (seg.seq - self.kernel_isn) & 0xFFFFFFFF
        ts = seg.option("ts")
        if ts:
            self.last_tsval = ts[0]
        end = seq + len(seg.data) + bool(seg.flags & SYN) + bool(seg.flags & FIN)
        if seq <= self.rcv_nxt < end:
            self.rcv_nxt = end
            if self.auto_ack and not seg.flags & (SYN | RST):
                self.lab.pending_acks.append(self)

    def relative(self, seg):
        seq = (seg.seq - (self.kernel_isn if self.kernel_isn is not None else seg.seq)) & 0xFFFFFFFF
        ack = (seg.ack - self.isn) & 0xFFFFFFFF if seg.flags & ACK else None
        return signed(seq), None if ack is None else signed(ack)


def signed(number):
    return number - (1 << 32) if number >= 1 << 31 else number


def describe(bits, seq, ack, length, window, options, urgent=0):
    text = "%-3s seq %d" % (flag_letters(bits), seq)
    if length:
        text += ":%d(%d)" % (seq + length, length)
    if ack is not None:
        text += " ack %d" % ack
    text += " win %d" % window
    if bits & URG or urgent:
        text += " urg %d" % urgent
    shown = []
    for name, value in options:
        if value is None:
            shown.append(name)
        elif name == "ts":
            shown.append("ts")
        elif isinstance(value, tuple):
            shown.append("%s %s" % (name, " ".join(map(str, value))))
        elif value == b"":
            shown.append(name)
        else:
            shown.append("%s %s" % (name, value if not isinstance(value, bytes) else value.hex()))
    return text + (" <%s>" % ",".join(shown) if shown else "")


class Lab:
    """One namespace, one TUN device, one clock. Calls and packets are printed in the order they happened."""

    def __init__(self, sysctls=(), mtu=1500):
        if ctypes.CDLL(None, use_errno=True).unshare(0x40000000):  # CLONE_NEWNET
            raise OSError(ctypes.get_errno(), "unshare")
        self.tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.tun, 0x400454CA, struct.pack("16sH22x", b"lab0", 0x1001))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
        self.sysctl("net.ipv6.conf.lab0.disable_ipv6", 1)
        for command in ("link set lo up", "addr add %s/24 dev lab0" % KERNEL, "link set lab0 mtu %d up" % mtu):
            subprocess.run(["ip"] + command.split(), check=True)
        self.sysctl("net.ipv4.tcp_congestion_control", "reno")
        for name, value in sysctls:
            self.sysctl(name, value)
        self.conns, self.unclaimed, self.pending_acks = {}, [], []
        self.lock = threading.Lock()
        self.began = time.monotonic()
        self.silent = False
        self.examine = None  # sees every segment before it is printed
        self.inbox, self.kept = [], []
        self.counted = self.counters()
        self.next_port = 40000

    def sysctl(self, name, value=None):
        path = "/proc/sys/" + name.replace(".", "/")
        if value is None:
            return open(path).read().strip()
        with open(path, "w") as file:
            file.write(str(value))

    # --- time and log

    def now(self):
        return (time.monotonic() - self.began) * 1000

    def log(self, text, when=None):
        if not self.silent:
            with self.lock:
                print("%9.1f %s" % (self.now() if when is None else when, text), flush=True)

    def note(self, text):
        if not self.silent:
            print("          -- " + text, flush=True)

    # --- packets

    def inject(self, packet, settle=True):
        os.write(self.tun, packet)
        if settle:
            self.drain()

    def drain(self, seconds=0.002):
        """Reads and prints what the kernel sent, until nothing came for `seconds`."""
        while select.select([self.tun], [], [], seconds)[0]:
            self._take()

    def run(self, seconds, until=None):
        """Lets time pass, printing what the kernel sends; stops early once until() is true."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.tun], [], [], min(left, 0.05))[0]:
                self._take()
            if until and until():
                return True
        return False

    def _take(self):
        packet = os.read(self.tun, 65536)
        when = self.now()
        if packet[0] >> 4 != 4:
            return
        if packet[9] != 6:
            self.log("kernel > protocol %d, %d B" % (packet[9], len(packet)), when)
            return
        seg = Segment(packet)
        seg.packet, seg.when = packet, when
        self.inbox.append(seg)
        if self.examine:
            self.examine(seg)
        conn = self.conns.get((seg.dport, seg.sport)) or self.conns.get((seg.dport, None))
        if conn and conn.kernel_port is None:
            conn.kernel_port = seg.sport
        if conn:
            conn.received(seg)
            seq, ack = conn.relative(seg)
            seg.options = [(n, tuple(signed(x - conn.isn & 0xFFFFFFFF) for x in v)) if n == "sack" else (n, v)
                           for n, v in seg.options]
        else:
            self.unclaimed.append(seg)
            seq, ack = 0, (seg.ack if seg.flags & ACK else None)
            if not seg.flags & SYN:
                seq = seg.seq
        many = "[%d] " % seg.dport if len(self.conns) > 1 else ""
        self.log("kernel > " + many + describe(seg.flags, seq, ack, len(seg.data), seg.window, seg.options, seg.urgent), when)
        while self.pending_acks:
            self.pending_acks.pop().send("A")

    # --- connections

    def socket(self, name="sock", family=socket.AF_INET):
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        return Calls(self, sock, name)

    def listener(self, port=5000, backlog=16, **options):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for (level, name), value in options.get("sockopts", {}).items():
            sock.setsockopt(level, name, value)
        sock.bind((KERNEL, port))
        sock.listen(backlog)
        sock.setblocking(False)
        return Calls(self, sock, "listen")

    def dial(self, port=5000, **how):
        """The peer sends a SYN to the kernel's port, from a new port."""
        self.next_port += 1
        conn = Conn(self, self.next_port, port, **how)
        return conn

    def passive(self, quiet=True, listener=None, port=5000, prepare=None, **how):
        """An accepted connection: the peer has connected to a kernel listener."""
        listener = listener or self.listener(port)
        self.silent, was = quiet, self.silent
        conn = self.dial(port, **how)
        conn.send("S")
        conn.ts_on = "ts" in conn.wanted
        conn.send("A")
        conn.sock = listener.accept_()
        conn.listener = listener
        self.silent = was
        return conn

    def active(self, quiet=True, prepare=None, answer=None, **how):
        """A connected socket: the kernel has connected to the peer."""
        self.silent, was = quiet, self.silent
        sock = self.socket()
        if prepare:
            prepare(sock)
        conn = Conn(self, 80, None, **how)
        sock.connect((PEER, 80))
        conn.send("SA", **(answer or {}))
        conn.ts_on = "ts" in conn.wanted
        conn.sock = sock
        self.silent = was
        return conn

    # --- what the kernel knows

    def sockets(self, note="", listen=False):
        """Prints every TCP socket of the namespace as /proc/net/tcp shows it."""
        timers = {"00": "", "01": " timer retransmit", "02": " timer keepalive/linger", "03": " timer time-wait",
                  "04": " timer zero-window probe"}
        found = 0
        for line in open("/proc/net/tcp").read().splitlines()[1:]:
            fields = line.split()
            state = STATES[int(fields[3], 16)]
            if state == "LISTEN" and not listen:
                continue
            found += 1
            tx, rx = (int(x, 16) for x in fields[4].split(":"))
            kind, expires = fields[5].split(":")
            left = " in %.2f s" % (int(expires, 16) / 100.0) if kind != "00" else ""
            self.log("table    %s%s%s, retransmits %d, inode %s, queued out %d in %d%s" % (
                state, timers.get(kind, " timer " + kind), left, int(fields[6], 16), fields[9], tx, rx,
                "  # " + note if note else ""))
        if not found:
            self.log("table    no socket" + ("  # " + note if note else ""))
        return found

    def states(self):
        return [STATES[int(line.split()[3], 16)] for line in open("/proc/net/tcp").read().splitlines()[1:]]

    def counters(self):
        values = {}
        for path in ("/proc/net/netstat", "/proc/net/snmp"):
            lines = open(path).read().splitlines()
            for names, numbers in zip(lines[::2], lines[1::2]):
                prefix = names.split(":")[0]
                if prefix in ("TcpExt", "Tcp", "Icmp"):
                    values.update(zip(names.split()[1:], map(int, numbers.split()[1:])))
        return values

    def counted_since(self):
        """Prints which counters moved since the experiment (or the last call) began, leaving out the mere traffic."""
        dull = {"InSegs", "OutSegs", "InMsgs", "OutMsgs", "TCPPureAcks", "TCPHPHits", "TCPHPAcks", "TCPOrigDataSent",
                "TCPDelivered", "TCPAutoCorking", "CurrEstab", "TCPRcvCollapsed"}
        now = self.counters()
        moved = ["%s +%d" % (n, v - self.counted.get(n, 0)) for n, v in now.items()
                 if v != self.counted.get(n, 0) and n not in dull]
        self.counted = now
        self.log("counts   " + (", ".join(moved) or "nothing"))

    def later(self, function, name):
        """Runs a blocking call in a thread; prints when it came back and with what."""
        def body():
            began = self.now()
            try:
                text = function()
            except OSError as failure:
                text = name_of(failure.errno)
            self.log("call     %s = %s after %.0f ms" % (name, text, self.now() - began))
        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        return thread


EXPERIMENTS = {}


def experiment(*sysctls, **settings):
    """Marks a function as an experiment. Arguments: (sysctl, value) pairs to set first."""
    def mark(function):
        EXPERIMENTS[function.__name__] = (function, sysctls, settings)
        return function
    return mark


def main(timeout=200):
    """`script.py NAME` runs one experiment, `script.py` lists them."""
    if len(sys.argv) != 2 or sys.argv[1] not in EXPERIMENTS:
        for name, (function, _, _) in EXPERIMENTS.items():
            print("%-28s %s" % (name, (function.__doc__ or "").strip().splitlines()[0]))
        sys.exit(0 if len(sys.argv) == 1 else 2)
    function, sysctls, settings = EXPERIMENTS[sys.argv[1]]
    import signal
    signal.alarm(settings.pop("seconds", timeout))
    function(Lab(sysctls, **settings))
    sys.stdout.flush()
    os._exit(0)
