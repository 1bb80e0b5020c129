package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// `sock_diag(7)`: the TCP sockets of a network namespace as the kernel has them, and the way to
/// end one. It is of the namespace of the thread that opens it, whoever uses it later. Used by one
/// thread at a time.
public final class SockDiag implements AutoCloseable {

    /// Address families.
    public static final int AF_INET = 2, AF_INET6 = 10;

    /// Every state, in a mask of bits `1 << state`; also those that are bound and nothing else, which
    /// `ss` leaves out.
    public static final int ALL_STATES = (1 << DiagSocket.BOUND_INACTIVE + 1) - 2;

    /// What else is to be told of each socket: bits `1 << INET_DIAG_... - 1` (linux/inet_diag.h).
    /// What has a number above eight is told in any case.
    public static final int INFO = 1 << 1, CONGESTION = 1 << 3 | 1 << 2, SERVICE = 1 << 4 | 1 << 5, MEMORY = 1 << 6;

    /// See [#INFO].
    public static final int SHUTDOWN = 1 << 7, ALL_EXTENSIONS = 0xff;
    private static final int AF_NETLINK = 16, SOCK_RAW = 3, NETLINK_SOCK_DIAG = 4;
    private static final int SOL_SOCKET = 1, SO_RCVBUF = 8;
    private static final int SOCK_DIAG_BY_FAMILY = 20, SOCK_DESTROY = 21;
    /// `struct ifreq` (linux/if.h): the name, and where the index is.
    private static final int SIOCGIFNAME = 0x8910, IFREQ = 40, IFR_IFINDEX = 16;
    private static final int NLMSG_DONE = 3, NLM_F_DUMP = 0x300;
    private static final int IPPROTO_TCP = 6;

    /// `struct inet_diag_req_v2`: where its parts are, and how long it is.
    private static final int FAMILY = 0, PROTOCOL = 1, EXTENSIONS = 2, STATES = 4, ID = 8, REQUEST = 56;

    /// `struct inet_diag_sockid`: source port and address, destination's, interface, cookie.
    private static final int DESTINATION_PORT = 2, SOURCE = 4, DESTINATION = 20, DEVICE = 36, COOKIE = 40;

    private static final int INET_DIAG_REQ_BYTECODE = 1;
    private static final int INET_DIAG_REQ_SK_BPF_STORAGES = 2 | NetlinkMessage.NLA_F_NESTED;
    private static final ValueLayout.OfShort PORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /// The kernel fills up to 32 KiB at a time.
    private static final int BUFFER = 1 << 17;

    private static final int SOCKET_BUFFER = 1 << 21;

    private static final String LIST = "list the TCP sockets";

