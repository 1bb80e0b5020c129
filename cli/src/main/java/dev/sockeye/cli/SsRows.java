package dev.sockeye.cli;

import dev.sockeye.cli.Terminal.Mark;
import dev.sockeye.inspect.Explainer;
import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Protocol;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Trace;
import dev.sockeye.inspect.Verdict;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of [SsTable] as far as they can be written before it is known how wide each column is: the cells, and what
/// stands behind them and below.
final class SsRows {

    static final int HOST = 0, NETID = 1, STATE = 2, RECEIVE_QUEUE = 3, SEND_QUEUE = 4, LOCAL = 5, PEER = 7;
    /// A column for each side of an address's last colon.
    static final int CELLS = 9;

    private final Terminal terminal;
    private final SsTable.Columns columns;
    private final SsNames names;
    private final boolean hasHost;
    private final boolean hasProtocol;
    private final @Nullable Explainer explainer;
    /// Of each row how it begins in colour; null where nothing is coloured.
    private final @Nullable List<String> colours;

    private final ByteText cells;
    /// Where each cell ends in [#cells].
    private int[] ends;

    private final int[] widths = new int[CELLS];
    private final ByteText rest;
    private final SsDetails details;
    /// Where the rest of a row's first line ends in [#rest], and where what belongs below.
    private int[] restEnds;

    private int count;
    private boolean isHeader;

    /// @param hasHost     whether it is told which host each is of
    /// @param hasProtocol whether it is told which protocol each is of
    /// @param expected    how many there will be
    SsRows(
            Terminal terminal,
            SsTable.Columns columns,
            SsNames names,
            boolean hasHost,
            boolean hasProtocol,
            int expected) {
        this.terminal = terminal;
        this.columns = columns;
        this.names = names;
        this.hasHost = hasHost;
        this.hasProtocol = hasProtocol;
        explainer = terminal.colour() ? new Explainer() : null;
        colours = explainer == null ? null : new ArrayList<>();
        cells = new ByteText(64 + 56 * expected);
        rest = new ByteText(64 + expected * (columns.internal() ? 500 : columns.process() ? 48 : 0));
        details = new SsDetails(rest, columns.exactRates());
        ends = new int[CELLS * expected];
        restEnds = new int[2 * expected];
    }

    // ---------------------------------------------------------------- all of them

    /// None any more.
    void clear() {
        cells.clear();
        rest.clear();
        Arrays.fill(widths, 0);
        if (colours != null) colours.clear();
        count = 0;
        isHeader = false;
    }

    /// How many bytes of text they are, but for what aligns them.
    int length() {
        return cells.length() + rest.length();
    }

    int[] widths() {
        return widths.clone();
    }

    /// Makes columns as wide as these rows need them.
    void widen(int[] columnWidths) {
        for (int i = 0; i < CELLS; i++) columnWidths[i] = Math.max(columnWidths[i], widths[i]);
    }

    // ---------------------------------------------------------------- cells

    private void endCell(int column) {
        int end = cells.length();
        int index = count * CELLS + column;
        ends[index] = end;
        widths[column] = Math.max(widths[column], end - (index == 0 ? 0 : ends[index - 1]));
    }

    void addHeader() {
        header(HOST, hasHost ? "Host" : "");
        header(NETID, hasProtocol ? "Netid" : "");
        header(STATE, columns.state() ? "State" : "");
        header(RECEIVE_QUEUE, columns.queues() ? "Recv-Q" : "");
        header(SEND_QUEUE, columns.queues() ? "Send-Q" : "");
        header(LOCAL, "Local Address:");
        header(LOCAL + 1, "Port");
        header(PEER, "Peer Address:");
        header(PEER + 1, "Port");
        if (hasProcess()) rest.add(" Process");
        isHeader = true;
        if (colours != null) colours.add(terminal.start(Mark.BOLD));
        endRow(rest.length());
    }

    private void header(int column, String name) {
        cells.add(name);
        endCell(column);
    }

    private boolean hasProcess() {
        return columns.process()
                || columns.timer()
                || columns.extended()
                || columns.tos()
                || columns.group()
                || columns.options();
    }

    void add(SocketSnapshot socket) {
        if (count == ends.length / CELLS) grow();
        addCells(socket);
        if (colours != null) colours.add(colour(socket));
        addRest(socket);
    }

    private void grow() {
        ends = Arrays.copyOf(ends, 2 * ends.length);
        restEnds = Arrays.copyOf(restEnds, 2 * restEnds.length);
    }

    private void addCells(SocketSnapshot socket) {
        if (hasHost) cells.add(socket.host());
        endCell(HOST);
        if (hasProtocol) cells.add(socket.protocol() == Protocol.TCP ? "tcp" : "udp");
        endCell(NETID);
        if (columns.state()) cells.add(socket.state().ssName());
        endCell(STATE);
        if (columns.queues()) cells.add(socket.recvQ());
        endCell(RECEIVE_QUEUE);
        if (columns.queues()) cells.add(socket.sendQ());
        endCell(SEND_QUEUE);
        address(LOCAL, socket.local().ip(), socket.local().port(), socket);
        TransportAddress remote = socket.remote();
        if (remote != null) {
            address(PEER, remote.ip(), remote.port(), socket);
        } else {
            // a socket without a peer has the wildcard of its family for one
            boolean v4 = isOfIpv4(socket);
            address(PEER, v4 ? IpAddress.ANY_V4 : IpAddress.ANY_V6, 0, socket);
        }
    }

