package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;

/// An address and how many of its leading bits count: `10.0.0.1/24`.
record Prefix(IpAddress ip, int length) {

    /// Reads `address/length` or an address alone, which means all of its bits.
    ///
    /// @throws IllegalArgumentException if `text` is neither
    static Prefix parse(String text) {
        int slash = text.indexOf('/');
        IpAddress ip = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
        int most = ip.isV4() ? 32 : 128;
        if (slash < 0) return new Prefix(ip, most);
        String digits = text.substring(slash + 1);
        boolean number =
                !digits.isEmpty() && digits.length() <= 3 && digits.chars().allMatch(Character::isDigit);
        int length = number ? Integer.parseInt(digits) : -1;
        if (length < 0 || length > most) throw new IllegalArgumentException("not a prefix: '" + text + "'");
        return new Prefix(ip, length);
    }

    /// The address with all bits zero that do not count.
    IpAddress network() {
        int bits = ip.isV4() ? length + 96 : length;
        long highMask = bits >= 64 ? -1L : bits == 0 ? 0 : -1L << 64 - bits;
        long lowMask = bits <= 64 ? 0 : bits >= 128 ? -1L : -1L << 128 - bits;
        if (ip.isV4()) return IpAddress.v4((int) (ip.low() & lowMask));
        return new IpAddress(ip.high() & highMask, ip.low() & lowMask);
    }
}
