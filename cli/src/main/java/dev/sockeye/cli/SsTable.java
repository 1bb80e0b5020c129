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
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Sockets as `ss` shows them: its columns, in its order, with addresses aligned at their last colon. A column Host
/// comes
/// first where the sockets are of several hosts, and a column Netid where they are of TCP and UDP. Where only one state
/// was asked for, it is not told of each socket.
final class SsTable {

    /// What is shown beside the addresses.
    ///
    /// @param header     the line above
    /// @param state      the state, if more than one was asked for
    /// @param queues     Recv-Q and Send-Q
    /// @param process    `-p`
    /// @param timer      `-o`
    /// @param extended   `-e`
    /// @param memory     `-m`
    /// @param internal   `-i`
    /// @param tos        `--tos`
    /// @param group      `--cgroup`
    /// @param options    `--inet-sockopt`
    /// @param oneLine    `-O`: what stands below goes behind
    /// @param exactRates `-n`: in bits per second, and not in three digits
    record Columns(
            boolean header,
            boolean state,
            boolean queues,
            boolean process,
            boolean timer,
            boolean extended,
            boolean memory,
            boolean internal,
            boolean tos,
            boolean group,
            boolean options,
            boolean oneLine,
            boolean exactRates) {

        /// What these letters ask for, which are options of `ss`.
        static Columns of(String letters) {
            return new Columns(
                    letters.indexOf('H') < 0,
                    true,
                    letters.indexOf('Q') < 0,
                    letters.indexOf('p') >= 0,
                    letters.indexOf('o') >= 0,
                    letters.indexOf('e') >= 0,
                    letters.indexOf('m') >= 0,
                    letters.indexOf('i') >= 0,
                    false,
                    false,
                    false,
                    letters.indexOf('O') >= 0,
                    letters.indexOf('n') >= 0);
        }
    }

    /// So many are written by one thread; more by two.
    private static final int MANY = 4096;

    private static final int HOST = 0, NETID = 1, STATE = 2, RECEIVE_QUEUE = 3, SEND_QUEUE = 4, LOCAL = 5, PEER = 7;
    /// A column for each side of an address's last colon.
    private static final int CELLS = 9;

    private final Terminal terminal;
    private final Columns columns;
    private final SsNames names;
    private final @Nullable Explainer explainer;

    private final ByteText cells = new ByteText(1 << 12);
    private final int[] widths = new int[CELLS];
    /// Where each cell ends in [#cells]: those of the header, then [#CELLS] for each socket.
    private int[] ends = new int[0];

    SsTable(Terminal terminal, Columns columns, SsNames names) {
        this.terminal = terminal;
        this.columns = columns;
        this.names = names;
        this.explainer = terminal.colour() ? new Explainer() : null;
    }

    /// The table of these sockets, line by line.
    List<String> lines(List<SocketSnapshot> sockets) {
        var text = new StringBuilder();
        for (ByteText part : write(sockets)) text.append(part);
        return text.toString().lines().toList();
    }

