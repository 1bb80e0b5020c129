package dev.sockeye.tcp;

/// What Linux charges for the memory of a segment that arrives (`skb->truesize`), because windows and the limits of
/// buffers follow from it: a descriptor, and a buffer for headers, payload and shared info, in one of the allocator's
/// sizes. So a byte costs 832 and a full segment 2304. What is longer than a page is in pages of its own behind a
/// first one.
///
/// Devices differ in how they lay out what they receive; this is a TUN device's way, as measured in
/// docs/linux/accounting.md.
final class Truesize {

    private static final int DESCRIPTOR = 256; // struct sk_buff
    private static final int SHARED_INFO = 320; // struct skb_shared_info
    private static final int HEADROOM = 64; // NET_SKB_PAD
    private static final int SMALL_HEAD = 576;
    private static final int PAGE = 4096;
    private static final int FIRST_PAGE = PAGE - HEADROOM - SHARED_INFO;

    private Truesize() {}

    /// Bytes charged for a packet.
    ///
    /// @param packetLength bytes, from the IP header on
    static int of(int packetLength) {
        if (isPaged(packetLength)) return DESCRIPTOR + PAGE + (packetLength - FIRST_PAGE + PAGE - 1 & -PAGE);
        return DESCRIPTOR + head(packetLength);
    }

    /// How many bytes of payload can be copied behind this packet's own, at no cost.
    ///
    /// @param packetLength bytes, from the IP header on
    static int tailroom(int packetLength) {
        return isPaged(packetLength) ? 0 : head(packetLength) - SHARED_INFO - HEADROOM - packetLength;
    }

    private static boolean isPaged(int packetLength) {
        return HEADROOM + packetLength >= PAGE;
    }

    private static int head(int packetLength) {
        int needed = (HEADROOM + packetLength + 63 & -64) + SHARED_INFO;
        return needed <= SMALL_HEAD ? SMALL_HEAD : Math.max(1024, Integer.highestOneBit(needed - 1) << 1);
    }
}
