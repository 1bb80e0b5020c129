package dev.sockeye.differential;

import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds the differences between two transcripts of one program.
///
/// Times are compared with what the kernel's clockwork allows: it counts in ticks of 4 ms, fires long
/// timers up to an eighth late, and shares its machine.
final class Comparison {

    private static final long MILLISECOND = 1_000_000;

    /// Values that are compared as they are.
    private static final List<String> EXACT = List.of(
            "state",
            "ca_state",
            "retransmits",
            "probes",
            "backoff",
            "options",
            "snd_wscale",
            "rcv_wscale",
            "snd_mss",
            "rcv_mss",
            "unacked",
            "sacked",
            "lost",
            "retrans",
            "pmtu",
            "snd_ssthresh",
            "snd_cwnd",
            "advmss",
            "reordering",
            "total_retrans",
            "bytes_acked",
            "bytes_received",
            "segs_out",
            "segs_in",
            "notsent_bytes",
            "data_segs_in",
            "data_segs_out",
            "delivered",
            "delivered_ce",
            "bytes_sent",
            "bytes_retrans",
            "dsack_dups",
            "reord_seen",
            "rcv_ooopack",
            "snd_wnd",
            "rcv_wnd",
            "rcv_ssthresh",
            "total_rto",
            "total_rto_recoveries",
            "inq",
            "outq");

    private static final long CLOSED = 7;

    private static final List<String> ROUGH = List.of("rto", "ato");

    private final Map<String, Difference> differences = new LinkedHashMap<>();
    private final List<Frame> kernel;
    private final List<Frame> stack;

    private Comparison(Transcript kernel, Transcript stack) {
        this.kernel = Frame.of(kernel);
        this.stack = Frame.of(stack);
    }

    /// What differs: results, packets and readiness up to the first difference in those, for what comes
    /// after it may follow from it; and until then each value's first.
    static List<Difference> of(Transcript kernel, Transcript stack) {
        var comparison = new Comparison(kernel, stack);
        comparison.compare();
        return List.copyOf(comparison.differences.values());
    }

    private void compare() {
        for (int i = 0; i < Math.min(kernel.size(), stack.size()); i++) {
            Difference difference = compareWhatIsDone(i, kernel.get(i), stack.get(i));
            if (difference == null) compareValues(i, kernel.get(i), stack.get(i));
            else note(difference);
            if (difference != null) return;
        }
    }

    /// Notes a difference; its kind tells the state that the connection was in, so that a kind that is known hides as
    /// little else as can be.
    private void note(Difference difference) {
        String kind = difference.kind() + " in " + stateBefore(difference.frame());
        differences.putIfAbsent(
                kind,
                new Difference(kind, difference.frame(), difference.kernel(), difference.stack(), difference.doubt()));
    }

    /// What the kernel's connection was in when the input of a frame came.
    private String stateBefore(int frame) {
        for (int i = Math.min(frame, kernel.size()) - 1; i >= 0; i--) {
            Snapshot seen = kernel.get(i).snapshot();
            if (seen == null) continue;
            Long state = seen.values().get("state");
            if (state == null) break;
            for (TcpState each : TcpState.values()) if (each.number() == state) return each.toString();
        }
        return "no connection";
    }

    private static @Nullable Difference compareWhatIsDone(int frame, Frame kernel, Frame stack) {
        Difference difference = compareResults(frame, kernel, stack);
        if (difference == null) difference = compareDepartures(frame, kernel, stack);
        if (difference == null) difference = compareReadiness(frame, kernel, stack);
        return difference;
    }

    // ---------------------------------------------------------------- results of calls

    private static @Nullable Difference compareResults(int frame, Frame kernel, Frame stack) {
        if (!(kernel.input() instanceof Event.Called k) || !(stack.input() instanceof Event.Called s)) return null;
        if (k.result() == s.result() && k.detail() == s.detail()) return null;
        boolean getting = k.call().kind() == Step.CallKind.GET || k.call().kind() == Step.CallKind.GET_LISTENER;
        String kind = getting
                ? k.call().kind() + " " + k.call().option()
                : k.result() == s.result()
                        ? "content of " + k.call().kind()
                        : "result of " + name(k.call()) + ": " + sort(k.result()) + ", not " + sort(s.result());
        return new Difference(kind, frame, text(k.result()), text(s.result()), "");
    }

    private static String name(Step.Call call) {
        return call.option().isEmpty() ? call.kind().toString() : call.option();
    }

    private static String sort(int result) {
        return result > 0 ? "a count" : text(result);
    }

    static String text(int result) {
        if (result == Sockets.NO_SOCKET) return "no socket";
        if (result >= 0) return Integer.toString(result);
        Errno errno = Errno.ofNumber(-result);
        return errno == null ? "error " + -result : errno.name();
    }

    // ---------------------------------------------------------------- packets

