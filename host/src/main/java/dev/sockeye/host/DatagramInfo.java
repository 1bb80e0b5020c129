package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;

/// What comes with a received datagram: filled in by [UdpEndpoint#receive], reused by the caller.
public final class DatagramInfo {

    long sourceHigh;
    long sourceLow;
    int sourcePort;
    long destinationHigh;
    long destinationLow;
    int interfaceIndex;
    int length;
    int trafficClass;
    int hopLimit;

    /// Nothing yet.
    public DatagramInfo() {}

    void set(DatagramInfo other) {
        sourceHigh = other.sourceHigh;
        sourceLow = other.sourceLow;
        sourcePort = other.sourcePort;
        destinationHigh = other.destinationHigh;
        destinationLow = other.destinationLow;
        interfaceIndex = other.interfaceIndex;
        length = other.length;
        trafficClass = other.trafficClass;
        hopLimit = other.hopLimit;
    }

    /// Who sent it.
    public TransportAddress source() {
        return new TransportAddress(new IpAddress(sourceHigh, sourceLow), sourcePort);
    }

    /// Which of our addresses it was sent to: `IP_PKTINFO`.
    public IpAddress destination() {
        return new IpAddress(destinationHigh, destinationLow);
    }

    /// The interface it came in by.
    public int interfaceIndex() {
        return interfaceIndex;
    }

    /// Bytes it had, of which fewer may have been copied: `MSG_TRUNC`.
    public int length() {
        return length;
    }

    /// `IP_TOS` or `IPV6_TCLASS`
    public int trafficClass() {
        return trafficClass;
    }

    /// `IP_TTL` or `IPV6_HOPLIMIT`
    public int hopLimit() {
        return hopLimit;
    }
}
