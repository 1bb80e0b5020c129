package dev.sockeye.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Writes a capture that Wireshark opens: packets of several interfaces, with nanosecond times and comments. For one
/// thread at a time; a packet costs no object, unless it has a comment.
///
/// What is written goes to the stream block by block, so that a file is whole whenever it ends; buffering, flushing
/// and closing are the stream owner's matter.
public final class PcapngWriter {

    private static final int LARGEST_OPTION = 0xffff;

    private final OutputStream out;
    private final int snapLength;
    /// The block that is being made, and the same array once more.
    private ByteBuffer block = ByteBuffer.wrap(new byte[2048]).order(ByteOrder.LITTLE_ENDIAN);

    private MemorySegment memory = MemorySegment.ofArray(block.array());
    private int interfaces;

    /// Begins a file.
    ///
    /// @param application what writes it, as `capinfos` shows it
    /// @throws IOException as the stream does
    public PcapngWriter(OutputStream out, String application) throws IOException {
        this(out, application, Ipv6Header.LENGTH + 65535);
    }

    /// Begins a file in which of each packet not more than the first `snapLength` bytes are kept.
    ///
    /// @throws IOException as the stream does
    public PcapngWriter(OutputStream out, String application, int snapLength) throws IOException {
        if (snapLength <= 0) throw new IllegalArgumentException("a snap length of " + snapLength);
        this.out = out;
        this.snapLength = snapLength;
        begin(Pcapng.SECTION_HEADER);
        block.putInt(Pcapng.BYTE_ORDER_MAGIC);
        block.putShort((short) 1).putShort((short) 0); // version 1.0
        block.putLong(-1); // the section's length is not known in advance
        option(Pcapng.SECTION_APPLICATION, application);
        end();
    }

    /// Adds an interface whose packets begin with an IP header.
    ///
    /// @param name        such as `eth0`, or `client:eth0` where several hosts share a file
    /// @param description or null
    /// @return its number, for [#packet] and [#statistics]
    /// @throws IOException as the stream does
    public int addInterface(String name, @Nullable String description) throws IOException {
        begin(Pcapng.INTERFACE_DESCRIPTION);
        block.putShort((short) Pcapng.LINKTYPE_RAW).putShort((short) 0);
        block.putInt(snapLength);
        option(Pcapng.INTERFACE_NAME, name);
        if (description != null) option(Pcapng.INTERFACE_TEXT, description);
        optionHead(Pcapng.INTERFACE_RESOLUTION, 1);
        block.put((byte) 9); // times are in units of 10^-9 s
        pad();
        end();
        return interfaces++;
    }

    /// Writes a packet.
    ///
    /// @param interfaceId what [#addInterface] returned
    /// @param timeNanos   nanoseconds since 1970, not negative
    /// @param packet      is read only
    /// @param comment     such as the socket's name and its change of state, or null
    /// @throws IOException as the stream does
    public void packet(
            int interfaceId, long timeNanos, Packet packet, Pcapng.Direction direction, @Nullable String comment)
            throws IOException {
        int captured = beginPacket(interfaceId, timeNanos, packet.length());
        packet.copyTo(0, memory, block.position(), captured);
        block.position(block.position() + captured);
        endPacket(direction, comment);
    }

    /// As the other, for a packet in an array.
    ///
    /// @throws IOException as the stream does
    public void packet(
            int interfaceId, long timeNanos, byte[] packet, Pcapng.Direction direction, @Nullable String comment)
            throws IOException {
        int captured = beginPacket(interfaceId, timeNanos, packet.length);
        block.put(packet, 0, captured);
        endPacket(direction, comment);
    }

    private int beginPacket(int interfaceId, long timeNanos, int length) {
        checkInterface(interfaceId);
        int captured = Math.min(length, snapLength);
        begin(Pcapng.ENHANCED_PACKET);
        block.putInt(interfaceId);
        time(timeNanos);
        block.putInt(captured).putInt(length);
        room(captured);
        return captured;
    }

    private void endPacket(Pcapng.Direction direction, @Nullable String comment) throws IOException {
        pad();
        if (direction != Pcapng.Direction.UNKNOWN) {
            optionHead(Pcapng.PACKET_FLAGS, 4);
            block.putInt(direction == Pcapng.Direction.IN ? 1 : 2);
        }
        if (comment != null) option(Pcapng.OPTION_COMMENT, comment);
        end();
    }

    /// Writes what an interface has counted so far.
    ///
    /// @param timeNanos nanoseconds since 1970, not negative
    /// @param received  packets
    /// @param dropped   packets
    /// @throws IOException as the stream does
    public void statistics(int interfaceId, long timeNanos, long received, long dropped) throws IOException {
        checkInterface(interfaceId);
        begin(Pcapng.INTERFACE_STATISTICS);
        block.putInt(interfaceId);
        time(timeNanos);
        optionHead(Pcapng.STATISTICS_RECEIVED, 8);
        block.putLong(received);
        optionHead(Pcapng.STATISTICS_DROPPED, 8);
        block.putLong(dropped);
        end();
    }

    private void checkInterface(int interfaceId) {
        if (interfaceId < 0 || interfaceId >= interfaces) {
            throw new IllegalArgumentException("interface " + interfaceId + " of " + interfaces);
        }
    }

    private void begin(int type) {
        block.clear();
        block.putInt(type).putInt(0); // the length is filled in at the end
    }

    private void time(long nanos) {
        block.putInt((int) (nanos >>> 32)).putInt((int) nanos);
    }

    private void option(int code, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, LARGEST_OPTION);
        optionHead(code, length);
        block.put(bytes, 0, length);
        pad();
    }

    private void optionHead(int code, int length) {
        room(length);
        block.putShort((short) code).putShort((short) length);
    }

    private void pad() {
        while ((block.position() & 3) != 0) block.put((byte) 0);
    }

    private void end() throws IOException {
        block.putShort((short) Pcapng.OPTION_END).putShort((short) 0);
        int length = block.position() + 4;
        block.putInt(length).putInt(4, length);
        out.write(block.array(), 0, length);
    }

    /// Makes room for `count` bytes more, and for what may stand around them.
    private void room(int count) {
        int needed = block.position() + count + 64;
        if (needed <= block.capacity()) return;
        byte[] larger = Arrays.copyOf(block.array(), Math.max(needed, 2 * block.capacity()));
        block = ByteBuffer.wrap(larger).order(ByteOrder.LITTLE_ENDIAN).position(block.position());
        memory = MemorySegment.ofArray(larger);
    }
}
