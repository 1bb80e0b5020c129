package dev.sockeye.link;

import dev.sockeye.linux.Pieces;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;

/// The direction to the kernel. Its lock keeps a packet from going to a descriptor that was closed meanwhile and is
/// somebody else's; nobody else wants it.
final class TunWriter implements Link {

    private final int fd;
    private final PagePool pool;
    private final SystemCalls calls = new SystemCalls();
    private final Pieces pieces = new Pieces(Packet.MAX_SLICES);
    private boolean closed;
    private long packets;
    private long bytes;
    private long lost;

    TunWriter(int fd, PagePool pool) {
        this.fd = fd;
        this.pool = pool;
    }

    @Override
    public void send(Packet packet, long now) {
        Checksum.complete(packet);
        write(packet);
        packet.release(pool);
    }

    private synchronized void write(Packet packet) {
        if (closed) return;
        int written;
        if (packet.slices() == 1) {
            written = calls.write(fd, packet.memory(0), packet.offset(0), packet.length());
        } else {
            pieces.clear();
            for (int i = 0; i < packet.slices(); i++) pieces.add(packet.memory(i), packet.offset(i), packet.length(i));
            written = calls.write(fd, pieces);
        }
        if (written < 0) {
            lost++;
        } else {
            packets++;
            bytes += written;
        }
    }

    synchronized long packets() {
        return packets;
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized long lost() {
        return lost;
    }

    synchronized void close() {
        closed = true;
        calls.close(fd);
    }
}
