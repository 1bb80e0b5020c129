package dev.sockeye.inspect.blame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.ProcessDescriptor;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import programs.ChatRelay;
import programs.Descriptors;
import programs.HealthCheck;
import programs.Loopback;
import programs.MetricsSender;
import programs.NettyFeed;
import programs.OrderService;
import programs.Peer;
import programs.PriceCheck;
import programs.Program;
import programs.SessionFilter;
import programs.SpareChannel;
import programs.SpareConnection;
import programs.VirtualClients;

/// What holds the sockets of real programs, each started in a JVM of its own, dumped and searched.
@EnabledOnOs(value = OS.LINUX, disabledReason = "a JVM's descriptors are found in /proc")
class HeapChainTest {

    private static HeapChain chainOf(Program program, int port) throws IOException {
        Jvm jvm = Objects.requireNonNull(Jvm.of(program.pid()));
        int fd = Descriptors.to(port, program.pid());
        Map<Integer, HeapChain> chains = HeapDump.of(jvm).chains(List.of(fd), HeapProgress.NONE);
        assertThat(chains.keySet()).containsExactly(fd);
        try (Stream<Path> left = Files.list(jvm.temporary())) {
            assertThat(left.map(Path::toString).filter(name -> name.contains(".sockeye-")))
                    .isEmpty();
        }
        return Objects.requireNonNull(chains.get(fd));
    }

    /// As text, with what else is told behind it.
    private static String told(HeapChain chain) {
        return chain.grip() + " " + chain.text() + (chain.inUse().isEmpty() ? "" : ", and " + chain.inUse());
    }

    private static HeapChain chainOf(Class<?> main) throws Exception {
        var found = new HeapChain[1];
        Loopback.run(() -> {
            try (Peer peer = Peer.thatCloses();
                    Program program = Program.java(List.of(), main, peer.port())) {
                program.await("ready");
                found[0] = chainOf(program, peer.port());
            }
        });
        return found[0];
    }

    @Test
    void aVariableOfAThreadThatWaits() throws Exception {
        HeapChain chain = chainOf(PriceCheck.class);
        String variable = "local variable of thread \"price-check\" in programs.PriceCheck.follow(PriceCheck.java:35)";
        assertThat(told(chain)).isEqualTo("HELD " + variable);
        assertThat(chain.heldBy()).isEqualTo(variable);
    }

    @Test
    void aPoolsMap() throws Exception {
        HeapChain chain = chainOf(OrderService.class);
        assertThat(told(chain))
                .isEqualTo("HELD static programs.OrderService.SERVICE -> programs.OrderService.pool"
                        + " -> programs.OrderService.ConnectionPool.idle (HashMap key \"orders\")"
                        + " -> programs.OrderService.Connection.socket");
        assertThat(chain.heldBy()).isEqualTo("programs.OrderService.ConnectionPool.idle (HashMap key \"orders\")");
    }

    @Test
    void aStaticListOfChannels() throws Exception {
        HeapChain chain = chainOf(ChatRelay.class);
        assertThat(told(chain))
                .isEqualTo("HELD static programs.ChatRelay.MEMBERS (ArrayList index 0), and"
                        + " [local variable of thread \"main\" in programs.ChatRelay.main(ChatRelay.java:28)]");
        assertThat(chain.heldBy()).isEqualTo("static programs.ChatRelay.MEMBERS (ArrayList index 0)");
    }

    @Test
    void nettysChannelsInAMap() throws Exception {
        HeapChain chain = chainOf(NettyFeed.class);
        assertThat(told(chain))
                .isEqualTo("HELD static programs.NettyFeed.FEEDS (ConcurrentHashMap key \"prices\")"
                        + " -> io.netty.channel.nio.AbstractNioChannel.ch");
        assertThat(chain.heldBy()).isEqualTo("static programs.NettyFeed.FEEDS (ConcurrentHashMap key \"prices\")");
    }

    /// They keep the number of their descriptor, which is the leaked one's now.
    @Test
    void closedSocketsAreNotTakenForIt() throws Exception {
        assertThat(told(chainOf(SpareConnection.class)))
                .isEqualTo("HELD static programs.SpareConnection.SPARE (TreeMap key 7)");
        assertThat(told(chainOf(SpareChannel.class)))
                .isEqualTo("HELD static programs.SpareChannel.SPARE -> programs.SpareChannel.Pair.channels[1]");
    }

    @Test
    void aThreadLocalVariable() throws Exception {
        HeapChain chain = chainOf(SessionFilter.class);
        String variable = "thread local variable programs.SessionFilter.SESSION of thread \"worker-1\"";
        assertThat(told(chain)).isEqualTo("HELD " + variable + " -> programs.SessionFilter.Session.socket");
        assertThat(chain.heldBy()).isEqualTo(variable);
    }

    @Test
    void aTaskOfAnExecutor() throws Exception {
        HeapChain chain = chainOf(MetricsSender.class);
        assertThat(told(chain))
                .isEqualTo("HELD thread \"pool-1-thread-1\" (ScheduledThreadPoolExecutor)"
                        + " -> programs.MetricsSender.collector");
        assertThat(chain.heldBy()).isEqualTo("programs.MetricsSender.collector");
    }

    @Test
    void aVariableOfAVirtualThread() throws Exception {
        assertThat(told(chainOf(VirtualClients.class)))
                .isEqualTo("HELD local variable of virtual thread \"approval\" in"
                        + " programs.VirtualClients.approve(VirtualClients.java:27)");
    }

