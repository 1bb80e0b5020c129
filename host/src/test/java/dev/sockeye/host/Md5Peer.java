package dev.sockeye.host;

/// One that signs with an MD5 key: `good`, `wrong` or `none`.
final class Md5Peer extends SignedPeer<Md5Peer> {

    /// What it signs with.
    String key;

    Md5Peer(Rig rig, Peer peer, String key) {
        super(rig, peer);
        this.key = key;
    }

    @Override
    Md5Peer self() {
        return this;
    }

    @Override
    byte[] sign(byte[] packet) {
        return Md5Reference.sign(packet, key);
    }

    @Override
    String verify(byte[] packet) {
        return Md5Reference.verify(packet, key);
    }

    /// Sends a segment with these options, a multiple of four bytes, in front of the others.
    Md5Peer sendsWith(String text, byte... options) {
        rig.receive(Md5Reference.insert(peer.packet(text), options));
        return this;
    }
}