    /// As `ss` prints it: port 0 is `*`, and so is the wildcard of a socket for both IPv4 and IPv6.
    private void address(int column, IpAddress ip, int port, SocketSnapshot socket) {
        boolean v4 = isOfIpv4(socket);
        String name = names.host(ip);
        if (name != null) cells.add(name);
        else if (v4) cells.add(ip);
        else if (ip.isAny() && !ip.isV4() && !socket.settings().v6Only()) cells.add('*');
        else if (ip.isV4() && socket.kernel() == null) cells.add(ip); // a stack of ours has no family for its sockets
        else if (ip.isV4()) cells.add("[::ffff:").add(ip).add(']');
        else cells.add('[').add(ip).add(']');
        if (column == LOCAL) device(socket.kernel());
        cells.add(':');
        endCell(column);
        String service = port == 0 ? "*" : names.service(port, socket.protocol());
        if (service == null) cells.add((long) port);
        else cells.add(service);
        endCell(column + 1);
    }

    private void device(@Nullable KernelDetail kernel) {
        if (kernel == null || kernel.device() == 0) return;
        cells.add('%');
        if (kernel.deviceName() == null) cells.add("if").add((long) kernel.device());
        else cells.add(kernel.deviceName());
    }

    private static boolean isOfIpv4(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        return kernel == null ? socket.local().ip().isV4() : kernel.family() == KernelDetail.IPV4;
    }

    // ---------------------------------------------------------------- what stands behind and below

    private void addRest(SocketSnapshot socket) {
        if (columns.process()) details.users(socket.owners());
        if (columns.timer()) details.timer(socket);
        if (columns.extended()) details.extended(socket);
        if (columns.tos()) details.typeOfService(socket);
        if (columns.group()) details.controlGroup(socket);
        if (columns.options()) details.socketOptions(socket);
        int first = rest.length();
        boolean tcp = socket.protocol() == Protocol.TCP;
        if (columns.oneLine()) {
            if (columns.memory() && tcp) details.memory(socket);
            if (columns.internal()) details.internal(socket);
            if (columns.extended()) since(socket);
        } else {
            if (columns.memory() || columns.internal()) {
                int start = beginLine();
                if (columns.memory() && tcp) details.memory(socket);
                if (columns.internal()) details.internal(socket);
                endLine(start);
            }
            if (columns.extended()) {
                int start = beginLine();
                since(socket);
                endLine(start);
            }
        }
        endRow(first);
    }

    private int beginLine() {
        int start = rest.length();
        rest.add('\t');
        return start;
    }

    /// Takes a line back on which nothing stands.
    private void endLine(int start) {
        if (rest.length() == start + 1) rest.truncate(start);
        else rest.add('\n');
    }

    private void endRow(int firstEnd) {
        restEnds[2 * count] = firstEnd;
        restEnds[2 * count + 1] = rest.length();
        count++;
    }

    private String colour(SocketSnapshot socket) {
        if (explainer == null) return "";
        Verdict verdict = explainer.situation(socket).verdict();
        return switch (verdict) {
            case FAULT -> terminal.start(Mark.RED);
            case WATCH -> terminal.start(Mark.YELLOW);
            case HARMLESS -> socket.state() == TcpState.TIME_WAIT ? terminal.start(Mark.DIM) : "";
        };
    }

    /// What `ss` cannot know: since when, by what, which line of the program opened it, and in which container.
    private void since(SocketSnapshot socket) {
        JournalEntry entered = socket.entered();
        if (entered != null) {
            rest.add(" since:")
                    .add(PlainWords.duration(socket.age(entered.at())).replace(" ", ""));
            rest.add(" by:").add(PlainWords.mover(entered));
            if (entered.who() != null) rest.add(":\"").add(entered.who()).add("\"");
        }
        Trace opened = socket.origin().opened();
        if (opened != null && opened.site() != null) rest.add(" opened:").add(opened.site());
        for (Owner owner : socket.owners()) {
            if (owner.container() == null) continue;
            rest.add(" container:").add(owner.container());
            break;
        }
    }

    // ---------------------------------------------------------------- in columns

    /// Adds the rows, each cell as wide as its column.
    void assemble(ByteText text, int[] columnWidths) {
        int line = 2;
        for (int width : columnWidths) line += width + 1;
        text.need(rest.length() + count * line);
        for (int row = 0; row < count; row++) assemble(text, row, columnWidths);
    }

    private void assemble(ByteText text, int row, int[] columnWidths) {
        String colour = colours == null ? "" : colours.get(row);
        text.add(colour);
        cells(text, row, columnWidths);
        int start = row == 0 ? 0 : restEnds[2 * row - 1];
        int first = restEnds[2 * row];
        int end = restEnds[2 * row + 1];
        if (first == start || isHeader) text.strip();
        text.add(rest, start, first - start);
        if (columns.oneLine()) text.add(rest, first, end - first);
        if (!colour.isEmpty()) text.add(Terminal.END);
        text.add('\n');
        if (!columns.oneLine()) text.add(rest, first, end - first);
    }

    /// The cells of a row, each as wide as its column: numbers and words to the left, addresses to the right.
    private void cells(ByteText text, int row, int[] columnWidths) {
        int last = PEER + 1;
        for (int column = 0; column <= last; column++) {
            if (columnWidths[column] == 0) continue;
            int index = row * CELLS + column;
            int start = index == 0 ? 0 : ends[index - 1];
            int length = ends[index] - start;
            boolean right = column == LOCAL || column == PEER;
            if (right) text.blanks(columnWidths[column] - length);
            text.add(cells, start, length);
            if (right) continue;
            text.blanks(columnWidths[column] - length);
            if (column < last) text.add(' ');
        }
    }
}
