package dev.sockeye.cli;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Together;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntFunction;

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

    /// How many go into a block, where it is the table that cuts them.
    private static final int BLOCK = 1024;

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
        var text = new ByteArrayOutputStream();
        try {
            write(sockets, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /// Writes the table of these sockets, each of which is looked at once.
    void write(List<SocketSnapshot> sockets, OutputStream out) throws IOException {
        SsPages pages =
                pages(out, hasSeveral(sockets, SocketSnapshot::host), hasSeveral(sockets, SocketSnapshot::protocol));
        int blocks = (sockets.size() + BLOCK - 1) / BLOCK;
        var next = new AtomicInteger();
        if (sockets.size() < MANY) add(sockets, blocks, next, pages);
        else Together.both(() -> add(sockets, blocks, next, pages), () -> add(sockets, blocks, next, pages));
        pages.end();
    }

    private static void add(List<SocketSnapshot> sockets, int blocks, AtomicInteger next, SsPages pages) {
        try {
            for (int block = next.getAndIncrement(); block < blocks; block = next.getAndIncrement()) {
                int from = block * BLOCK;
                pages.add(block, sockets.subList(from, Math.min(sockets.size(), from + BLOCK)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> boolean hasSeveral(List<SocketSnapshot> sockets, Function<SocketSnapshot, T> property) {
        if (sockets.isEmpty()) return false;
        T first = property.apply(sockets.getFirst());
        for (SocketSnapshot socket : sockets) if (!property.apply(socket).equals(first)) return true;
        return false;
    }

    /// The table of sockets that come block by block.
    ///
    /// @param severalHosts     whether they are of more than one
    /// @param severalProtocols whether they are of TCP and UDP
    SsPages pages(OutputStream out, boolean severalHosts, boolean severalProtocols) {
        IntFunction<SsRows> rows = size -> new SsRows(terminal, columns, names, severalHosts, severalProtocols, size);
        SsRows header = rows.apply(1);
        header.addHeader();
        return new SsPages(rows, header, columns.header, out);
    }
}
