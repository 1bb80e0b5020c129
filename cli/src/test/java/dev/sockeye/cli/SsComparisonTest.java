package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.KernelSocket;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// `sockeye ss` says of the kernel's sockets what `ss` says, field for field: in a network namespace of its own, with a
/// socket in every state, of IPv4, of IPv6, and of IPv6 with mapped addresses.
///
/// `ss` is asked between two answers of ours. A field that time moves must lie between them; any other must be the same
/// in all three, and where ours differ from each other, something happened to the socket meanwhile, and it is asked
/// again.
@EnabledOnOs(value = OS.LINUX, disabledReason = "ss is Linux's")
class SsComparisonTest {

    /// Moved by time, and nothing else.
    private static final Set<String> OF_TIME = Set.of(
            "lastsnd", "lastrcv", "lastack", "busy", "rwnd_limited", "sndbuf_limited", "timer", "total_rto_time");

    /// The tick of the kernel's clock in milliseconds: it rounds each time, so that neither answer is exact.
    private static final long TICK = 12;

    /// What no `ss`, or only a newer one, tells: ours may have it where `ss` does not.
    private static final Set<String> OURS_ALONE =
            Set.of("rcv_wnd", "rehash", "probes", "total_rto", "total_rto_recoveries", "total_rto_time");

    private static final int IP_TOS = 1, SO_KEEPALIVE = 9, SO_MARK = 36, SO_RCVBUF = 8, TCP_CONGESTION = 13;
    private static final int TCP_MD5SIG = 14, IPV6_V6ONLY = 26, SO_BINDTODEVICE_INDEX = 62;

    private final List<KernelSocket> sockets = new ArrayList<>();

    @BeforeEach
    void needsSs() {
        boolean installed = Files.isExecutable(Path.of("/usr/bin/ss")) || Files.isExecutable(Path.of("/bin/ss"));
        assumeTrue(installed, "ss (iproute2) is not installed");
    }

    // ---------------------------------------------------------------- sockets in every state

    private KernelSocket open(boolean v4) throws IOException {
        KernelSocket socket = KernelSocket.open(v4);
        sockets.add(socket);
        return socket;
    }

    private static void check(int result) {
        assertThat(result).isIn(0, -115); // EINPROGRESS
    }

    private KernelSocket listen(String ip, int port, boolean v6Only) throws IOException {
        IpAddress address = IpAddress.parse(ip);
        KernelSocket listener = open(address.isV4());
        if (!address.isV4()) check(listener.setOption(KernelSocket.IPPROTO_IPV6, IPV6_V6ONLY, v6Only ? 1 : 0));
        check(listener.bind(new TransportAddress(address, port)));
        check(listener.listen(7));
        return listener;
    }

    private KernelSocket connect(boolean v4, String ip, int port) throws IOException {
        KernelSocket client = open(v4);
        check(client.connect(new TransportAddress(IpAddress.parse(ip), port)));
        return client;
    }

    private KernelSocket accept(KernelSocket listener) throws IOException {
        var accepted = new KernelSocket[1];
        for (int attempt = 0; attempt < 2000; attempt++) {
            if (listener.accept(accepted) == 0) {
                sockets.add(accepted[0]);
                return accepted[0];
            }
            pause();
        }
        throw new IOException("nobody came");
    }

