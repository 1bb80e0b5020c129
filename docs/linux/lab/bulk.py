#!/usr/bin/env python3
"""The kernel's two ends of a bulk transfer, for bench's KernelThroughput.

  bulk.py receive ADDRESS PORT SECONDS             listens; prints the bytes of SECONDS from the SYN on
  bulk.py send CONGESTION ADDRESS PORT SECONDS     connects, and sends until then; prints what TCP_INFO says
"""
import select
import socket
import struct
import sys
import time


def receive(address, port, seconds):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(1)
    print("listening", flush=True)
    connection, _ = listener.accept()
    received = 0
    # As the laboratory counts: from the moment the sender begins to connect, which it says on our standard input.
    start = float(sys.stdin.readline())
    buffer = bytearray(1 << 20)
    while True:
        left = start + seconds - time.monotonic()
        if left <= 0:
            break
        connection.settimeout(left)
        try:
            count = connection.recv_into(buffer)
        except TimeoutError:
            break
        if count == 0:
            break
        received += count
    print(received, flush=True)
    sys.stdin.readline()  # the sender is still there: not a reset


def send(congestion, address, port, seconds):
    sock = socket.socket()
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, congestion.encode())
    print(time.monotonic(), flush=True)
    end = time.monotonic() + seconds
    sock.setblocking(False)
    try:
        sock.connect((address, port))
    except BlockingIOError:
        pass
    # Writes all that the socket takes, and waits until it takes more: as the laboratory's programs do.
    writable = select.poll()
    writable.register(sock, select.POLLOUT)
    piece = bytes(1 << 16)
    while (left := end - time.monotonic()) > 0:
        try:
            sock.send(piece)
        except BlockingIOError:
            writable.poll(left * 1000)
        except ConnectionError:
            break
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 280)
    names = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0").decode()
    rtt, = struct.unpack_from("I", info, 68)
    ssthresh, cwnd = struct.unpack_from("2I", info, 76)
    retrans, = struct.unpack_from("I", info, 100)
    min_rtt, = struct.unpack_from("I", info, 148)
    rto, = struct.unpack_from("H", info, 240)
    print(f"{names} cwnd {cwnd} ssthresh {ssthresh} rtt {rtt} min_rtt {min_rtt} retrans {retrans} rto {rto}", flush=True)
    # What is not sent yet is not to be sent.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1] == "receive":
        receive(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
    elif len(sys.argv) == 6 and sys.argv[1] == "send":
        send(sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
    else:
        sys.exit(__doc__)
