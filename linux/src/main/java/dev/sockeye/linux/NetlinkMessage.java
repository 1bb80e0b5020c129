package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.sockeye.wire.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// A message to or from the kernel: `struct nlmsghdr` (linux/netlink.h), a structure of the family's, and
/// attributes, in the machine's order of bytes. Whoever reads one knows that it is whole: [Rtnetlink] looks
/// at the length.
final class NetlinkMessage {

    static final int HEADER = 16;

    /// Message types that every family has.
    static final int NLMSG_ERROR = 2;

    static final int NLM_F_REQUEST = 1, NLM_F_ACK = 4, NLM_F_EXCL = 0x200, NLM_F_CREATE = 0x400;

    /// The bit of an attribute that holds others.
    static final int NLA_F_NESTED = 0x8000;

    private static final int CAPACITY = 8192;
    private static final int ATTRIBUTE_HEADER = 4;

    final MemorySegment memory = Arena.ofAuto().allocate(CAPACITY, 8);
    private int length;

    /// Begins a request.
    NetlinkMessage begin(int type, int flags, int sequence) {
        memory.asSlice(0, HEADER).fill((byte) 0);
        length = HEADER;
        putShort(4, type);
        putShort(6, flags | NLM_F_REQUEST);
        putInt(8, sequence);
        return this;
    }

    /// How long the message is that begins there; 0 if it is not whole.
    static int length(byte[] messages, int at) {
        int left = messages.length - at;
        int own = left < HEADER + 4 ? 0 : NativeBytes.i32(messages, at);
        return own < HEADER + 4 || own > left ? 0 : own;
    }

    /// Appends the family's structure, and says where it begins.
    int structure(int bytes) {
        int at = length;
        memory.asSlice(at, bytes).fill((byte) 0);
        length += aligned(bytes);
        return at;
    }

    void putByte(int at, int value) {
        memory.set(JAVA_BYTE, at, (byte) value);
    }

    void putShort(int at, int value) {
        memory.set(JAVA_SHORT_UNALIGNED, at, (short) value);
    }

    void putInt(int at, int value) {
        memory.set(JAVA_INT_UNALIGNED, at, value);
    }

    int intAt(int at) {
        return memory.get(JAVA_INT_UNALIGNED, at);
    }

    int shortAt(int at) {
        return memory.get(JAVA_SHORT_UNALIGNED, at) & 0xffff;
    }

    NetlinkMessage attribute(int type, byte[] value) {
        memory.asSlice(length, aligned(ATTRIBUTE_HEADER + value.length)).fill((byte) 0);
        putShort(length, ATTRIBUTE_HEADER + value.length);
        putShort(length + 2, type);
        MemorySegment.copy(MemorySegment.ofArray(value), 0, memory, length + ATTRIBUTE_HEADER, value.length);
        length += aligned(ATTRIBUTE_HEADER + value.length);
        return this;
    }

    NetlinkMessage attribute(int type, String value) {
        return attribute(type, (value + '\0').getBytes(StandardCharsets.US_ASCII));
    }

    NetlinkMessage attribute(int type, int value) {
        byte[] bytes = new byte[4];
        MemorySegment.ofArray(bytes).set(JAVA_INT_UNALIGNED, 0, value);
        return attribute(type, bytes);
    }

    NetlinkMessage attribute(int type, IpAddress value) {
        return attribute(type, value.toBytes());
    }

    /// Ends the request.
    ///
    /// @return its length, bytes
    int end() {
        putInt(0, length);
        return length;
    }

    private static int aligned(int bytes) {
        return bytes + 3 & ~3;
    }
}
