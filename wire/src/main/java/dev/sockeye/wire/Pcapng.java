package dev.sockeye.wire;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What stands in a capture file of the format pcapng (draft-ietf-opsawg-pcapng), as far as networking needs it:
/// [PcapngWriter] makes such files, [PcapngReader] reads them.
///
/// A file is a list of blocks: a section header, descriptions of interfaces, and packets, each of which names its
/// interface by number. Times are nanoseconds since 1970-01-01 UTC, or, of virtual time, since the world began.
public final class Pcapng {

    /// The packets of an interface begin with an IP header (LINKTYPE_RAW).
    public static final int LINKTYPE_RAW = 101;

    static final int SECTION_HEADER = 0x0a0d0d0a;
    static final int INTERFACE_DESCRIPTION = 1;
    static final int SIMPLE_PACKET = 3;
    static final int INTERFACE_STATISTICS = 5;
    static final int ENHANCED_PACKET = 6;

    static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;

    static final int OPTION_END = 0;
    static final int OPTION_COMMENT = 1;
    static final int SECTION_APPLICATION = 4;
    static final int INTERFACE_NAME = 2;
    static final int INTERFACE_TEXT = 3;
    static final int INTERFACE_RESOLUTION = 9;
    static final int INTERFACE_OFFSET = 14;
    static final int PACKET_FLAGS = 2;
    static final int STATISTICS_RECEIVED = 4;
    static final int STATISTICS_DROPPED = 5;

    private Pcapng() {}

    /// Which way a packet passed its interface.
    public enum Direction {
        UNKNOWN,
        IN,
        OUT
    }

    /// What a reader finds.
    public sealed interface Block permits Section, Interface, CapturedPacket, Statistics {}

    /// The begin of a file, or of another one behind it: interfaces are counted from 0 again.
    ///
    /// @param application what wrote the file, or null where it does not say
    public record Section(@Nullable String application) implements Block {}

    /// An interface that packets were captured on.
    ///
    /// @param id       its number in the section, from 0
    /// @param linkType what packets begin with: [#LINKTYPE_RAW], or another LINKTYPE of pcap
    /// @param name     or null where the file does not say
    public record Interface(
            int id,
            int linkType,
            @Nullable String name,
            @Nullable String description) implements Block {}

    /// A packet.
    ///
    /// @param interfaceId    the number of its interface
    /// @param timeNanos      when it was captured; 0 where the file does not say
    /// @param bytes          what was captured of it, read-only
    /// @param originalLength bytes that it had
    /// @param comments       in the file's order
    public record CapturedPacket(
            int interfaceId,
            long timeNanos,
            MemorySegment bytes,
            int originalLength,
            Direction direction,
            List<String> comments)
            implements Block {}

    /// What an interface has counted.
    ///
    /// @param timeNanos when
    /// @param received  packets, or -1 where the file does not say
    /// @param dropped   packets, or -1 where the file does not say
    public record Statistics(int interfaceId, long timeNanos, long received, long dropped) implements Block {}
}
