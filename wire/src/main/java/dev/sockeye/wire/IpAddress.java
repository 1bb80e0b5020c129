package dev.sockeye.wire;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// An IPv4 or IPv6 address as one 128-bit value: an IPv4 address is held in its IPv4-mapped form `::ffff:a.b.c.d`
/// (RFC 4291 2.5.5.2), as the Linux kernel holds it in an `AF_INET6` socket. On the wire a mapped address is always
/// IPv4.
///
/// @param high the first 64 bits in network order
/// @param low  the last 64 bits in network order
public record IpAddress(long high, long low) implements Comparable<IpAddress> {

    private static final long MAPPED = 0xffff_0000_0000L;

    /// `0.0.0.0`, INADDR_ANY
    public static final IpAddress ANY_V4 = v4(0);

    /// `::`, in6addr_any
    public static final IpAddress ANY_V6 = new IpAddress(0, 0);

    /// `127.0.0.1`
    public static final IpAddress LOOPBACK_V4 = v4(0x7f000001);

    /// `::1`
    public static final IpAddress LOOPBACK_V6 = new IpAddress(0, 1);

    /// The IPv4 address with these 32 bits, most significant byte first.
    public static IpAddress v4(int bits) {
        return new IpAddress(0, MAPPED | (bits & 0xffff_ffffL));
    }

    /// The address in 4 or 16 bytes of network order.
    ///
    /// @throws IllegalArgumentException if there are neither 4 nor 16
    public static IpAddress of(byte[] bytes) {
        return switch (bytes.length) {
            case 4 -> v4((int) bits(bytes, 0, 4));
            case 16 -> new IpAddress(bits(bytes, 0, 8), bits(bytes, 8, 8));
            default -> throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    private static long bits(byte[] bytes, int from, int count) {
        long bits = 0;
        for (int i = from; i < from + count; i++) bits = bits << 8 | (bytes[i] & 0xff);
        return bits;
    }

    /// The address that `text` spells: dotted decimal, or RFC 4291 2.2 hexadecimal, without a zone. As strict as
    /// `inet_pton(3)`: four decimal numbers without leading zeros, which some read as octal.
    ///
    /// @throws IllegalArgumentException if it spells none
    public static IpAddress parse(String text) {
        IpAddress parsed = text.indexOf(':') < 0 ? parseV4(text) : parseV6(text);
        if (parsed == null) throw new IllegalArgumentException("not an IP address: '" + text + "'");
        return parsed;
    }

    private static @Nullable IpAddress parseV4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) return null;
        int bits = 0;
        for (String part : parts) {
            int value = decimalByte(part);
            if (value < 0) return null;
            bits = bits << 8 | value;
        }
        return v4(bits);
    }

    private static int decimalByte(String part) {
        if (part.isEmpty() || part.length() > 3 || part.length() > 1 && part.charAt(0) == '0') return -1;
        int value = 0;
        for (int i = 0; i < part.length(); i++) {
            char digit = part.charAt(i);
            if (digit < '0' || digit > '9') return -1;
            value = value * 10 + (digit - '0');
        }
        return value > 255 ? -1 : value;
    }

    private static @Nullable IpAddress parseV6(String text) {
        int gap = text.indexOf("::");
        int[] groups = new int[8];
        if (gap < 0) return parseGroups(text, groups, true) == 8 ? ofGroups(groups) : null;
        if (text.indexOf("::", gap + 1) >= 0) return null;
        int[] tail = new int[8];
        int before = parseGroups(text.substring(0, gap), groups, false);
        int after = parseGroups(text.substring(gap + 2), tail, true);
        if (before < 0 || after < 0 || before + after > 7) return null;
        System.arraycopy(tail, 0, groups, 8 - after, after);
        return ofGroups(groups);
    }