    private static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(KernelSocket socket, int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            socket.send(arena.allocate(bytes), 0, bytes, KernelSocket.MSG_NOSIGNAL);
        }
    }

    private void onLoopback() throws IOException {
        KernelSocket dual = listen("::", 8001, false);
        KernelSocket v4 = listen("127.0.0.1", 8002, false);
        KernelSocket v6 = listen("::1", 8003, true);
        connect(true, "127.0.0.1", 8001);
        accept(dual);
        connect(false, "127.0.0.1", 8001); // mapped at both ends
        accept(dual);
        KernelSocket data = connect(false, "::1", 8003);
        check(data.setOption(KernelSocket.SOL_SOCKET, SO_KEEPALIVE, 1));
        send(data, 5000);
        send(accept(v6), 100);
        KernelSocket marked = connect(true, "127.0.0.1", 8002);
        marked.setOption(KernelSocket.SOL_SOCKET, SO_MARK, 0x17);
        marked.setOption(KernelSocket.IPPROTO_IP, IP_TOS, 0x10);
        accept(v4);
        KernelSocket bound = open(true);
        bound.setOption(KernelSocket.SOL_SOCKET, SO_BINDTODEVICE_INDEX, 1);
        check(bound.connect(new TransportAddress(IpAddress.parse("127.0.0.1"), 8002)));
        accept(v4);
        withCongestionControl(v4, "bbr");
        withCongestionControl(v4, "dctcp");
        withCongestionControl(v4, "reno");
        // half-closed: FIN-WAIT-2 that a program holds, and CLOSE-WAIT
        KernelSocket halfClosed = connect(true, "127.0.0.1", 8002);
        accept(v4);
        check(halfClosed.shutdown(1));
        // FIN-WAIT-2 that nobody holds
        KernelSocket orphan = connect(false, "::1", 8003);
        accept(v6);
        orphan.close();
        // TIME-WAIT
        KernelSocket first = connect(true, "127.0.0.1", 8002);
        KernelSocket second = accept(v4);
        first.close();
        second.close();
        // FIN-WAIT-1 in front of a closed window
        KernelSocket full = connect(true, "127.0.0.1", 8002);
        check(accept(v4).setOption(KernelSocket.SOL_SOCKET, SO_RCVBUF, 2000));
        send(full, 1 << 20);
        full.close();
        connect(true, "127.0.0.1", 8002); // not accepted
        signed();
    }

    private void withCongestionControl(KernelSocket listener, String name) throws IOException {
        KernelSocket client = open(true);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            // a kernel without it says so, and the socket keeps what it has
            client.setOption(KernelSocket.IPPROTO_TCP, TCP_CONGESTION, text.asSlice(0, name.length()));
        }
        check(client.connect(new TransportAddress(IpAddress.parse("127.0.0.1"), 8002)));
        send(client, 20_000);
        accept(listener);
    }

    /// `struct tcp_md5sig` (linux/tcp.h)
    private void signed() throws IOException {
        KernelSocket listener = open(true);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment key = arena.allocate(216, 8);
            key.set(java.lang.foreign.ValueLayout.JAVA_SHORT, 0, (short) 2);
            key.set(java.lang.foreign.ValueLayout.JAVA_INT, 4, Integer.reverseBytes(0x7f000001));
            key.set(java.lang.foreign.ValueLayout.JAVA_SHORT, 130, (short) 6);
            MemorySegment.copy(MemorySegment.ofArray("secret".getBytes(StandardCharsets.US_ASCII)), 0, key, 136, 6);
            listener.setOption(KernelSocket.IPPROTO_TCP, TCP_MD5SIG, key); // perhaps the kernel has none
        }
        check(listener.bind(new TransportAddress(IpAddress.LOOPBACK_V4, 8005)));
        check(listener.listen(7));
    }

    private void behindTheDevice(RawPeer peer) throws IOException {
        KernelSocket listener = listen(RawPeer.KERNEL, 8004, false);
        peer.syn(5001, 8004); // SYN-RECV
        peer.connect(5002, 8004);
        KernelSocket closing = accept(listener);
        closing.close();
        peer.finWithoutAcknowledging(5002, 8004); // CLOSING
        peer.connect(5003, 8004);
        KernelSocket last = accept(listener);
        peer.fin(5003, 8004);
        for (int attempt = 0; attempt < 2000 && last.queued(KernelSocket.SIOCINQ) < 0; attempt++) pause();
        last.close(); // LAST-ACK
        peer.connect(5004, 8004);
        accept(listener).close(); // FIN-WAIT-1
        peer.connect(5005, 8004);
        KernelSocket held = accept(listener);
        check(held.shutdown(1));
        peer.acknowledgeFin(5005, 8004); // FIN-WAIT-2
        connect(true, RawPeer.PEER, 9); // SYN-SENT
    }

    private interface Question {
        void ask() throws Exception;
    }

    private void inTown(Question question) throws Exception {
        try {
            NetworkNamespace.callInNew(() -> {
                try (var links = new Rtnetlink()) {
                    links.setUp("lo", true);
                }
                try (var peer = new RawPeer()) {
                    onLoopback();
                    behindTheDevice(peer);
                    question.ask();
                    return true;
                } finally {
                    sockets.forEach(KernelSocket::close);
                }
            });
        } catch (SystemCallException e) {
            assumeTrue(false, "namespaces and TUN devices cannot be made here: " + e.getMessage());
        }
    }

    // ---------------------------------------------------------------- three answers

    private static String ours(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var terminal = new Terminal(false, 100, true, false);
        var sockeye = new Sockeye(terminal, new PrintStream(out), new PrintStream(err));
        var all = new ArrayList<String>(List.of("ss"));
        all.addAll(List.of(arguments));
        assertThat(sockeye.run(all.toArray(String[]::new)))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String ss(Map<String, String> environment, String... arguments) throws Exception {
        var command = new ArrayList<String>(List.of("ss"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return keysTakenOut(output);
    }

    /// `ss` 6.1 prints the keys of MD5 signatures at once, and the line that they belong to later.
    private static String keysTakenOut(String output) {
        return output.replaceFirst("^(secret)+", "");
    }

    /// What `ss` says, and what ours.
    private interface Answers {
        Map<String, Map<String, String>> ask() throws Exception;
    }

    private static void compare(String... options) throws Exception {
        compare(() -> SsLine.parse(ours(options)), () -> SsLine.parse(ss(Map.of(), options)), Set.of());
    }

    /// @param theirs is asked between two answers of ours
    /// @param missing fields that theirs cannot have
    private static void compare(Answers ours, Answers theirs, Set<String> missing) throws Exception {
        Set<String> pending = new TreeSet<>(ours.ask().keySet());
        Map<String, List<String>> differences = new TreeMap<>();
        Map<String, String> changed = new TreeMap<>();
        for (int attempt = 0; attempt < 200 && !pending.isEmpty(); attempt++) {
            var before = ours.ask();
            var its = theirs.ask();
            var after = ours.ask();
            if (before.keySet().equals(after.keySet())) assertThat(its.keySet()).isEqualTo(before.keySet());
            for (String cookie : List.copyOf(pending)) {
                Map<String, String> old = before.get(cookie);
                Map<String, String> now = after.get(cookie);
                if (old == null || now == null || !its.containsKey(cookie) || !stayed(old, now)) {
                    changed.put(cookie, old + " became " + now);
                    continue;
                }
                List<String> found = differences(old, its.get(cookie), now, missing);
                // once may be by chance: something happened, and was undone
                if (found.isEmpty()) pending.remove(cookie);
                else differences.put(cookie, found);
            }
        }
        differences.keySet().retainAll(pending);
        assertThat(differences).isEmpty();
        changed.keySet().retainAll(pending);
        assertThat(changed).as("never stayed as they were for three answers").isEmpty();
    }

    private static boolean stayed(Map<String, String> old, Map<String, String> now) {
        if (!old.keySet().equals(now.keySet())) return false;
        for (String name : old.keySet()) {
            boolean same = OF_TIME.contains(name)
                    ? SsLine.constant(name, old.get(name)).equals(SsLine.constant(name, now.get(name)))
                    : old.get(name).equals(now.get(name));
            if (!same) return false;
        }
        return true;
    }

    private static List<String> differences(
            Map<String, String> before, Map<String, String> its, Map<String, String> after, Set<String> missing) {
        List<String> differences = new ArrayList<>();
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(its.keySet());
        for (String name : names) {
            String other = its.get(name);
            if (other == null && (OURS_ALONE.contains(name) || missing.contains(name))) continue;
            if (!isSame(name, before.get(name), other, after.get(name)))
                differences.add(before.get("State") + " " + before.get("Local") + " " + name + ": ss says " + other
                        + ", we " + before.get(name) + " and " + after.get(name));
        }
        return differences;
    }

    private static boolean isSame(String name, String before, String its, String after) {
        if (before == null || its == null) return false;
        if (!OF_TIME.contains(name)) return before.equals(its);
        if (!SsLine.constant(name, before).equals(SsLine.constant(name, its))) return false;
        long low = Math.min(SsLine.millis(name, before), SsLine.millis(name, after));
        long high = Math.max(SsLine.millis(name, before), SsLine.millis(name, after));
        long value = SsLine.millis(name, its);
        // minutes are told without their seconds, seconds without their thousandths
        long unit = name.equals("timer") ? value >= 600_000 ? 60_000 : value >= 10_000 ? 1000 : 0 : 0;
        return value >= low - TICK - unit && value <= high + TICK + unit;
    }

    // ---------------------------------------------------------------- the tests

    @Test
    void fieldForFieldInEveryState() throws Exception {
        inTown(() -> {
            Set<String> states = new TreeSet<>();
            for (Map<String, String> socket : SsLine.parse(ours("-tanpeoimH")).values())
                states.add(socket.get("State"));
            Set<String> all = new TreeSet<>();
            for (TcpState state : TcpState.values()) if (state != TcpState.CLOSED) all.add(state.ssName());
            assertThat(states).isEqualTo(all);
            compare("-tanpeoimH");
            compare("-tanpeoimHO", "--tos", "--cgroup", "--inet-sockopt");
            compare("-tapeoimH");
            compare("-6tanpeoimH");
            compare("-4tanpeoimH");
        });
    }

    @Test
    void columnsAndRowsAsSsPrintsThem() throws Exception {
        inTown(() -> {
            for (String[] options : new String[][] {
                {"-tan"},
                {"-ta"},
                {"-tln"},
                {"-tanH"},
                {"-tn", "state", "close-wait"},
                {"-t", "state", "synchronized"},
                {"-tan", "dst", "127.0.0.1"},
                {"-tan6"}
            }) {
                List<String> ours = trimmed(ours(options));
                List<String> its = trimmed(ss(Map.of(), options));
                // an acknowledgment may be late, and a connection to nobody is tried again
                for (int attempt = 0; attempt < 200 && !ours.equals(its); attempt++) {
                    pause();
                    ours = trimmed(ours(options));
                    its = trimmed(ss(Map.of(), options));
                }
                assertThat(ours).as(String.join(" ", options)).isEqualTo(its);
            }
        });
    }

    /// Without the blanks at the lines' ends; and `ss` names a last column that is empty.
    private static List<String> trimmed(String output) {
        return output.lines()
                .map(line -> line.replaceFirst("Port *Process", "Port").stripTrailing())
                .toList();
    }

    @Test
    void ssItselfListsWhatWeWriteForIt() throws Exception {
        Path file = Files.createTempFile("sockeye", ".diag");
        try {
            inTown(() -> {
                Map<String, String> reading = Map.of("TCPDIAG_FILE", file.toString());
                compare(
                        () -> SsLine.parse(ours("-tanoeimH")),
                        () -> {
                            ours("-tan", "--diag-file", file.toString());
                            return SsLine.parse(ss(reading, "-tanoeimH"));
                        },
                        Set.of("md5keys")); // secrets are not written
            });
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void severalNamespacesAtOnce() throws Exception {
        inTown(() -> {
            String own =
                    Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
            // a process is in this namespace for as long as it waits for input
            Process resident = new ProcessBuilder("cat").start();
            try {
                String inode = own.replaceAll("[^0-9]", "");
                var here =
                        SsLine.parse(ours("-tanH4", "-e", "netns = " + inode)).keySet();
                assertThat(here).hasSizeGreaterThan(15);
                String everywhere = NetworkNamespace.callInNew(
                        () -> ours("-tan4", "-e", "-O", "--all-namespaces", "-H", "netns = " + inode));
                var seen = new TreeSet<String>();
                everywhere.lines().forEach(line -> seen.add(line.replaceFirst(".* sk:([0-9a-f]+).*", "$1")));
                assertThat(seen).isEqualTo(new TreeSet<>(here));
                String named = NetworkNamespace.callInNew(() -> ours("-tanH4", "-e", "-N", "" + resident.pid()));
                assertThat(SsLine.parse(named).keySet()).isEqualTo(here);
            } finally {
                resident.destroy();
            }
        });
    }
}
