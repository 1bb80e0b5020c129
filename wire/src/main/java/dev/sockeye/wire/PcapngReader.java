package dev.sockeye.wire;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads captures in pcapng: our own, and those that Wireshark or `dumpcap` wrote, in either byte order and with any
/// resolution of time. Kinds of blocks that it does not know are passed over.
public final class PcapngReader {

    private static final int LARGEST_BLOCK = 16 << 20;
    private static final BigInteger NANOS = BigInteger.valueOf(1_000_000_000);

    private final InputStream in;
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    private final List<Clock> clocks = new ArrayList<>();
    private boolean begun;

    /// How an interface counts time.
    ///
    /// @param resolution `if_tsresol`: negative powers of 10, or of 2 where the highest bit is set
    /// @param offset     `if_tsoffset`, seconds
    /// @param snapLength bytes of each packet at most, 0 for no limit
    private record Clock(int resolution, long offset, int snapLength) {

        long nanos(long ticks) {
            BigInteger units = BigInteger.valueOf(ticks >>> 1)
                    .shiftLeft(1)
                    .or(BigInteger.valueOf(ticks & 1))
                    .multiply(NANOS);
            int exponent = resolution & 0x7f;
            BigInteger nanos =
                    (resolution & 0x80) != 0 ? units.shiftRight(exponent) : units.divide(BigInteger.TEN.pow(exponent));
            return nanos.longValue() + offset * 1_000_000_000;
        }
    }

    /// Reads from `in`, which it does not close.
    public PcapngReader(InputStream in) {
        this.in = in;
    }

    /// The next block, or null at the end of the file.
    ///
    /// @throws IOException as the stream does, or if these are not the bytes of a capture
    public Pcapng.@Nullable Block next() throws IOException {
        while (true) {
            byte[] head = in.readNBytes(8);
            if (head.length == 0) return null;
            if (head.length < 8) throw new IOException("the capture is cut off in the head of a block");
            Pcapng.Block block = read(head);
            if (block != null) return block;
        }
    }

    private Pcapng.@Nullable Block read(byte[] head) throws IOException {
        int type = ByteBuffer.wrap(head).order(order).getInt();
        if (type == Pcapng.SECTION_HEADER) return section(head);
        if (!begun) throw new IOException("not a pcapng capture");
        ByteBuffer body = body(ByteBuffer.wrap(head).order(order).getInt(4), 8);
        return switch (type) {
            case Pcapng.INTERFACE_DESCRIPTION -> description(body);
            case Pcapng.ENHANCED_PACKET -> enhancedPacket(body);
            case Pcapng.SIMPLE_PACKET -> simplePacket(body);
            case Pcapng.INTERFACE_STATISTICS -> statistics(body);
            default -> null;
        };
    }

    /// The rest of a block of which `read` bytes are read, without its second length.
    private ByteBuffer body(int blockLength, int read) throws IOException {
        if (blockLength < read + 4 || blockLength > LARGEST_BLOCK || (blockLength & 3) != 0) {
            throw new IOException("a block of " + Integer.toUnsignedString(blockLength) + " bytes");
        }
        byte[] bytes = in.readNBytes(blockLength - read);
        if (bytes.length < blockLength - read) throw new IOException("the capture is cut off in a block");
        ByteBuffer body = ByteBuffer.wrap(bytes).order(order);
        if (body.getInt(bytes.length - 4) != blockLength) throw new IOException("a block's two lengths differ");
        return body.limit(bytes.length - 4);
    }

    private Pcapng.Section section(byte[] head) throws IOException {
        byte[] magic = in.readNBytes(4);
        if (magic.length < 4) throw new IOException("the capture is cut off in the head of a section");
        order = switch (ByteBuffer.wrap(magic).getInt()) {
            case Pcapng.BYTE_ORDER_MAGIC -> ByteOrder.BIG_ENDIAN;
            case 0x4d3c2b1a -> ByteOrder.LITTLE_ENDIAN;
            default -> throw new IOException("not a pcapng capture: its byte order is neither of two");
        };
        begun = true;
        clocks.clear();
        ByteBuffer body = body(ByteBuffer.wrap(head).order(order).getInt(4), 12);
        need(body, 12);
        int major = body.getShort();
        if (major != 1) throw new IOException("pcapng of version " + major);
        body.position(12);
        String application = null;
        while (nextOption(body)) {
            if (code(body) == Pcapng.SECTION_APPLICATION) application = text(body);
            skip(body);
        }
        return new Pcapng.Section(application);
    }

    private Pcapng.Interface description(ByteBuffer body) throws IOException {
        need(body, 8);
        int linkType = body.getShort() & 0xffff;
        int snapLength = body.getInt(4);
        body.position(8);
        String name = null;
        String description = null;
        int resolution = 6;
        long offset = 0;
        while (nextOption(body)) {
            switch (code(body)) {
                case Pcapng.INTERFACE_NAME -> name = text(body);
                case Pcapng.INTERFACE_TEXT -> description = text(body);
                case Pcapng.INTERFACE_RESOLUTION -> resolution = value(body, 1).get() & 0xff;
                case Pcapng.INTERFACE_OFFSET -> offset = value(body, 8).getLong();
                default -> {}
            }
            skip(body);
        }
        clocks.add(new Clock(resolution, offset, snapLength));
        return new Pcapng.Interface(clocks.size() - 1, linkType, name, description);
    }

