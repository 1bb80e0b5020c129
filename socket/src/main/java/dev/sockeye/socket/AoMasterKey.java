package dev.sockeye.socket;

import dev.sockeye.host.KeyedHash;
import dev.sockeye.host.MasterKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The algorithms of TCP-AO (RFC 5926), and others that Linux offers in the same way: a pseudo-random function that
/// derives traffic keys of its own length, and makes MACs with them.
final class AoMasterKey implements MasterKey {

    private static final String CMAC = "cmac(aes128)";

    /// The kernel's names, and the JDK's.
    private static final Map<String, String> HMACS = Map.of(
            "hmac(md5)", "HmacMD5",
            "hmac(sha1)", "HmacSHA1",
            "hmac(sha224)", "HmacSHA224",
            "hmac(sha256)", "HmacSHA256",
            "hmac(sha384)", "HmacSHA384",
            "hmac(sha512)", "HmacSHA512");

    private static final byte[] LABEL = "TCP-AO".getBytes(StandardCharsets.US_ASCII);

    private final String algorithm;
    private final KeyedHash function;

    private AoMasterKey(String algorithm, KeyedHash function) {
        this.algorithm = algorithm;
        this.function = function;
    }

    /// @return null: there is no such algorithm
    static @Nullable AoMasterKey of(String algorithm, byte[] key) {
        KeyedHash function = keyed(algorithm, algorithm.equals(CMAC) ? ofSixteenBytes(key) : key);
        return function == null ? null : new AoMasterKey(algorithm, function);
    }

    private static @Nullable KeyedHash keyed(String algorithm, byte[] key) {
        if (algorithm.equals(CMAC)) return new AesCmac(key);
        String name = HMACS.get(algorithm);
        if (name == null) return null;
        try {
            return new Hmac(name, key);
        } catch (GeneralSecurityException e) {
            return null; // a JDK without it
        }
    }

    /// RFC 5926 3.1.1.2, MUST: AES wants 16 bytes; of a key of any other length they are made with a key of zeros.
    private static byte[] ofSixteenBytes(byte[] key) {
        if (key.length == AesCmac.BLOCK) return key;
        var extractor = new AesCmac(new byte[AesCmac.BLOCK]);
        extractor.update(key, 0, key.length);
        byte[] derived = new byte[AesCmac.BLOCK];
        extractor.finish(derived);
        return derived;
    }

    @Override
    public int macLength() {
        return function.length();
    }

    @Override
    public KeyedHash derive(byte[] context) {
        KeyedHash derived = keyed(algorithm, trafficKey(context));
        if (derived == null) throw new IllegalStateException(algorithm + " is gone");
        return derived;
    }

    /// RFC 5926 3.1.1, MUST: the function of counter, label, context, and length of the output in bits.
    byte[] trafficKey(byte[] context) {
        int length = function.length();
        ByteBuffer input = ByteBuffer.allocate(1 + LABEL.length + context.length + 2);
        input.put((byte) 1).put(LABEL).put(context).putShort((short) (8 * length));
        function.update(input.array(), 0, input.capacity());
        byte[] key = new byte[length];
        function.finish(key);
        return key;
    }
}
