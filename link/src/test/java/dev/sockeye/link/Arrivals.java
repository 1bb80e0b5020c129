package dev.sockeye.link;

import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/// The end of a link in a test: keeps what has arrived, as `time:first payload byte`, and gives the pages back.
@NullMarked
final class Arrivals implements Link {

    final List<String> log = new ArrayList<>();
    final List<byte[]> packets = new ArrayList<>();
    private final PagePool pool;

    Arrivals(PagePool pool) {
        this.pool = pool;
    }

    @Override
    public void send(Packet packet, long now) {
        byte[] bytes = packet.toBytes();
        log.add(now + ":" + bytes[0]);
        packets.add(bytes);
        packet.release(pool);
    }

    List<Integer> numbers() {
        return packets.stream().map(bytes -> (int) bytes[0]).toList();
    }

    /// A packet that says `number` in its first byte.
    static Packet packet(int number, int length, PagePool pool) {
        byte[] bytes = new byte[length];
        bytes[0] = (byte) number;
        return Packet.of(bytes, pool);
    }

    /// Lets everything arrive that is under way on `link`, at its own time.
    static void run(Link link) {
        for (long at = link.nextDeadline(); at < Long.MAX_VALUE; at = link.nextDeadline()) link.advance(at);
    }
}
