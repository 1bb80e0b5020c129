package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

/// A [Peer] that signs what it sends with an MD5 key, and says of what it receives whether it was.
final class SignedPeer {

    private final Rig rig;
    private final Peer peer;

    /// What it signs with; null: nothing.
    String key;

    SignedPeer(Rig rig, Peer peer, String key) {
        this.rig = rig;
        this.peer = peer;
        this.key = key;
    }

    /// Sends a signed segment.
    SignedPeer sends(String text) {
        rig.receive(Md5Reference.sign(peer.packet(text), key));
        return this;
    }

    /// Sends one without a signature.
    SignedPeer sendsUnsigned(String text) {
        peer.sends(text);
        return this;
    }

    /// Sends one with these options, a multiple of four bytes, in front of the others.
    SignedPeer sendsWith(String text, byte... options) {
        rig.receive(Md5Reference.insert(peer.packet(text), options));
        return this;
    }

    /// The next packet is this segment, after `good`, `wrong` or `none` for its signature: `good . 1 ack 1 win 5`.
    SignedPeer receives(String text) {
        assertThat(next()).isEqualTo(text);
        return this;
    }

    SignedPeer receivesNothing() {
        return receives("nothing");
    }

    String next() {
        byte[] packet = rig.poll();
        return packet == null ? "nothing" : Md5Reference.verify(packet, key) + " " + peer.textOf(packet);
    }
}
