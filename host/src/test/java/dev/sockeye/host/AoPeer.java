package dev.sockeye.host;

import java.nio.ByteBuffer;

/// One that signs with TCP-AO: KeyID and RNextKeyID, `5/7`.
final class AoPeer extends SignedPeer<AoPeer> {

    private int hostIsn;

    /// What it signs with, and what the host is to sign with.
    String password = "secret", hostPassword = "secret";

    /// The KeyID that it signs with, and the one that it asks for.
    int keyId = 7, nextId = 5;

    AoPeer(Rig rig, Peer peer) {
        super(rig, peer);
    }

    @Override
    AoPeer self() {
        return this;
    }

    /// The sequence number extension of a number of one direction, by its initial number: no test goes further than
    /// one turn.
    private static int extension(int isn, int seq) {
        return Integer.compareUnsigned(seq, isn) < 0 && seq - isn >= 0 ? 1 : 0;
    }

    private static int seq(byte[] packet) {
        return ByteBuffer.wrap(packet).getInt(24);
    }

    @Override
    byte[] sign(byte[] packet) {
        return sign(packet, extension(peer.isn, seq(packet)));
    }

    private byte[] sign(byte[] packet, int sne) {
        boolean syn = (packet[33] & 0x12) == 2;
        int[] isns = {peer.isn, syn ? 0 : hostIsn};
        return AoReference.sign(packet, password, keyId, nextId, sne, isns);
    }

    /// Sends a segment that is signed with this sequence number extension.
    AoPeer sends(String text, int sne) {
        rig.receive(sign(peer.packet(text), sne));
        return this;
    }

    @Override
    String verify(byte[] packet) {
        int seq = seq(packet);
        boolean syn = (packet[33] & 2) != 0;
        if (syn) hostIsn = seq;
        int[] isns = {hostIsn, (packet[33] & 0x12) == 2 ? 0 : peer.isn};
        return AoReference.verify(packet, hostPassword, extension(hostIsn, seq), isns);
    }
}
