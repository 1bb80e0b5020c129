package dev.sockeye.wire;

import static dev.sockeye.wire.NetworkOrder.i32;
import static dev.sockeye.wire.NetworkOrder.put32;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// The options of a TCP header as values: [#parse] takes them from bytes, [#write] makes bytes of them. Mutable and
/// reused; a host has one for arriving segments and one for departing ones.
///
/// What is there is told by [#present], a set of bits; a value whose bit is clear has no meaning. Whether an option
/// was agreed on, and what a value out of range means, is the connection's matter: values are as they came.
///
/// Options are written in Linux's order, with as many no-operations in front as align their numbers:
/// `mss,sackOK,TS,nop,wscale` or `mss,nop,nop,sackOK,nop,wscale` in a SYN, `nop,nop,TS,nop,nop,sack` behind it.
public final class TcpOptions {

    /// Option kinds (IANA, "TCP Option Kind Numbers"), and the experiment's number of [#KIND_EXPERIMENT].
    public static final int KIND_END = 0,
            KIND_NOP = 1,
            KIND_MSS = 2,
            KIND_WINDOW_SCALE = 3,
            KIND_SACK_PERMITTED = 4,
            KIND_SACK = 5,
            KIND_TIMESTAMPS = 8,
            KIND_MD5 = 19,
            KIND_AO = 29,
            KIND_FAST_OPEN = 34,
            KIND_ACCECN0 = 172,
            KIND_ACCECN1 = 174,
            KIND_EXPERIMENT = 254,
            EXPERIMENT_FAST_OPEN = 0xf989;

    /// Bits of [#present].
    public static final int MSS = 1,
            WINDOW_SCALE = 2,
            SACK_PERMITTED = 4,
            TIMESTAMPS = 8,
            SACK = 16,
            FAST_OPEN = 32,
            ACCECN = 64,
            MD5 = 128,
            AO = 256;

    /// SACK blocks that fit (RFC 2018 3).
    public static final int MAX_SACK_BLOCKS = 4;

    /// Bytes of a TCP-AO option in front of its MAC (RFC 5925 2.2).
    public static final int AO_HEADER = 4;

    /// Bytes of an MD5 signature (RFC 2385 3.0).
    public static final int MD5_LENGTH = 16;

    /// Where [#write] puts the MAC of a signature, bytes from the begin of the options: it is the first of them.
    public static final int WRITTEN_SIGNATURE_AT = 4;

    /// Bytes of a Fast Open cookie, at least and at most (RFC 7413 4.1.1).
    public static final int MIN_COOKIE = 4, MAX_COOKIE = 16;

    private static final int NOP_NOP_TIMESTAMPS = KIND_NOP << 24 | KIND_NOP << 16 | KIND_TIMESTAMPS << 8 | 10;

    private int present;
    private boolean malformed;
    private boolean unauthentic;
    private int signatureAt;
    private int macLength;
    private int keyId;
    private int nextKeyId;
    private int mss;
    private int windowScale;
    private int tsVal;
    private int tsEcr;
    private int sackBlocks;
    private final int[] sackLeft = new int[MAX_SACK_BLOCKS];
    private final int[] sackRight = new int[MAX_SACK_BLOCKS];
    private boolean fastOpenExperimental;
    private int fastOpenLength;
    private final byte[] fastOpenCookie = new byte[MAX_COOKIE];
    private int accEcnKind;
    private int accEcnFields;
    private final int[] accEcnCounters = new int[3];

    /// No options.
    public TcpOptions() {}

    // Getters.

    /// Which options there are: [#MSS] and so on.
    public int present() {
        return present;
    }

    /// Whether all of these options are there.
    public boolean has(int options) {
        return (present & options) == options;
    }

    /// Whether parsing stopped at an option that has no room for its own length, or is longer than what is left.
    public boolean malformed() {
        return malformed;
    }

    /// Whether a segment that came with these options must not reach a connection: two signatures, one of a senseless
    /// length, or such a length in front of where one may stand. See docs/linux/signatures.md
    public boolean unauthentic() {
        return unauthentic;
    }

    /// Where the MAC of the signature stands, bytes from the begin of the options; 0 without one.
    public int signatureAt() {
        return isSigned() ? signatureAt : 0;
    }

    /// Bytes of the MAC: 16 of MD5 (RFC 2385), 1 to 36 of TCP-AO (RFC 5925 2.2); 0 without a signature.
    public int macLength() {
        return isSigned() ? macLength : 0;
    }

    /// TCP-AO's KeyID, 0 to 255 (RFC 5925 2.2); -1 without the option.
    public int keyId() {
        return has(AO) ? keyId : -1;
    }

