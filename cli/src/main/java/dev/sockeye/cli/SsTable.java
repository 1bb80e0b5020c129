package dev.sockeye.cli;

import dev.sockeye.cli.Table.Align;
import dev.sockeye.cli.Terminal.Mark;
import dev.sockeye.inspect.Explainer;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Protocol;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.inspect.Trace;
import dev.sockeye.inspect.Verdict;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Sockets as `ss` shows them. A column Host comes first where the sockets are of several hosts, and a column Netid
/// where
/// they are of TCP and UDP.
final class SsTable {

    /// What is shown beside state, queues and addresses.
    ///
    /// @param header   the line above
    /// @param process  `-p`
    /// @param timer    `-o`
    /// @param extended `-e`
    /// @param memory   `-m`
    /// @param internal `-i`
    record Columns(
            boolean header, boolean process, boolean timer, boolean extended, boolean memory, boolean internal) {}

    private final Explainer explainer = new Explainer();
    private final Terminal terminal;
    private final Columns columns;

    SsTable(Terminal terminal, Columns columns) {
        this.terminal = terminal;
        this.columns = columns;
    }

    /// The table of these sockets, line by line.
    List<String> lines(List<SocketSnapshot> sockets) {
        boolean severalHosts =
                sockets.stream().map(SocketSnapshot::host).distinct().count() > 1;
        boolean severalProtocols =
                sockets.stream().map(SocketSnapshot::protocol).distinct().count() > 1;
        var table = new Table(aligns(severalHosts, severalProtocols));
        if (columns.header) table.add(cells(severalHosts, severalProtocols, "Host", "Netid", names()));
        for (SocketSnapshot socket : sockets) table.add(row(socket, severalHosts, severalProtocols));
        return withDetails(table.lines(), sockets);
    }

    private List<String> names() {
        String process = columns.process ? "Process" : "";
        return List.of("State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port", process);
    }

    private static Align[] aligns(boolean severalHosts, boolean severalProtocols) {
        List<Align> aligns = new ArrayList<>();
        if (severalHosts) aligns.add(Align.LEFT);
        if (severalProtocols) aligns.add(Align.LEFT);
        aligns.addAll(List.of(Align.LEFT, Align.LEFT, Align.LEFT, Align.COLON, Align.COLON, Align.LEFT));
        return aligns.toArray(Align[]::new);
    }

    private static List<String> cells(
            boolean severalHosts, boolean severalProtocols, String host, String netid, List<String> rest) {
        List<String> cells = new ArrayList<>();
        if (severalHosts) cells.add(host);
        if (severalProtocols) cells.add(netid);
        cells.addAll(rest);
        return cells;
    }

    private List<String> row(SocketSnapshot socket, boolean severalHosts, boolean severalProtocols) {
        String netid = socket.protocol() == Protocol.TCP ? "tcp" : "udp";
        return cells(
                severalHosts,
                severalProtocols,
                socket.host(),
                netid,
                List.of(
                        state(socket),
                        Long.toString(socket.recvQ()),
                        Long.toString(socket.sendQ()),
                        address(socket.local(), socket),
                        peer(socket),
                        details(socket)));
    }

    /// UDP sockets too: connected ones are ESTAB, others UNCONN.
    private static String state(SocketSnapshot socket) {
        return socket.state().ssName();
    }

    /// As `ss` prints it: port 0 is `*`, and so is the wildcard of a socket for both IPv4 and IPv6.
    private static String address(TransportAddress address, SocketSnapshot socket) {
        String port = address.port() == 0 ? "*" : Integer.toString(address.port());
        if (isForBothFamilies(socket) && address.ip().isAny()) return "*:" + port;
        return (address.ip().isV4() ? address.ip().toString() : "[" + address.ip() + "]") + ":" + port;
    }

    /// A socket without a peer has the wildcard of its family for one.
    private static String peer(SocketSnapshot socket) {
        if (socket.remote() != null) return address(socket.remote(), socket);
        IpAddress any = socket.local().ip().isV4() ? IpAddress.ANY_V4 : IpAddress.ANY_V6;
        return address(new TransportAddress(any, 0), socket);
    }

    private static boolean isForBothFamilies(SocketSnapshot socket) {
        return !socket.local().ip().isV4() && !socket.settings().v6Only();
    }

    // ---------------------------------------------------------------- what the options add

    private String details(SocketSnapshot socket) {
        List<String> details = new ArrayList<>();
        if (columns.process && !socket.owners().isEmpty()) details.add(users(socket.owners()));
        Timer timer = socket.timer();
        if (columns.timer && timer != null) details.add(SsInfo.timer(timer));
        if (columns.extended) details.add(SsInfo.extended(socket));
        if (columns.memory && socket.protocol() == Protocol.TCP) details.add(SsInfo.memory(socket));
        return String.join(" ", details);
    }

    private static String users(List<Owner> owners) {
        return owners.stream().map(SsTable::user).collect(Collectors.joining(",", "users:(", ")"));
    }

    private static String user(Owner owner) {
        String thread = owner.thread() == null ? "" : ",thread=\"" + owner.thread() + "\"";
        String handle = owner.handle() == null ? "" : "," + owner.handle();
        return "(\"" + owner.program() + "\",pid=" + owner.pid() + handle + thread + ")";
    }

    /// The lines with colours, and under each socket's what has no room beside it.
    private List<String> withDetails(List<String> rows, List<SocketSnapshot> sockets) {
        List<String> lines = new ArrayList<>();
        if (columns.header) lines.add(terminal.mark(rows.getFirst(), Mark.BOLD));
        int first = lines.size();
        for (int i = 0; i < sockets.size(); i++) {
            SocketSnapshot socket = sockets.get(i);
            lines.add(coloured(rows.get(first + i), socket));
            if (columns.extended) since(socket).ifPresent(lines::add);
            TcpInfo info = socket.info();
            if (columns.internal && info != null && socket.state() != TcpState.CLOSED) {
                lines.add("\t " + SsInfo.internal(socket, info));
            }
        }
        return lines;
    }

    private String coloured(String line, SocketSnapshot socket) {
        Verdict verdict = explainer.explain(socket).verdict();
        return switch (verdict) {
            case FAULT -> terminal.mark(line, Mark.RED);
            case WATCH -> terminal.mark(line, Mark.YELLOW);
            case HARMLESS -> socket.state() == TcpState.TIME_WAIT ? terminal.mark(line, Mark.DIM) : line;
        };
    }

    /// What `ss` cannot know: since when, and which line of the program opened it.
    private static Optional<String> since(SocketSnapshot socket) {
        List<String> parts = new ArrayList<>();
        Duration inState = socket.inState();
        if (inState != null) parts.add("since:" + PlainWords.duration(inState).replace(" ", ""));
        Trace opened = socket.origin().opened();
        if (opened != null && opened.site() != null) parts.add("opened:" + opened.site());
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of(parts.stream().collect(Collectors.joining(" ", "\t ", "")));
    }
}
