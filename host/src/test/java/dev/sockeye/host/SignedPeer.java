package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

/// A [Peer] that signs what it sends, and says of what it receives how that was signed.
abstract class SignedPeer<P extends SignedPeer<P>> {

    final Rig rig;
    final Peer peer;

    SignedPeer(Rig rig, Peer peer) {
        this.rig = rig;
        this.peer = peer;
    }

    abstract byte[] sign(byte[] packet);

    /// In a word, how a packet of the host is signed.
    abstract String verify(byte[] packet);

    abstract P self();

    /// Sends a signed segment.
    final P sends(String text) {
        rig.receive(sign(peer.packet(text)));
        return self();
    }

    /// Sends one without a signature.
    final P sendsUnsigned(String text) {
        peer.sends(text);
        return self();
    }

    /// The next packet is this segment, after how it is signed: `good . 1 ack 1 win 5`.
    final P receives(String text) {
        assertThat(next()).isEqualTo(text);
        return self();
    }

    final P receivesNothing() {
        return receives("nothing");
    }

    final String next() {
        byte[] packet = rig.poll();
        return packet == null ? "nothing" : verify(packet) + " " + peer.textOf(packet);
    }
}
