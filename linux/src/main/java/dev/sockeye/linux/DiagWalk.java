package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.sockeye.wire.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A walk over all TCP sockets of a network namespace that allocates nothing: each is read where the kernel has put it.
/// For who counts sockets often; who wants them as values uses [SockDiag]. It is of the namespace of the thread that
/// opens it. Used by one thread at a time.
///
/// The kernel goes through its whole table for each request, whatever is asked for. So both families are asked for in
/// one, by the older request (`TCPDIAG_GETSOCK`, linux/inet_diag.h), which knows of none: 6.0 ms for 10 000
/// sockets on 6.18, of which a request for each family takes 9.0. Only what is named in the extensions is added:
/// `TCP_INFO` costs half as much again, and the kernel locks each socket for it.
public final class DiagWalk implements AutoCloseable {

    /// Told of each socket; asks the walk about it, during the call only.
    @FunctionalInterface
    public interface Visitor {
        /// @param socket stands at the socket
        void visit(DiagWalk socket);
    }

    /// What may be asked for besides (`INET_DIAG_*`): `struct tcp_info`, and `SO_MEMINFO`.
    public static final int INFO = 2, MEMORY = 7;
    private static final int AF_UNSPEC = 0, AF_NETLINK = 16, SOCK_RAW = 3, NETLINK_SOCK_DIAG = 4;
    private static final int SOL_SOCKET = 1, SO_RCVBUF = 8;
    private static final int TCPDIAG_GETSOCK = 18, SOCK_DIAG_BY_FAMILY = 20;
    private static final int NLMSG_DONE = 3, NLM_F_DUMP = 0x300, IPPROTO_TCP = 6;
    private static final String LIST = "list the TCP sockets", FIND = "find a TCP socket";

    /// `struct inet_diag_req`: extensions at 3, states at 52. `struct inet_diag_req_v2`: protocol at 1, extensions at
    /// 2,
    /// states at 4.
    private static final int OLD_REQUEST = 60, OLD_EXTENSIONS = 3, OLD_STATES = 52;
    private static final int REQUEST = 56, PROTOCOL = 1, EXTENSIONS = 2, STATES = 4;

    /// Its `struct inet_diag_sockid`.
    private static final int WANTED_LOCAL_PORT = 8, WANTED_REMOTE_PORT = 10, WANTED_LOCAL = 12, WANTED_REMOTE = 28;
    private static final int WANTED_DEVICE = 44, WANTED_COOKIE = 48;

    /// `struct inet_diag_msg`, behind the header.
    private static final int MESSAGE = 72;

    private static final int STATE = 1, LOCAL_PORT = 4, REMOTE_PORT = 6, LOCAL = 8, REMOTE = 24;
    private static final int DEVICE = 40, COOKIE = 44, RQUEUE = 56, WQUEUE = 60, INODE = 68;

