package dev.sockeye.wire;

/// Where pages and packets come from and go back to: a [PagePool], shared by threads, or a [PageCache] in front of
/// it, which belongs to whoever holds a host's lock.
public interface Pages {

    /// The largest page, in bytes: what one [#take] can return at most.
    int LARGEST = 65536;

    /// A page with one holder, the caller.
    ///
    /// @param bytes how many are needed; the page has at least as many, or [#LARGEST] where more are asked for
    Page take(int bytes);

    /// An empty packet.
    Packet takePacket();

    /// Takes back a page without holders; for [Page#release] only.
    void giveBack(Page page);

    /// Takes back an empty packet; for [Packet#release] only.
    void giveBack(Packet packet);
}
