package dev.sockeye.inspect.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.kernel.KernelLook;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import dev.sockeye.linux.KernelSocket;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Random filters: what the kernel finds with the part that is pushed down, what is found among all sockets without it,
/// and what `ss` finds are the same. In a network namespace of its own, with sockets of both families in many states.
@EnabledOnOs(value = OS.LINUX, disabledReason = "sock_diag is Linux's")
class FilterAgainstKernelTest {

    private static final int[] PORTS = {8001, 8002, 8003};
    private static final String[] SERVERS = {"127.0.0.1", "127.0.0.2", "::1", "mapped"};
    private static final int SO_MARK = 36, SO_BINDTODEVICE_INDEX = 62, IPV6_V6ONLY = 26;

    private final long seed = Long.getLong("sockeye.seed", 20_260_301L);
    private final Random random = new Random(seed);
    private int negations;
    private int disjunctions;

    /// Sockets that stay as they are while the test runs.
    private final class Town implements AutoCloseable {

        private final List<KernelSocket> sockets = new ArrayList<>();
        private final List<Integer> clientPorts = new ArrayList<>();

        Town() throws IOException {
            for (int port : PORTS) {
                KernelSocket listener = open(false);
                check(listener.setOption(KernelSocket.IPPROTO_IPV6, IPV6_V6ONLY, 0));
                check(listener.bind(new TransportAddress(IpAddress.ANY_V6, port)));
                check(listener.listen(64));
                for (String server : SERVERS) connect(listener, server, port);
            }
            KernelSocket v4 = open(true);
            check(v4.bind(new TransportAddress(IpAddress.LOOPBACK_V4, 8004)));
            check(v4.listen(3));
            KernelSocket v6 = open(false);
            check(v6.setOption(KernelSocket.IPPROTO_IPV6, IPV6_V6ONLY, 1));
            check(v6.bind(new TransportAddress(IpAddress.ANY_V6, 8005)));
            check(v6.listen(3));
        }

        private void connect(KernelSocket listener, String server, int port) throws IOException {
            boolean mapped = server.equals("mapped");
            IpAddress to = mapped ? IpAddress.LOOPBACK_V4 : IpAddress.parse(server);
            KernelSocket client = open(to.isV4() && !mapped);
            int kind = random.nextInt(6);
            if (kind == 0) check(client.setOption(KernelSocket.SOL_SOCKET, SO_MARK, 1 + random.nextInt(6)));
            if (kind == 1) check(client.setOption(KernelSocket.SOL_SOCKET, SO_BINDTODEVICE_INDEX, 1)); // lo
            if (kind == 2) check(client.bind(new TransportAddress(to, 9000 + random.nextInt(900))));
            check(client.connect(new TransportAddress(to, port)));
            clientPorts.add(client.localAddress().port());
            var accepted = new KernelSocket[1];
            check(listener.accept(accepted));
            sockets.add(accepted[0]);
            if (random.nextInt(3) == 0) check(client.shutdown(1)); // FIN-WAIT-2 and CLOSE-WAIT
        }

        private KernelSocket open(boolean v4) throws IOException {
            KernelSocket socket = KernelSocket.open(v4);
            sockets.add(socket);
            return socket;
        }

        private static void check(int result) {
            assertThat(result).isGreaterThanOrEqualTo(-115).isIn(0, -115); // EINPROGRESS
        }

        @Override
        public void close() {
            sockets.forEach(KernelSocket::close);
        }
    }

    private <T> T inTown(TownTest<T> test) throws Exception {
        try {
            return NetworkNamespace.callInNew(() -> {
                try (var links = new Rtnetlink()) {
                    links.setUp("lo", true);
                }
                try (Town town = new Town();
                        var source = new KernelSource()) {
                    return test.run(town, source);
                }
            });
        } catch (SystemCallException e) {
            assumeTrue(false, "a network namespace cannot be made here: " + e.getMessage());
            throw e;
        }
    }

    private interface TownTest<T> {
        T run(Town town, KernelSource source) throws Exception;
    }

    // ---------------------------------------------------------------- random filters

    /// @param ours with what ss does not know, and where ss says otherwise (docs/linux/ss.md)
    private String condition(Town town, boolean ours) {
        int port = random.nextBoolean() ? PORTS[random.nextInt(3)] : random.nextInt(4) == 0 ? 8004 : clientPort(town);
        String side = pick("src", "dst");
        boolean v6 = ours || negations == 0 && disjunctions == 0;
        return switch (random.nextInt(ours ? 13 : 10)) {
            case 0, 1, 2 ->
                pick("sport", "dport") + " " + pick("=", "!=", "<", "<=", ">", ">=", "neq", "geq") + " :" + port;
            case 3, 4 -> side + " " + network(v6, ours);
            case 5, 6 -> side + " " + pick("127.0.0.1", "*", "127.0.0.0/8", v6 ? "[::1]" : "127.0.0.2") + ":" + port;
            case 7 -> "dev = " + pick("1", "2");
            case 8 -> "fwmark = " + pick("1", "0", "0x1/0x1", "0x2/0x3", "3", "0x4/0x3");
            case 9 -> ours || negations == 0 ? "autobound" : "dport = :8001";
            case 10 -> "Send-Q >= " + random.nextInt(70);
            case 11 -> "cwnd " + pick("=", ">", "!=") + " 10";
            default -> "state " + pick("established", "listening", "close-wait", "fin-wait-2", "synchronized");
        };
    }

