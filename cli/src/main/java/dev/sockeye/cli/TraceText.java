package dev.sockeye.cli;

import dev.sockeye.cli.Terminal.Mark;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.history.Figures;
import dev.sockeye.inspect.history.HistoryEvent;
import dev.sockeye.inspect.history.HistoryEvent.Destroyed;
import dev.sockeye.inspect.history.HistoryEvent.Dropped;
import dev.sockeye.inspect.history.HistoryEvent.ResetReceived;
import dev.sockeye.inspect.history.HistoryEvent.ResetSent;
import dev.sockeye.inspect.history.HistoryEvent.Retransmission;
import dev.sockeye.inspect.history.HistoryEvent.Transition;
import dev.sockeye.inspect.history.Story;
import dev.sockeye.inspect.history.Story.Closer;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The lines of `sockeye trace`. What is to come is not known, so columns are as wide as what usually
/// stands in them, and grow for good when something wider comes.
final class TraceText {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    /// `ESTAB -> CLOSE-WAIT`
    private static final int CHANGE = 24, AFTER = 8, STATE = 10;

    private final Terminal terminal;
    private final Map<Long, String> namespaces;
    private long own;
    private int local = 21;
    private int remote = 21;

    /// @param namespaces names by number, of those that have one
    TraceText(Terminal terminal, Map<Long, String> namespaces) {
        this.terminal = terminal;
        this.namespaces = namespaces;
    }

    /// The namespace that need not be named.
    void own(long namespace) {
        own = namespace;
    }

    // ---------------------------------------------------------------- an event a line

    String header() {
        String line = pad("TIME", 15) + " " + pad("LOCAL", local) + " " + pad("PEER", remote) + " "
                + pad("CHANGE", CHANGE) + " " + padLeft("AFTER", AFTER) + "  BY";
        return terminal.mark(line, Mark.BOLD);
    }

    String line(HistoryEvent event) {
        String from = address(event.local());
        String to = event.remote() == null ? "*" : address(event.remote());
        local = Math.max(local, from.length());
        remote = Math.max(remote, to.length());
        return terminal.mark(TIME.format(event.at()), Mark.DIM) + " " + pad(from, local) + " " + pad(to, remote) + " "
                + what(event) + namespace(event.namespace());
    }

    private String what(HistoryEvent event) {
        return switch (event) {
            case Transition change -> {
                String states = pad(name(change.from()), STATE) + " -> " + pad(name(change.to()), STATE);
                String after = change.inFormer() == null ? "-" : brief(change.inFormer());
                yield mark(change, states) + " " + padLeft(after, AFTER) + "  " + change.why();
            }
            case Retransmission again -> other("retransmission", "in " + name(again.state()));
            case ResetSent reset -> other("reset sent", reset.reason().isEmpty() ? "" : reset.reason());
            case ResetReceived reset -> other("reset received", "in " + name(reset.state()));
            case Dropped drop -> other("segment dropped", drop.reason());
            case Destroyed end -> other("end", figures(end.figures()));
        };
    }

    private String other(String what, String detail) {
        return pad(what, CHANGE) + " " + padLeft("", AFTER) + "  " + detail;
    }

    /// What a connection did not want is red, what waits for the program yellow.
    private String mark(Transition change, String states) {
        if (change.to() == TcpState.CLOSE_WAIT) return terminal.mark(states, Mark.YELLOW);
        if (change.to() == TcpState.ESTABLISHED) return terminal.mark(states, Mark.GREEN);
        boolean cut = change.to() == TcpState.CLOSED
                && change.from() != TcpState.LAST_ACK
                && change.from() != TcpState.LISTEN
                && change.from() != TcpState.TIME_WAIT;
        return cut ? terminal.mark(states, Mark.RED) : states;
    }

    private String namespace(long inode) {
        if (inode == 0 || own == 0 || inode == own) return "";
        return terminal.mark("  (" + namespaces.getOrDefault(inode, "net:" + inode) + ")", Mark.DIM);
    }

    private static String figures(Figures figures) {
        String again = figures.retransmissions() == 0 ? "" : ", " + figures.retransmissions() + " sent again";
        return "sent " + PlainWords.bytes(figures.bytesSent()) + again + ", received "
                + PlainWords.bytes(figures.bytesReceived());
    }

    // ---------------------------------------------------------------- a story a paragraph

