package dev.sockeye.socket;

import dev.sockeye.host.KeyedHash;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/// HMAC (RFC 2104) with one of the JDK's hashes.
final class Hmac implements KeyedHash {

    private final Mac mac;

    /// @param name the JDK's, such as `HmacSHA1`
    Hmac(String name, byte[] key) throws GeneralSecurityException {
        mac = Mac.getInstance(name);
        // An empty key is one zero byte to HMAC, and the JDK takes no empty one.
        mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, name));
    }

    @Override
    public int length() {
        return mac.getMacLength();
    }

    @Override
    public void update(byte[] bytes, int offset, int count) {
        mac.update(bytes, offset, count);
    }

    @Override
    public void finish(byte[] to) {
        try {
            mac.doFinal(to, 0);
        } catch (ShortBufferException e) {
            throw new IllegalStateException("no room for a MAC of " + length() + " bytes", e);
        }
    }
}
