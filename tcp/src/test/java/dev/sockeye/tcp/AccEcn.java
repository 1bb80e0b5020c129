package dev.sockeye.tcp;

/// Connections with accurate feedback (RFC 9768), for the tests of it.
final class AccEcn {

    /// The peer's option as long as nothing has come; kind 172, as a peer may send it.
    static final String FRESH = "<ECN e0b 1 ceb 0 e1b 1>";

    private AccEcn() {}

    static Peer listening(int tcpEcn) {
        var peer = new Peer();
        peer.sysctl.tcp_ecn = tcpEcn;
        return peer;
    }

    /// A passive open; segments of 1000 bytes, and no timestamps.
    static Peer accepted() {
        return accepted("<mss 1012,sackOK>");
    }

    static Peer accepted(String synOptions) {
        Peer peer = listening(3).acceptSyn("SEWA 0:1(0) win 65535 " + synOptions);
        peer.now += 4_000_000;
        boolean timestamps = synOptions.contains("TS");
        return peer.send("[ect0] W. 1:1(0) ack 1 win 65535 " + (timestamps ? "<TS,ECN e0b 1 ceb 0 e1b 1>" : FRESH))
                .expectNothing();
    }

    /// The same, after 1000 bytes that have arrived with ECT(0), as the peer's option has told: what the laboratory
    /// begins with.
    static Peer primed(String synOptions) {
        Peer peer = accepted(synOptions);
        boolean timestamps = synOptions.contains("TS");
        peer.write(1000);
        peer.expectMarked("[ect0] PEA. 1:1001(1000) ack 1 <ECN e1b 1 ceb 0 e0b 1>");
        peer.elapse(4);
        return peer.send(
                "[ect0] 5. 1:1(0) ack 1001 win 65535 <" + (timestamps ? "TS," : "") + "ECN e0b 1001 ceb 0 e1b 1>");
    }

    static Peer primed() {
        return primed("<mss 1012,sackOK>");
    }
}
