package dev.sockeye.cli.watch;

import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Settings;
import dev.sockeye.inspect.SocketMemory;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Surroundings;
import dev.sockeye.inspect.Timer;
import dev.sockeye.tcp.TcpInfo;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jspecify.annotations.Nullable;

/// The page of one socket: what it is about, what has happened to it, how fast it goes, and its figures.
final class PageView {

    private static final AttributedStyle CYAN = AttributedStyle.DEFAULT.foreground(AttributedStyle.CYAN);
    private static final AttributedStyle BOLD = AttributedStyle.BOLD;
    private static final int LABEL = 17;

    private final BiFunction<SocketSnapshot, Surroundings, List<String>> explanation;
    private final ZoneId zone;
    private final boolean unicode;
    private int top;

    /// @param explanation of a socket among others, in lines with ANSI colours
    PageView(BiFunction<SocketSnapshot, Surroundings, List<String>> explanation, ZoneId zone, boolean unicode) {
        this.explanation = explanation;
        this.zone = zone;
        this.unicode = unicode;
    }

    /// Shows its beginning again.
    void rewind() {
        top = 0;
    }

    void scroll(int lines) {
        top = Math.max(0, top + lines);
    }

    /// The whole screen.
    List<AttributedString> lines(Watched watched, Surroundings around, boolean isGone, int width, int height) {
        List<AttributedString> page = new ArrayList<>();
        for (String line : explanation.apply(watched.socket(), around)) page.add(AttributedString.fromAnsi(line));
        if (isGone) page.add(1, new AttributedString("  This socket is gone; this is how it was last.", BOLD));
        addTimeline(page, watched.socket());
        addSpeeds(page, watched, width);
        addFigures(page, watched.socket(), width);
        int room = height - 1;
        top = Math.clamp(top, 0, Math.max(0, page.size() - room));
        List<AttributedString> lines = new ArrayList<>(height);
        for (int i = top; i < Math.min(page.size(), top + room); i++) lines.add(ListView.fit(page.get(i), width));
        while (lines.size() < room) lines.add(AttributedString.EMPTY);
        String more = page.size() > room ? "Up Down scroll  " : "";
        lines.add(new AttributedString(more + "Esc back  q quit", AttributedStyle.INVERSE));
        return lines;
    }

    private static void heading(List<AttributedString> to, String text) {
        to.add(AttributedString.EMPTY);
        to.add(new AttributedString(text, BOLD));
    }

    private static AttributedString labelled(String label, String text) {
        return new AttributedStringBuilder()
                .append("  ")
                .styled(CYAN, label)
                .append(" ".repeat(Math.max(1, LABEL - 2 - label.length())))
                .append(text)
                .toAttributedString();
    }

    // ---------------------------------------------------------------- what has happened

    private void addTimeline(List<AttributedString> to, SocketSnapshot socket) {
        if (socket.journal().isEmpty()) return;
        heading(to, "Timeline");
        for (JournalEntry entry : socket.journal()) {
            LocalTime time = LocalTime.ofInstant(entry.at(), zone).truncatedTo(ChronoUnit.MILLIS);
            to.add(labelled(
                    time.toString(),
                    entry.from().ssName() + " -> " + entry.to().ssName() + ": " + PlainWords.cause(entry)));
        }
    }

    // ---------------------------------------------------------------- how fast

    private void addSpeeds(List<AttributedString> to, Watched watched, int width) {
        Series received = watched.received();
        Series sent = watched.sent();
        Series roundTrip = watched.roundTrip();
        if (received == null || sent == null || roundTrip == null) return;
        if (!watched.socket().state().isSynchronized()) return;
        heading(to, "Speed, look by look");
        int bars = Math.clamp(width - LABEL - 30, 10, 60);
        to.add(speed("Received", received, bars, Figures.amount(received.last()) + "B/s", received.largest(), "B/s"));
        to.add(speed("Sent", sent, bars, Figures.amount(sent.last()) + "B/s", sent.largest(), "B/s"));
        String most = Figures.millis(roundTrip.largest());
        to.add(labelled(
                "Round trip",
                Figures.bars(roundTrip, bars, unicode) + "  " + Figures.millis(roundTrip.last()) + ", at most "
                        + most));
    }

    private AttributedString speed(String label, Series series, int width, String now, double largest, String unit) {
        String most = ", at most " + Figures.amount(largest) + unit;
        return labelled(label, Figures.bars(series, width, unicode) + "  " + now + most);
    }

