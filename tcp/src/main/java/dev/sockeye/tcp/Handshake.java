package dev.sockeye.tcp;

/// What two ends agree on in their SYNs (row A5 of the article: "metadata"), and the numbers they start with. A
/// passive open gathers it while half-open, a SYN cookie brings it back, and [Connection] is built from it.
public final class Handshake {

    /// Our initial sequence number, and the peer's.
    public int iss, irs;

    /// The most payload the peer accepts in a segment, from its MSS option (536 without one, RFC 9293 MUST-15);
    /// bytes.
    public int peerMss = 536;

    /// The MSS that we announced, bytes.
    public int advertisedMss;

    /// Shifts of the windows that the peer, and we, announce; -1 each where scaling was not agreed on (RFC 7323 2).
    public int sendWindowScale = -1, receiveWindowScale = -1;

    public boolean sackPermitted;
    public boolean timestamps;
    public boolean ecn;

    /// TS.Recent, and when it was taken, in nanoseconds of the host's clock.
    public int tsRecent;

    public long tsRecentAt;

    /// What is added to the host's clock in our TSval (RFC 7323 5.4: a random offset per connection).
    public int tsOffset;

    /// The window we announced in our SYN or SYN-ACK, bytes, unscaled; and the one the peer announced in its SYN.
    public int receiveWindow, peerWindow;

    /// When our SYN-ACK was first sent, nanoseconds, or -1 where that is not known (SYN cookie); and how often again.
    public long synAckSentAt = -1;

    public int retransmits;
}
