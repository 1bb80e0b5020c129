package dev.sockeye.cli;

import dev.sockeye.cli.Table.Align;
import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Protocol;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Trace;
import dev.sockeye.inspect.filter.Amount;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The columns that somebody chose by name: `--columns state,local,peer,rtt,retrans,age,comm`. What is not known of a
/// socket is `-`.
final class SsColumns {

    /// Columns that are no numbers.
    private static final String[] WORDS = {
        "netid",
        "host",
        "state",
        "local",
        "peer",
        "process",
        "comm",
        "container",
        "timer",
        "cgroup",
        "cong",
        "ulp",
        "since",
        "by",
        "opened"
    };

    private final List<String> names;

    private SsColumns(List<String> names) {
        this.names = names;
    }

    /// @throws IllegalArgumentException with a line for the user, if there is no such column
    static SsColumns parse(String text) {
        List<String> names = new ArrayList<>();
        for (String name : text.toLowerCase(Locale.ROOT).split(",", -1)) {
            if (!isWord(name) && Amount.named(name) == null) {
                throw new IllegalArgumentException("there is no column '" + name + "'; there are " + all());
            }
            names.add(name);
        }
        return new SsColumns(names);
    }

    private static boolean isWord(String name) {
        for (String word : WORDS) if (word.equals(name)) return true;
        return false;
    }

    private static String all() {
        var all = new TreeSet<String>(List.of(WORDS));
        for (Amount amount : Amount.values()) all.add(amount.filterName());
        return String.join(" ", all);
    }

    /// Whether somebody must find out which programs hold the sockets.
    boolean needHolders() {
        return names.contains("process")
                || names.contains("comm")
                || names.contains("pid")
                || names.contains("container");
    }

    /// Whether somebody must find out the paths of control groups.
    boolean needGroups() {
        return names.contains("cgroup");
    }

    List<String> lines(List<SocketSnapshot> sockets, boolean header) {
        var aligns = new Align[names.size()];
        for (int i = 0; i < aligns.length; i++) aligns[i] = align(names.get(i));
        var table = new Table(aligns);
        if (header) table.add(names.stream().map(SsColumns::title).toList());
        for (SocketSnapshot socket : sockets) {
            table.add(names.stream().map(name -> cell(name, socket)).toList());
        }
        return table.lines();
    }

    private static Align align(String name) {
        if (name.equals("local") || name.equals("peer")) return Align.COLON;
        return isWord(name) ? Align.LEFT : Align.RIGHT;
    }

    private static String title(String name) {
        return switch (name) {
            case "local" -> "Local Address:Port";
            case "peer" -> "Peer Address:Port";
            case "recvq" -> "Recv-Q";
            case "sendq" -> "Send-Q";
            default -> name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
        };
    }

    private static String cell(String name, SocketSnapshot socket) {
        String cell = isWord(name) ? word(name, socket) : number(name, socket);
        return cell == null || cell.isEmpty() ? "-" : cell;
    }

    private static @Nullable String number(String name, SocketSnapshot socket) {
        Amount amount = Amount.named(name);
        return amount == null ? null : amount.text(socket);
    }

    private static @Nullable String word(String name, SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        JournalEntry entered = socket.entered();
        Owner owner = socket.owner();
        return switch (name) {
            case "netid" -> socket.protocol() == Protocol.TCP ? "tcp" : "udp";
            case "host" -> socket.host();
            case "state" -> socket.state().ssName();
            case "local" -> address(socket.local());
            case "peer" -> peer(socket);
            case "process" -> users(socket);
            case "comm" -> owner == null ? null : owner.program();
            case "container" -> owner == null ? null : owner.container();
            case "timer" -> timer(socket);
            case "cgroup" -> kernel == null ? null : kernel.controlGroupPath();
            case "cong" -> socket.settings().congestionControl();
            case "ulp" -> kernel == null ? null : kernel.upperProtocol();
            case "since" -> entered == null ? null : entered.at().toString();
            case "by" -> entered == null ? null : PlainWords.cause(entered);
            case "opened" -> opened(socket.origin().opened());
            default -> throw new IllegalStateException(name);
        };
    }

    private static @Nullable String opened(@Nullable Trace trace) {
        return trace == null ? null : trace.site();
    }

    private static String address(TransportAddress address) {
        IpAddress ip = address.ip();
        String port = address.port() == 0 ? "*" : Integer.toString(address.port());
        return (ip.isV4() ? ip.toString() : "[" + ip + "]") + ":" + port;
    }

    private static String peer(SocketSnapshot socket) {
        TransportAddress remote = socket.remote();
        if (remote != null) return address(remote);
        return address(new TransportAddress(socket.local().ip().isV4() ? IpAddress.ANY_V4 : IpAddress.ANY_V6, 0));
    }

    private static String users(SocketSnapshot socket) {
        var text = new ByteText(64);
        new SsDetails(text, true).users(socket.owners());
        return text.toString().strip();
    }

    private static String timer(SocketSnapshot socket) {
        var text = new ByteText(64);
        new SsDetails(text, true).timer(socket);
        return text.toString().strip().replace("timer:", "");
    }
}