    // ---------------------------------------------------------------- figures

    private static void addFigures(List<AttributedString> to, SocketSnapshot socket, int width) {
        List<String[]> figures = figures(socket);
        if (figures.isEmpty()) return;
        heading(to, "Figures");
        int column = 0;
        for (String[] figure : figures) column = Math.max(column, figure[0].length() + figure[1].length() + 2);
        int columns = Math.max(1, (width - 2) / (column + 3));
        int rows = (figures.size() + columns - 1) / columns;
        for (int row = 0; row < rows; row++) {
            var line = new AttributedStringBuilder().append("  ");
            for (int at = row; at < figures.size(); at += rows) {
                String[] figure = figures.get(at);
                line.styled(CYAN, figure[0]);
                line.append(" ".repeat(column - figure[0].length() - figure[1].length()))
                        .append(figure[1])
                        .append("   ");
            }
            to.add(line.toAttributedString());
        }
    }

    private static List<String[]> figures(SocketSnapshot socket) {
        List<String[]> figures = new ArrayList<>();
        add(figures, "Recv-Q", socket.recvQ());
        add(figures, "Send-Q", socket.sendQ());
        Timer timer = socket.timer();
        if (timer != null) {
            add(
                    figures,
                    "timer " + timer.kind().ssName(),
                    Figures.millis((double) timer.expiresIn().toMillis()) + ", " + timer.count());
        }
        addSettings(figures, socket.settings());
        TcpInfo info = socket.info();
        if (info != null && socket.state().isSynchronized()) addInfo(figures, info);
        SocketMemory memory = socket.kernel() == null ? null : socket.kernel().memory();
        if (memory != null) {
            add(figures, "memory received", memory.received() + " of " + memory.receiveBuffer());
            add(figures, "memory queued", memory.queued() + " of " + memory.sendBuffer());
            add(figures, "drops", memory.drops());
        }
        return figures;
    }

    private static void addSettings(List<String[]> to, Settings settings) {
        add(to, "congestion control", settings.congestionControl());
        if (settings.keepAlive() != null) add(to, "keepalive", settings.keepAlive() ? "on" : "off");
        if (settings.noDelay() != null) add(to, "nodelay", settings.noDelay() ? "on" : "off");
    }

    private static void addInfo(List<String[]> to, TcpInfo info) {
        add(to, "cwnd", info.snd_cwnd());
        if (info.snd_ssthresh() < Integer.MAX_VALUE) add(to, "ssthresh", info.snd_ssthresh());
        add(to, "round trip", Figures.millis(info.rtt() / 1000.0) + " ±" + Figures.millis(info.rttvar() / 1000.0));
        add(to, "least round trip", Figures.millis(info.min_rtt() / 1000.0));
        add(to, "retransmission timeout", Figures.millis(info.rto() / 1000.0));
        add(to, "mss", info.snd_mss());
        add(to, "path MTU", info.pmtu());
        add(to, "peer's window", Integer.toUnsignedLong(info.snd_wnd()));
        add(to, "our window", Integer.toUnsignedLong(info.rcv_wnd()));
        add(to, "in flight", info.unacked());
        add(to, "lost", info.lost());
        add(to, "sent again in all", info.total_retrans());
        add(to, "timeouts in all", info.total_rto());
        add(to, "bytes sent", info.bytes_sent());
        add(to, "bytes acknowledged", info.bytes_acked());
        add(to, "bytes sent again", info.bytes_retrans());
        add(to, "bytes received", info.bytes_received());
        add(
                to,
                "delivery rate",
                Figures.amount((double) info.delivery_rate()) + "B/s"
                        + (info.delivery_rate_app_limited() ? ", program-limited" : ""));
        add(to, "busy", Figures.millis(info.busy_time() / 1000.0));
        add(to, "held up by peer's window", Figures.millis(info.rwnd_limited() / 1000.0));
        add(to, "held up by send buffer", Figures.millis(info.sndbuf_limited() / 1000.0));
        add(to, "out of order", info.rcv_ooopack());
    }

    private static void add(List<String[]> to, String name, long value) {
        add(to, name, PlainWords.grouped(value));
    }

    private static void add(List<String[]> to, String name, @Nullable String value) {
        if (value != null) to.add(new String[] {name, value});
    }
}
