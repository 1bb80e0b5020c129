package dev.sockeye.inspect;

import dev.sockeye.inspect.Words.Part;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Says in plain words what a state means, whose move is next, whether it is harmless and what to do; for a concrete
/// socket, from
/// what it and its program have done. The words are in `states.md` and `situations.md`.
public final class Explainer {

    private static final Pattern BLANK = Pattern.compile("\\{([a-z_]+)}");

    private final Words states = Words.load("states.md");
    private final Words situations = Words.load("situations.md");

    /// Explains a state as such.
    public Explanation explain(TcpState state) {
        return new Explanation(
                state.name(),
                verdict(state),
                sentence(state, Part.MEANING),
                sentence(state, Part.NEXT),
                sentence(state, Part.HARM),
                sentence(state, Part.ADVICE),
                List.of());
    }

    /// What a state says of itself, before anything is known of the socket.
    private static Verdict verdict(TcpState state) {
        return state == TcpState.CLOSE_WAIT ? Verdict.WATCH : Verdict.HARMLESS;
    }

    private String sentence(TcpState state, Part part) {
        return Objects.requireNonNull(states.get(state.name(), part));
    }

    /// Which situation a socket is in.
    public Situation situation(SocketSnapshot socket) {
        return Situations.of(socket);
    }

    /// Explains a concrete socket.
    public Explanation explain(SocketSnapshot socket) {
        Situation situation = Situations.of(socket);
        Map<String, String> blanks = blanks(socket);
        return new Explanation(
                subject(socket),
                situation.verdict(),
                sentence(socket.state(), situation, Part.MEANING, blanks),
                sentence(socket.state(), situation, Part.NEXT, blanks),
                sentence(socket.state(), situation, Part.HARM, blanks),
                sentence(socket.state(), situation, Part.ADVICE, blanks),
                facts(socket));
    }

    private static String subject(SocketSnapshot socket) {
        String name = socket.protocol() == Protocol.UDP ? "UDP" : socket.state().name();
        if (socket.remote() == null) return name + " " + socket.local();
        return name + " " + socket.local() + " -> " + socket.remote();
    }

    private String sentence(TcpState state, Situation situation, Part part, Map<String, String> blanks) {
        String words = situations.get(situation.name(), part);
        return fill(words == null ? sentence(state, part) : words, blanks);
    }

    private static String fill(String words, Map<String, String> blanks) {
        Matcher blank = BLANK.matcher(words);
        return blank.replaceAll(found -> Matcher.quoteReplacement(Objects.requireNonNull(blanks.get(found.group(1)))));
    }

    // ---------------------------------------------------------------- what is filled in

    /// Every `{name}` that the words can use, for this socket.
    static Map<String, String> blanks(SocketSnapshot socket) {
        Usage usage = socket.usage();
        Origins origin = socket.origin();
        Backlog backlog = Objects.requireNonNullElse(socket.backlog(), new Backlog(0, 0, 0, 0));
        JournalEntry entered = socket.entered();
        Map<String, String> blanks = new HashMap<>();
        blanks.put("local", socket.local().toString());
        blanks.put(
                "peer", socket.remote() == null ? "the peer" : socket.remote().toString());
        blanks.put("program", programOf(socket));
        blanks.put("state_age", known(socket.inState()));
        blanks.put("cause", entered == null ? "it is not known why" : PlainWords.cause(entered));
        blanks.put("recv_q", PlainWords.count(socket.recvQ(), "byte", "bytes"));
        blanks.put("send_q", PlainWords.count(unacknowledgedBytes(socket), "byte", "bytes"));
        blanks.put("waiting", PlainWords.count(backlog.waiting(), "connection", "connections"));
        blanks.put("limit", PlainWords.grouped(backlog.limit()));
        blanks.put("overflows", PlainWords.grouped(backlog.overflows()));
        blanks.put("retries", PlainWords.count(Situations.retries(socket), "time", "times"));
        blanks.put("timer", timer(socket.timer()));
        blanks.put("peer_closed", known(ageOf(socket, socket.peerClosedAt())));
        blanks.put("eof", known(ageOf(socket, usage.endOfStreamRead())));
        blanks.put("last_use", known(ageOf(socket, usage.lastUse())));
        blanks.put("idle", known(usage.lastUse() == null ? socket.inState() : ageOf(socket, usage.lastUse())));
        blanks.put("last_read", agoOrNever(socket, usage.lastRead()));
        blanks.put("last_write", agoOrNever(socket, usage.lastWrite()));
        blanks.put("opened_at", site(origin.opened()));
        blanks.put("read_at", site(origin.lastRead()));
        blanks.put("written_at", site(origin.lastWrite()));
        return blanks;
    }