    @Test
    void nothingAtAll() throws Exception {
        HeapChain chain = chainOf(HealthCheck.class);
        assertThat(told(chain))
                .isEqualTo("GARBAGE nothing: it is garbage that waits for its Cleaner; the next garbage collection"
                        + " closes it");
    }

    /// Those of Debian's packages; none of it is needed for the build.
    private static final Path OLDER_JDK = Path.of("/usr/lib/jvm/java-17-openjdk-" + debianArchitecture());

    private static String debianArchitecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    /// What held a socket before JDK 13, and with an option until 17, is `PlainSocketImpl`.
    @Test
    void anOlderJvmAndItsOlderSockets(@TempDir Path folder) throws Exception {
        assumeTrue(Files.exists(OLDER_JDK.resolve("bin/java")), "skipped: no JDK 17 in " + OLDER_JDK);
        Path source = Path.of("src/test/java/programs/OrderService.java");
        Process compiler = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/javac").toString(),
                        "--release",
                        "17",
                        "-d",
                        folder.toString(),
                        source.toString())
                .inheritIO()
                .start();
        assertThat(compiler.waitFor()).isZero();
        for (boolean plain : new boolean[] {false, true}) {
            Loopback.run(() -> {
                try (Peer peer = Peer.thatCloses();
                        Program program = Program.of(List.of(
                                OLDER_JDK.resolve("bin/java").toString(),
                                "-Djdk.net.usePlainSocketImpl=" + plain,
                                "-Xmx64m",
                                "-cp",
                                folder.toString(),
                                OrderService.class.getName(),
                                String.valueOf(peer.port())))) {
                    program.await("ready");
                    assertThat(Objects.requireNonNull(Jvm.of(program.pid())).release())
                            .isEqualTo(17);
                    assertThat(chainOf(program, peer.port()).heldBy())
                            .isEqualTo("programs.OrderService.ConnectionPool.idle (HashMap key \"orders\")");
                }
            });
        }
    }

    /// As in a container: it knows itself by another number, and has a `/tmp` of its own.
    @Test
    void aJvmInNamespacesOfItsOwn(@TempDir Path temporary) throws Exception {
        assumeTrue(Program.isThere("unshare"), "skipped: no unshare (util-linux) here");
        copyPrograms(temporary.resolve("classes/programs"));
        Loopback.run(() -> {
            String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
            try (Peer peer = Peer.thatCloses();
                    Program unshare = Program.of(List.of(
                            "unshare",
                            "--pid",
                            "--mount",
                            "--fork",
                            "--kill-child",
                            "--mount-proc",
                            "sh",
                            "-c",
                            "mount --bind \"$0\" /tmp && exec \"$@\"",
                            temporary.toString(),
                            java,
                            "-Xmx64m",
                            "-cp",
                            "/tmp/classes",
                            OrderService.class.getName(),
                            String.valueOf(peer.port())))) {
                unshare.await("ready");
                int pid = Descriptors.holder(peer.port(), unshare.descendants());
                assertThat(Files.readString(Path.of("/proc/" + pid + "/status")))
                        .containsPattern("NSpid:\t[0-9]+\t1\n");
                int fd = Descriptors.to(peer.port(), pid);
                HeapDump dump = HeapDump.of(Objects.requireNonNull(Jvm.of(pid)));
                assertThat(Objects.requireNonNull(dump.chains(List.of(fd), HeapProgress.NONE)
                                        .get(fd))
                                .heldBy())
                        .isEqualTo("programs.OrderService.ConnectionPool.idle (HashMap key \"orders\")");
                try (Stream<Path> left = Files.list(temporary)) {
                    assertThat(left.map(Path::toString)).noneMatch(name -> name.contains(".sockeye-"));
                }
            }
        });
    }

    /// Where the program finds them, wherever this project lies.
    private static void copyPrograms(Path to) throws IOException {
        String first = Program.classPath(OrderService.class).split(File.pathSeparator, 2)[0];
        Path from = Path.of(first, "programs");
        Files.createDirectories(to);
        try (Stream<Path> classes = Files.list(from)) {
            for (Path each : classes.toList()) Files.copy(each, to.resolve(each.getFileName()));
        }
    }

    /// It answers nobody; whoever asks is not to wait for it for ever.
    @Test
    void aJvmThatIsStopped() throws Exception {
        Loopback.run(() -> {
            try (Peer peer = Peer.thatCloses();
                    Program program = Program.java(List.of(), OrderService.class, peer.port())) {
                program.await("ready");
                Jvm jvm = Objects.requireNonNull(Jvm.of(program.pid()));
                jvm.command("VM.version", Duration.ofSeconds(20));
                try (var process = new ProcessDescriptor(program.pid())) {
                    process.signal(19); // SIGSTOP
                    awaitStopped(program.pid());
                    assertThatThrownBy(() -> jvm.command("VM.version", Duration.ofMillis(300)))
                            .isInstanceOf(Jvm.Refusal.class)
                            .hasMessage("the JVM of process " + program.pid()
                                    + " has not answered in time: it may be stopped, or very busy");
                }
            }
        });
    }

    /// A signal stops each thread when it comes by.
    private static void awaitStopped(long pid) throws Exception {
        for (int attempt = 0; attempt < 1000; attempt++) {
            try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
                if (threads.allMatch(HeapChainTest::isStopped)) return;
            }
            Thread.sleep(5);
        }
        throw new AssertionError("process " + pid + " does not stop");
    }

    private static boolean isStopped(Path thread) {
        try {
            return Files.readString(thread.resolve("status")).contains("\nState:\tT");
        } catch (IOException e) {
            return false;
        }
    }
}
