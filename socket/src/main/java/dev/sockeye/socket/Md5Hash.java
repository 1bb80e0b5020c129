package dev.sockeye.socket;

import dev.sockeye.host.KeyedHash;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// MD5 with a key behind the text (RFC 2385 2.0).
final class Md5Hash implements KeyedHash {

    private static final int LENGTH = 16;

    private final MessageDigest digest;
    private final byte[] key;

    Md5Hash(byte[] key) {
        this.key = key;
        try {
            digest = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    @Override
    public int length() {
        return LENGTH;
    }

    @Override
    public void update(byte[] bytes, int offset, int count) {
        digest.update(bytes, offset, count);
    }

    @Override
    public void finish(byte[] to) {
        digest.update(key);
        try {
            digest.digest(to, 0, LENGTH);
        } catch (DigestException e) {
            throw new IllegalStateException("MD5 has 16 bytes", e);
        }
    }
}
