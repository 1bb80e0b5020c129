package dev.sockeye.conformance.run;

import dev.sockeye.conformance.machine.SocketFile;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.MemoryInfo;
import dev.sockeye.tcp.TcpInfo;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The names that a block of Python knows: `tcpi_*` of the socket, and the constants to compare them with.
final class SocketNames {

    private static final Map<String, Long> CONSTANTS = new HashMap<>();

    static {
        numbered(
                1,
                "TCP_ESTABLISHED",
                "TCP_SYN_SENT",
                "TCP_SYN_RECV",
                "TCP_FIN_WAIT1",
                "TCP_FIN_WAIT2",
                "TCP_TIME_WAIT",
                "TCP_CLOSE",
                "TCP_CLOSE_WAIT",
                "TCP_LAST_ACK",
                "TCP_LISTEN",
                "TCP_CLOSING",
                "TCP_NEW_SYN_RECV");
        numbered(0, "TCP_CA_Open", "TCP_CA_Disorder", "TCP_CA_CWR", "TCP_CA_Recovery", "TCP_CA_Loss");
        numbered(0, "TCP_CA_OPEN", "TCP_CA_DISORDER", "TCP_CA_CWR", "TCP_CA_RECOVERY", "TCP_CA_LOSS");
        String[] options = {"TIMESTAMPS", "SACK", "WSCALE", "ECN", "ECN_SEEN", "SYN_DATA", "USEC_TS", "TFO_CHILD"};
        for (int i = 0; i < options.length; i++) CONSTANTS.put("TCPI_OPT_" + options[i], 1L << i);
    }

    private SocketNames() {}

    private static void numbered(long first, String... names) {
        for (int i = 0; i < names.length; i++) CONSTANTS.put(names[i], first + i);
    }

    /// What a name stands for, or null.
    static @Nullable Object valueOf(String name, @Nullable ScriptSocket socket, long now) {
        Long constant = CONSTANTS.get(name);
        if (constant != null) return constant;
        SocketFile file = socket == null ? null : socket.file;
        if (file == null || file.endpoint().isClosed()) return null;
        if (name.startsWith("tcpi_")) return info(file.endpoint().info(now), name.substring("tcpi_".length()));
        return name.startsWith("SK_MEMINFO_") ? memory(file.endpoint(), name) : null;
    }

    private static @Nullable Object info(TcpInfo info, String field) {
        for (RecordComponent component : TcpInfo.class.getRecordComponents()) {
            if (component.getName().equals(field)) return number(read(info, component));
        }
        return null;
    }

    private static Object read(TcpInfo info, RecordComponent component) {
        try {
            return component.getAccessor().invoke(info);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new LinkageError("a record hides its component", e);
        }
    }

    /// The kernel's are unsigned.
    private static Object number(Object value) {
        return switch (value) {
            case Integer i -> i & 0xffff_ffffL;
            case Boolean b -> b ? 1L : 0L;
            default -> value;
        };
    }

    /// `SO_MEMINFO`
    private static @Nullable Object memory(TcpEndpoint endpoint, String name) {
        MemoryInfo info = endpoint.memoryInfo();
        return switch (name) {
            case "SK_MEMINFO_RMEM_ALLOC" -> (long) info.rmemAlloc();
            case "SK_MEMINFO_RCVBUF" -> (long) info.rcvbuf();
            case "SK_MEMINFO_WMEM_ALLOC" -> (long) info.wmemAlloc();
            case "SK_MEMINFO_SNDBUF" -> (long) info.sndbuf();
            case "SK_MEMINFO_FWD_ALLOC" -> (long) info.fwdAlloc();
            case "SK_MEMINFO_WMEM_QUEUED" -> (long) info.wmemQueued();
            case "SK_MEMINFO_OPTMEM" -> (long) info.optmem();
            case "SK_MEMINFO_BACKLOG" -> (long) info.backlog();
            case "SK_MEMINFO_DROPS" -> (long) info.drops();
            default -> null;
        };
    }
}