    List<String> story(Story story) {
        List<String> lines = new ArrayList<>();
        Owner owner = story.owner();
        String who = owner == null ? "" : "  " + owner.program() + " " + owner.pid();
        String arrow = story.active() ? " -> " : story.opened() == null ? " -- " : " <- ";
        String title = address(story.local()) + arrow + (story.remote() == null ? "*" : address(story.remote()));
        lines.add(terminal.mark(title, Mark.BOLD) + who + namespace(story.namespace()));
        row(lines, "opened", opening(story));
        Figures figures = story.figures();
        if (figures != null && story.established() && figures.segmentsIn() > 0)
            addFigures(lines, figures, story.peerClosed());
        else if (figures == null) row(lines, "figures", "not known: the program has not let go of the socket");
        else if (story.established()) row(lines, "figures", "not known: a reset by close() forgets them");
        if (figures == null && story.retransmissions() > 0) {
            row(lines, "again", PlainWords.count(story.retransmissions(), "retransmission", "retransmissions"));
        }
        for (Story.Drop drop : story.drops()) {
            row(lines, "dropped", PlainWords.count(drop.count(), "segment", "segments") + ": " + drop.reason());
        }
        row(lines, "closed", closing(story));
        row(lines, "ended", ending(story));
        for (String reason : story.resetsSent()) row(lines, "reset", "sent" + (reason.isEmpty() ? "" : ": " + reason));
        lines.add("");
        return lines;
    }

    private static void row(List<String> lines, String name, String text) {
        lines.add("  " + pad(name, 9) + text);
    }

    private static String opening(Story story) {
        if (story.opened() == null) return "before this trace began";
        String handshake = "";
        if (story.handshake() != null) handshake = "; handshake " + brief(story.handshake());
        else if (story.active() && !story.established()) handshake = "; never answered with a SYN-ACK";
        return TIME.format(story.opened()) + "  " + story.opening() + handshake;
    }

    private static void addFigures(List<String> lines, Figures figures, boolean peerClosed) {
        String again = "";
        if (figures.retransmissions() > 0) {
            String timeouts = figures.timeouts() == 0
                    ? ""
                    : " (" + PlainWords.count(figures.timeouts(), "timeout", "timeouts") + ")";
            again = "; " + PlainWords.count(figures.retransmissions(), "segment", "segments") + " sent again"
                    + timeouts;
        }
        // The SYN and the FIN count as a byte each of what is acknowledged, the FIN of what is received.
        row(
                lines,
                "sent",
                PlainWords.bytes(figures.bytesSent() - figures.bytesRetransmitted()) + " in "
                        + PlainWords.count(figures.segmentsOut(), "segment", "segments") + again);
        row(
                lines,
                "received",
                PlainWords.bytes(figures.bytesReceived() - (peerClosed ? 1 : 0)) + " in "
                        + PlainWords.count(figures.segmentsIn(), "segment", "segments"));
        if (figures.rttMicros() == 0) return;
        String best = figures.minRttMicros() == 0 ? "" : ", at best " + brief(micros(figures.minRttMicros()));
        row(lines, "rtt", brief(micros(figures.rttMicros())) + best);
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(micros * 1000);
    }

    private static String closing(Story story) {
        if (story.firstCloser() == Closer.NOBODY) {
            return story.established() ? "by nobody: it was cut off" : "it was never open";
        }
        return (story.firstCloser() == Closer.WE ? "we first: " : "the peer first: ") + story.closing();
    }

    private static String ending(Story story) {
        String time = TIME.format(story.ended());
        String length = story.length() == null ? "" : " after " + brief(story.length());
        String last = story.last() == null ? "" : ", in " + name(story.last());
        String why = story.ending();
        if (why.isEmpty() && story.last() == TcpState.FIN_WAIT2) {
            why = "the kernel alone waits for the peer's FIN";
        }
        return time + length + last + (why.isEmpty() ? "" : ": " + why);
    }

    // ---------------------------------------------------------------- words and widths

    private static String name(TcpState state) {
        return state == TcpState.CLOSED ? "CLOSED" : state.ssName();
    }

    /// A port that the kernel has not chosen yet is unknown, and not 0.
    private static String address(TransportAddress address) {
        String text = address.toString();
        return address.port() == 0 ? text.substring(0, text.length() - 1) + "?" : text;
    }

    /// `71us`, `25.3ms`, `1.20s`, `3m12s`, `2h05m`, `3d04h`
    static String brief(@Nullable Duration duration) {
        if (duration == null) return "-";
        long micros = duration.toNanos() / 1000;
        if (micros < 1000) return micros + "us";
        if (micros < 1_000_000) return String.format(Locale.ROOT, micros < 100_000 ? "%.1fms" : "%.0fms", micros / 1e3);
        long seconds = micros / 1_000_000;
        if (seconds < 60) return String.format(Locale.ROOT, seconds < 10 ? "%.2fs" : "%.1fs", micros / 1e6);
        if (seconds < 3600) return seconds / 60 + "m" + two(seconds % 60) + "s";
        if (seconds < 86_400) return seconds / 3600 + "h" + two(seconds % 3600 / 60) + "m";
        return seconds / 86_400 + "d" + two(seconds % 86_400 / 3600) + "h";
    }

    private static String two(long number) {
        return (number < 10 ? "0" : "") + number;
    }

    private static String pad(String text, int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }

    private static String padLeft(String text, int width) {
        return text.length() >= width ? text : " ".repeat(width - text.length()) + text;
    }
}