    /// TCP-AO's RNextKeyID, 0 to 255 (RFC 5925 2.2); -1 without the option.
    public int nextKeyId() {
        return has(AO) ? nextKeyId : -1;
    }

    /// The maximum segment size, bytes, 0 to 65535 (RFC 9293 3.7.1), or 0 without it.
    public int mss() {
        return has(MSS) ? mss : 0;
    }

    /// The shift, 0 to 255 as it came, where more than 14 means 14 (RFC 7323 2.3), or -1 without it.
    public int windowScale() {
        return has(WINDOW_SCALE) ? windowScale : -1;
    }

    /// TSval (RFC 7323 3.2), or 0 without timestamps.
    public int tsVal() {
        return has(TIMESTAMPS) ? tsVal : 0;
    }

    /// TSecr (RFC 7323 3.2), or 0 without timestamps.
    public int tsEcr() {
        return has(TIMESTAMPS) ? tsEcr : 0;
    }

    /// How many SACK blocks there are, 1 to 4 (RFC 2018 3), or 0 without the option.
    public int sackBlocks() {
        return has(SACK) ? sackBlocks : 0;
    }

    /// First sequence number of SACK block `i`.
    public int sackLeft(int i) {
        return sackLeft[Objects.checkIndex(i, sackBlocks())];
    }

    /// First sequence number behind SACK block `i`.
    public int sackRight(int i) {
        return sackRight[Objects.checkIndex(i, sackBlocks())];
    }

    /// Bytes of the Fast Open cookie, 4 to 16; 0 where one is asked for; -1 without the option, or with one of
    /// another length (RFC 7413 4.1.1).
    public int fastOpenLength() {
        return has(FAST_OPEN) ? fastOpenLength : -1;
    }

    /// The Fast Open cookie's bytes.
    byte[] fastOpenCookie() {
        return fastOpenCookie;
    }

    /// Copies the Fast Open cookie, [#fastOpenLength] bytes, to the begin of `to`.
    public void copyFastOpenCookie(byte[] to) {
        System.arraycopy(fastOpenCookie, 0, to, 0, Math.max(0, fastOpenLength()));
    }

    /// Whether the cookie is in the experimental option, not in the standard one.
    public boolean fastOpenExperimental() {
        return has(FAST_OPEN) && fastOpenExperimental;
    }

    /// [#KIND_ACCECN0] or [#KIND_ACCECN1], or 0 without the option.
    public int accEcnKind() {
        return has(ACCECN) ? accEcnKind : 0;
    }

    /// How many counters the AccECN option has, 0 to 3.
    public int accEcnFields() {
        return has(ACCECN) ? accEcnFields : 0;
    }

    /// Counter `i` of the AccECN option in the order in which they stand there, 24 bits: EE0B, ECEB, EE1B in kind
    /// 172, EE1B, ECEB, EE0B in kind 174 (RFC 9768 3.2.3).
    public int accEcnCounter(int i) {
        return accEcnCounters[Objects.checkIndex(i, accEcnFields())];
    }

    /// As tcpdump prints them: `<mss 1460,sackOK,TS val 5 ecr 4,wscale 7>`, in the order in which they are written.
    @Override
    public String toString() {
        return TcpOptionsText.of(this);
    }

    // Bytes in.

    /// Takes in the options behind a TCP header at `at` that [TcpHeader#validate] has let pass.
    public void parse(MemorySegment memory, long at) {
        int length = TcpHeader.headerLength(memory, at) - TcpHeader.MIN_LENGTH;
        parse(memory, at + TcpHeader.MIN_LENGTH, length, (TcpHeader.flags(memory, at) & TcpHeader.SYN) != 0);
    }

    /// Takes in the options at `at`; what was here before is gone.
    ///
    /// As Linux does, an option of another length than its kind has is passed over, and one whose length makes no
    /// sense ends the options: what stands in front of it counts.
    ///
    /// @param length bytes of options
    /// @param syn    whether they are a SYN's: only there do MSS, window scale, SACK-permitted and Fast Open count
    public void parse(MemorySegment memory, long at, int length, boolean syn) {
        present = 0;
        malformed = unauthentic = false;
        // Nearly all segments of nearly all connections; RFC 7323 appendix A recommends this layout.
        if (length == 12 && i32(memory, at) == NOP_NOP_TIMESTAMPS) {
            present = TIMESTAMPS;
            tsVal = i32(memory, at + 4);
            tsEcr = i32(memory, at + 8);
            return;
        }
        if (length > 0) TcpOptionsParser.parse(this, memory, at, at + length, syn);
    }