    private static final int BUFFER = 1 << 17;
    private static final int SOCKET_BUFFER = 1 << 21;
    private static final long MAPPED = 0xffff_0000_0000L;
    private static final ValueLayout.OfShort PORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt WORD = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong TWO_WORDS = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final SystemCalls calls = new SystemCalls();
    private final NetlinkMessage request = new NetlinkMessage();
    private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER, 8);
    private final int fd;
    private int sequence;
    private boolean isOneRequestKnown = true;

    /// Where the socket is that is looked at, and where its attributes end.
    private int at;

    private int end;

    /// Opens the kernel's door.
    ///
    /// @throws SystemCallException where the kernel has none, or a policy forbids it
    public DiagWalk() throws SystemCallException {
        int type = SOCK_RAW | SystemCalls.O_CLOEXEC;
        fd = SystemCallException.check(
                calls.socket(AF_NETLINK, type, NETLINK_SOCK_DIAG), "open a netlink socket for sock_diag");
        buffer.set(JAVA_INT, 0, SOCKET_BUFFER);
        calls.setOption(fd, SOL_SOCKET, SO_RCVBUF, buffer.asSlice(0, JAVA_INT.byteSize())); // as much as is allowed
    }

    /// Goes to each socket in turn. They come and go meanwhile: one that moves in the kernel's table may be met twice.
    ///
    /// @param states     a mask of `1 << state`
    /// @param extensions what is to be told of each besides: a mask of `1 << number - 1`, of [#INFO] and the like
    /// @return how many there were
    public int walk(int states, int extensions, Visitor visitor) throws SystemCallException {
        if (isOneRequestKnown) {
            try {
                int structure =
                        request.begin(TCPDIAG_GETSOCK, NLM_F_DUMP, ++sequence).structure(OLD_REQUEST);
                request.putByte(structure, AF_UNSPEC);
                request.putByte(structure + OLD_EXTENSIONS, extensions);
                request.putInt(structure + OLD_STATES, states);
                return visitAll(visitor);
            } catch (SystemCallException e) {
                if (!e.is(Errno.EINVAL) && !e.is(Errno.EOPNOTSUPP) && !e.is(Errno.ENOENT)) throw e;
                isOneRequestKnown = false;
            }
        }
        int count = walkFamily(SockDiag.AF_INET, states, extensions, visitor);
        try {
            return count + walkFamily(SockDiag.AF_INET6, states, extensions, visitor);
        } catch (SystemCallException e) {
            if (!e.is(Errno.ENOENT)) throw e;
            return count; // a kernel without IPv6
        }
    }

    /// As if the kernel had refused the older request.
    void forgetOneRequest() {
        isOneRequestKnown = false;
    }

    private int walkFamily(int family, int states, int extensions, Visitor visitor) throws SystemCallException {
        int structure =
                request.begin(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, ++sequence).structure(REQUEST);
        request.putByte(structure, family);
        request.putByte(structure + PROTOCOL, IPPROTO_TCP);
        request.putByte(structure + EXTENSIONS, extensions);
        request.putInt(structure + STATES, states);
        return visitAll(visitor);
    }

    private int visitAll(Visitor visitor) throws SystemCallException {
        send(LIST);
        int count = 0;
        while (true) {
            int length = receive(LIST);
            for (int message = 0; message < length; ) {
                int own = length(message, length, LIST);
                if (buffer.get(JAVA_INT_UNALIGNED, message + 8) == sequence) {
                    int type = buffer.get(JAVA_SHORT_UNALIGNED, message + 4);
                    if (type == NLMSG_DONE || type == NetlinkMessage.NLMSG_ERROR) {
                        // A refused dump ends at once, with the error in its last word.
                        SystemCallException.check(
                                buffer.get(JAVA_INT_UNALIGNED, message + NetlinkMessage.HEADER), LIST);
                        return count;
                    }
                    standAt(message, own, LIST);
                    visitor.visit(this);
                    count++;
                }
                message += own + 3 & ~3;
            }
        }
    }

    private void send(String what) throws SystemCallException {
        SystemCallException.check(calls.write(fd, request.memory, 0, request.end()), what);
    }

    private int receive(String what) throws SystemCallException {
        return SystemCallException.check(calls.read(fd, buffer, 0, BUFFER), what);
    }

    /// How long the message is that begins there; it is whole.
    private int length(int message, int received, String what) throws SystemCallException {
        int own = received - message < NetlinkMessage.HEADER ? 0 : buffer.get(JAVA_INT_UNALIGNED, message);
        if (own >= NetlinkMessage.HEADER + 4 && own <= received - message) return own;
        throw new SystemCallException(Errno.EPROTO.asResult(), what);
    }

    private void standAt(int message, int length, String what) throws SystemCallException {
        if (length < NetlinkMessage.HEADER + MESSAGE) throw new SystemCallException(Errno.EPROTO.asResult(), what);
        at = message + NetlinkMessage.HEADER;
        end = message + length;
    }

    /// Goes to this very socket, and to no other: 6 µs, for the kernel looks it up. Of whichever state it is, TIME_WAIT
    /// and half-open ones too.
    ///
    /// @return whether it is there
    public boolean find(DiagPlace place, long cookie) throws SystemCallException {
        int structure = request.begin(SOCK_DIAG_BY_FAMILY, 0, ++sequence).structure(REQUEST);
        boolean v4 = place.isV4();
        request.putByte(structure, v4 ? SockDiag.AF_INET : SockDiag.AF_INET6);
        request.putByte(structure + PROTOCOL, IPPROTO_TCP);
        request.putInt(structure + STATES, SockDiag.ALL_STATES);
        MemorySegment to = request.memory;
        to.set(PORT, structure + WANTED_LOCAL_PORT, (short) place.localPort());
        to.set(PORT, structure + WANTED_REMOTE_PORT, (short) place.remotePort());
        if (v4) {
            to.set(WORD, structure + WANTED_LOCAL, (int) place.localLow());
            to.set(WORD, structure + WANTED_REMOTE, (int) place.remoteLow());
        } else {
            to.set(TWO_WORDS, structure + WANTED_LOCAL, place.localHigh());
            to.set(TWO_WORDS, structure + WANTED_LOCAL + 8, place.localLow());
            to.set(TWO_WORDS, structure + WANTED_REMOTE, place.remoteHigh());
            to.set(TWO_WORDS, structure + WANTED_REMOTE + 8, place.remoteLow());
        }
        request.putInt(structure + WANTED_DEVICE, place.device());
        to.set(JAVA_LONG_UNALIGNED, structure + WANTED_COOKIE, cookie);
        send(FIND);
        while (true) {
            int own = length(0, receive(FIND), FIND);
            if (buffer.get(JAVA_INT_UNALIGNED, 8) != sequence) continue;
            if (buffer.get(JAVA_SHORT_UNALIGNED, 4) != NetlinkMessage.NLMSG_ERROR) {
                standAt(0, own, FIND);
                return true;
            }
            int result = buffer.get(JAVA_INT_UNALIGNED, NetlinkMessage.HEADER);
            if (result == Errno.ENOENT.asResult()) return false;
            SystemCallException.check(result, FIND);
        }
    }

    // ---------------------------------------------------------------- the socket at which the walk is

    /// Its state, as [DiagSocket] numbers them.
    public int state() {
        return buffer.get(JAVA_BYTE, at + STATE);
    }

    /// The port at this end.
    public int localPort() {
        return buffer.get(PORT, at + LOCAL_PORT) & 0xffff;
    }

    /// The port at the other end; 0 if there is none.
    public int remotePort() {
        return buffer.get(PORT, at + REMOTE_PORT) & 0xffff;
    }

    /// The first eight bytes of the address at this end, of IPv4 those of the mapped address.
    public long localHigh() {
        return high(LOCAL);
    }

    /// The last eight bytes of that.
    public long localLow() {
        return low(LOCAL);
    }

    /// The first eight bytes of the address at the other end, of IPv4 those of the mapped address.
    public long remoteHigh() {
        return high(REMOTE);
    }

    /// The last eight bytes of that.
    public long remoteLow() {
        return low(REMOTE);
    }

    private long high(int address) {
        return buffer.get(JAVA_BYTE, at) == SockDiag.AF_INET ? 0 : buffer.get(TWO_WORDS, at + address);
    }

    private long low(int address) {
        if (buffer.get(JAVA_BYTE, at) != SockDiag.AF_INET) return buffer.get(TWO_WORDS, at + address + 8);
        return MAPPED | buffer.get(WORD, at + address) & 0xffff_ffffL;
    }

    /// The index of the interface that it is bound to; 0 for none.
    public int device() {
        return buffer.get(JAVA_INT_UNALIGNED, at + DEVICE);
    }

    /// Names this socket for as long as the machine runs.
    public long cookie() {
        return buffer.get(JAVA_LONG_UNALIGNED, at + COOKIE);
    }

    /// Bytes that wait to be read; of a listener, connections that wait for `accept`.
    public long receiveQueue() {
        return buffer.get(JAVA_INT_UNALIGNED, at + RQUEUE) & 0xffff_ffffL;
    }

    /// Bytes that are not acknowledged; of a listener, how many may wait.
    public long sendQueue() {
        return buffer.get(JAVA_INT_UNALIGNED, at + WQUEUE) & 0xffff_ffffL;
    }

    /// Of the socket's file; 0 where no program holds it.
    public long inode() {
        return buffer.get(JAVA_INT_UNALIGNED, at + INODE) & 0xffff_ffffL;
    }

    /// A number of four bytes in an attribute.
    ///
    /// @param type   [#INFO], [#MEMORY]
    /// @param offset in the attribute's structure
    /// @return -1 if that is not told
    public long number(int type, int offset) {
        int value = value(type, offset + Integer.BYTES);
        return value < 0 ? -1 : buffer.get(JAVA_INT_UNALIGNED, value + offset) & 0xffff_ffffL;
    }

    /// A number of eight bytes in an attribute.
    ///
    /// @param type   [#INFO], [#MEMORY]
    /// @param offset in the attribute's structure
    /// @return -1 if that is not told
    public long longNumber(int type, int offset) {
        int value = value(type, offset + Long.BYTES);
        return value < 0 ? -1 : buffer.get(JAVA_LONG_UNALIGNED, value + offset);
    }

    /// Where an attribute's value is that has so many bytes at least; -1 if there is none.
    private int value(int type, int bytes) {
        for (int attribute = at + MESSAGE; attribute + 4 <= end; ) {
            int length = buffer.get(JAVA_SHORT_UNALIGNED, attribute) & 0xffff;
            if (length < 4 || attribute + length > end) return -1;
            if ((buffer.get(JAVA_SHORT_UNALIGNED, attribute + 2) & 0x3fff) == type) {
                return length - 4 >= bytes ? attribute + 4 : -1;
            }
            attribute += length + 3 & ~3;
        }
        return -1;
    }

    /// Lets go of it.
    @Override
    public void close() {
        calls.close(fd);
    }
}