    private String network(boolean v6, boolean ours) {
        if (ours && random.nextInt(4) == 0) return pick("[::/0]", "0.0.0.0/0");
        if (v6 && random.nextBoolean()) return pick("[::1]", "[::ffff:127.0.0.1]", "[::ffff:0:0/96]", "[::/8]");
        return pick("127.0.0.1", "127.0.0.2", "127.0.0.0/8", "127.0.0.2/31", "*", "128.0.0.0/1");
    }

    private int clientPort(Town town) {
        return town.clientPorts.get(random.nextInt(town.clientPorts.size()));
    }

    private String pick(String... of) {
        return of[random.nextInt(of.length)];
    }

    private String expression(Town town, int depth, boolean ours) {
        return switch (depth == 0 ? 0 : random.nextInt(4)) {
            case 1 ->
                "( " + expression(town, depth - 1, ours) + pick(" and ", " ") + expression(town, depth - 1, ours)
                        + " )";
            case 2 -> either(town, depth, ours);
            case 3 -> negated(town, depth, ours);
            default -> condition(town, ours);
        };
    }

    private String either(Town town, int depth, boolean ours) {
        disjunctions++;
        String text = "( " + expression(town, depth - 1, ours) + " or " + expression(town, depth - 1, ours) + " )";
        disjunctions--;
        return text;
    }

    private String negated(Town town, int depth, boolean ours) {
        negations++;
        String text = "! ( " + expression(town, depth - 1, ours) + " )";
        negations--;
        return text;
    }

    // ---------------------------------------------------------------- three answers

    private static Set<String> names(List<SocketSnapshot> sockets) {
        Set<String> names = new TreeSet<>();
        for (SocketSnapshot socket : sockets)
            names.add(Long.toHexString(socket.kernel().cookie()));
        return names;
    }

    private static KernelLook look(KernelSource source, KernelQuery query) throws IOException {
        KernelLook look = source.look(query.with(false, false));
        assertThat(look.problems()).isEmpty();
        return look;
    }

    private static Set<String> byKernel(KernelSource source, SocketFilter filter) throws IOException {
        Pushdown pushdown = filter.pushdown(true);
        KernelQuery query = KernelQuery.ALL.inStates(filter.states().mask()).where(pushdown.program());
        List<SocketSnapshot> told = look(source, query).sockets();
        return names(told.stream().filter(pushdown::accepts).toList());
    }

    private static Set<String> byUs(KernelSource source, SocketFilter filter) throws IOException {
        List<SocketSnapshot> all = look(source, KernelQuery.ALL).sockets();
        return names(all.stream().filter(filter).toList());
    }

    private static Set<String> bySs(String filter) throws Exception {
        Path file = Files.createTempFile("sockeye", ".filter");
        try {
            Files.writeString(file, filter + "\n");
            Process ss = new ProcessBuilder("ss", "-taneH", "-F", file.toString())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(ss.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(ss.exitValue()).as(output).isZero();
            return output.lines()
                    .map(line -> line.replaceFirst(".* sk:([0-9a-f]+).*", "$1"))
                    .collect(Collectors.toCollection(TreeSet::new));
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void kernelAnswersAsWeDo() throws Exception {
        Integer compared = inTown((town, source) -> {
            int nonTrivial = 0;
            int all = names(look(source, KernelQuery.ALL).sockets()).size();
            for (int round = 0; round < 3000; round++) {
                String text =
                        (random.nextInt(4) == 0 ? "exclude listening " : "state all ") + expression(town, 4, true);
                SocketFilter filter = SocketFilter.parse(text, StateSet.ALL);
                Set<String> ours = byUs(source, filter);
                assertThat(byKernel(source, filter))
                        .as("seed %d: %s", seed, text)
                        .isEqualTo(ours);
                if (!ours.isEmpty() && ours.size() < all) nonTrivial++;
            }
            return nonTrivial;
        });
        assertThat(compared).isGreaterThan(1000);
    }

    @Test
    void ssAnswersAsWeDo() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/ss")) || Files.isExecutable(Path.of("/bin/ss")),
                "ss is not installed");
        Integer compared = inTown((town, source) -> {
            int nonTrivial = 0;
            for (int round = 0; round < 100; round++) {
                String text = expression(town, 3, false);
                SocketFilter filter = SocketFilter.parse(text, StateSet.ALL);
                Set<String> ours = byKernel(source, filter);
                assertThat(bySs(text)).as("seed %d: %s", seed, text).isEqualTo(ours);
                if (!ours.isEmpty()) nonTrivial++;
            }
            return nonTrivial;
        });
        assertThat(compared).isGreaterThan(50);
    }

    @Test
    void whatTheKernelCannotDecideIsLeft() {
        Pushdown mixed = SocketFilter.parse("sport = :22 and pid = 4 and ( dport = :1 or rtt > 1s )", StateSet.ALL)
                .pushdown(true);
        assertThat(mixed.program()).isNotNull();
        assertThat(mixed.rest()).hasToString("( pid = 4 and ( dport = :1 or rtt > 1s ) )");
        Pushdown marks =
                SocketFilter.parse("sport = :22 fwmark 1", StateSet.ALL).pushdown(false);
        assertThat(marks.rest()).hasToString("fwmark = 0x1/0xffffffff");
        Pushdown all = SocketFilter.parse("sport = :22 or not dst 10.0.0.0/8", StateSet.ALL)
                .pushdown(true);
        assertThat(all.rest()).isNull();
        @Nullable
        Object nothing = SocketFilter.parse("pid = 4 or sport = :22", StateSet.ALL)
                .pushdown(true)
                .program();
        assertThat(nothing).isNull();
    }
}