    private final SystemCalls calls = new SystemCalls();
    private final NetlinkMessage request = new NetlinkMessage();
    private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER, 8);
    private final int fd;
    private int sequence;

    /// Opens the kernel's door.
    ///
    /// @throws SystemCallException where the kernel has none, or a policy forbids it
    public SockDiag() throws SystemCallException {
        int type = SOCK_RAW | SystemCalls.O_CLOEXEC;
        fd = SystemCallException.check(
                calls.socket(AF_NETLINK, type, NETLINK_SOCK_DIAG), "open a netlink socket for sock_diag");
        buffer.set(JAVA_INT, 0, SOCKET_BUFFER);
        calls.setOption(fd, SOL_SOCKET, SO_RCVBUF, buffer.asSlice(0, JAVA_INT.byteSize())); // as much as is allowed
    }

    // ---------------------------------------------------------------- looking

    /// Tells of each socket of a family. Sockets come and go meanwhile: who is there all the time is
    /// told of once.
    ///
    /// @param family  [#AF_INET] or [#AF_INET6]
    /// @param states  a mask of `1 << state`
    /// @param filter  which of them; null for all
    /// @return how many
    /// @throws SystemCallException EINVAL for a filter that this kernel does not know; EPERM for one
    /// that asks for
    ///     marks without `CAP_NET_ADMIN`
    public int dump(int family, int states, @Nullable DiagFilter filter, Consumer<DiagSocket> to)
            throws SystemCallException {
        return dump(family, states, filter, ALL_EXTENSIONS, -1, to);
    }

    /// The same, telling only what is asked for, with what a BPF program has stored with each socket:
    /// [DiagAttributes#storage].
    ///
    /// @param extensions bits of [#INFO] and the others
    /// @param storage    a descriptor of the map, see [Bpf#createSocketStorage]; -1 for none
    public int dump(
            int family, int states, @Nullable DiagFilter filter, int extensions, int storage, Consumer<DiagSocket> to)
            throws SystemCallException {
        var messages = new DiagMessages();
        int count = dump(family, states, filter, extensions, storage, messages);
        messages.forEach(to);
        return count;
    }

    /// The same, kept as it came.
    public int dump(int family, int states, @Nullable DiagFilter filter, int extensions, int storage, DiagMessages to)
            throws SystemCallException {
        int before = to.size();
        ask(family, states, filter, extensions, storage);
        boolean isMore = true;
        while (isMore) isMore = next(to);
        return to.size() - before;
    }

    /// Asks for the same, of which [#next] then tells, some at a time: who does not want more asks for something else.
    public void ask(int family, int states, @Nullable DiagFilter filter, int extensions, int storage)
            throws SystemCallException {
        int structure = begin(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, family, states);
        request.putByte(structure + EXTENSIONS, extensions);
        if (filter != null) request.attribute(INET_DIAG_REQ_BYTECODE, filter.program());
        if (storage >= 0) request.attribute(INET_DIAG_REQ_SK_BPF_STORAGES, nestedMap(storage));
        send(LIST);
    }

    /// Adds as many as the kernel tells of at once.
    ///
    /// @return false if there are no more
    /// @throws SystemCallException as [#dump]
    public boolean next(DiagMessages to) throws SystemCallException {
        int length = receive(LIST);
        byte[] piece = to.addPiece(buffer, length);
        int own;
        for (int at = 0; at < length; at += aligned(own)) {
            own = NetlinkMessage.length(piece, at);
            if (own == 0) throw new SystemCallException(Errno.EPROTO.asResult(), LIST);
            if (NativeBytes.i32(piece, at + 8) != sequence) continue;
            int type = NativeBytes.u16(piece, at + 4);
            if (type == NLMSG_DONE) return false;
            if (type == NetlinkMessage.NLMSG_ERROR) {
                SystemCallException.check(NativeBytes.i32(piece, at + NetlinkMessage.HEADER), LIST);
                return false;
            }
            to.add(at);
        }
        return true;
    }

    /// The one socket with these addresses.
    ///
    /// @param cookie that it must have; 0 for any
    /// @return null if there is none
    public @Nullable DiagSocket find(TransportAddress local, TransportAddress remote, int family, long cookie)
            throws SystemCallException {
        String what = "find the TCP socket " + local + " to " + remote;
        int at = begin(SOCK_DIAG_BY_FAMILY, 0, family, ALL_STATES);
        identify(at + ID, family, local, remote, 0, cookie);
        send(what);
        while (true) {
            int length = receive(what);
            if (!isOurs(0, length, what)) continue;
            if (buffer.get(JAVA_SHORT_UNALIGNED, 4) != NetlinkMessage.NLMSG_ERROR)
                return DiagMessages.socketAt(buffer, 0);
            int result = buffer.get(JAVA_INT_UNALIGNED, NetlinkMessage.HEADER);
            if (result == Errno.ENOENT.asResult()) return null;
            SystemCallException.check(result, what);
        }
    }

    /// The name of an interface of this namespace.
    ///
    /// @return null if there is none with this index
    public @Nullable String deviceName(int index) {
        MemorySegment structure = buffer.asSlice(0, IFREQ);
        structure.fill((byte) 0);
        structure.set(JAVA_INT, IFR_IFINDEX, index);
        return calls.ioctl(fd, SIOCGIFNAME, structure) < 0 ? null : structure.getString(0, StandardCharsets.UTF_8);
    }

    // ---------------------------------------------------------------- ending

    /// Ends this very socket (`ss -K`): the peer is sent a reset, the program finds ECONNABORTED. Another
    /// socket that has its addresses by now is not hit, for it has another cookie.
    ///
    /// @throws SystemCallException EPERM without `CAP_NET_ADMIN`, ENOENT if it is gone, EOPNOTSUPP where
    ///     the kernel was built without it
    public void destroy(DiagSocket socket) throws SystemCallException {
        String what = "end the TCP socket " + socket.local() + " to " + socket.remote();
        int at = begin(SOCK_DESTROY, NetlinkMessage.NLM_F_ACK, socket.family(), 1 << socket.state());
        identify(at + ID, socket.family(), socket.local(), socket.remote(), socket.device(), socket.cookie());
        send(what);
        while (true) {
            int length = receive(what);
            if (!isOurs(0, length, what)) continue;
            SystemCallException.check(buffer.get(JAVA_INT_UNALIGNED, NetlinkMessage.HEADER), what);
            return;
        }
    }

    // ---------------------------------------------------------------- requests

    private int begin(int type, int flags, int family, int states) {
        int at = request.begin(type, flags, ++sequence).structure(REQUEST);
        request.putByte(at + FAMILY, family);
        request.putByte(at + PROTOCOL, IPPROTO_TCP);
        request.putByte(at + EXTENSIONS, ALL_EXTENSIONS);
        request.putInt(at + STATES, states);
        return at;
    }

    /// `SK_DIAG_BPF_STORAGE_REQ_MAP_FD`, an attribute within the other.
    private static byte[] nestedMap(int fd) {
        var attribute = new byte[8];
        MemorySegment fields = MemorySegment.ofArray(attribute);
        fields.set(JAVA_SHORT_UNALIGNED, 0, (short) attribute.length);
        fields.set(JAVA_SHORT_UNALIGNED, 2, (short) 1);
        fields.set(JAVA_INT_UNALIGNED, 4, fd);
        return attribute;
    }

    private void identify(
            int at, int family, TransportAddress local, TransportAddress remote, int device, long cookie) {
        request.memory.set(PORT, at, (short) local.port());
        request.memory.set(PORT, at + DESTINATION_PORT, (short) remote.port());
        put(at + SOURCE, family, local.ip());
        put(at + DESTINATION, family, remote.ip());
        request.putInt(at + DEVICE, device);
        // Without one: INET_DIAG_NOCOOKIE.
        request.memory.set(JAVA_LONG_UNALIGNED, at + COOKIE, cookie == 0 ? -1 : cookie);
    }

    private void put(int at, int family, IpAddress ip) {
        byte[] bytes = ip.toBytes();
        boolean mapped = family == AF_INET6 && bytes.length == 4;
        if (mapped) request.memory.set(JAVA_INT_UNALIGNED, at + 8, Integer.reverseBytes(0xffff));
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, request.memory, at + (mapped ? 12 : 0), bytes.length);
    }

    private void send(String what) throws SystemCallException {
        SystemCallException.check(calls.write(fd, request.memory, 0, request.end()), what);
    }

    // ---------------------------------------------------------------- answers

    private int receive(String what) throws SystemCallException {
        return SystemCallException.check(calls.read(fd, buffer, 0, BUFFER), what);
    }

    /// Whether the message is whole, and answers what was asked last.
    private boolean isOurs(int at, int length, String what) throws SystemCallException {
        int left = length - at;
        int own = left < NetlinkMessage.HEADER ? 0 : buffer.get(JAVA_INT_UNALIGNED, at);
        if (own < NetlinkMessage.HEADER + 4 || own > left) {
            throw new SystemCallException(Errno.EPROTO.asResult(), what);
        }
        return buffer.get(JAVA_INT_UNALIGNED, at + 8) == sequence;
    }

    private static int aligned(int bytes) {
        return bytes + 3 & ~3;
    }

    /// Lets go of it.
    @Override
    public void close() {
        calls.close(fd);
    }
}
