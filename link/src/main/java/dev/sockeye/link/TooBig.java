package dev.sockeye.link;

import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import org.jspecify.annotations.Nullable;

final class TooBig {
    static @Nullable Packet answer(Packet packet, int mtu, PagePool pool) {
        return null;
    }

    private TooBig() {}
}