    private Pcapng.CapturedPacket enhancedPacket(ByteBuffer body) throws IOException {
        need(body, 20);
        int interfaceId = body.getInt();
        Clock clock = clock(interfaceId);
        long ticks = (long) body.getInt() << 32 | body.getInt() & 0xffff_ffffL;
        int captured = body.getInt();
        int original = body.getInt();
        MemorySegment bytes = bytes(body, captured);
        var direction = Pcapng.Direction.UNKNOWN;
        var comments = new ArrayList<String>();
        while (nextOption(body)) {
            switch (code(body)) {
                case Pcapng.PACKET_FLAGS -> direction = direction(value(body, 4).getInt());
                case Pcapng.OPTION_COMMENT -> comments.add(text(body));
                default -> {}
            }
            skip(body);
        }
        return new Pcapng.CapturedPacket(
                interfaceId, clock.nanos(ticks), bytes, original, direction, List.copyOf(comments));
    }

    private static Pcapng.Direction direction(int flags) {
        return switch (flags & 3) {
            case 1 -> Pcapng.Direction.IN;
            case 2 -> Pcapng.Direction.OUT;
            default -> Pcapng.Direction.UNKNOWN;
        };
    }

    private Pcapng.CapturedPacket simplePacket(ByteBuffer body) throws IOException {
        need(body, 4);
        Clock clock = clock(0);
        int original = body.getInt();
        int captured = Math.min(Integer.MAX_VALUE & original, body.remaining());
        if (clock.snapLength > 0) captured = Math.min(captured, clock.snapLength);
        MemorySegment bytes = bytes(body, captured);
        return new Pcapng.CapturedPacket(0, 0, bytes, original, Pcapng.Direction.UNKNOWN, List.of());
    }

    private Pcapng.Statistics statistics(ByteBuffer body) throws IOException {
        need(body, 12);
        int interfaceId = body.getInt();
        Clock clock = clock(interfaceId);
        long ticks = (long) body.getInt() << 32 | body.getInt() & 0xffff_ffffL;
        long received = -1;
        long dropped = -1;
        while (nextOption(body)) {
            switch (code(body)) {
                case Pcapng.STATISTICS_RECEIVED -> received = value(body, 8).getLong();
                case Pcapng.STATISTICS_DROPPED -> dropped = value(body, 8).getLong();
                default -> {}
            }
            skip(body);
        }
        return new Pcapng.Statistics(interfaceId, clock.nanos(ticks), received, dropped);
    }

    private Clock clock(int interfaceId) throws IOException {
        if (interfaceId < 0 || interfaceId >= clocks.size()) {
            throw new IOException("a packet of interface " + interfaceId + " of " + clocks.size());
        }
        return clocks.get(interfaceId);
    }

    private static void need(ByteBuffer body, int count) throws IOException {
        if (body.remaining() < count) throw new IOException("a block with " + body.remaining() + " bytes in it");
    }

    private static MemorySegment bytes(ByteBuffer body, int count) throws IOException {
        int padded = count + 3 & ~3;
        if (count < 0 || padded < 0 || padded > body.remaining()) {
            throw new IOException("a packet of " + Integer.toUnsignedString(count) + " bytes in a smaller block");
        }
        byte[] bytes = new byte[count];
        body.get(bytes);
        body.position(body.position() + padded - count);
        return MemorySegment.ofArray(bytes).asReadOnly();
    }

    // An option is a code, a length and so many bytes, padded; the body stands at its code.

    /// Whether there is another option; checks that it is whole.
    private static boolean nextOption(ByteBuffer body) throws IOException {
        if (body.remaining() < 4 || code(body) == Pcapng.OPTION_END) return false;
        if ((length(body) + 3 & ~3) > body.remaining() - 4) throw new IOException("an option is longer than its block");
        return true;
    }

    private static int code(ByteBuffer body) {
        return body.getShort(body.position()) & 0xffff;
    }

    private static int length(ByteBuffer body) {
        return body.getShort(body.position() + 2) & 0xffff;
    }

    private static String text(ByteBuffer body) {
        byte[] bytes = new byte[length(body)];
        body.get(body.position() + 4, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static ByteBuffer value(ByteBuffer body, int count) throws IOException {
        if (length(body) != count) throw new IOException("an option of " + length(body) + " bytes, not " + count);
        return body.duplicate().order(body.order()).position(body.position() + 4);
    }

    private static void skip(ByteBuffer body) {
        body.position(body.position() + 4 + (length(body) + 3 & ~3));
    }
}
