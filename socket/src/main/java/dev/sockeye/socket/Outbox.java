package dev.sockeye.socket;

import dev.sockeye.link.Link;
import dev.sockeye.wire.Packet;
import org.jspecify.annotations.Nullable;

/// What an interface sends, on its way to the link. Filled under the host's lock, in the order in which the core
/// made the packets, and drained without it by one thread at a time; so the link sees that order, whichever
/// threads carry.
final class Outbox extends Station {

    private final PacketQueue queue = new PacketQueue();
    private final Link link;

    Outbox(Driver driver, Link link) {
        super(driver);
        this.link = link;
    }

    /// With the host's lock: one more to send.
    void put(Packet packet) {
        queue.put(packet);
        isWork();
    }

    @Override
    boolean hasArrivals() {
        return !queue.isEmpty();
    }

    @Override
    void serveAndLeave() {
        try {
            takeDue();
            long now = driver.now();
            if (link.nextDeadline() <= now) link.advance(now);
            send(queue.takeAll(), now);
            wantsServiceAt(link.nextDeadline());
        } finally {
            turn.give();
            lookAgain();
        }
    }

    private void send(@Nullable Packet packet, long now) {
        while (packet != null) {
            Packet behind = packet.next;
            packet.next = null;
            link.send(packet, now);
            packet = behind;
        }
    }

    /// Loses what is under way: for the end.
    void clear() {
        retire();
        turn.take();
        try {
            link.clear();
        } finally {
            turn.give();
        }
    }
}