    /// The table of these sockets, in parts that follow each other.
    List<ByteText> write(List<SocketSnapshot> sockets) {
        boolean severalHosts = severalHosts(sockets);
        boolean severalProtocols = severalProtocols(sockets);
        ends = new int[CELLS * (sockets.size() + 1)];
        header(severalHosts, severalProtocols); // which makes columns wide even where it is not shown, as in ss
        for (int i = 0; i < sockets.size(); i++) cells(i + 1, sockets.get(i), severalHosts, severalProtocols);
        if (sockets.size() < MANY) return List.of(rows(sockets, 0, sockets.size(), columns.header));
        int half = sockets.size() / 2;
        var second = new FutureTask<>(() -> rows(sockets, half, sockets.size(), false));
        Thread.ofPlatform().name("sockeye-table").daemon().start(second);
        ByteText first = rows(sockets, 0, half, columns.header);
        try {
            return List.of(first, second.get());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static boolean severalHosts(List<SocketSnapshot> sockets) {
        for (SocketSnapshot socket : sockets) {
            if (!socket.host().equals(sockets.getFirst().host())) return true;
        }
        return false;
    }

    private static boolean severalProtocols(List<SocketSnapshot> sockets) {
        for (SocketSnapshot socket : sockets) {
            if (socket.protocol() != sockets.getFirst().protocol()) return true;
        }
        return false;
    }

    // ---------------------------------------------------------------- cells

    private void endCell(int row, int column) {
        int end = cells.length();
        int index = row * CELLS + column;
        ends[index] = end;
        widths[column] = Math.max(widths[column], end - (index == 0 ? 0 : ends[index - 1]));
    }

    private void header(boolean severalHosts, boolean severalProtocols) {
        header(HOST, severalHosts ? "Host" : "");
        header(NETID, severalProtocols ? "Netid" : "");
        header(STATE, columns.state ? "State" : "");
        header(RECEIVE_QUEUE, columns.queues ? "Recv-Q" : "");
        header(SEND_QUEUE, columns.queues ? "Send-Q" : "");
        header(LOCAL, "Local Address:");
        header(LOCAL + 1, "Port");
        header(PEER, "Peer Address:");
        header(PEER + 1, "Port");
    }

    private void header(int column, String name) {
        cells.add(name);
        endCell(0, column);
    }

    private void cells(int row, SocketSnapshot socket, boolean severalHosts, boolean severalProtocols) {
        if (severalHosts) cells.add(socket.host());
        endCell(row, HOST);
        if (severalProtocols) cells.add(socket.protocol() == Protocol.TCP ? "tcp" : "udp");
        endCell(row, NETID);
        if (columns.state) cells.add(socket.state().ssName());
        endCell(row, STATE);
        if (columns.queues) cells.add(socket.recvQ());
        endCell(row, RECEIVE_QUEUE);
        if (columns.queues) cells.add(socket.sendQ());
        endCell(row, SEND_QUEUE);
        address(row, LOCAL, socket.local().ip(), socket.local().port(), socket);
        TransportAddress remote = socket.remote();
        if (remote != null) {
            address(row, PEER, remote.ip(), remote.port(), socket);
        } else {
            // a socket without a peer has the wildcard of its family for one
            boolean v4 = isOfIpv4(socket);
            address(row, PEER, v4 ? IpAddress.ANY_V4 : IpAddress.ANY_V6, 0, socket);
        }
    }

    /// As `ss` prints it: port 0 is `*`, and so is the wildcard of a socket for both IPv4 and IPv6.
    private void address(int row, int column, IpAddress ip, int port, SocketSnapshot socket) {
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
        endCell(row, column);
        String service = port == 0 ? "*" : names.service(port, socket.protocol());
        if (service == null) cells.add((long) port);
        else cells.add(service);
        endCell(row, column + 1);
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

    // ---------------------------------------------------------------- rows

    private ByteText rows(List<SocketSnapshot> sockets, int from, int to, boolean withHeader) {
        var text = new ByteText(Math.max(256, (to - from) * (columns.internal ? 640 : 128)));
        var details = new SsDetails(text, columns.exactRates);
        if (withHeader) {
            String bold = terminal.start(Mark.BOLD);
            text.add(bold);
            cells(text, 0);
            text.strip();
            if (hasProcess()) text.add(" Process");
            end(text, bold);
        }
        for (int i = from; i < to; i++) row(text, details, i + 1, sockets.get(i));
        return text;
    }

    private boolean hasProcess() {
        return columns.process || columns.timer || columns.extended || columns.tos || columns.group || columns.options;
    }

    private void row(ByteText text, SsDetails details, int row, SocketSnapshot socket) {
        String colour = colour(socket);
        text.add(colour);
        cells(text, row);
        int before = text.length();
        if (columns.process) details.users(socket.owners());
        if (columns.timer) details.timer(socket);
        if (columns.extended) details.extended(socket);
        if (columns.tos) details.typeOfService(socket);
        if (columns.group) details.controlGroup(socket);
        if (columns.options) details.socketOptions(socket);
        if (text.length() == before) text.strip();
        boolean tcp = socket.protocol() == Protocol.TCP;
        if (columns.oneLine) {
            if (columns.memory && tcp) details.memory(socket);
            if (columns.internal) details.internal(socket);
            if (columns.extended) since(text, socket);
            end(text, colour);
            return;
        }
        end(text, colour);
        if (columns.memory || columns.internal) {
            int start = text.length();
            text.add('\t');
            if (columns.memory && tcp) details.memory(socket);
            if (columns.internal) details.internal(socket);
            if (text.length() == start + 1) text.truncate(start);
            else text.add('\n');
        }
        if (columns.extended) {
            int start = text.length();
            text.add('\t');
            since(text, socket);
            if (text.length() == start + 1) text.truncate(start);
            else text.add('\n');
        }
    }

    private void end(ByteText text, String colour) {
        if (!colour.isEmpty()) text.add(Terminal.END);
        text.add('\n');
    }

    /// The cells of a row, each as wide as its column: numbers and words to the left, addresses to the right.
    private void cells(ByteText text, int row) {
        int last = PEER + 1;
        for (int column = 0; column <= last; column++) {
            if (widths[column] == 0) continue;
            int index = row * CELLS + column;
            int start = index == 0 ? 0 : ends[index - 1];
            int length = ends[index] - start;
            boolean right = column == LOCAL || column == PEER;
            if (right) text.blanks(widths[column] - length);
            text.add(cells, start, length);
            if (right) continue;
            text.blanks(widths[column] - length);
            if (column < last) text.add(' ');
        }
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
    private static void since(ByteText text, SocketSnapshot socket) {
        JournalEntry entered = socket.entered();
        if (entered != null) {
            text.add(" since:")
                    .add(PlainWords.duration(socket.age(entered.at())).replace(" ", ""));
            text.add(" by:").add(PlainWords.mover(entered));
            if (entered.who() != null) text.add(":\"").add(entered.who()).add("\"");
        }
        Trace opened = socket.origin().opened();
        if (opened != null && opened.site() != null) text.add(" opened:").add(opened.site());
        for (Owner owner : socket.owners()) {
            if (owner.container() == null) continue;
            text.add(" container:").add(owner.container());
            break;
        }
    }
}
