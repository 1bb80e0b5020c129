package dev.sockeye.sim;

import dev.sockeye.link.Link;
import dev.sockeye.wire.Packet;

/// One direction of a cable as its sender sees it: a chain of links, and its next deadline among the network's events.
final class Direction extends Event implements Link {

    private final Network network;
    private final Link first;

    Direction(Network network, Link first) {
        this.network = network;
        this.first = first;
    }

    @Override
    public void send(Packet packet, long now) {
        first.send(packet, now);
        network.events().plan(this, first.nextDeadline());
    }

    @Override
    void fire(long now) {
        first.advance(now);
        network.events().plan(this, first.nextDeadline());
    }

    @Override
    public void clear() {
        first.clear();
        network.events().plan(this, Long.MAX_VALUE);
    }
}
