package dev.sockeye.linux;

import dev.sockeye.wire.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The attributes of a [DiagSocket], as they came, and read when they are asked for. Kernels tell
/// of more in each version, and of some things only to who may know.
public final class DiagAttributes {

    /// Attribute numbers (`INET_DIAG_*`, linux/inet_diag.h).
    private static final int INFO = 2, VEGAS = 3, CONGESTION = 4, TOS = 5, TCLASS = 6, SKMEMINFO = 7, SHUTDOWN = 8;
    private static final int DCTCP = 9, V6ONLY = 11, MARK = 15, BBR = 16, CLASS_ID = 17, UPPER = 19, CGROUP = 21;
    private static final int STORAGES = 20, SOCKOPT = 22;
    private static final int MD5SIG = 18, MD5_KEY = 100, MD5_ADDRESS = 4;

    private static final int HEADER = 4;
    /// Attributes that hold others have this bit in their number.
    private static final int TYPE = 0x3fff;

    /// None at all: nothing else is told.
    public static final DiagAttributes NONE = new DiagAttributes(new byte[0]);

    /// One more than the highest number above.
    private static final int KNOWN = 23;

    /// Most sockets have the same name in them.
    private static volatile String lastName = "cubic";

    private final byte[] bytes;
    private final int from;
    private final int to;
    /// By number, where the value begins; 0 if it is not told.
    private final int[] places = new int[KNOWN];

