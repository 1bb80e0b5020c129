package dev.sockeye.inspect;

import dev.sockeye.tcp.TcpState;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The names that people and their tools give to states: RFC 9293's, those of `ss`, `netstat` and `lsof`, and Linux's
/// numbers.
public final class StateNames {

    private static final Map<String, TcpState> BY_NAME = new HashMap<>();

    static {
        for (TcpState state : TcpState.values()) {
            BY_NAME.put(normal(state.name()), state);
            BY_NAME.put(normal(state.ssName()), state);
            BY_NAME.put(String.valueOf(state.number()), state);
        }
        BY_NAME.put("synrecv", TcpState.SYN_RCVD); // netstat
        BY_NAME.put("synreceived", TcpState.SYN_RCVD); // RFC 793
        BY_NAME.put("close", TcpState.CLOSED); // the kernel's TCP_CLOSE, netstat
        BY_NAME.put("listening", TcpState.LISTEN); // ss's filter
    }

    private StateNames() {}

    /// The state of this name or number: `CLOSE_WAIT`, `CLOSE-WAIT`, `close-wait` and `8` are all the same; null if
    /// there is none.
    public static @Nullable TcpState find(String name) {
        return BY_NAME.get(normal(name));
    }

    private static String normal(String name) {
        return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }
}
