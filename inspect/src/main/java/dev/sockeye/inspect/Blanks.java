package dev.sockeye.inspect;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What is filled into the words of a situation, for one socket. Where something is not known, what stands in square
/// brackets around it is left out; outside of brackets it is said to be unknown.
final class Blanks {

    private static final Pattern BLANK = Pattern.compile("\\{([a-z_]+)}");
    private static final Pattern OPTIONAL = Pattern.compile("\\[([^\\[\\]]*)]");

    private final Map<String, String> values = new HashMap<>();
    private final Set<String> unknown = new HashSet<>();

    private Blanks() {}

    /// Every `{name}` that the words can use.
    static Blanks of(SocketSnapshot socket) {
        var blanks = new Blanks();
        blanks.putAddresses(socket);
        blanks.putQueues(socket);
        blanks.putTimes(socket);
        blanks.putLines(socket.origin());
        return blanks;
    }

    /// The names that can be used.
    Set<String> names() {
        return values.keySet();
    }

    /// The words, filled in.
    String fill(String words) {
        String told = OPTIONAL.matcher(words).replaceAll(part -> isKnown(part.group(1)) ? "$1" : "");
        return BLANK.matcher(told)
                .replaceAll(blank ->
                        Matcher.quoteReplacement(Objects.requireNonNull(values.get(blank.group(1)), blank.group())));
    }

    private boolean isKnown(String words) {
        return BLANK.matcher(words).results().noneMatch(blank -> unknown.contains(blank.group(1)));
    }

    private void put(String name, String value) {
        values.put(name, value);
    }

    private void put(String name, @Nullable String value, String otherwise) {
        values.put(name, value == null ? otherwise : value);
        if (value == null) unknown.add(name);
    }

    // ---------------------------------------------------------------- what is known

    private void putAddresses(SocketSnapshot socket) {
        JournalEntry entered = socket.entered();
        Owner owner = socket.owner();
        put("local", socket.local().toString());
        put("peer", socket.remote() == null ? "the peer" : socket.remote().toString());
        put("program", owner == null ? "the program" : owner.program());
        put("cause", entered == null ? null : PlainWords.cause(entered), "it is not known why");
    }

    private void putQueues(SocketSnapshot socket) {
        Backlog backlog = Objects.requireNonNullElse(socket.backlog(), new Backlog(0, 0, 0, 0));
        put("recv_q", PlainWords.count(Activity.unreadBytes(socket), "byte", "bytes"));
        put("send_q", PlainWords.count(unacknowledgedBytes(socket), "byte", "bytes"));
        put("waiting", PlainWords.count(backlog.waiting(), "connection", "connections"));
        put("limit", PlainWords.grouped(backlog.limit()));
        put("overflows", PlainWords.grouped(backlog.overflows()));
        put("retries", PlainWords.count(Signs.timeouts(socket), "time", "times"));
        put("timer", timer(socket.timer()));
        put(
                "no_keepalive",
                socket.settings().keepAlive() == null
                        ? "No keepalive timer is to be seen (another timer may hide it)"
                        : "Keepalive is off");
    }

    /// Linux counts our FIN in Send-Q; people do not count it as a byte.
    private static long unacknowledgedBytes(SocketSnapshot socket) {
        return switch (socket.state()) {
            case FIN_WAIT1, CLOSING, LAST_ACK -> Math.max(0, socket.sendQ() - 1);
            default -> socket.sendQ();
        };
    }

    private void putTimes(SocketSnapshot socket) {
        Usage usage = socket.usage();
        Duration idle = Activity.idle(socket);
        put("state_age", socket.inState());
        put("peer_closed", peerClosed(socket), "an unknown time");
        put("eof", ageOf(socket, usage.endOfStreamRead()));
        put("last_use", idle);
        put("idle", idle == null ? socket.inState() : idle);
        put("last_read", agoOrNever(socket, usage.lastRead()), "at an unknown time");
        put("last_write", agoOrNever(socket, usage.lastWrite()), "at an unknown time");
    }

    private void put(String name, @Nullable Duration duration) {
        put(name, duration == null ? null : PlainWords.duration(duration), "an unknown time");
    }

    private static @Nullable String peerClosed(SocketSnapshot socket) {
        Duration closed = Activity.peerClosed(socket);
        if (closed == null) return null;
        String duration = PlainWords.duration(closed);
        return socket.peerClosedAt() == null ? "at least " + duration : duration;
    }

    private static @Nullable Duration ageOf(SocketSnapshot socket, @Nullable Instant then) {
        return then == null ? null : socket.age(then);
    }

    /// The kernel does not note when a program reads and writes.
    private static @Nullable String agoOrNever(SocketSnapshot socket, @Nullable Instant then) {
        if (then == null) return socket.kernel() == null ? "never" : null;
        return PlainWords.duration(socket.age(then)) + " ago";
    }

    private void putLines(Origins origin) {
        put("opened_at", site(origin.opened()), "a place that was not recorded");
        put("read_at", site(origin.lastRead()), "a place that was not recorded");
        put("written_at", site(origin.lastWrite()), "a place that was not recorded");
    }

    private static @Nullable String site(@Nullable Trace trace) {
        return trace == null ? null : trace.site();
    }

    private static String timer(@Nullable Timer timer) {
        if (timer == null) return "no timer runs";
        String in = "in " + PlainWords.duration(timer.expiresIn());
        return switch (timer.kind()) {
            case RETRANSMIT -> "next time " + in;
            case PERSIST -> "asked again " + in;
            case KEEPALIVE -> "the next probe goes out " + in;
            case TIME_WAIT, FIN_WAIT2 -> "it is over " + in;
            case DELAYED_ACK -> "an acknowledgement goes out " + in;
        };
    }
}
