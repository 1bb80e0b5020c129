package dev.sockeye.inspect;

import dev.sockeye.inspect.Words.Part;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Says in plain words what a state means, whose move is next, whether it is harmless and what to do; for a concrete
/// socket, from what it and its program have done. The words are in `states.md` and `situations.md`.
public final class Explainer {

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

    /// Which situation a socket is in, as far as it tells by itself.
    public Situation situation(SocketSnapshot socket) {
        return situation(socket, Surroundings.UNKNOWN);
    }

    /// Which situation a socket is in, among others.
    public Situation situation(SocketSnapshot socket, Surroundings around) {
        return Situations.of(socket, around);
    }

    /// Explains a concrete socket, as far as it tells by itself.
    public Explanation explain(SocketSnapshot socket) {
        return explain(socket, Surroundings.UNKNOWN);
    }

    /// Explains a concrete socket among others.
    public Explanation explain(SocketSnapshot socket, Surroundings around) {
        Situation situation = situation(socket, around);
        Blanks blanks = Blanks.of(socket);
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

    private String sentence(TcpState state, Situation situation, Part part, Blanks blanks) {
        String words = situations.get(situation.name(), part);
        return blanks.fill(words == null ? sentence(state, part) : words);
    }

    // ---------------------------------------------------------------- the evidence

    private static List<String> facts(SocketSnapshot socket) {
        List<String> facts = new ArrayList<>();
        for (Owner owner : socket.owners()) facts.add(program(owner));
        if (socket.kernel() != null) addKernels(facts, socket);
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
        if (socket.state().hasReceivedFin() && socket.kernel() == null) facts.add(endOfStream(socket));
        for (JournalEntry entry : socket.journal()) {
            facts.add(PlainWords.duration(socket.age(entry.at())) + " ago: " + entry.from() + " -> " + entry.to() + ", "
                    + PlainWords.cause(entry) + ".");
        }
        return facts;
    }

    private static String program(Owner owner) {
        String handle = owner.handle() == null ? "" : ", " + owner.handle();
        String container = owner.container() == null ? "" : ", in container " + owner.container();
        return "Program: " + owner.program() + ", process " + owner.pid() + handle + container + ".";
    }

    /// What the kernel knows in place of a journal.
    private static void addKernels(List<String> facts, SocketSnapshot socket) {
        TcpInfo info = socket.info();
        if (info == null || !socket.state().isSynchronized()) return;
        // The kernel counts the peer's FIN as a byte received.
        long received = info.bytes_received() - (socket.state().hasReceivedFin() ? 1 : 0);
        facts.add("Sent: " + PlainWords.bytes(info.bytes_sent()) + ago(info.data_segs_out(), Signs.sinceDataSent(info))
                + "; received: " + PlainWords.bytes(Math.max(0, received))
                + ago(info.data_segs_in(), Signs.sinceDataReceived(info)) + ".");
        if (info.bytes_retrans() > 0) {
            facts.add("Sent again: " + PlainWords.bytes(info.bytes_retrans()) + " in "
                    + PlainWords.count(info.total_retrans(), "segment", "segments") + ".");
        }
    }

    private static String ago(int segments, Duration since) {
        if (segments == 0) return "";
        return ", last " + PlainWords.duration(since) + " ago";
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