    private static @Nullable Difference compareDepartures(int frame, Frame kernel, Frame stack) {
        List<Event.Went> ks = kernel.departures();
        List<Event.Went> ss = stack.departures();
        int common = Math.min(ks.size(), ss.size());
        for (int i = 0; i < common; i++) {
            Difference difference = comparePacket(frame, kernel, ks.get(i), ss.get(i), stack.quietSince(i));
            if (difference != null) return difference;
        }
        if (ks.size() == ss.size()) return null;
        boolean missing = ks.size() > common;
        Event.Went extra = missing ? ks.get(common) : ss.get(common);
        String kind = (missing ? "ours does not send: " : "ours sends: ") + what(extra.segment());
        String shown = show(extra, kernel);
        // it may be there in the next frame, or the one before
        long grace = Clockwork.tolerance(extra.at() - (missing ? kernel : stack).quietSince(common));
        boolean doubtful = kernel.until() - extra.at() < grace && extra.at() - kernel.at() > MILLISECOND;
        return new Difference(
                kind,
                frame,
                missing ? shown : "nothing",
                missing ? "nothing" : shown,
                doubtful ? "the next input comes at about that time" : "");
    }

    private static String show(Event.Went went, Frame frame) {
        return String.format("%.3f ms after: > %s", (went.at() - frame.at()) / 1e6, went.segment());
    }

    /// What a segment is, without numbers.
    private static String what(Segment segment) {
        String letters = Segment.letters(segment.flags());
        return (segment.data().length > 0 ? "data " : "")
                + letters
                + (segment.sacks().isEmpty() ? "" : " sack");
    }

    private static @Nullable Difference comparePacket(
            int frame, Frame in, Event.Went kernel, Event.Went stack, long quietSince) {
        Segment k = kernel.segment();
        Segment s = stack.segment();
        String field = differingField(k, s);
        if (field == null) {
            // at some time between `since` and `at`
            long late =
                    stack.at() < kernel.since() ? kernel.since() - stack.at() : Math.min(0, kernel.at() - stack.at());
            long since = Math.max(stack.at() - quietSince, 0);
            if (late >= -5 * MILLISECOND - since / 40 && late <= Clockwork.tolerance(since)) return null;
            field = "time " + (late > 0 ? "(earlier)" : "(later)");
        }
        return new Difference(
                "packet " + what(k) + (what(k).equals(what(s)) ? "" : " is " + what(s)) + ": " + field,
                frame,
                show(kernel, in),
                show(stack, in),
                "");
    }

    private static @Nullable String differingField(Segment k, Segment s) {
        if (k.flags() != s.flags()) return "flags";
        if (k.seq() != s.seq()) return "seq";
        if (k.data().length != s.data().length) return "length";
        if (k.ack() != s.ack()) return "ack";
        if (k.urgent() != s.urgent()) return "urgent";
        if (k.mss() != s.mss()) return "mss";
        if (k.windowScale() != s.windowScale()) return "wscale";
        if (k.cookie() != s.cookie()) return "cookie";
        if (k.mark() != s.mark()) return "mark";
        if (k.sackPermitted() != s.sackPermitted()) return "sackOK";
        if (k.timestamps() != s.timestamps()) return "timestamps";
        if (k.tsEcr() != s.tsEcr()) return "ecr";
        if (!k.sacks().equals(s.sacks())) return "sack";
        if (!Arrays.equals(k.data(), s.data())) return "data";
        if (k.window() != s.window()) return "window";
        return null;
    }

    // ---------------------------------------------------------------- what is to be seen

    private static @Nullable Difference compareReadiness(int frame, Frame kernel, Frame stack) {
        Snapshot k = kernel.snapshot();
        Snapshot s = stack.snapshot();
        if (k == null || s == null) return null;
        if (k.listener() != s.listener())
            return new Difference("poll of the listener", frame, bits(k.listener()), bits(s.listener()), "");
        if (k.socket() != s.socket())
            return new Difference(
                    "poll " + bits(k.socket() ^ s.socket()), frame, bits(k.socket()), bits(s.socket()), "");
        return null;
    }

    private void compareValues(int frame, Frame kernel, Frame stack) {
        if (kernel.snapshot() == null || stack.snapshot() == null) return;
        Map<String, Long> k = kernel.snapshot().values();
        Map<String, Long> s = stack.snapshot().values();
        boolean closed = k.getOrDefault("state", 0L) == CLOSED;
        // so does one whose connection waits for the first write (TCP_FASTOPEN_CONNECT)
        closed |= k.getOrDefault("pmtu", 1L) == 0;
        // a socket that is over, or has not begun, tells what it was left with
        for (String name : closed ? List.of("state", "inq") : EXACT) {
            if (!Objects.equals(k.get(name), s.get(name))) note(different(name, frame, k, s));
        }
        // values that depend on measured times
        for (String name : closed ? List.<String>of() : ROUGH) {
            long kernels = k.getOrDefault(name, 0L);
            long ours = s.getOrDefault(name, 0L);
            if (Math.abs(kernels - ours) > 8000 + kernels / 8) note(different(name, frame, k, s));
        }
    }

    private static Difference different(String name, int frame, Map<String, Long> kernel, Map<String, Long> stack) {
        return new Difference(name, frame, name + " " + kernel.get(name), name + " " + stack.get(name), "");
    }

    private static String bits(int events) {
        if (events < 0) return "none";
        var names =
                new TreeMap<Integer, String>(Map.of(1, "IN", 2, "PRI", 4, "OUT", 8, "ERR", 16, "HUP", 0x2000, "RDHUP"));
        var text = new StringBuilder();
        names.forEach((bit, name) -> {
            if ((events & bit) != 0) text.append(text.isEmpty() ? "" : "|").append(name);
        });
        return text.isEmpty() ? "0" : text.toString();
    }
}
