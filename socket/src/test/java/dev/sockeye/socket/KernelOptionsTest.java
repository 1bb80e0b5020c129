package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.Family;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What options take and tell, against what the real kernel has said: the tables of docs/linux/options.md.
class KernelOptionsTest {

    /// As options.py sets them.
    private static final int[] VALUES = {
        Integer.MIN_VALUE,
        -2,
        -1,
        0,
        1,
        2,
        3,
        4,
        7,
        87,
        88,
        127,
        128,
        255,
        256,
        536,
        1000,
        1460,
        4000,
        32_767,
        32_768,
        65_535,
        100_000,
        5_000_000,
        Integer.MAX_VALUE
    };

    /// Linux's ticks of 4 ms show; each is tested by itself.
    private static final Set<String> IN_TICKS = Set.of("TCP_RTO_MAX_MS", "TCP_RTO_MIN_US", "TCP_DELACK_MAX_US");

    /// Another's work.
    private static final Set<String> NOT_HERE = Set.of("TCP_FASTOPEN");

    private final TwoMachines two = new TwoMachines();

    @AfterEach
    void close() {
        two.close();
    }

    private static List<String[]> rows(String experiment) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("../docs/linux/options.md"));
        int at = lines.indexOf("<!-- lab: options.py " + experiment + " -->");
        assertThat(at).as(experiment).isPositive();
        var rows = new ArrayList<String[]>();
        for (String line : lines.subList(at + 4, lines.size())) {
            if (!line.startsWith("|")) break;
            String[] cells = line.substring(1).split("\\|");
            for (int i = 0; i < cells.length; i++) cells[i] = cells[i].strip();
            rows.add(cells);
        }
        assertThat(rows).isNotEmpty();
        return rows;
    }

    /// The constant for an option of the table; null where there is none, or where it needs a test of its own.
    private static @Nullable SocketOption<?> option(String name) {
        SocketOption<?> option = SocketOption.named(name);
        boolean plain = option != null && (option.type() == Integer.class || option.type() == Boolean.class);
        return plain && !NOT_HERE.contains(name) ? option : null;
    }

    @SuppressWarnings("unchecked") // the type is looked at
    private static String set(Socket socket, SocketOption<?> option, int value) {
        int result = option.type() == Boolean.class
                ? socket.setOption((SocketOption<Boolean>) option, value != 0)
                : socket.setOption((SocketOption<Integer>) option, value);
        if (result == 0) return "";
        for (Errno errno : Errno.values()) if (errno.asResult() == result) return errno.name();
        return String.valueOf(result);
    }

    private static String get(Socket socket, SocketOption<?> option) {
        Object value = socket.getOption(option);
        if (value instanceof Boolean on) return on ? "1" : "0";
        return String.valueOf(value);
    }

    /// An error, or nothing where nothing can be told.
    private static String orNothing(String cell) {
        return cell.startsWith("E") ? "null" : cell;
    }

    @Test
    void beforeAnythingIsSet() throws IOException {
        StreamSocket fresh = two.a.openStream(Family.INET);
        ListenSocket listening = two.listen(80, 16);
        StreamSocket connected = two.connect(80);
        StreamSocket freshV6 = two.a.openStream(Family.INET6);
        var tested = new TreeSet<String>();
        for (String[] row : rows("defaults")) {
            SocketOption<?> option = option(row[0]);
            if (option == null || row[0].equals("SO_REUSEADDR") || row[0].equals("SO_RCVBUF")) continue;
            tested.add(row[0]);
            assertThat(get(fresh, option)).as(row[0]).isEqualTo(orNothing(row[1]));
            assertThat(get(listening, option)).as(row[0] + " listening").isEqualTo(orNothing(row[2]));
            assertThat(get(connected, option)).as(row[0] + " connected").isEqualTo(orNothing(row[3]));
            assertThat(get(freshV6, option)).as(row[0] + " IPv6").isEqualTo(orNothing(row[4]));
        }
        assertThat(tested).hasSizeGreaterThan(45);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ranges", "ranges_v6"})
    void whatValuesBecome(String table) throws IOException {
        Family family = table.equals("ranges") ? Family.INET : Family.INET6;
        var tested = new TreeSet<String>();
        for (String[] row : rows(table)) {
            SocketOption<?> option = option(row[0]);
            if (option == null || IN_TICKS.contains(row[0])) continue;
            tested.add(row[0]);
            for (String run : row[1].split("; ")) {
                String[] parts = run.split(": ");
                String[] ends = parts[0].split(" to ");
                int from = Integer.parseInt(ends[0]);
                int to = Integer.parseInt(ends[ends.length - 1]);
                for (int value : VALUES) {
                    if (value < from || value > to) continue;
                    if (option.type() == Boolean.class && (value < 0 || value > 1)) continue;
                    StreamSocket socket = two.a.openStream(family);
                    String refused = set(socket, option, value);
                    String seen = refused.isEmpty() ? get(socket, option) : refused;
                    String expected = parts[1].equals("itself") ? String.valueOf(value) : parts[1];
                    // What can be set only is read back as nothing.
                    if (seen.equals("null")) seen = "ENOPROTOOPT";
                    assertThat(seen).as(row[0] + " = " + value).isEqualTo(expected);
                    socket.close();
                }
            }
        }
        assertThat(tested).hasSizeGreaterThan(table.equals("ranges") ? 40 : 8);
    }

    @Test
    void whereTheStateMatters() throws IOException {
        int port = 80;
        var tested = new TreeSet<String>();
        for (String[] row : rows("by_state")) {
            SocketOption<?> option = option(row[0]);
            if (option == null) continue;
            tested.add(row[0]);
            int value = Integer.parseInt(row[1]);
            Socket[] sockets = {two.a.openStream(Family.INET), two.listen(++port, 16), two.connect(port)};
            for (int i = 0; i < 3; i++) {
                String refused = set(sockets[i], option, value);
                String seen = refused.isEmpty() ? get(sockets[i], option) : refused;
                assertThat(seen).as(row[0] + " = " + value + ", " + i).isEqualTo(row[2 + i]);
            }
        }
        assertThat(tested).contains("TCP_MAXSEG", "TCP_WINDOW_CLAMP", "TCP_FASTOPEN_CONNECT");
    }

    /// Ours are ticks of 1 ms.
    @Test
    void timesAreRoundedUpToMilliseconds() {
        StreamSocket socket = two.a.openStream(Family.INET);
        for (SocketOption<Integer> option : List.of(SocketOption.TCP_RTO_MIN_US, SocketOption.TCP_DELACK_MAX_US)) {
            assertThat(set(socket, option, 1000)).isEqualTo("EINVAL");
            assertThat(set(socket, option, 200_001)).isEqualTo("EINVAL");
            assertThat(set(socket, option, 32_767)).isEmpty();
            assertThat(get(socket, option)).isEqualTo("33000");
        }
        assertThat(set(socket, SocketOption.TCP_RTO_MAX_MS, 999)).isEqualTo("EINVAL");
        assertThat(set(socket, SocketOption.TCP_RTO_MAX_MS, 120_001)).isEqualTo("EINVAL");
        assertThat(set(socket, SocketOption.TCP_RTO_MAX_MS, 32_767)).isEmpty();
        assertThat(get(socket, SocketOption.TCP_RTO_MAX_MS)).isEqualTo("32767");
    }

    /// "peeking"
    @Test
    void peeksMoveTheirOffset() {
        StreamSocket[] pair = two.pair();
        StreamSocket near = pair[0];
        StreamSocket far = pair[1];
        assertThat(far.write("abcdefghij".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, 10, 0, Socket.NOW))
                .isEqualTo(10);
        assertThat(peek(near, 3, Socket.MSG_PEEK)).isEqualTo("abc");
        assertThat(set(near, SocketOption.SO_PEEK_OFF, 2)).isEmpty();
        assertThat(peek(near, 3, Socket.MSG_PEEK)).isEqualTo("cde");
        assertThat(peek(near, 3, Socket.MSG_PEEK)).isEqualTo("fgh");
        assertThat(get(near, SocketOption.SO_PEEK_OFF)).isEqualTo("8");
        assertThat(peek(near, 4, 0)).isEqualTo("abcd");
        assertThat(get(near, SocketOption.SO_PEEK_OFF)).isEqualTo("4");
        assertThat(peek(near, 10, Socket.MSG_PEEK)).isEqualTo("ij");
        assertThat(peek(near, 10, Socket.MSG_PEEK)).isEqualTo("-11");
        assertThat(peek(near, 10, 0)).isEqualTo("efghij");
        assertThat(get(near, SocketOption.SO_PEEK_OFF)).isEqualTo("0");
        far.shutdown(Shutdown.WRITE);
        assertThat(peek(near, 10, Socket.MSG_PEEK)).isEmpty();
    }

    private static String peek(StreamSocket socket, int count, int flags) {
        byte[] bytes = new byte[count];
        int got = socket.read(bytes, 0, count, flags, Socket.NOW);
        return got < 0 ? String.valueOf(got) : new String(bytes, 0, got, java.nio.charset.StandardCharsets.US_ASCII);
    }
}
