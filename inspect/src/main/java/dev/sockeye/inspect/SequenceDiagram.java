package dev.sockeye.inspect;

import dev.sockeye.inspect.Timeline.Flow;
import dev.sockeye.inspect.Timeline.Fold;
import dev.sockeye.inspect.Timeline.Moment;
import dev.sockeye.inspect.Timeline.SideEvent;
import dev.sockeye.inspect.Timeline.Step;
import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A connection's life as text: the segments in the middle, on each side what its program did and the state it came
/// into.
/// Long runs
/// of data and acknowledgements are folded into a line or two. Every segment stands at the time it was sent.
public final class SequenceDiagram {

    /// The narrowest diagram in which everything has room, in columns.
    public static final int MIN_WIDTH = 80;

    /// How the diagram looks.
    ///
    /// @param width   columns, at least [#MIN_WIDTH]
    /// @param unicode whether lines and arrows may be drawn with Unicode's characters
    public record Look(int width, boolean unicode) {

        public Look {
            if (width < MIN_WIDTH) throw new IllegalArgumentException(width + " columns are too few for a diagram");
        }
    }

    /// Something a program did or saw that is no change of state, such as the end of the stream.
    public record Note(Instant at, String text) {}

    /// One end of the connection.
    ///
    /// @param journal its changes of state
    /// @param notes   what else is to be shown at its side
    public record End(String name, TransportAddress address, List<JournalEntry> journal, List<Note> notes) {

        public End {
            journal = List.copyOf(journal);
            notes = List.copyOf(notes);
        }
    }

    /// The characters it is drawn with.
    private record Pens(String side, String line, String toRight, String toLeft, String lost, String pause) {}

    private static final Pens UNICODE = new Pens("│", "─", "▶", "◀", "×", "⋮");
    private static final Pens ASCII = new Pens("|", "-", ">", "<", "x", ":");

    /// A pause worth a line of its own.
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private static final int TIME_WIDTH = 9;
    private static final int LABEL_WIDTH = 20;

    private final Pens pens;
    private final int middle;
    private final SequenceNumbers numbers;
    private final List<String> lines = new ArrayList<>();

    private SequenceDiagram(List<SegmentSeen> segments, Look look) {
        this.pens = look.unicode ? UNICODE : ASCII;
        this.middle = look.width - TIME_WIDTH - 2 * LABEL_WIDTH - 6;
        this.numbers = new SequenceNumbers(segments);
    }

    /// The diagram, line by line.
    ///
    /// @param segments in the order they were sent
    public static List<String> of(End left, End right, List<SegmentSeen> segments, Look look) {
        List<SideEvent> events = new ArrayList<>();
        addEvents(events, left, true, segments);
        addEvents(events, right, false, segments);
        var diagram = new SequenceDiagram(segments, look);
        diagram.head(left, right);
        diagram.draw(Timeline.of(events, segments));
        return List.copyOf(diagram.lines);
    }

    // ---------------------------------------------------------------- what happened at the sides

    private static void addEvents(List<SideEvent> events, End end, boolean isLeft, List<SegmentSeen> segments) {
        if (isPassive(end)) addHalfOpen(events, isLeft, segments);
        for (JournalEntry entry : end.journal) {
            if (entry.from() != entry.to()) events.add(new SideEvent(entry.at(), isLeft, label(entry)));
        }
        for (Note note : end.notes) events.add(new SideEvent(note.at, isLeft, note.text));
    }

    /// The journal of an accepted socket begins when the handshake ends: before that there was no socket.
    private static boolean isPassive(End end) {
        return !end.journal.isEmpty() && end.journal.getFirst().from() == TcpState.SYN_RCVD;
    }

    private static void addHalfOpen(List<SideEvent> events, boolean isLeft, List<SegmentSeen> segments) {
        for (SegmentSeen segment : segments) {
            if (segment.fromLeft() == isLeft && segment.has(Segment.SYN)) {
                events.add(new SideEvent(segment.at(), isLeft, TcpState.SYN_RCVD.name()));
                return;
            }
        }
    }

    private static String label(JournalEntry entry) {
        String call = call(entry.cause());
        return call.isEmpty() ? entry.to().name() : call + ": " + entry.to();
    }

    private static String call(Journal.Cause cause) {
        return switch (cause) {
            case CALL_CONNECT -> "connect";
            case CALL_LISTEN -> "listen";
            case CALL_SHUTDOWN -> "shutdown";
            case CALL_CLOSE -> "close";
            case CALL_ABORT -> "abort";
            default -> "";
        };
    }

    /// The state before the first entry; a passive open comes from a listener.
    private static String stateAtFirst(End end) {
        if (end.journal.isEmpty()) return "";
        return isPassive(end)
                ? TcpState.LISTEN.name()
                : end.journal.getFirst().from().name();
    }

    // ---------------------------------------------------------------- lines

    private void head(End left, End right) {
        String gap = " ".repeat(middle + 4);
        lines.add(join("", left.name, gap, right.name));
        lines.add(join("", left.address.toString(), gap, right.address.toString()));
        lines.add(row("ms", stateAtFirst(left), "", stateAtFirst(right)));
    }

    private void draw(List<Moment> moments) {
        if (moments.isEmpty()) return;
        Instant start = moments.getFirst().at();
        Instant before = start;
        for (Moment moment : moments) {
            Duration pause = Duration.between(before, moment.at());
            if (pause.compareTo(PAUSE) >= 0) pause(pause);
            String time = time(Duration.between(start, moment.at()));
            switch (moment) {
                case Step step -> step(time, step);
                case Fold fold -> fold(time, fold);
            }
            before = moment instanceof Fold fold ? fold.end() : moment.at();
        }
    }

