package dev.sockeye.host;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// TCP-AO with HMAC-SHA-1-96 (RFC 5925, RFC 5926) for tests, on packets as bytes: written down a second time, so that
/// the host is not compared with itself.
final class AoReference {

    private static final int KIND = 29, MAC = 12, LENGTH = 4 + MAC;

    private AoReference() {}

    /// HMAC-SHA-1 with this password, as a host is given it.
    static MasterKey master(String password) {
        return new MasterKey() {
            @Override
            public int macLength() {
                return 20;
            }

            @Override
            public KeyedHash derive(byte[] context) {
                return hash(trafficKey(password, context));
            }
        };
    }

    private static KeyedHash hash(byte[] key) {
        Mac mac = hmac(key);
        return new KeyedHash() {
            @Override
            public int length() {
                return 20;
            }

            @Override
            public void update(byte[] bytes, int offset, int count) {
                mac.update(bytes, offset, count);
            }

            @Override
            public void finish(byte[] to) {
                System.arraycopy(mac.doFinal(), 0, to, 0, 20);
            }
        };
    }

    private static Mac hmac(byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(key, "HmacSHA1"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// RFC 5926 3.1.1.1
    private static byte[] trafficKey(String password, byte[] context) {
        Mac mac = hmac(password.getBytes(StandardCharsets.US_ASCII));
        mac.update((byte) 1);
        mac.update("TCP-AO".getBytes(StandardCharsets.US_ASCII));
        mac.update(context);
        mac.update(new byte[] {0, (byte) 160});
        return mac.doFinal();
    }

    /// The packet with the option put in front of its other options.
    ///
    /// @param sne  the sequence number extension
    /// @param isns of who sends it and who receives it
    static byte[] sign(byte[] packet, String password, int keyId, int nextId, int sne, int[] isns) {
        byte[] option = new byte[LENGTH];
        option[0] = KIND;
        option[1] = LENGTH;
        option[2] = (byte) keyId;
        option[3] = (byte) nextId;
        byte[] signed = Md5Reference.insert(packet, option);
        System.arraycopy(mac(signed, password, sne, isns), 0, signed, 44, MAC);
        return Md5Reference.complete(signed);
    }

    /// `none`, or KeyID and RNextKeyID, with `wrong` in front if the MAC is: `5/7`.
    static String verify(byte[] packet, String password, int sne, int[] isns) {
        int end = 20 + (packet[32] >> 4 & 15) * 4;
        for (int at = 40; at < end && packet[at] != 0; ) {
            if (packet[at] == 1) {
                at++;
                continue;
            }
            if (packet[at] == KIND) {
                byte[] found = Arrays.copyOfRange(packet, at + 4, at + LENGTH);
                String ids = (packet[at + 2] & 0xff) + "/" + (packet[at + 3] & 0xff);
                boolean right = at == 40 && Arrays.equals(found, mac(packet, password, sne, isns));
                return right ? ids : "wrong " + ids;
            }
            at += packet[at + 1];
        }
        return "none";
    }

    /// RFC 5925 5.1, of an IPv4 packet whose first option is TCP-AO.
    private static byte[] mac(byte[] packet, String password, int sne, int[] isns) {
        ByteBuffer context = ByteBuffer.allocate(20).put(packet, 12, 8).put(packet, 20, 4);
        byte[] key =
                trafficKey(password, context.putInt(isns[0]).putInt(isns[1]).array());
        byte[] tcp = Arrays.copyOfRange(packet, 20, packet.length);
        tcp[16] = tcp[17] = 0;
        Arrays.fill(tcp, 24, 24 + MAC, (byte) 0);
        ByteBuffer text = ByteBuffer.allocate(16 + tcp.length).putInt(sne).put(packet, 12, 8);
        text.putShort((short) 6).putShort((short) tcp.length).put(tcp);
        return Arrays.copyOf(hmac(key).doFinal(text.array()), MAC);
    }
}