    /// Parses colon-separated groups and returns how many 16-bit groups they are, or -1.
    ///
    /// @param last whether they are the address's last, where the last two may be in dotted decimal
    private static int parseGroups(String text, int[] groups, boolean last) {
        if (text.isEmpty()) return 0;
        int count = 0;
        String[] parts = text.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (last && i == parts.length - 1 && part.indexOf('.') >= 0) {
                IpAddress dotted = parseV4(part);
                if (dotted == null || count > 6) return -1;
                groups[count++] = (int) (dotted.low >>> 16) & 0xffff;
                groups[count++] = (int) dotted.low & 0xffff;
            } else {
                if (part.isEmpty() || part.length() > 4 || count > 7) return -1;
                if (!part.chars().allMatch(HexFormat::isHexDigit)) return -1;
                groups[count++] = HexFormat.fromHexDigits(part);
            }
        }
        return count;
    }

    private static IpAddress ofGroups(int[] groups) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < 4; i++) high = high << 16 | groups[i];
        for (int i = 4; i < 8; i++) low = low << 16 | groups[i];
        return new IpAddress(high, low);
    }

    /// Whether packets to this address are IPv4.
    public boolean isV4() {
        return high == 0 && (low >>> 32) == 0xffff;
    }

    /// The 32 bits of an IPv4 address; of an IPv6 address, its last 32.
    public int v4Bits() {
        return (int) low;
    }

    /// `0.0.0.0` or `::`
    public boolean isAny() {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    /// `127.0.0.0/8` or `::1`
    public boolean isLoopback() {
        return isV4() ? ((int) low >>> 24) == 127 : high == 0 && low == 1;
    }

    /// `224.0.0.0/4` or `ff00::/8`
    public boolean isMulticast() {
        return isV4() ? ((int) low >>> 28) == 0xe : (high >>> 56) == 0xff;
    }

    /// `255.255.255.255`
    public boolean isBroadcast() {
        return isV4() && (int) low == -1;
    }

    /// `169.254.0.0/16` or `fe80::/10`
    public boolean isLinkLocal() {
        return isV4() ? ((int) low >>> 16) == 0xa9fe : (high >>> 54) == (0xfe80 >>> 6);
    }

    /// Whether the first `prefixLength` bits of this address and `network` agree; both must be of one family.
    ///
    /// @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
    /// @throws IllegalArgumentException if it is none of these
    public boolean isIn(IpAddress network, int prefixLength) {
        if (prefixLength < 0 || prefixLength > (network.isV4() ? 32 : 128)) {
            throw new IllegalArgumentException("a prefix of " + prefixLength + " bits of " + network);
        }
        if (isV4() != network.isV4()) return false;
        int bits = isV4() ? prefixLength + 96 : prefixLength;
        long highMask = bits >= 64 ? -1L : bits == 0 ? 0 : -1L << (64 - bits);
        long lowMask = bits <= 64 ? 0 : bits >= 128 ? -1L : -1L << (128 - bits);
        return ((high ^ network.high) & highMask) == 0 && ((low ^ network.low) & lowMask) == 0;
    }

    /// 4 bytes for IPv4, 16 for IPv6, in network order.
    public byte[] toBytes() {
        byte[] bytes = new byte[isV4() ? 4 : 16];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            bytes[i] = (byte) (fromEnd < 8 ? low >>> (8 * fromEnd) : high >>> (8 * (fromEnd - 8)));
        }
        return bytes;
    }

    @Override
    public int compareTo(IpAddress other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /// Dotted decimal for IPv4, the canonical form of RFC 5952 for IPv6.
    @Override
    public String toString() {
        if (isV4()) {
            int bits = (int) low;
            return (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "." + (bits & 0xff);
        }
        return v6Text();
    }

    private int group(int i) {
        return (int) ((i < 4 ? high : low) >>> (48 - 16 * (i & 3))) & 0xffff;
    }

    private String v6Text() {
        int gapStart = -1;
        int gapLength = 1; // RFC 5952 4.2.2: a single zero group is not shortened
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && group(i + run) == 0) run++;
            if (run > gapLength) {
                gapStart = i;
                gapLength = run;
            }
            i += run;
        }
        var text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == gapStart) {
                text.append("::");
                i += gapLength - 1;
            } else {
                if (i > 0 && text.charAt(text.length() - 1) != ':') text.append(':');
                text.append(Integer.toHexString(group(i)));
            }
        }
        return text.toString();
    }
}
