package dev.sockeye.cli;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Together;
import java.util.ArrayList;
import java.util.List;

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
    static final int MANY = 4096;

    private final Terminal terminal;
    private final Columns columns;
    private final SsNames names;

    SsTable(Terminal terminal, Columns columns, SsNames names) {
        this.terminal = terminal;
        this.columns = columns;
        this.names = names;
    }

    /// The table of these sockets, line by line.
    List<String> lines(List<SocketSnapshot> sockets) {
        var text = new StringBuilder();
        for (ByteText part : write(sockets)) text.append(part);
        return text.toString().lines().toList();
    }

    /// The table of these sockets, each of which is looked at once, in parts that follow each other.
    List<ByteText> write(List<SocketSnapshot> sockets) {
        int size = sockets.size();
        int half = size < MANY ? size : size / 2;
        var first = new SsRows(terminal, columns, names, half);
        var second = new SsRows(terminal, columns, names, size - half);
        if (half == size) add(sockets, 0, size, first);
        else Together.both(() -> add(sockets, 0, half, first), () -> add(sockets, half, size, second));
        // the header makes columns wide even where it is not shown, as in ss
        var header = new SsRows(terminal, columns, names, 1);
        boolean severalHosts = first.severalHosts(second);
        boolean severalProtocols = first.severalProtocols(second);
        header.addHeader(severalHosts, severalProtocols);
        int[] widths = header.widths();
        first.widen(widths);
        second.widen(widths);
        if (!severalHosts) widths[SsRows.HOST] = 0;
        if (!severalProtocols) widths[SsRows.NETID] = 0;

        List<ByteText> parts = new ArrayList<>();
        if (columns.header) parts.add(header.assemble(widths));
        var halves = new ByteText[2];
        if (half == size) halves[0] = first.assemble(widths);
        else Together.both(() -> halves[0] = first.assemble(widths), () -> halves[1] = second.assemble(widths));
        for (ByteText part : halves) if (part != null) parts.add(part);
        return parts;
    }

    private static void add(List<SocketSnapshot> sockets, int from, int to, SsRows rows) {
        for (int i = from; i < to; i++) rows.add(sockets.get(i));
    }
}
