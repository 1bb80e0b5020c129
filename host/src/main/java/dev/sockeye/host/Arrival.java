package dev.sockeye.host;

import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.IpAddress;

/// What the IP header of the packet at hand says, as numbers. A host has one, filled in anew for each packet.
final class Arrival {

    /// The interface it came in by.
    Interface in;

    boolean v4;
    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;

    /// What the destination is to this host.
    LocalAddresses.Kind kind = LocalAddresses.Kind.OTHER;

    /// What the packet carries, and where that begins in it.
    int protocol;

    int transport;

    /// Where the field is that names the protocol (for ICMPv6's parameter problem).
    int protocolField;

    /// DSCP and ECN.
    int trafficClass;

    int hopLimit;

    Arrival(Interface in) {
        this.in = in;
    }

    /// Whether it was sent to this host alone.
    boolean isUnicast() {
        return kind == LocalAddresses.Kind.LOCAL;
    }

    /// The sum of the pseudo-header.
    ///
    /// @param length of the transport's header and data, bytes
    int pseudoSum(int length) {
        return v4
                ? Checksum.pseudoV4((int) sourceLow, (int) destinationLow, protocol, length)
                : Checksum.pseudoV6(sourceHigh, sourceLow, destinationHigh, destinationLow, protocol, length);
    }

    /// The source as a new object.
    IpAddress source() {
        return new IpAddress(sourceHigh, sourceLow);
    }

    /// The destination as a new object.
    IpAddress destination() {
        return new IpAddress(destinationHigh, destinationLow);
    }

    void setV4Addresses(int source, int destination) {
        sourceHigh = 0;
        sourceLow = 0xffff_0000_0000L | source & 0xffff_ffffL;
        destinationHigh = 0;
        destinationLow = 0xffff_0000_0000L | destination & 0xffff_ffffL;
    }
}
