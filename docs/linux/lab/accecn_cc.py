"""A congestion control, loaded into the kernel as BPF, that puts its sockets into AccECN mode.

Linux 6.18 has AccECN's feedback built in, but no `tcp_ecn` that negotiates it: the values 3 to 5 came later. A congestion
control may write `ecn_flags`, though. One that sets TCP_ECN_MODE_ACCECN when a connection is established shows how the kernel
counts marks, sends the ACE field and the option, and takes in the peer's; and one that sets TCP_ECN_MODE_PENDING when a SYN is
sent again, how it takes the SYN-ACK. The congestion window is and stays 200 segments.

It is gone when the process ends. Needs root and a kernel with BTF.
"""

import ctypes
import os
import struct

NAME = "accecn%d" % os.getpid()  # congestion controls are the whole machine's
MODE_ACCECN, MODE_PENDING = 0x10, 0x11
WINDOW = 200
STATE_SYN_SENT, CA_LOSS = 2, 4

_INT, _STRUCT, _ENUM = 1, 4, 6
_EXTRA = {1: 4, 3: 12, 14: 4, 17: 4}
_EXTRA_EACH = {4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12}
_MAP_CREATE, _MAP_UPDATE, _PROG_LOAD, _BTF_LOAD, _LINK_CREATE = 0, 2, 5, 18, 28
_STRUCT_OPS_MAP, _STRUCT_OPS_PROG, _STRUCT_OPS_ATTACH, _F_LINK = 26, 27, 44, 1 << 13


class Btf:
    """The kernel's own description of its types."""

    def __init__(self):
        raw = open("/sys/kernel/btf/vmlinux", "rb").read()
        _, _, _, head, types, types_length, strings, strings_length = struct.unpack_from("<HBBIIIII", raw)
        self.strings = raw[head + strings:head + strings + strings_length]
        self.structs, at, end, number = {}, head + types, head + types + types_length, 0
        while at < end:
            number += 1
            name, info, size = struct.unpack_from("<III", raw, at)
            kind, count, bitfields = info >> 24 & 31, info & 0xFFFF, info >> 31
            at += 12
            if kind == _STRUCT:
                fields = [struct.unpack_from("<III", raw, at + 12 * i) for i in range(count)]
                mask = 0xFFFFFF if bitfields else 0xFFFFFFFF
                self.structs.setdefault(self.text(name), (number, size, [(self.text(n), (o & mask) // 8) for n, _, o in fields]))
            at += _EXTRA.get(kind, _EXTRA_EACH.get(kind, 0) * count)

    def text(self, at):
        return self.strings[at:self.strings.index(b"\0", at)].decode()

    def offset(self, structure, field):
        return dict(self.structs[structure][2])[field]


def bpf(command, attributes):
    attributes = attributes.ljust(144, b"\0")
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    result = ctypes.CDLL(None, use_errno=True).syscall(321, command, buffer, len(attributes))
    if result < 0:
        raise OSError(ctypes.get_errno(), "bpf(%d): %s" % (command, os.strerror(ctypes.get_errno())))
    return result


def instruction(code, target=0, source=0, offset=0, immediate=0):
    return struct.pack("<BBhi", code, source << 4 | target, offset, immediate)


def load(btf, member, body):
    """Loads the program behind one member of struct tcp_congestion_ops."""
    number, _, fields = btf.structs["tcp_congestion_ops"]
    code, log, licence = (ctypes.create_string_buffer(content, length) for content, length in
                          ((body, len(body)), (b"", 65536), (b"GPL", 4)))
    attributes = struct.pack("<IIQQIIQII16sIIIIQIIQII", _STRUCT_OPS_PROG, len(body) // 8, ctypes.addressof(code),
                             ctypes.addressof(licence), 1, len(log), ctypes.addressof(log), 0, 0, member.encode(), 0,
                             [field for field, _ in fields].index(member), 0, 0, 0, 0, 0, 0, 0, number)
    try:
        return bpf(_PROG_LOAD, attributes)
    except OSError as failure:
        raise OSError(failure.errno, "%s: %s\n%s" % (member, failure, log.value.decode()))


class AccEcnCongestionControl:
    """Registered while it is held."""

    def __init__(self):
        btf = Btf()
        window, flags = btf.offset("tcp_sock", "snd_cwnd"), btf.offset("tcp_sock", "ecn_flags")
        state = btf.offset("sock_common", "skc_state")
        programs = _programs(window, flags, state)
        self.kept = {name: load(btf, name, body) for name, body in programs.items()}
        number, size, fields = btf.structs["bpf_struct_ops_tcp_congestion_ops"]
        value = bytearray(size)
        data = dict(fields)["data"]
        for name, descriptor in self.kept.items():
            struct.pack_into("<Q", value, data + btf.offset("tcp_congestion_ops", name), descriptor)
        at = data + btf.offset("tcp_congestion_ops", "name")
        value[at:at + len(NAME)] = NAME.encode()
        # The map wants types of its own: one is enough.
        types = struct.pack("<IIII", 1, _INT << 24, 4, 32)
        own = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), 5) + types + b"\0int\0"
        raw = ctypes.create_string_buffer(own, len(own))
        own_btf = bpf(_BTF_LOAD, struct.pack("<QQII", ctypes.addressof(raw), 0, len(own), 0))
        self.map = bpf(_MAP_CREATE, struct.pack("<IIIIIII16sIIIII", _STRUCT_OPS_MAP, 4, size, 1, _F_LINK, 0, 0, NAME.encode(), 0,
                                                own_btf, 0, 0, number))
        key, held = ctypes.create_string_buffer(4), ctypes.create_string_buffer(bytes(value), size)
        bpf(_MAP_UPDATE, struct.pack("<IIQQQ", self.map, 0, ctypes.addressof(key), ctypes.addressof(held), 0))
        self.link = bpf(_LINK_CREATE, struct.pack("<III", self.map, 0, _STRUCT_OPS_ATTACH))


def _programs(window, flags, state):
    """The hooks: r1 is the socket, first of the arguments, which are eight bytes each."""
    load8, load4, load1, store1, set4 = 0x79, 0x61, 0x71, 0x73, 0x62
    sock = instruction(load8, 1, 1, 0)
    leave = instruction(0xB7, 0, 0, 0, 0) + instruction(0x95)
    keep = sock + instruction(load4, 0, 1, window) + instruction(0x95)

    def mode(bits):
        return instruction(load1, 2, 1, flags) + instruction(0x47, 2, 0, 0, bits) + instruction(store1, 1, 2, flags)

    begin = sock + mode(MODE_ACCECN) + instruction(set4, 1, 0, window, WINDOW) + leave
    lost_syn = instruction(load8, 2, 1, 8) + sock + instruction(0x57, 2, 0, 0, 0xFF) + instruction(0x55, 2, 0, 5, CA_LOSS)
    lost_syn += instruction(load1, 3, 1, state) + instruction(0x55, 3, 0, 3, STATE_SYN_SENT) + mode(MODE_PENDING) + leave
    return {"ssthresh": keep, "cong_control": leave, "undo_cwnd": keep, "init": begin, "set_state": lost_syn}
