package dev.sockeye.differential;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.sockeye.tcp.TcpInfo;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// `struct tcp_info` of Linux 6.18 (include/uapi/linux/tcp.h), and the same values of ours.
final class InfoLayout {

    static final int BYTES = 280;

    private record Field(String name, int at, int bytes) {}

    private static final List<Field> FIELDS = List.of(
            new Field("state", 0, 1),
            new Field("ca_state", 1, 1),
            new Field("retransmits", 2, 1),
            new Field("probes", 3, 1),
            new Field("backoff", 4, 1),
            new Field("options", 5, 1),
            new Field("rto", 8, 4),
            new Field("ato", 12, 4),
            new Field("snd_mss", 16, 4),
            new Field("rcv_mss", 20, 4),
            new Field("unacked", 24, 4),
            new Field("sacked", 28, 4),
            new Field("lost", 32, 4),
            new Field("retrans", 36, 4),
            new Field("pmtu", 60, 4),
            new Field("rcv_ssthresh", 64, 4),
            new Field("rtt", 68, 4),
            new Field("rttvar", 72, 4),
            new Field("snd_ssthresh", 76, 4),
            new Field("snd_cwnd", 80, 4),
            new Field("advmss", 84, 4),
            new Field("reordering", 88, 4),
            new Field("rcv_rtt", 92, 4),
            new Field("rcv_space", 96, 4),
            new Field("total_retrans", 100, 4),
            new Field("bytes_acked", 120, 8),
            new Field("bytes_received", 128, 8),
            new Field("segs_out", 136, 4),
            new Field("segs_in", 140, 4),
            new Field("notsent_bytes", 144, 4),
            new Field("min_rtt", 148, 4),
            new Field("data_segs_in", 152, 4),
            new Field("data_segs_out", 156, 4),
            new Field("delivered", 192, 4),
            new Field("delivered_ce", 196, 4),
            new Field("bytes_sent", 200, 8),
            new Field("bytes_retrans", 208, 8),
            new Field("dsack_dups", 216, 4),
            new Field("reord_seen", 220, 4),
            new Field("rcv_ooopack", 224, 4),
            new Field("snd_wnd", 228, 4),
            new Field("rcv_wnd", 232, 4),
            new Field("total_rto", 240, 2),
            new Field("total_rto_recoveries", 242, 2));

    private InfoLayout() {}

    /// The kernel's values by name.
    static Map<String, Long> read(MemorySegment info) {
        Map<String, Long> values = new HashMap<>();
        for (Field field : FIELDS) values.put(field.name, value(info, field));
        values.put("snd_wscale", (long) info.get(JAVA_BYTE, 6) & 15);
        values.put("rcv_wscale", (long) info.get(JAVA_BYTE, 6) >> 4 & 15);
        return values;
    }

    private static long value(MemorySegment info, Field field) {
        return switch (field.bytes) {
            case 1 -> info.get(JAVA_BYTE, field.at) & 0xffL;
            case 2 -> info.get(JAVA_SHORT_UNALIGNED, field.at) & 0xffffL;
            case 4 -> info.get(JAVA_INT_UNALIGNED, field.at) & 0xffff_ffffL;
            default -> info.get(JAVA_LONG_UNALIGNED, field.at);
        };
    }

    /// The same of ours.
    static Map<String, Long> of(TcpInfo info) {
        Map<String, Long> values = new HashMap<>();
        for (RecordComponent component : TcpInfo.class.getRecordComponents()) {
            try {
                Object value = component.getAccessor().invoke(info);
                if (value instanceof Integer number) values.put(component.getName(), Integer.toUnsignedLong(number));
                if (value instanceof Long number) values.put(component.getName(), number);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return values;
    }
}
