package dev.sockeye.inspect.blame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import programs.Descriptors;
import programs.Loopback;
import programs.Peer;
import programs.Program;

/// Where native programs wait, as the kernel tells it, and as gdb does.
@EnabledOnOs(value = OS.LINUX, disabledReason = "/proc is Linux's")
class NativeThreadsTest {

    @TempDir
    private Path folder;

    /// What each thread does, without its number, which is another each time.
    private static List<String> told(int pid, int fd) throws IOException {
        return new NativeThreads(pid)
                .waitingFor(fd).stream()
                        .map(thread -> thread.text().replaceFirst("thread [0-9]+ ", ""))
                        .toList();
    }

    @Test
    void aThreadWaitsForABackendAndAnotherDescriptorIsForgotten() throws Exception {
        assumeTrue(Program.isThere("cc"), "skipped: no C compiler (cc) here");
        Loopback.run(() -> {
            try (Peer closing = Peer.thatCloses();
                    Peer silent = Peer.thatKeeps();
                    Program worker = Program.c(folder, "worker", closing.port(), silent.port())) {
                worker.await("ready");
                int forgotten = Descriptors.to(closing.port(), worker.pid());
                int backend = Descriptors.to(silent.port(), worker.pid());
                awaitThreads(worker.pid(), backend);
                assertThat(told(worker.pid(), backend))
                        .containsExactly("(serve) waits in read() on this very socket", "(worker) waits in futex()");
                assertThat(told(worker.pid(), forgotten))
                        .containsExactlyInAnyOrder(
                                "(worker) waits in futex()", "(serve) waits in read() on descriptor " + backend);
                assertThat(new NativeThreads(worker.pid()).watchesOf(forgotten)).isEmpty();
                assertThat(new NativeThreads(worker.pid()).usesRings()).isFalse();
            }
        });
    }

    private static void awaitThreads(int pid, int fd) throws Exception {
        for (int i = 0; i < 500 && told(pid, fd).stream().anyMatch(text -> text.endsWith("runs")); i++) Thread.sleep(5);
        for (int i = 0; i < 500 && !told(pid, fd).getFirst().contains("this very"); i++) Thread.sleep(5);
    }

    @Test
    void gdbNamesTheLine() throws Exception {
        assumeTrue(Program.isThere("cc"), "skipped: no C compiler (cc) here");
        assumeTrue(GdbBacktrace.isThere(), "skipped: no gdb here");
        Loopback.run(() -> {
            try (Peer closing = Peer.thatCloses();
                    Peer silent = Peer.thatKeeps();
                    Program worker = Program.c(folder, "worker", closing.port(), silent.port())) {
                worker.await("ready");
                int backend = Descriptors.to(silent.port(), worker.pid());
                awaitThreads(worker.pid(), backend);
                int waiting = new NativeThreads(worker.pid())
                        .waitingFor(backend)
                        .getFirst()
                        .tid();
                Map<Integer, List<String>> frames;
                try {
                    frames = GdbBacktrace.of(worker.pid(), Duration.ofSeconds(20));
                } catch (IOException e) {
                    assumeTrue(!String.valueOf(e.getMessage()).contains("ptrace"), "skipped: " + e.getMessage());
                    throw e;
                }
                assertThat(frames.keySet()).containsExactlyInAnyOrder(worker.pid(), waiting);
                assertThat(frames.get(waiting))
                        .anySatisfy(frame -> assertThat(frame)
                                .startsWith("ask_backend (backend=" + backend + ") at ")
                                .endsWith("/worker.c:24"));
            }
        });
    }

    @Test
    void anEventLoopThatWatchesForWritingOnly() throws Exception {
        assumeTrue(Program.isThere("cc"), "skipped: no C compiler (cc) here");
        Loopback.run(() -> {
            try (Peer closing = Peer.thatCloses();
                    Program pusher = Program.c(folder, "pusher", closing.port())) {
                pusher.await("ready");
                int fd = Descriptors.to(closing.port(), pusher.pid());
                List<Watch> watches = new NativeThreads(pusher.pid()).watchesOf(fd);
                assertThat(watches).hasSize(1);
                int epoll = watches.getFirst().epollFd();
                assertThat(watches.getFirst().text())
                        .isEqualTo(
                                "epoll " + epoll + " (EPOLLOUT|EPOLLET) watches it for writing only: it never tells the"
                                        + " program of the peer's FIN");
                assertThat(watches.getFirst().learnsOfFin()).isFalse();
                for (int i = 0; i < 500 && told(pusher.pid(), fd).getFirst().endsWith("runs"); i++) Thread.sleep(5);
                assertThat(told(pusher.pid(), fd))
                        .containsExactly(
                                "(pusher) waits in epoll_wait() of epoll " + epoll + ", which watches this socket");
            }
        });
    }

    @Test
    void pollAndSelectTellOfWhatTheyWait() throws Exception {
        assumeTrue(Program.isThere("python3"), "skipped: no python3 here");
        for (String waiting : new String[] {"poll", "select"}) {
            Loopback.run(() -> {
                try (Peer silent = Peer.thatKeeps();
                        Program program = Program.of(List.of("python3", "-c", script(waiting, silent.port())))) {
                    program.await("ready");
                    int fd = Descriptors.to(silent.port(), program.pid());
                    for (int i = 0;
                            i < 500 && told(program.pid(), fd).getFirst().endsWith("runs");
                            i++) Thread.sleep(5);
                    assertThat(told(program.pid(), fd).getFirst())
                            .matches("\\(python3?[0-9.]*\\) waits in (poll\\(\\) for POLLIN|p?select6?\\(\\)) on this"
                                    + " very socket");
                }
            });
        }
    }

    private static String script(String waiting, int port) {
        String wait = waiting.equals("poll")
                ? "p = select.poll(); p.register(s, select.POLLIN); p.poll()"
                : "select.select([s], [], [])";
        return "import select, socket; s = socket.create_connection(('127.0.0.1', " + port
                + ")); print('ready', flush=True); " + wait;
    }

    @Test
    void whatAnEpollTells() {
        assertThat(new Watch(4, 0x2019).text())
                .isEqualTo("epoll 4 (EPOLLIN|EPOLLRDHUP) tells the program when data or the end of stream is there");
        assertThat(new Watch(4, 0x8000_0001).text())
                .isEqualTo("epoll 4 (EPOLLIN|EPOLLET) tells of what arrives, once: if the program did not read to the"
                        + " end then, it is not told again");
        assertThat(new Watch(4, 0x4000_0000).text())
                .isEqualTo("epoll 4 (EPOLLONESHOT) told of it once and was not armed again: the program learns nothing"
                        + " of it any more");
    }

    @Test
    void whatGdbSays() {
        List<String> lines = List.of(
                "[New LWP 5]",
                "Thread 2 (Thread 0x7f1 (LWP 5) \"serve\"):",
                "#0  __GI___libc_read (nbytes=16, buf=0x7f, fd=4) at ../read.c:26",
                "#1  0x0000 in ask_backend (backend=4) at worker.c:27",
                "",
                "Thread 1 (process 4):",
                "#0  0x00007 in ?? ()");
        assertThat(GdbBacktrace.parse(lines))
                .isEqualTo(Map.of(
                        5,
                        List.of(
                                "__GI___libc_read (nbytes=16, buf=0x7f, fd=4) at ../read.c:26",
                                "ask_backend (backend=4) at worker.c:27"),
                        4,
                        List.of("?? ()")));
    }

    @Test
    void aProcessThatIsNotThere() {
        assertThatThrownBy(() -> new NativeThreads(folder).waitingFor(3)).isInstanceOf(IOException.class);
    }
}