    /// @param bytes attributes one after the other, each from a multiple of four on
    DiagAttributes(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /// @param from the place in `bytes` where the first begins
    /// @param to   where the last ends
    DiagAttributes(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
        for (int at = from; at + HEADER <= to; ) {
            int length = NativeBytes.u16(bytes, at);
            if (length < HEADER || at + length > to) return;
            int type = NativeBytes.u16(bytes, at + 2) & TYPE;
            if (type < KNOWN && places[type] == 0) places[type] = at + HEADER;
            at += length + 3 & ~3;
        }
    }

    /// `struct tcp_info`, as long as this kernel has it; null of a socket that has none (half-open,
    /// TIME_WAIT).
    public @Nullable NativeStruct tcpInfo() {
        return struct(INFO);
    }

    /// `TCP_CONGESTION`: the name of the congestion control; null if not told.
    public @Nullable String congestionControl() {
        return text(CONGESTION);
    }

    /// What BBR knows of the path: `struct tcp_bbr_info`; null with another congestion control.
    public @Nullable NativeStruct bbr() {
        return struct(BBR);
    }

    /// What DCTCP knows of the path: `struct tcp_dctcp_info`; null with another congestion control.
    public @Nullable NativeStruct dctcp() {
        return struct(DCTCP);
    }

    /// What Vegas (and others that measure as it does) knows: `struct tcpvegas_info`; null with
    /// another.
    public @Nullable NativeStruct vegas() {
        return struct(VEGAS);
    }

    /// `SO_MEMINFO` (`SK_MEMINFO_*`, linux/sock_diag.h), bytes; the last one counts what a listener or
    /// a receive queue has dropped. Null if not told.
    public int @Nullable [] memory() {
        int place = places[SKMEMINFO];
        if (place == 0) return null;
        var numbers = new int[length(place) / Integer.BYTES];
        for (int i = 0; i < numbers.length; i++) numbers[i] = NativeBytes.i32(bytes, place + Integer.BYTES * i);
        return numbers;
    }

    /// `IP_TOS`; -1 if not told.
    public int typeOfService() {
        return oneByte(TOS);
    }

    /// `IPV6_TCLASS`; -1 if not told.
    public int trafficClass() {
        return oneByte(TCLASS);
    }

    /// Which halves are shut: bit 0 receiving, bit 1 sending; -1 if not told.
    public int shutdown() {
        return oneByte(SHUTDOWN);
    }

    /// `IPV6_V6ONLY`; -1 if not told.
    public int v6Only() {
        return oneByte(V6ONLY);
    }

    /// `SO_MARK`, for who has `CAP_NET_ADMIN`; 0 if not told.
    public int mark() {
        return (int) number(MARK, Integer.BYTES, 0);
    }

    /// The class of traffic control; 0 if not told.
    public int classId() {
        return (int) number(CLASS_ID, Integer.BYTES, 0);
    }

    /// The control group in which it was made: the inode number of its directory in cgroup2; -1 if not
    /// told.
    public long controlGroup() {
        return number(CGROUP, Long.BYTES, -1);
    }

    /// `struct inet_diag_sockopt`: two bytes of flags; -1 if not told. The first has `IP_RECVERR` at
    /// bit 0, `is_icsk` 1, `IP_FREEBIND` 2, `IP_HDRINCL` 3, `IP_MULTICAST_LOOP` 4, `IP_TRANSPARENT` 5,
    /// `IP_MULTICAST_ALL` 6, `IP_NODEFRAG` 7; the second `IP_BIND_ADDRESS_NO_PORT` 0,
    /// `IP_RECVERR_RFC4884` 1, `TCP_DEFER_CONNECT` 2.
    public int socketOptions() {
        return (int) number(SOCKOPT, Short.BYTES, -1);
    }

    /// The protocol on top (`TCP_ULP`), such as `tls`; null if there is none.
    public @Nullable String upperProtocol() {
        ByteBuffer upper = value(UPPER);
        if (upper == null) return null;
        return nested(upper).text(1); // INET_ULP_INFO_NAME
    }

    /// What a BPF program has stored with the socket, if the dump was asked for it; null if it has
    /// nothing.
    public @Nullable ByteBuffer storage() {
        ByteBuffer all = value(STORAGES);
        ByteBuffer one = all == null ? null : nested(all).value(1); // SK_DIAG_BPF_STORAGE
        return one == null ? null : nested(one).value(3); // SK_DIAG_BPF_STORAGE_MAP_VALUE
    }

    private static DiagAttributes nested(ByteBuffer value) {
        int first = value.arrayOffset();
        return new DiagAttributes(value.array(), first, first + value.remaining());
    }

    /// The networks with which segments are signed by MD5, for who has `CAP_NET_ADMIN`:
    /// `10.0.0.9/32`. The keys that the kernel tells besides (`struct tcp_diag_md5sig`,
    /// linux/inet_diag.h) stay here.
    public List<String> md5Peers() {
        ByteBuffer keys = value(MD5SIG);
        if (keys == null) return List.of();
        List<String> peers = new ArrayList<>();
        for (int at = 0; at + MD5_KEY <= keys.remaining(); at += MD5_KEY) {
            var ip = new byte[keys.get(at) == SockDiag.AF_INET ? 4 : 16];
            keys.get(at + MD5_ADDRESS, ip);
            peers.add(IpAddress.of(ip) + "/" + (keys.get(at + 1) & 0xff));
        }
        return peers;
    }

    // ---------------------------------------------------------------- where they are

    private @Nullable NativeStruct struct(int type) {
        int place = places[type];
        return place == 0 ? null : new NativeStruct(bytes, place, length(place));
    }

    private @Nullable ByteBuffer value(int type) {
        int place = places[type];
        if (place == 0) return null;
        return ByteBuffer.wrap(bytes, place, length(place)).slice().order(ByteOrder.nativeOrder());
    }

    private int length(int place) {
        return NativeBytes.u16(bytes, place - HEADER) - HEADER;
    }

    /// Where a value is that has so many bytes at least; 0 if it is not told.
    private int place(int type, int size) {
        int place = places[type];
        return place == 0 || length(place) < size ? 0 : place;
    }

    private @Nullable String text(int type) {
        int place = places[type];
        if (place == 0) return null;
        int end = place;
        int last = place + length(place);
        while (end < last && bytes[end] != 0) end++;
        String usual = lastName;
        if (isSame(usual, place, end - place)) return usual;
        String name = new String(bytes, place, end - place, StandardCharsets.UTF_8);
        lastName = name;
        return name;
    }

    private boolean isSame(String name, int place, int length) {
        if (name.length() != length) return false;
        for (int i = 0; i < length; i++) if (name.charAt(i) != bytes[place + i]) return false;
        return true;
    }

    private int oneByte(int type) {
        int place = place(type, 1);
        return place == 0 ? -1 : bytes[place] & 0xff;
    }

    private long number(int type, int size, long otherwise) {
        int place = place(type, size);
        if (place == 0) return otherwise;
        return switch (size) {
            case Short.BYTES -> NativeBytes.u16(bytes, place);
            case Integer.BYTES -> NativeBytes.u32(bytes, place);
            default -> NativeBytes.i64(bytes, place);
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DiagAttributes that && Arrays.equals(bytes, from, to, that.bytes, that.from, that.to);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(Arrays.copyOfRange(bytes, from, to));
    }

    @Override
    public String toString() {
        return to - from + " bytes of attributes";
    }
}
