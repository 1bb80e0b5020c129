package dev.sockeye.cli;

import dev.sockeye.wire.IpAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Text that grows, as the bytes that it is written as: 50 000 sockets are 27 MB of it, and a string for each word
/// would
/// take longer than the kernel does.
final class ByteText {

    private static final int BILLION = 1_000_000_000;

    /// `00`, `01` and so on to `99`.
    private static final byte[] PAIRS = new byte[200];

    static {
        for (int i = 0; i < 100; i++) {
            PAIRS[2 * i] = (byte) ('0' + i / 10);
            PAIRS[2 * i + 1] = (byte) ('0' + i % 10);
        }
    }

    private byte[] bytes;
    private int length;

    ByteText(int capacity) {
        bytes = new byte[capacity];
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    /// Makes room for so many bytes more.
    void need(int more) {
        if (bytes.length - length < more) grow(more);
    }

    private void grow(int more) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }

    ByteText add(char ascii) {
        need(1);
        bytes[length++] = (byte) ascii;
        return this;
    }

    ByteText add(String text) {
        int count = text.length();
        need(count);
        for (int i = 0; i < count; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) return addBytes(text.substring(i).getBytes(StandardCharsets.UTF_8));
            bytes[length++] = (byte) c;
        }
        return this;
    }

    private ByteText addBytes(byte[] more) {
        need(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    /// A part of another text.
    ByteText add(ByteText other, int from, int count) {
        need(count);
        System.arraycopy(other.bytes, from, bytes, length, count);
        length += count;
        return this;
    }

    /// ` name:`, in ASCII.
    ByteText addName(String name) {
        int count = name.length();
        need(count + 2);
        bytes[length] = ' ';
        copy(name, count, length + 1);
        length += count + 2;
        bytes[length - 1] = ':';
        return this;
    }

    @SuppressWarnings("deprecation") // it takes half of each character, and these are ASCII
    private void copy(String ascii, int count, int at) {
        ascii.getBytes(0, count, bytes, at);
    }

    ByteText add(long number) {
        if (number < 0) return number == Long.MIN_VALUE ? add(Long.toString(number)) : add('-').add(-number);
        if (number <= Integer.MAX_VALUE) return addInt((int) number);
        add(number / BILLION);
        addNine((int) (number % BILLION));
        return this;
    }

    /// Two digits at a time, without a division: a JVM that has just started compiles one to the processor's own, which
    /// takes as long as all the rest.
    private ByteText addInt(int number) {
        int digits = digits(number);
        need(digits);
        length += digits;
        int at = length;
        int rest = number;
        while (rest >= 10) {
            int hundreds = hundreds(rest);
            int pair = 2 * (rest - 100 * hundreds);
            bytes[--at] = PAIRS[pair + 1];
            bytes[--at] = PAIRS[pair];
            rest = hundreds;
        }
        if ((digits & 1) != 0) bytes[at - 1] = (byte) ('0' + rest);
        return this;
    }

    /// `number / 100`
    private static int hundreds(int number) {
        return (int) (number * 1_374_389_535L >>> 37);
    }

    /// Nine digits, with zeros in front.
    private void addNine(int number) {
        need(9);
        length += 9;
        int rest = number;
        for (int at = length - 1; at >= length - 9; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /// With the kernel's 32 bits, which have no sign.
    ByteText addUnsigned(int number) {
        return add(number & 0xffff_ffffL);
    }

    private static int digits(int number) {
        if (number < 10_000) return number < 100 ? number < 10 ? 1 : 2 : number < 1000 ? 3 : 4;
        int digits = 5;
        for (long power = 100_000; number >= power; power *= 10) digits++;
        return digits;
    }

    ByteText addHex(long number) {
        int digits = Math.max(1, (67 - Long.numberOfLeadingZeros(number)) / 4);
        need(digits);
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            int digit = (int) (number >>> shift) & 15;
            bytes[length++] = (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10);
        }
        return this;
    }

    ByteText blanks(int count) {
        if (count <= 0) return this;
        need(count);
        Arrays.fill(bytes, length, length + count, (byte) ' ');
        length += count;
        return this;
    }

    /// Takes back what came after it was this long.
    void truncate(int to) {
        length = to;
    }

    /// Takes back the blanks at its end.
    ByteText strip() {
        while (length > 0 && bytes[length - 1] == ' ') length--;
        return this;
    }

    // ---------------------------------------------------------------- numbers as ss writes them

    /// A thousandth of the number in up to six digits, as `%g` writes microseconds as milliseconds: `0.027`, `204`.
    ByteText addThousandths(int number) {
        long value = number & 0xffff_ffffL;
        if (value >= 1_000_000) return addGeneral(value / 1000.0);
        add(value / 1000);
        int rest = (int) (value % 1000);
        if (rest == 0) return this;
        add('.').add((char) ('0' + rest / 100));
        if (rest % 100 == 0) return this;
        add((char) ('0' + rest / 10 % 10));
        return rest % 10 == 0 ? this : add((char) ('0' + rest % 10));
    }

    /// As `%g` does, of what is not smaller than 0.0001: six digits, and an exponent from a million on.
    ByteText addGeneral(double number) {
        BigDecimal rounded = new BigDecimal(number).round(new MathContext(6, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        if (exponent < 6) return add(plain(rounded));
        add(plain(rounded.movePointLeft(exponent))).add("e+");
        return exponent < 10 ? add('0').add(exponent) : add(exponent);
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    /// So many 256ths in six digits, as [#addGeneral] would write them.
    ByteText addOf256(int number) {
        long exact = number * 390_625L; // in units of 1e-8, of which 256 make an even number
        if (number < 0 || exact >= 100_000_000_000_000L) return addGeneral(number / 256.0);
        long unit = 1;
        while (exact / unit >= 1_000_000) unit *= 10;
        long rounded = exact / unit;
        long rest = exact % unit;
        if (2 * rest > unit || 2 * rest == unit && (rounded & 1) != 0) rounded++;
        rounded *= unit;
        add(rounded / 100_000_000);
        int fraction = (int) (rounded % 100_000_000);
        if (fraction == 0) return this;
        add('.');
        for (int power = 10_000_000; fraction != 0; power /= 10) {
            add((char) ('0' + fraction / power));
            fraction %= power;
        }
        return this;
    }

    /// Bits per second, of which three digits are shown, `57.6Mbps`, or all, `57600000bps`.
    ByteText addRate(double bits, boolean exact) {
        if (exact) return add((long) Math.rint(bits)).add("bps");
        if (bits < 1000) return addGeneral(bits).add("bps");
        String units = "KMGT";
        int unit = -1;
        double value = bits;
        while (value >= 1000 && unit < units.length() - 1) {
            value /= 1000;
            unit++;
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(3, RoundingMode.HALF_EVEN));
        return add(plain(rounded)).add(units.charAt(unit)).add("bps");
    }

    // ---------------------------------------------------------------- addresses

    ByteText add(IpAddress ip) {
        return ip.isV4() ? addDotted(ip.v4Bits()) : add(ip.toString());
    }

    ByteText addDotted(int bits) {
        return add((long) (bits >>> 24))
                .add('.')
                .add((long) (bits >>> 16 & 0xff))
                .add('.')
                .add((long) (bits >>> 8 & 0xff))
                .add('.')
                .add((long) (bits & 0xff));
    }

    // ---------------------------------------------------------------- out of it

    void writeTo(OutputStream out) throws IOException {
        // in pieces: the JDK makes a copy of each outside of the heap
        int piece = 1 << 16;
        for (int at = 0; at < length; at += piece) out.write(bytes, at, Math.min(piece, length - at));
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
