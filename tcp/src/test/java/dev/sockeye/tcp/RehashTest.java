package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Another flow label, and so perhaps another way through the network (RFC 6438), where this one seems to lose what is
/// sent. docs/linux/counters.md
class RehashTest {

    private static Segment labelled(String text, int flowLabel) {
        Segment seg = SegmentScript.parse(text);
        seg.flowLabel = flowLabel;
        return seg;
    }

    /// A timeout of ours is one reason.
    @Test
    void afterATimeoutOursIsAnother() {
        Peer peer = new Peer().accept("<mss 1460,sackOK>");
        peer.send(". 1:1(0) ack 1 win 1000");
        assertThat(peer.write(100)).isEqualTo(100);
        peer.expect("P. 1:101(100) ack 1 win 64240").elapse(1300);
        assertThat(peer.info().rehash()).isPositive();
        assertThat(peer.count(TcpMib.TcpTimeoutRehash)).isEqualTo(peer.info().rehash());
        assertThat(peer.connection.rehashes()).isEqualTo(peer.info().rehash());
    }

    /// Data that comes again, and with another label, is the other: the peer has not seen our ACKs.
    @Test
    void dataThatComesAgainWithAnotherLabelIsAReasonToo() {
        Peer peer = new Peer().accept("<mss 1460,sackOK>");
        peer.send(". 1:1(0) ack 1 win 1000");
        peer.send(labelled("P. 1:101(100) ack 1 win 1000", 7)).expect(". 1:1(0) ack 101 win 64140");
        peer.send(labelled("P. 1:101(100) ack 1 win 1000", 7));
        assertThat(peer.connection.rehashes()).isZero();
        peer.send(labelled("P. 1:101(100) ack 1 win 1000", 8));
        assertThat(peer.connection.rehashes()).isEqualTo(1);
        peer.send(labelled("P. 1:101(100) ack 1 win 1000", 8));
        assertThat(peer.count(TcpMib.TcpDuplicateDataRehash)).isEqualTo(1);
    }
}
