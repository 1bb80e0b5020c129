package dev.sockeye.link;

import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Pcapng;
import org.jspecify.annotations.Nullable;

/// A link that records what passes, before another link. Before an [ImpairedLink] it shows what was sent, behind it
/// what
/// arrived.
public final class CaptureLink implements Link {

    /// Says what to note beside a packet.
    @FunctionalInterface
    public interface Commenter {

        /// A comment on a packet, or null. It must neither change nor keep the packet.
        @Nullable
        String comment(Packet packet, long now);
    }

    private final Link next;
    private final Capture capture;
    private final int interfaceId;
    private final Pcapng.Direction direction;
    private final Commenter commenter;

    /// A recording link without comments.
    ///
    /// @param interfaceId of [Capture#addInterface]
    /// @param direction   seen from that interface's host
    public CaptureLink(Link next, Capture capture, int interfaceId, Pcapng.Direction direction) {
        this(next, capture, interfaceId, direction, (packet, now) -> null);
    }

    /// A recording link with comments.
    public CaptureLink(Link next, Capture capture, int interfaceId, Pcapng.Direction direction, Commenter commenter) {
        this.next = next;
        this.capture = capture;
        this.interfaceId = interfaceId;
        this.direction = direction;
        this.commenter = commenter;
    }

    @Override
    public void send(Packet packet, long now) {
        capture.packet(interfaceId, now, packet, direction, commenter.comment(packet, now));
        next.send(packet, now);
    }

    @Override
    public long nextDeadline() {
        return next.nextDeadline();
    }

    @Override
    public void advance(long now) {
        next.advance(now);
    }

    @Override
    public void clear() {
        next.clear();
    }
}
