package dev.sockeye.wire;

/// What is known of the checksum of a packet's transport header.
public enum ChecksumState {
    /// It stands in the packet; whether it is right, nobody has looked yet.
    IN_PACKET,
    /// The field holds the pseudo-header's sum only: whoever puts the packet onto a wire completes it. A receiver
    /// takes it as right, for the packet has not been on any wire.
    PARTIAL,
    /// Somebody who is trusted, such as a device, has verified it.
    VERIFIED
}
