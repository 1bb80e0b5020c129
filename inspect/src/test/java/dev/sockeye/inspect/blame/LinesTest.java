package dev.sockeye.inspect.blame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.linux.DiagSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import programs.Descriptors;
import programs.Loopback;
import programs.Peer;
import programs.PollingClient;
import programs.Program;

/// The lines where a running program opens its sockets and reads their ends.
@EnabledOnOs(value = OS.LINUX, disabledReason = "a JVM is reached through /proc")
class LinesTest {

    private static Jvm jvm(Program program) {
        return Objects.requireNonNull(Jvm.of(program.pid()));
    }

    private static void assertNothingIsLeft(Jvm jvm) throws IOException {
        try (Stream<Path> left = Files.list(jvm.temporary())) {
            assertThat(left.map(Path::toString).filter(name -> name.contains(".sockeye-")))
                    .isEmpty();
        }
    }

    @Test
    void whereSocketsAreOpened() throws Exception {
        Loopback.run(() -> {
            try (Peer peer = Peer.thatCloses();
                    Program program = Program.java(List.of(), PollingClient.class, peer.port())) {
                program.await("ready");
                program.tell("before");
                program.await("polled 1");
                int first = Descriptors.to(peer.port(), program.pid());
                var lines = new OpeningLines(jvm(program));
                assertThatThrownBy(lines::read)
                        .hasMessage("nothing notes where process " + program.pid() + " opens its sockets");
                lines.install();
                lines.install();
                program.tell("after");
                program.await("polled 2");
                Map<Integer, Opening> read = lines.read();
                assertThat(read).hasSize(1);
                Opening opening = read.values().iterator().next();
                assertThat(opening.line()).isEqualTo("programs.PollingClient.open(PollingClient.java:42)");
                assertThat(opening.thread()).isEqualTo("main");
                List<Integer> held = new ArrayList<>();
                for (DiagSocket socket : Descriptors.socketsTo(peer.port()))
                    held.add(Descriptors.of(socket.inode(), program.pid()));
                assertThat(held).containsExactlyInAnyOrder(first, opening.fd());

                lines.remove();
                assertThat(lines.isInstalled()).isFalse();
                program.tell("once more");
                program.await("polled 3");
                lines.install();
                assertThat(lines.read()).isEmpty();
                assertNothingIsLeft(jvm(program));
                assertThat(program.heard()).noneMatch(line -> line.contains("Exception"));
            }
        });
    }

    @Test
    void whoReadsTheEnd() throws Exception {
        Loopback.run(() -> {
            try (Peer peer = Peer.thatCloses();
                    Program program = Program.java(List.of(), PollingClient.class, peer.port())) {
                program.await("ready");
                BlockingQueue<EndOfStream> read = new LinkedBlockingQueue<>();
                Thread watching = Thread.ofPlatform().daemon().start(() -> watch(jvm(program), read));
                EndOfStream seen = null;
                for (int i = 1; seen == null && i < 60; i++) { // until the recorder is there
                    program.tell("poll");
                    program.await("polled " + i);
                    seen = read.poll(500, TimeUnit.MILLISECONDS);
                }
                assertThat(seen).isNotNull();
                assertThat(seen.port()).isEqualTo(peer.port());
                assertThat(seen.peer()).isEqualTo("127.0.0.1");
                assertThat(seen.thread()).isEqualTo("main");
                assertThat(seen.line()).isEqualTo("programs.PollingClient.skip(PollingClient.java:46)");
                watching.interrupt();
                watching.join();
                assertThat(jvm(program).command("JFR.check", Duration.ofSeconds(10)))
                        .contains("No available recordings");
            }
        });
    }

    private static void watch(Jvm jvm, BlockingQueue<EndOfStream> to) {
        try {
            EndOfStreamReader.watch(jvm, Duration.ofSeconds(60), to::add);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsNoJvmIsLeftAlone() throws Exception {
        try (Program sleeping = Program.of(List.of("sleep", "100"))) {
            assertThat(Jvm.of(sleeping.pid())).isNull();
        }
        assertThat(Jvm.of(1 << 22)).isNull();
    }

    /// With `-Xrs` SIGQUIT would end it.
    @Test
    void aJvmThatDoesNotExpectSigquitIsAskedWithoutIt() throws Exception {
        Loopback.run(() -> {
            try (Peer peer = Peer.thatCloses();
                    Program program = Program.java(List.of("-Xrs"), PollingClient.class, peer.port())) {
                program.await("ready");
                assertThat(jvm(program).command("VM.version", Duration.ofSeconds(10)))
                        .contains("JDK");
                program.tell("still there");
                program.await("polled 1");
            }
        });
    }

    @Test
    void aJvmThatIsNotToBeAskedSaysSo() throws Exception {
        Loopback.run(() -> {
            try (Peer peer = Peer.thatCloses();
                    Program program =
                            Program.java(List.of("-XX:+DisableAttachMechanism"), PollingClient.class, peer.port())) {
                program.await("ready");
                assertThatThrownBy(() -> jvm(program).command("VM.version", Duration.ofSeconds(10)))
                        .isInstanceOf(Jvm.Refusal.class)
                        .hasMessage("the JVM of process " + program.pid()
                                + " was started with -XX:+DisableAttachMechanism: it cannot be asked");
                program.tell("still there");
                program.await("polled 1");
                assertThat(program.heard()).containsExactly("ready", "polled 1");
            }
        });
    }

    @Test
    void whatAHeapWeighsIsReadInTheWordsOfEachCollector() {
        assertThat(HeapDumpCost.usedIn("""
                garbage-first heap   total reserved 4112384K, committed 262144K, used 12345K [0x0000, 0x0001)
                 region size 2048K, 3 young (6144K), 1 survivors (2048K)
                Metaspace       used 1111K, committed 1280K, reserved 1114112K
                 class space    used 99K, committed 192K, reserved 1048576K
                """)).isEqualTo(12345L << 10);
        assertThat(HeapDumpCost.usedIn("""
                def new generation   total 19648K, used 699K [0x0, 0x1, 0x2)
                 eden space 17472K,   4% used [0x0, 0x1, 0x2)
                tenured generation   total 43712K, used 301K [0x0, 0x1, 0x2)
                 the space 43712K,   0% used [0x0, 0x1, 0x2)
                """)).isEqualTo(1000L << 10);
        assertThat(HeapDumpCost.usedIn(" ZHeap           used 60M, capacity 256M, max capacity 4016M"))
                .isEqualTo(60L << 20);
    }
}
