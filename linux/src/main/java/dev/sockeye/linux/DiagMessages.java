package dev.sockeye.linux;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import java.util.Set;
import java.util.TreeSet;

/// The answers of sock_diag as they came, each of which becomes a [DiagSocket] when it is asked for: where there are
/// 50 000 sockets, what the kernel told of them is 25 MB, and values of it all would be more. Filled by
/// [SockDiag#dump(int, int, DiagFilter, int, int, DiagMessages)]; when it is full, any number of threads may read it.
public final class DiagMessages extends AbstractList<DiagSocket> implements RandomAccess {

    /// `struct inet_diag_msg`, behind the netlink header.
    private static final int STATE = 1, TIMER = 2, RETRANSMITS = 3, ID = 4, EXPIRES = 52, RQUEUE = 56, WQUEUE = 60;
    private static final int UID = 64, INODE = 68, MESSAGE = 72;

    /// `struct inet_diag_sockid`: source port and address, destination's, interface, cookie.
    private static final int DESTINATION_PORT = 2, SOURCE = 4, DESTINATION = 20, DEVICE = 36, COOKIE = 40;

    /// The kernel fills up to 32 KiB at a time.
    private static final int PIECE = 1 << 15;

    /// Those in use, and behind them those that wait to be used again.
    private final List<byte[]> pieces = new ArrayList<>();

    private int used;
    /// Of each message its piece in the upper half, its place in it in the lower.
    private long[] places = new long[64];

    private int count;
    private int states;
    private final Set<Integer> devices = new TreeSet<>();
    private int lastDevice;

    /// None yet.
    public DiagMessages() {}

    /// Takes what one `read(2)` gave, of which [#add] then names the messages.
    byte[] addPiece(MemorySegment buffer, int length) {
        byte[] piece = piece(length);
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, piece, 0, length);
        used++;
        return piece;
    }

    private byte[] piece(int length) {
        if (used < pieces.size() && pieces.get(used).length >= length) return pieces.get(used);
        var piece = new byte[length > PIECE / 2 ? Math.max(length, PIECE) : length];
        if (used < pieces.size()) pieces.set(used, piece);
        else pieces.add(piece);
        return piece;
    }

    /// Forgets them, but for the memory that they are in: what was read of them must not be looked at any more.
    @Override
    public void clear() {
        used = 0;
        count = 0;
        states = 0;
        devices.clear();
        lastDevice = 0;
    }

    /// Adds the message at this place of the last piece.
    ///
    /// @throws SystemCallException EPROTO if it is not whole
    void add(int at) throws SystemCallException {
        byte[] piece = pieces.get(used - 1);
        check(piece, at);
        if (count == places.length) places = Arrays.copyOf(places, 2 * count);
        places[count++] = (long) used - 1 << 32 | at;
        states |= 1 << piece[at + NetlinkMessage.HEADER + STATE];
        int device = NativeBytes.i32(piece, at + NetlinkMessage.HEADER + ID + DEVICE);
        if (device != lastDevice && device != 0) devices.add(device);
        lastDevice = device;
    }

    private static void check(byte[] piece, int at) throws SystemCallException {
        if (NativeBytes.i32(piece, at) >= NetlinkMessage.HEADER + MESSAGE) return;
        throw new SystemCallException(Errno.EPROTO.asResult(), "read what sock_diag tells");
    }

    /// Which states there are among them: a mask of `1 << state`.
    public int states() {
        return states;
    }

    /// The indices of the interfaces that some are bound to.
    public Set<Integer> devices() {
        return devices;
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public DiagSocket get(int index) {
        long place = places[index];
        return socket(pieces.get((int) (place >>> 32)), (int) place);
    }

    /// The inode number of one, 0 if it has none.
    public long inode(int index) {
        long place = places[index];
        return NativeBytes.u32(pieces.get((int) (place >>> 32)), (int) place + NetlinkMessage.HEADER + INODE);
    }

    /// The socket that the message at an offset of native memory tells of.
    static DiagSocket socketAt(MemorySegment buffer, int message) throws SystemCallException {
        int length = buffer.get(ValueLayout.JAVA_INT_UNALIGNED, message);
        byte[] piece = buffer.asSlice(message, length).toArray(ValueLayout.JAVA_BYTE);
        check(piece, 0);
        return socket(piece, 0);
    }

    private static DiagSocket socket(byte[] piece, int message) {
        int at = message + NetlinkMessage.HEADER;
        int family = piece[at];
        int id = at + ID;
        return new DiagSocket(
                family,
                piece[at + STATE],
                piece[at + TIMER],
                piece[at + RETRANSMITS] & 0xff,
                NativeBytes.i32(piece, at + EXPIRES),
                address(piece, id + SOURCE, id, family),
                address(piece, id + DESTINATION, id + DESTINATION_PORT, family),
                NativeBytes.i32(piece, id + DEVICE),
                NativeBytes.i64(piece, id + COOKIE),
                NativeBytes.u32(piece, at + RQUEUE),
                NativeBytes.u32(piece, at + WQUEUE),
                NativeBytes.i32(piece, at + UID),
                NativeBytes.u32(piece, at + INODE),
                new DiagAttributes(piece, at + MESSAGE, message + NativeBytes.i32(piece, message)));
    }

    private static TransportAddress address(byte[] piece, int ip, int port, int family) {
        IpAddress address = family == SockDiag.AF_INET
                ? IpAddress.v4(NativeBytes.word(piece, ip))
                : new IpAddress(NativeBytes.words(piece, ip), NativeBytes.words(piece, ip + 8));
        return new TransportAddress(address, NativeBytes.port(piece, port));
    }
}
