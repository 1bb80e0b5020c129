package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The keys that a server makes Fast Open cookies with (RFC 7413 4.1.2): one, or two while keys are exchanged. The
/// first makes the cookies; those of the second are accepted, too. A cookie is SipHash-2-4 of the two addresses,
/// as Linux's, so that machines that share a key take each other's.
///
/// Immutable.
public final class FastOpenKeys {

    /// No key was set; the host makes one up when it first needs it.
    public static final FastOpenKeys NONE = new FastOpenKeys(new long[0]);

    /// Bytes of a key.
    public static final int KEY_LENGTH = 16;

    /// Bytes of a cookie that this host makes.
    static final int COOKIE_LENGTH = 8;

    private static final Pattern KEY =
            Pattern.compile("(?:0x)?(\\p{XDigit}{1,8})" + "-(?:0x)?(\\p{XDigit}{1,8})".repeat(3));

    /// Two words for each key, their bytes in little-endian order.
    private final long[] words;

    private FastOpenKeys(long[] words) {
        this.words = words;
    }

    /// `TCP_FASTOPEN_KEY`
    ///
    /// @param bytes of one key or two
    /// @throws IllegalArgumentException for another length
    public static FastOpenKeys of(byte[] bytes) {
        if (bytes.length != KEY_LENGTH && bytes.length != 2 * KEY_LENGTH) {
            throw new IllegalArgumentException("a key has 16 bytes, and two have 32, not " + bytes.length);
        }
        var words = new long[bytes.length / 8];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(words);
        return new FastOpenKeys(words);
    }

    static FastOpenKeys random(RandomGenerator random) {
        return new FastOpenKeys(new long[] {random.nextLong(), random.nextLong()});
    }

    /// The text of `net.ipv4.tcp_fastopen_key`: four groups of eight hexadecimal digits, as in
    /// `a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4`, and perhaps a second key behind a comma.
    ///
    /// @throws IllegalArgumentException if it is none
    public static FastOpenKeys parse(String text) {
        String[] keys = text.strip().split(",", -1);
        if (keys.length > 2) throw new IllegalArgumentException("there are two keys at most");
        var words = new long[2 * keys.length];
        for (int i = 0; i < keys.length; i++) {
            Matcher groups = KEY.matcher(keys[i].strip());
            if (!groups.matches()) {
                throw new IllegalArgumentException("a key is four groups of hexadecimal digits, as in 1-2-3-4");
            }
            words[2 * i] = word(groups, 1);
            words[2 * i + 1] = word(groups, 3);
        }
        return new FastOpenKeys(words);
    }

    private static long word(Matcher groups, int first) {
        return Integer.toUnsignedLong(Integer.parseUnsignedInt(groups.group(first), 16))
                | (long) Integer.parseUnsignedInt(groups.group(first + 1), 16) << 32;
    }

    /// How many keys there are: 1 or 2, or 0 of [#NONE].
    int count() {
        return words.length / 2;
    }

    /// The keys as `getsockopt(TCP_FASTOPEN_KEY)` gives them: 16 or 32 bytes.
    public byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(8 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(words);
        return bytes.array();
    }

    /// The cookie that a server gives the remote end of `tuple`: the first key's.
    public byte[] cookieOf(FourTuple tuple) {
        byte[] bytes = new byte[COOKIE_LENGTH];
        write(cookie(0, tuple), bytes);
        return bytes;
    }

    /// The cookie of the remote end of `tuple`: its bytes in little-endian order.
    ///
    /// @param key 0 or 1
    long cookie(int key, FourTuple tuple) {
        IpAddress client = tuple.remote().ip();
        IpAddress server = tuple.local().ip();
        long key0 = words[2 * key];
        long key1 = words[2 * key + 1];
        if (tuple.isV4()) {
            long addresses = Integer.toUnsignedLong(Integer.reverseBytes(client.v4Bits()))
                    | (long) Integer.reverseBytes(server.v4Bits()) << 32;
            return SipHash.hash(key0, key1, 1, addresses, 0, 0, 0);
        }
        return SipHash.hash(
                key0,
                key1,
                4,
                Long.reverseBytes(client.high()),
                Long.reverseBytes(client.low()),
                Long.reverseBytes(server.high()),
                Long.reverseBytes(server.low()));
    }

    /// Whether the first `length` bytes are this cookie.
    static boolean matches(long cookie, byte[] bytes, int length) {
        if (length != COOKIE_LENGTH) return false;
        long given = 0;
        for (int i = 0; i < COOKIE_LENGTH; i++) given |= (bytes[i] & 0xffL) << 8 * i;
        return given == cookie;
    }

    static void write(long cookie, byte[] to) {
        for (int i = 0; i < COOKIE_LENGTH; i++) to[i] = (byte) (cookie >>> 8 * i);
    }

    /// As the sysctl prints them; [#NONE] as a key of zeros.
    @Override
    public String toString() {
        if (words.length == 0) return "00000000-00000000-00000000-00000000";
        var text = new StringBuilder();
        for (int i = 0; i < words.length; i++) {
            if (i > 0) text.append(i % 2 == 0 ? ',' : '-');
            text.append(String.format("%08x-%08x", (int) words[i], (int) (words[i] >>> 32)));
        }
        return text.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FastOpenKeys keys && Arrays.equals(words, keys.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }
}
