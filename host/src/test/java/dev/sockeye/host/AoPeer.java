package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;

/// A [Peer] that signs what it sends with TCP-AO, and says of what it receives how it was signed.
final class AoPeer {

    private final Rig rig;
    private final Peer peer;
    private int hostIsn;

    /// What it signs with, and what the host is to sign with.
    String password = "secret", hostPassword = "secret";

    /// The KeyID that it signs with, and the one that it asks for.
    int keyId = 7, nextId = 5;

    AoPeer(Rig rig, Peer peer) {
        this.rig = rig;
        this.peer = peer;
    }

    /// The sequence number extension of a number of one direction, by its initial number: no test goes further than
    /// one turn.
    private static int extension(int isn, int seq) {
        return Integer.compareUnsigned(seq, isn) < 0 && seq - isn >= 0 ? 1 : 0;
    }

    /// Sends a signed segment.
    AoPeer sends(String text) {
        return sends(
                text, extension(peer.isn, ByteBuffer.wrap(peer.packet(text)).getInt(24)));
    }

    /// Sends a segment that is signed with this sequence number extension.
    AoPeer sends(String text, int sne) {
        byte[] packet = peer.packet(text);
        boolean syn = (packet[33] & 0x12) == 2;
        int[] isns = {peer.isn, syn ? 0 : hostIsn};
        rig.receive(AoReference.sign(packet, password, keyId, nextId, sne, isns));
        return this;
    }

    AoPeer sendsUnsigned(String text) {
        peer.sends(text);
        return this;
    }

    /// The next packet is this segment, after KeyID and RNextKeyID: `5/7 . 1:1(0) ack 1 win 5`.
    AoPeer receives(String text) {
        assertThat(next()).isEqualTo(text);
        return this;
    }

    AoPeer receivesNothing() {
        return receives("nothing");
    }

    String next() {
        byte[] packet = rig.poll();
        if (packet == null) return "nothing";
        int seq = ByteBuffer.wrap(packet).getInt(24);
        boolean syn = (packet[33] & 2) != 0;
        if (syn) hostIsn = seq;
        int[] isns = {hostIsn, (packet[33] & 0x12) == 2 ? 0 : peer.isn};
        String signature = AoReference.verify(packet, hostPassword, extension(hostIsn, seq), isns);
        return signature + " " + peer.textOf(packet);
    }
}
