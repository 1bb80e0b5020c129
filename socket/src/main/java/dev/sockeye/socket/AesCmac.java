package dev.sockeye.socket;

import dev.sockeye.host.KeyedHash;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/// AES-128-CMAC (RFC 4493), which the JDK does not have, over its AES.
final class AesCmac implements KeyedHash {

    static final int BLOCK = 16;

    private final Cipher aes;
    private final byte[] whole = new byte[BLOCK];
    private final byte[] partial = new byte[BLOCK];
    private final byte[] state = new byte[BLOCK];
    private final byte[] block = new byte[BLOCK];
    private int filled;

    /// @param key 16 bytes
    AesCmac(byte[] key) {
        try {
            aes = Cipher.getInstance("AES/ECB/NoPadding");
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES", e);
        }
        // RFC 4493 2.3: the subkeys.
        encrypt(whole);
        shift(whole, whole);
        shift(whole, partial);
    }

    /// One bit to the left, in the field of 2^128 elements.
    private static void shift(byte[] from, byte[] to) {
        int carry = from[0] < 0 ? 0x87 : 0;
        for (int i = 0; i < BLOCK - 1; i++) to[i] = (byte) (from[i] << 1 | (from[i + 1] & 0xff) >> 7);
        to[BLOCK - 1] = (byte) (from[BLOCK - 1] << 1 ^ carry);
    }

    private void encrypt(byte[] bytes) {
        try {
            aes.update(bytes, 0, BLOCK, bytes, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a block fits a block", e);
        }
    }

    @Override
    public int length() {
        return BLOCK;
    }

    /// The last block is held back: it is another one that ends the text.
    @Override
    public void update(byte[] bytes, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            if (filled == BLOCK) chain();
            block[filled++] = bytes[i];
        }
    }

    private void chain() {
        for (int i = 0; i < BLOCK; i++) state[i] ^= block[i];
        encrypt(state);
        filled = 0;
    }

    /// RFC 4493 2.4
    @Override
    public void finish(byte[] to) {
        byte[] subkey = filled == BLOCK ? whole : partial;
        if (filled < BLOCK) block[filled] = (byte) 0x80;
        for (int i = filled + 1; i < BLOCK; i++) block[i] = 0;
        for (int i = 0; i < BLOCK; i++) block[i] ^= subkey[i];
        chain();
        System.arraycopy(state, 0, to, 0, BLOCK);
        Arrays.fill(state, (byte) 0);
    }
}