    /// Milliseconds, or seconds where those would be too many digits.
    private static String time(Duration sinceStart) {
        double millis = sinceStart.toNanos() / 1e6;
        if (millis < 1e5) return String.format(Locale.ROOT, "%.3f", millis);
        return String.format(Locale.ROOT, millis < 1e8 ? "%.1f s" : "%.0f s", millis / 1000);
    }

    private void pause(Duration length) {
        lines.add(row("", pens.pause, centred(PlainWords.duration(length) + " later"), pens.pause));
    }

    private void step(String time, Step step) {
        SideEvent event = step.event();
        String label = event == null ? "" : event.label();
        boolean isLeft = event != null && event.fromLeft();
        String segment = step.segment() == null ? "" : arrow(step.segment());
        lines.add(row(time, isLeft ? label : "", segment, isLeft ? "" : label));
    }

    private void fold(String time, Fold fold) {
        lines.add(row("", "", centred("..."), ""));
        String lineTime = time;
        boolean leftFirst = fold.toRight().bytes() >= fold.toLeft().bytes();
        for (boolean fromLeft : new boolean[] {leftFirst, !leftFirst}) {
            for (String text : flow(fromLeft ? fold.toRight() : fold.toLeft())) {
                lines.add(row(lineTime, "", arrow(text, fromLeft, false), ""));
                lineTime = "";
            }
        }
        lines.add(row("", "", centred("..."), ""));
    }

    private static List<String> flow(Flow flow) {
        List<String> texts = new ArrayList<>();
        if (flow.segments() > 0) {
            texts.add(PlainWords.count(flow.segments(), "segment", "segments") + ", "
                    + PlainWords.count(flow.bytes(), "byte", "bytes"));
        }
        if (flow.acks() > 0) texts.add(PlainWords.count(flow.acks(), "acknowledgement", "acknowledgements"));
        if (flow.lost() > 0 || flow.again() > 0) {
            String lost = PlainWords.grouped(flow.lost()) + " lost";
            // acknowledgements are never sent again: the next one says it all
            texts.add(flow.segments() == 0 ? lost : lost + ", " + PlainWords.grouped(flow.again()) + " sent again");
        }
        return texts;
    }

    // ---------------------------------------------------------------- a segment

    private String arrow(SegmentSeen segment) {
        return arrow(text(segment), segment.fromLeft(), segment.lost());
    }

    private String arrow(String text, boolean toRight, boolean lost) {
        String words = shorten(text, middle - 7);
        String shaft = pens.line.repeat(2) + " " + words + " ";
        int rest = middle - shaft.length() - 1;
        if (toRight) return shaft + (lost ? lostEnd(rest, true) : pens.line.repeat(rest) + pens.toRight);
        String back = " " + words + " " + pens.line.repeat(2);
        return (lost ? lostEnd(rest, false) : pens.toLeft + pens.line.repeat(rest)) + back;
    }

    /// As much of a list with commas as fits.
    private static String shorten(String text, int room) {
        String words = text;
        while (words.length() > room) {
            int comma = words.lastIndexOf(',');
            words = comma < 0 ? words.substring(0, room) : words.substring(0, comma);
        }
        return words;
    }

    /// What is left of an arrow that does not arrive: it ends half way.
    private String lostEnd(int rest, boolean toRight) {
        int gap = rest / 2;
        String shaft = pens.line.repeat(rest - gap);
        return toRight ? shaft + pens.lost + " ".repeat(gap) : " ".repeat(gap) + pens.lost + shaft;
    }

    private String text(SegmentSeen segment) {
        if (segment.has(Segment.SYN)) {
            String flags = PlainWords.flags(segment.flags() & (Segment.SYN | Segment.ACK));
            return segment.options().isEmpty() ? flags : flags + " " + segment.options();
        }
        String ack = segment.has(Segment.ACK) ? Long.toString(numbers.ack(segment)) : "";
        String seq = "seq " + numbers.seq(segment);
        String bytes = PlainWords.count(segment.length(), "byte", "bytes");
        if (segment.isPlain()) {
            return segment.length() == 0 ? "ACK " + ack : bytes + ", " + seq + ", ack " + ack;
        }
        String flags = PlainWords.flags(segment.flags() & (Segment.FIN | Segment.RST | Segment.ACK));
        String start = segment.length() == 0 ? flags + " " + seq : flags + " " + bytes + ", " + seq;
        return ack.isEmpty() ? start : start + ", ack " + ack;
    }

    // ---------------------------------------------------------------- columns

    private String row(String time, String left, String segment, String right) {
        String between = " " + pens.side + pad(segment, middle) + pens.side + " ";
        return join(time, left, between, right);
    }

    private static String join(String time, String left, String between, String right) {
        return (" ".repeat(TIME_WIDTH - time.length()) + time + "  " + fit(left, true) + between + fit(right, false))
                .stripTrailing();
    }

    private static String fit(String label, boolean toTheRight) {
        String cut = label.length() > LABEL_WIDTH ? label.substring(0, LABEL_WIDTH) : label;
        return toTheRight ? " ".repeat(LABEL_WIDTH - cut.length()) + cut : cut;
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private String centred(String text) {
        return " ".repeat((middle - text.length()) / 2) + text;
    }
}
