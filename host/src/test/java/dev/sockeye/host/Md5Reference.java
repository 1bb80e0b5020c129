package dev.sockeye.host;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// MD5 signatures (RFC 2385) for tests, on packets as bytes: written down a second time, so that the host is not
/// compared with itself.
final class Md5Reference {

    private static final int KIND = 19, LENGTH = 18;

    private Md5Reference() {}

    /// MD5 with this key, as a host is given it.
    static KeyedHash hash(String key) {
        return new KeyedHash() {
            private MessageDigest digest = md5();

            @Override
            public int length() {
                return 16;
            }

            @Override
            public void update(byte[] bytes, int offset, int count) {
                digest.update(bytes, offset, count);
            }

            @Override
            public void finish(byte[] to) {
                digest.update(bytes(key));
                System.arraycopy(digest.digest(), 0, to, 0, 16);
                digest = md5();
            }
        };
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    /// The packet with the option put in front of its other options.
    static byte[] sign(byte[] packet, String key) {
        byte[] signed = insert(packet, new byte[] {1, 1, KIND, LENGTH, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        int at = tcp(signed) + 24;
        System.arraycopy(digest(signed, key), 0, signed, at, 16);
        return complete(signed);
    }

    /// The packet with options, a multiple of four bytes, put in front of its others.
    static byte[] insert(byte[] packet, byte[] options) {
        int at = tcp(packet) + 20;
        byte[] longer = new byte[packet.length + options.length];
        System.arraycopy(packet, 0, longer, 0, at);
        System.arraycopy(options, 0, longer, at, options.length);
        System.arraycopy(packet, at, longer, at + options.length, packet.length - at);
        longer[tcp(packet) + 12] += (byte) (options.length / 4 << 4);
        var header = ByteBuffer.wrap(longer);
        if (isV4(longer)) header.putShort(2, (short) longer.length);
        else header.putShort(4, (short) (longer.length - 40));
        return complete(longer);
    }

    /// `good`, `wrong` or `none`.
    static String verify(byte[] packet, String key) {
        int end = tcp(packet) + (packet[tcp(packet) + 12] >> 4 & 15) * 4;
        for (int at = tcp(packet) + 20; at < end && packet[at] != 0; ) {
            if (packet[at] == 1) {
                at++;
                continue;
            }
            if (packet[at] == KIND) {
                byte[] found = Arrays.copyOfRange(packet, at + 2, at + LENGTH);
                return Arrays.equals(found, digest(packet, key)) ? "good" : "wrong";
            }
            at += packet[at + 1];
        }
        return "none";
    }

    /// RFC 2385 2.0
    private static byte[] digest(byte[] packet, String key) {
        MessageDigest digest = md5();
        int tcp = tcp(packet);
        digest.update(pseudo(packet));
        byte[] header = Arrays.copyOfRange(packet, tcp, tcp + 20);
        header[16] = header[17] = 0;
        digest.update(header);
        int data = tcp + (packet[tcp + 12] >> 4 & 15) * 4;
        digest.update(packet, data, packet.length - data);
        return digest.digest(bytes(key));
    }

    private static byte[] pseudo(byte[] packet) {
        int length = packet.length - tcp(packet);
        if (isV4(packet)) {
            return ByteBuffer.allocate(12)
                    .put(packet, 12, 8)
                    .putShort((short) 6)
                    .putShort((short) length)
                    .array();
        }
        return ByteBuffer.allocate(40)
                .put(packet, 8, 32)
                .putInt(length)
                .putInt(6)
                .array();
    }

    private static boolean isV4(byte[] packet) {
        return packet[0] >> 4 == 4;
    }

    private static int tcp(byte[] packet) {
        return isV4(packet) ? (packet[0] & 15) * 4 : 40;
    }

    /// Both checksums anew.
    static byte[] complete(byte[] packet) {
        var buffer = ByteBuffer.wrap(packet);
        int tcp = tcp(packet);
        if (isV4(packet)) {
            buffer.putShort(10, (short) 0);
            buffer.putShort(10, sum(Arrays.copyOf(packet, tcp)));
        }
        buffer.putShort(tcp + 16, (short) 0);
        byte[] pseudo = pseudo(packet);
        byte[] all = Arrays.copyOf(pseudo, pseudo.length + packet.length - tcp);
        System.arraycopy(packet, tcp, all, pseudo.length, packet.length - tcp);
        buffer.putShort(tcp + 16, sum(all));
        return packet;
    }

    private static short sum(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i++) sum += (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        return (short) ~sum;
    }
}
