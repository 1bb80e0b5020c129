package dev.sockeye.cli.watch;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Verdict;
import dev.sockeye.inspect.look.Look;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jspecify.annotations.Nullable;

/// The list of sockets, as many as fit.
final class ListView {

    /// Lines above the list and under it.
    static final int HEAD = 4, FOOT = 1;

    private static final AttributedStyle BOLD = AttributedStyle.BOLD;
    private static final AttributedStyle DIM = AttributedStyle.DEFAULT.faint();
    private static final AttributedStyle RED = AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);
    private static final AttributedStyle YELLOW = AttributedStyle.DEFAULT.foreground(AttributedStyle.YELLOW);
    private static final Order[] COLUMNS = Order.values();

    private final WatchModel model;
    private final ZoneId zone;
    private int top;

    /// @param zone in which times are told
    ListView(WatchModel model, ZoneId zone) {
        this.model = model;
        this.zone = zone;
    }

    /// The whole screen.
    ///
    /// @param prompt stands in the last line in place of the keys; null for these
    List<AttributedString> lines(int width, int height, String title, @Nullable String prompt) {
        List<AttributedString> lines = new ArrayList<>(height);
        lines.add(title(width, title));
        lines.add(fit(counts(), width));
        lines.add(fit(remark(), width));
        addRows(lines, width, Math.max(1, height - HEAD - FOOT));
        while (lines.size() < height - FOOT) lines.add(AttributedString.EMPTY);
        lines.add(fit(prompt == null ? keys() : new AttributedString(prompt, BOLD), width));
        return lines;
    }

    private AttributedString title(int width, String title) {
        Look last = model.last();
        String time = last == null
                ? ""
                : LocalTime.ofInstant(last.at(), zone)
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString();
        if (time.length() == 5) time += ":00";
        String state = model.isPaused() ? "paused  " + time : time;
        int gap = Math.max(1, width - title.length() - state.length());
        return fit(new AttributedString(title + " ".repeat(gap) + state, BOLD), width);
    }

    private AttributedString counts() {
        var line = new AttributedStringBuilder();
        line.append(Integer.toString(model.total())).append(model.total() == 1 ? " socket:" : " sockets:");
        for (Map.Entry<TcpState, Integer> state : model.states().entrySet()) {
            line.append("  ")
                    .append(state.getKey().ssName())
                    .append(' ')
                    .append(state.getValue().toString());
        }
        long faults = model.count(Verdict.FAULT);
        long watch = model.count(Verdict.WATCH);
        if (faults > 0) line.append("   ").styled(RED, faults + (faults == 1 ? " fault" : " faults"));
        if (watch > 0) line.append("   ").styled(YELLOW, watch + " worth a look");
        return line.toAttributedString();
    }

    private AttributedString remark() {
        if (!model.filterText().isEmpty()) {
            return new AttributedString(
                    "Filter: " + model.filterText() + "   (" + model.shown().size() + " shown)");
        }
        Look last = model.last();
        if (last == null || last.problems().isEmpty()) return AttributedString.EMPTY;
        return new AttributedString(last.problems().getFirst(), DIM);
    }

    private static AttributedString keys() {
        return new AttributedString(
                "Enter open  / filter  < > sort by  r reverse  p pause  h help  q quit", AttributedStyle.INVERSE);
    }

    static AttributedString fit(AttributedString line, int width) {
        return line.columnLength() <= width ? line : line.columnSubSequence(0, width);
    }

    // ---------------------------------------------------------------- the table

    private void addRows(List<AttributedString> to, int width, int height) {
        List<Watched> shown = model.shown();
        int cursor = model.indexOfChosen();
        top = Math.clamp(top, Math.max(0, cursor - height + 1), Math.max(0, cursor));
        top = Math.min(top, Math.max(0, shown.size() - height));
        List<Watched> visible = shown.subList(top, Math.min(shown.size(), top + height));
        List<String[]> cells = new ArrayList<>(visible.size());
        for (Watched watched : visible) cells.add(cells(watched));
        int[] widths = widths(cells, width);
        to.add(fit(header(widths), width));
        for (int i = 0; i < visible.size(); i++) {
            AttributedString line = fit(new AttributedString(line(cells.get(i), widths), style(visible.get(i))), width);
            to.add(top + i == cursor ? highlighted(line, width) : line);
        }
        if (shown.isEmpty()) {
            to.add(new AttributedString(model.last() == null ? "Looking ..." : "No socket is like that.", DIM));
        }
    }

    private static AttributedString highlighted(AttributedString line, int width) {
        String padded = line + " ".repeat(Math.max(0, width - line.columnLength()));
        return new AttributedString(padded, line.styleAt(0).inverse());
    }

    private static AttributedStyle style(Watched watched) {
        return switch (watched.verdict()) {
            case FAULT -> RED;
            case WATCH -> YELLOW;
            case HARMLESS -> watched.socket().state() == TcpState.TIME_WAIT ? DIM : AttributedStyle.DEFAULT;
        };
    }

    private AttributedString header(int[] widths) {
        var line = new AttributedStringBuilder();
        for (int i = 1; i < COLUMNS.length; i++) {
            if (i > 1) line.append(' ');
            boolean isOrder = COLUMNS[i] == model.order();
            String name = pad(name(COLUMNS[i]), widths[i], isRight(COLUMNS[i]));
            line.styled(isOrder ? BOLD.underline() : BOLD, name);
        }
        return line.toAttributedString();
    }

    private String name(Order column) {
        if (column == Order.PROCESS && model.hasSeveralHosts()) return "Process, namespace";
        return column.column();
    }

    private String[] cells(Watched watched) {
        SocketSnapshot socket = watched.socket();
        TcpInfo info = socket.info();
        String[] cells = new String[COLUMNS.length];
        cells[Order.TROUBLE.ordinal()] = "";
        cells[Order.STATE.ordinal()] = socket.state().ssName();
        cells[Order.RECV_Q.ordinal()] = Long.toString(socket.recvQ());
        cells[Order.SEND_Q.ordinal()] = Long.toString(socket.sendQ());
        cells[Order.LOCAL.ordinal()] = socket.local().toString();
        cells[Order.PEER.ordinal()] =
                socket.remote() == null ? "*" : socket.remote().toString();
        cells[Order.IN.ordinal()] = Figures.rate(watched.receiveRate());
        cells[Order.OUT.ordinal()] = Figures.rate(watched.sendRate());
        cells[Order.ROUND_TRIP.ordinal()] = info == null || info.rtt() == 0 ? "" : Figures.millis(info.rtt() / 1000.0);
        cells[Order.RETRANSMITTED.ordinal()] =
                info == null || info.total_retrans() == 0 ? "" : Integer.toString(info.total_retrans());
        cells[Order.AGE.ordinal()] = (watched.ageIsKnown() ? "" : ">") + Figures.duration(watched.age());
        cells[Order.PROCESS.ordinal()] = process(socket);
        return cells;
    }

    private String process(SocketSnapshot socket) {
        Owner owner = socket.owner();
        String who = owner == null
                ? switch (socket.holder()) {
                    case ACCEPT_QUEUE -> "(not accepted)";
                    case NOBODY -> "(nobody)";
                    case PROGRAM -> "?";
                }
                : owner.program() + " " + owner.pid() + (owner.handle() == null ? "" : " " + owner.handle());
        if (owner != null && socket.owners().size() > 1)
            who += " +" + (socket.owners().size() - 1);
        return model.hasSeveralHosts() ? who + ", " + socket.host() : who;
    }

    /// Each as wide as it needs; if that is too much, addresses give way.
    private int[] widths(List<String[]> rows, int width) {
        int[] widths = new int[COLUMNS.length];
        for (int i = 1; i < COLUMNS.length; i++) {
            widths[i] = name(COLUMNS[i]).length();
            for (String[] row : rows) widths[i] = Math.max(widths[i], row[i].length());
        }
        int sum = COLUMNS.length - 2;
        for (int each : widths) sum += each;
        for (Order wide : new Order[] {Order.PEER, Order.LOCAL}) {
            int excess = Math.min(sum - width, widths[wide.ordinal()] - 21);
            if (excess <= 0) continue;
            widths[wide.ordinal()] -= excess;
            sum -= excess;
        }
        return widths;
    }

    private static String line(String[] cells, int[] widths) {
        var line = new StringBuilder();
        for (int i = 1; i < COLUMNS.length; i++) {
            if (i > 1) line.append(' ');
            line.append(pad(cells[i], widths[i], isRight(COLUMNS[i])));
        }
        return line.toString().stripTrailing();
    }

    private static boolean isRight(Order column) {
        return switch (column) {
            case TROUBLE, STATE, LOCAL, PEER, PROCESS -> false;
            default -> true;
        };
    }

    private static String pad(String text, int width, boolean right) {
        if (text.length() > width) return text.substring(0, width - 1) + "~";
        String blanks = " ".repeat(width - text.length());
        return right ? blanks + text : text + blanks;
    }
}
