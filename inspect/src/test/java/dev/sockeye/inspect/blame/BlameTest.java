package dev.sockeye.inspect.blame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.blame.Clue.Kind;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import programs.Gateway;
import programs.Loopback;
import programs.Peer;
import programs.PollingClient;
import programs.Program;

/// All that is to be found out about a socket, joined.
@EnabledOnOs(value = OS.LINUX, disabledReason = "the kernel's sockets are Linux's")
@SuppressWarnings("AddressSelection")
class BlameTest {

    @TempDir
    private Path folder;

    /// The sockets of a process, by their peers' or their own port.
    private static SocketSnapshot socket(Program program, int port) throws IOException {
        try (var source = new KernelSource()) {
            return source.look(KernelQuery.ALL).sockets().stream()
                    .filter(each -> each.remote() != null)
                    .filter(each -> each.local().port() == port || each.remote().port() == port)
                    .filter(each -> each.owners().stream().anyMatch(owner -> owner.pid() == program.pid()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static List<String> told(Blame blame) {
        return blame.clues().stream()
                .map(clue -> clue.kind().label() + ": " + clue.text().replaceAll("thread [0-9]+", "thread N"))
                .toList();
    }

    @Test
    void aGatewayThatWaitsForItsBackend() throws Exception {
        Loopback.run(() -> {
            try (Peer silent = Peer.thatKeeps();
                    Program gateway = Program.java(List.of(), Gateway.class, silent.port())) {
                int port = Integer.parseInt(gateway.await("port ").substring("port ".length()));
                try (Socket client = new Socket("127.0.0.1", port)) {
                    client.getOutputStream().write(1);
                    gateway.await("ready");
                }
                SocketSnapshot held = socket(gateway, port);
                SocketSnapshot waitedFor = socket(gateway, silent.port());
                for (int i = 0; i < 500 && !isRead(waitedFor); i++) Thread.sleep(10);
                List<Blame> blames = Blame.of(List.of(held, waitedFor), Effort.FREE.withHeap(), HeapProgress.NONE);
                assertThat(told(blames.get(0)))
                        .containsExactly(
                                "held by: local variable of thread \"client-1\" in"
                                        + " programs.Gateway.serve(Gateway.java:38)",
                                "thread: no thread is in a call on it");
                assertThat(told(blames.get(1)))
                        .containsExactly(
                                "held by: thread \"client-1\" in a call of the JDK at"
                                        + " programs.Gateway.answer(Gateway.java:45)",
                                "thread: thread N (client-1) waits in read() on this very socket");
                assertThat(blames.get(1).summary())
                        .matches("held by thread \"client-1\" in a call of the JDK at"
                                + " programs.Gateway.answer\\(Gateway.java:45\\), thread [0-9]+ \\(client-1\\) waits in"
                                + " read\\(\\) on this very socket");
            }
        });
    }

    private static boolean isRead(SocketSnapshot socket) {
        return !Blame.of(socket, Effort.FREE).texts(Kind.THREAD).contains("no thread is in a call on it");
    }

    @Test
    void linesAreNotedAndThenTold() throws Exception {
        Loopback.run(() -> {
            try (Peer peer = Peer.thatCloses();
                    Program program = Program.java(List.of(), PollingClient.class, peer.port())) {
                program.await("ready");
                program.tell("poll");
                program.await("polled 1");
                var effort = new Effort(false, Duration.ofMillis(100), true, true);
                SocketSnapshot before = socket(program, peer.port());
                assertThat(told(Blame.of(before, effort)))
                        .containsExactly(
                                "thread: no thread is in a call on it",
                                "not seen: from now on process " + program.pid() + " notes where it opens sockets; of"
                                        + " this one, which was open before, it does not know",
                                "not seen: no end of stream was read in 100 ms; of one that was read before nothing is"
                                        + " known");
                new OpeningLines(Objects.requireNonNull(Jvm.of(program.pid()))).install();
                assertThat(told(Blame.of(before, new Effort(false, Duration.ZERO, true, false))))
                        .contains("not seen: it was opened before openings were noted");
            }
        });
    }

    @Test
    void aNativeProgram() throws Exception {
        assumeTrue(Program.isThere("cc"), "skipped: no C compiler (cc) here");
        Loopback.run(() -> {
            try (Peer closing = Peer.thatCloses();
                    Program pusher = Program.c(folder, "pusher", closing.port())) {
                pusher.await("ready");
                SocketSnapshot socket = socket(pusher, closing.port());
                for (int i = 0;
                        i < 500
                                && Blame.of(socket, Effort.FREE)
                                        .texts(Kind.THREAD)
                                        .getFirst()
                                        .endsWith("runs");
                        i++) Thread.sleep(5);
                assertThat(told(Blame.of(socket, Effort.FREE.withHeap())))
                        .containsExactly(
                                "thread: thread N (pusher) waits in epoll_wait() of epoll 3, which watches this socket",
                                "watched: epoll 3 (EPOLLOUT|EPOLLET) watches it for writing only: it never tells the"
                                        + " program of the peer's FIN",
                                "not seen: it is no JVM: there is no heap, and there are no reads and openings to see");
            }
        });
    }

    @Test
    void aSocketThatNobodyHolds() throws Exception {
        Loopback.run(() -> {
            try (Peer peer = Peer.thatCloses();
                    Program program = Program.java(List.of(), PollingClient.class, peer.port())) {
                program.await("ready");
                program.tell("poll");
                program.await("polled 1");
                SocketSnapshot held = socket(program, peer.port());
                SocketSnapshot orphan = SocketSnapshot.tcp(held.takenAt(), held.host(), held.state(), held.local())
                        .remote(held.remote())
                        .holder(Holder.ACCEPT_QUEUE)
                        .build();
                assertThat(told(Blame.of(orphan, Effort.FREE)))
                        .containsExactly(
                                "not seen: no program has it: it waits in its listener's queue to be accepted");
                assertThat(Blame.of(orphan, Effort.FREE).summary()).isNull();
            }
        });
    }
}
