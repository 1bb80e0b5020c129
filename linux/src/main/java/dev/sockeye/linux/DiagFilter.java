package dev.sockeye.linux;

import dev.sockeye.wire.IpAddress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A condition that the kernel itself checks of each socket in a dump: a program of `struct
/// inet_diag_bc_op`
/// (linux/inet_diag.h), which jumps over what does not hold, and behind its end where all fails.
public final class DiagFilter {

    private static final int JUMP = 1, SOURCE_GE = 2, SOURCE_LE = 3, DESTINATION_GE = 4, DESTINATION_LE = 5, AUTO = 6;
    private static final int SOURCE_HOST = 7, DESTINATION_HOST = 8, DEVICE = 9, MARK = 10, SOURCE = 11;
    private static final int DESTINATION = 12, CGROUP = 13;

    /// `struct inet_diag_bc_op`: code, where it goes on if it holds, and if not; both from its
    /// beginning.
    private static final int OP = 4;

    private static final int HOST_CONDITION = 8;

    /// No family: a condition on the port alone.
    public static final int AF_UNSPEC = 0;

    private final byte[] program;

    private DiagFilter(byte[] program) {
        this.program = program;
    }

    // ---------------------------------------------------------------- conditions

    /// The own port is this one.
    public static DiagFilter sourcePort(int port) {
        return port(SOURCE, port);
    }

    /// The peer's port is this one.
    public static DiagFilter destinationPort(int port) {
        return port(DESTINATION, port);
    }

    /// The own port is this or a higher one.
    public static DiagFilter sourcePortFrom(int port) {
        return port(SOURCE_GE, port);
    }

    /// The own port is this or a lower one.
    public static DiagFilter sourcePortTo(int port) {
        return port(SOURCE_LE, port);
    }

    /// The peer's port is this or a higher one.
    public static DiagFilter destinationPortFrom(int port) {
        return port(DESTINATION_GE, port);
    }

    /// The peer's port is this or a lower one.
    public static DiagFilter destinationPortTo(int port) {
        return port(DESTINATION_LE, port);
    }

    private static DiagFilter port(int code, int port) {
        // The port stands where a second operation would have its `no`.
        return new DiagFilter(concat(operation(code, 2 * OP, 3 * OP), operation(0, 0, port)));
    }

    /// The own address is in this network.
    ///
    /// @param port of it, too; -1 for any
    public static DiagFilter source(IpAddress network, int prefixLength, int port) {
        return host(true, familyOf(network), network, prefixLength, port);
    }

    /// The peer's address is in this network.
    ///
    /// @param port of it, too; -1 for any
    public static DiagFilter destination(IpAddress network, int prefixLength, int port) {
        return host(false, familyOf(network), network, prefixLength, port);
    }

    private static int familyOf(IpAddress network) {
        return network.isV4() ? SockDiag.AF_INET : SockDiag.AF_INET6;
    }

    /// One of its addresses is in this network: `struct inet_diag_hostcond`. The kernel sees through mapped addresses
    /// where the condition is IPv4's; a mapped address as IPv6's matches sockets of IPv6 alone.
    ///
    /// @param source       its own, or the peer's
    /// @param family       [SockDiag#AF_INET] or [SockDiag#AF_INET6]; [#AF_UNSPEC] for any address
    /// @param prefixLength of that family
    /// @param port         of it, too; -1 for any
    public static DiagFilter host(boolean source, int family, IpAddress network, int prefixLength, int port) {
        byte[] address = family == AF_UNSPEC ? new byte[0] : addressOf(network, family);
        int most = 8 * address.length;
        if (family != AF_UNSPEC && (prefixLength < 0 || prefixLength > most))
            throw new IllegalArgumentException("a prefix of " + network + " has 0 to " + most + " bits");
        int length = OP + HOST_CONDITION + address.length;
        byte[] condition = {(byte) family, (byte) (family == AF_UNSPEC ? 0 : prefixLength), 0, 0};
        int code = source ? SOURCE_HOST : DESTINATION_HOST;
        return new DiagFilter(concat(operation(code, length, length + OP), condition, words(port), address));
    }

    private static byte[] addressOf(IpAddress network, int family) {
        if (family == SockDiag.AF_INET) {
            if (!network.isV4()) throw new IllegalArgumentException(network + " is no address of IPv4");
            return network.toBytes();
        }
        return ByteBuffer.allocate(16)
                .putLong(network.high())
                .putLong(network.low())
                .array();
    }

    /// It is bound to the interface of this index.
    public static DiagFilter device(int index) {
        return new DiagFilter(concat(operation(DEVICE, 2 * OP, 3 * OP), words(index)));
    }

    /// Its mark, as far as the mask goes, is this. For who has `CAP_NET_ADMIN`.
    public static DiagFilter mark(int mark, int mask) {
        return new DiagFilter(concat(operation(MARK, 3 * OP, 4 * OP), words(mark, mask)));
    }

    /// It was made in this control group: the inode number of its directory in cgroup2.
    public static DiagFilter controlGroup(long id) {
        return new DiagFilter(concat(operation(CGROUP, 3 * OP, 4 * OP), words((int) id, (int) (id >>> 32))));
    }

    /// Its port was chosen by the kernel.
    public static DiagFilter autobound() {
        return new DiagFilter(operation(AUTO, OP, 2 * OP));
    }

    private static byte[] operation(int code, int yes, int no) {
        var operation = new byte[OP];
        ByteBuffer fields = ByteBuffer.wrap(operation).order(ByteOrder.nativeOrder());
        fields.put((byte) code).put((byte) yes).putShort((short) no);
        return operation;
    }

    private static byte[] words(int... words) {
        var bytes = new byte[Integer.BYTES * words.length];
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asIntBuffer().put(words);
        return bytes;
    }

    // ---------------------------------------------------------------- joined

    /// Both hold.
    public DiagFilter and(DiagFilter other) {
        byte[] first = program.clone();
        ByteBuffer jumps = ByteBuffer.wrap(first).order(ByteOrder.nativeOrder());
        // Where the first fails, it jumps behind its end; now behind the other's.
        for (int at = 0; at < first.length; at += length(first, at)) {
            int no = jumps.getShort(at + 2) & 0xffff;
            if (at + no == first.length + OP) jumps.putShort(at + 2, (short) (no + other.program.length));
        }
        return new DiagFilter(concat(first, other.program));
    }

    /// One of them holds.
    public DiagFilter or(DiagFilter other) {
        return new DiagFilter(concat(program, jump(OP + other.program.length), other.program));
    }

    /// It does not hold.
    public DiagFilter not() {
        return new DiagFilter(concat(program, jump(2 * OP)));
    }

    private static byte[] jump(int distance) {
        return operation(JUMP, OP, distance);
    }

    private static int length(byte[] program, int at) {
        int code = program[at];
        return code == JUMP || code == AUTO ? OP : program[at + 1] & 0xff;
    }

    private static byte[] concat(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    /// How many bytes of a request it takes.
    public int length() {
        return program.length;
    }

    /// `INET_DIAG_REQ_BYTECODE`
    byte[] program() {
        return Arrays.copyOf(program, program.length);
    }
}