    void noteMalformed() {
        malformed = true;
    }

    void noteUnauthentic() {
        unauthentic = true;
    }

    boolean isSigned() {
        return (present & (MD5 | AO)) != 0;
    }

    void noteMd5(int at) {
        present |= MD5;
        signatureAt = at;
        macLength = MD5_LENGTH;
    }

    void noteAo(int at, int keyId, int nextKeyId, int macLength) {
        ao(keyId, nextKeyId, macLength);
        signatureAt = at;
    }

    void forgetSack() {
        present &= ~SACK;
    }

    void forgetFastOpen() {
        present &= ~FAST_OPEN;
    }

    // Values in.

    /// Forgets all options.
    public TcpOptions clear() {
        present = 0;
        malformed = unauthentic = false;
        return this;
    }

    /// Adds the maximum segment size, bytes.
    public TcpOptions mss(int bytes) {
        present |= MSS;
        mss = bytes & 0xffff;
        return this;
    }

    /// Adds the window scale.
    public TcpOptions windowScale(int shift) {
        present |= WINDOW_SCALE;
        windowScale = shift & 0xff;
        return this;
    }

    /// Adds SACK-permitted.
    public TcpOptions sackPermitted() {
        present |= SACK_PERMITTED;
        return this;
    }

    /// Adds an MD5 signature (RFC 2385), which is written as zeros and filled in when the segment is complete.
    public TcpOptions md5() {
        present |= MD5;
        signatureAt = WRITTEN_SIGNATURE_AT;
        macLength = MD5_LENGTH;
        return this;
    }

    /// Adds a TCP-AO option (RFC 5925), whose MAC is written as zeros and filled in when the segment is complete.
    ///
    /// @param macLength bytes, 1 to 36
    public TcpOptions ao(int keyId, int nextKeyId, int macLength) {
        present |= AO;
        signatureAt = WRITTEN_SIGNATURE_AT;
        this.keyId = keyId & 0xff;
        this.nextKeyId = nextKeyId & 0xff;
        this.macLength = macLength;
        return this;
    }

    /// Adds timestamps.
    public TcpOptions timestamps(int val, int ecr) {
        present |= TIMESTAMPS;
        tsVal = val;
        tsEcr = ecr;
        return this;
    }

    /// Adds one SACK block behind those that are there; a fifth is left out.
    public TcpOptions sack(int left, int right) {
        if ((present & SACK) == 0) sackBlocks = 0;
        if (sackBlocks == MAX_SACK_BLOCKS) return this;
        present |= SACK;
        sackLeft[sackBlocks] = left;
        sackRight[sackBlocks] = right;
        sackBlocks++;
        return this;
    }

    /// Adds a Fast Open cookie, or the question for one.
    ///
    /// @param cookie       its bytes are copied
    /// @param length       0, or 4 to 16 and even
    /// @param experimental in the option that RFC 7413 replaced
    public TcpOptions fastOpen(byte[] cookie, int length, boolean experimental) {
        present |= FAST_OPEN;
        System.arraycopy(cookie, 0, fastOpenCookie, 0, length);
        fastOpenLength = length;
        fastOpenExperimental = experimental;
        return this;
    }

    /// Adds an AccECN option (RFC 9768 3.2.3) with the first `fields` of three counters, 24 bits each.
    ///
    /// @param kind   [#KIND_ACCECN0] or [#KIND_ACCECN1]
    /// @param fields 0 to 3
    public TcpOptions accEcn(int kind, int fields, int first, int second, int third) {
        present |= ACCECN;
        accEcnKind = kind;
        accEcnFields = fields;
        accEcnCounters[0] = first & 0xff_ffff;
        accEcnCounters[1] = second & 0xff_ffff;
        accEcnCounters[2] = third & 0xff_ffff;
        return this;
    }

    // Bytes out.

    /// Bytes that [#write] writes, a multiple of 4; more than 40 do not fit into a header, and it is the connection
    /// that leaves something out.
    public int length() {
        return present == TIMESTAMPS ? 12 : present == 0 ? 0 : TcpOptionsWriter.length(this);
    }

    /// Writes the options behind a TCP header, at `at`; the MAC of a signature is zeros, at [#WRITTEN_SIGNATURE_AT].
    ///
    /// @return [#length]
    public int write(MemorySegment memory, long at) {
        if (present == TIMESTAMPS) {
            put32(memory, at, NOP_NOP_TIMESTAMPS);
            put32(memory, at + 4, tsVal);
            put32(memory, at + 8, tsEcr);
            return 12;
        }
        return present == 0 ? 0 : TcpOptionsWriter.write(this, memory, at);
    }
}