    /// Linux counts our FIN in Send-Q; people do not count it as a byte.
    private static long unacknowledgedBytes(SocketSnapshot socket) {
        return switch (socket.state()) {
            case FIN_WAIT1, CLOSING, LAST_ACK -> Math.max(0, socket.sendQ() - 1);
            default -> socket.sendQ();
        };
    }

    private static String programOf(SocketSnapshot socket) {
        return socket.owner() == null ? "the program" : socket.owner().program();
    }

    private static @Nullable Duration ageOf(SocketSnapshot socket, @Nullable Instant then) {
        return then == null ? null : socket.age(then);
    }

    private static String known(@Nullable Duration duration) {
        return duration == null ? "an unknown time" : PlainWords.duration(duration);
    }

    private static String agoOrNever(SocketSnapshot socket, @Nullable Instant then) {
        return then == null ? "never" : PlainWords.duration(socket.age(then)) + " ago";
    }

    private static String site(@Nullable Trace trace) {
        String site = trace == null ? null : trace.site();
        return site == null ? "a place that was not recorded" : site;
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

    // ---------------------------------------------------------------- the evidence

    private static List<String> facts(SocketSnapshot socket) {
        List<String> facts = new ArrayList<>();
        Owner owner = socket.owner();
        if (owner != null) facts.add("Program: " + owner.program() + ", process " + owner.pid() + handle(owner) + ".");
        addTrace(facts, "Opened", socket.origin().opened());
        addUse(
                facts,
                socket,
                "Last read",
                socket.usage().lastRead(),
                socket.origin().lastRead());
        addUse(
                facts,
                socket,
                "Last written",
                socket.usage().lastWrite(),
                socket.origin().lastWrite());
        if (socket.state().hasReceivedFin()) facts.add(endOfStream(socket));
        for (JournalEntry entry : socket.journal()) {
            facts.add(PlainWords.duration(socket.age(entry.at())) + " ago: " + entry.from() + " -> " + entry.to() + ", "
                    + PlainWords.cause(entry) + ".");
        }
        return facts;
    }

    private static String handle(Owner owner) {
        return owner.handle() == null ? "" : ", " + owner.handle();
    }

    private static void addTrace(List<String> facts, String what, @Nullable Trace trace) {
        if (trace != null && trace.site() != null) {
            facts.add(what + " at " + trace.site() + " by thread " + trace.thread() + ".");
        }
    }

    private static void addUse(
            List<String> facts, SocketSnapshot socket, String what, @Nullable Instant at, @Nullable Trace trace) {
        if (at == null) return;
        String where =
                trace == null || trace.site() == null ? "" : " at " + trace.site() + " by thread " + trace.thread();
        facts.add(what + " " + PlainWords.duration(socket.age(at)) + " ago" + where + ".");
    }

    private static String endOfStream(SocketSnapshot socket) {
        Instant read = socket.usage().endOfStreamRead();
        if (read == null) return "The end of the stream was never delivered to the program.";
        return "The end of the stream was delivered to the program " + PlainWords.duration(socket.age(read)) + " ago.";
    }
}
