package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.wire.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Calls of the real kernel that need no rights.
@EnabledOnOs(value = OS.LINUX, disabledReason = "these are calls of Linux")
class SystemCallsTest {

    private final SystemCalls calls = new SystemCalls();

    @Test
    void whatTheKernelRefusesComesBackAsErrnoWithWhatWasAttempted() {
        int result = calls.open("/nowhere/at/all", SystemCalls.O_RDONLY);
        assertThat(result).isEqualTo(Errno.ENOENT.asResult());
        assertThatThrownBy(() -> SystemCallException.check(result, "open /nowhere/at/all"))
                .isInstanceOf(SystemCallException.class)
                .hasMessage("open /nowhere/at/all: No such file or directory")
                .matches(thrown -> ((SystemCallException) thrown).is(Errno.ENOENT));
        assertThat(calls.close(-1)).isEqualTo(Errno.EBADF.asResult());
        assertThat(calls.ioctl(-1, 0, 0)).isEqualTo(Errno.EBADF.asResult());
        assertThat(calls.setns(-1, 0)).isEqualTo(Errno.EBADF.asResult());
        assertThat(new SystemCallException(-4095, "do the unheard-of")).hasMessage("do the unheard-of: error 4095");
    }

    @Test
    void whatIsWrittenInPiecesIsReadAsOne(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(100);
            words.setString(10, "read as one", StandardCharsets.US_ASCII);
            int fd = calls.open(file.toString(), SystemCalls.O_RDWR | SystemCalls.O_CLOEXEC);
            var pieces = new Pieces(2);
            pieces.add(words, 15, 6);
            pieces.add(words, 10, 4);
            assertThat(calls.write(fd, pieces)).isEqualTo(10);
            pieces.clear();
            pieces.add(words, 14, 1);
            assertThat(calls.write(fd, pieces)).isEqualTo(1);
            assertThat(calls.write(fd, words, 18, 3)).isEqualTo(3);
            assertThat(calls.close(fd)).isZero();
            assertThat(Files.readString(file)).isEqualTo("as oneread one");

            int again = calls.open(file.toString(), SystemCalls.O_RDONLY);
            assertThat(calls.read(again, words, 50, 50)).isEqualTo(14);
            assertThat(words.get(JAVA_BYTE, 50)).isEqualTo((byte) 'a');
            assertThat(calls.read(again, words, 0, 50)).isZero();
            assertThat(calls.close(again)).isZero();
        }
    }

    @Test
    void memoryIsNeverPassedBeyondItsEnd() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ten = arena.allocate(10);
            assertThatThrownBy(() -> calls.read(0, ten, 5, 6)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> new Pieces(1).add(ten, 5, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThatThrownBy(() -> calls.write(1, MemorySegment.ofArray(new byte[10]), 0, 10))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSignalEndsAWaitWheneverItComes() throws Exception {
        try (var signal = new EventFd()) {
            var set = new PollSet(2);
            set.set(0, signal.fd(), PollSet.POLLIN);
            assertThat(calls.poll(set, 0)).isZero();
            signal.signal();
            assertThat(calls.poll(set, -1)).isEqualTo(1);
            assertThat(set.happened(0)).isEqualTo(PollSet.POLLIN);
            assertThat(set.happened(1)).isZero();
            set.set(0, -1, 0);
            assertThat(calls.poll(set, 0)).isZero();

            set.set(0, signal.fd(), PollSet.POLLIN);
            try (Arena arena = Arena.ofConfined()) {
                assertThat(calls.read(signal.fd(), arena.allocate(8), 0, 8)).isEqualTo(8);
            }
            Thread waiting = Thread.ofPlatform().start(() -> calls.poll(set, 60_000));
            signal.signal();
            assertThat(waiting.join(java.time.Duration.ofSeconds(30))).isTrue();
        }
    }

    /// A process that becomes another one keeps its number: the shell that starts this test's JVM waits for it.
    @Test
    void aProcessBecomesAnotherProgram() throws Exception {
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classPath(),
                        Becoming.class.getName(),
                        "sh",
                        "-c",
                        "echo $$ \"$0\"; exit 7",
                        "an argument")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(child.waitFor()).isEqualTo(7);
        assertThat(said).isEqualTo(child.pid() + " an argument\n");
    }

    private static String classPath() throws Exception {
        return String.join(":", pathOf(Becoming.class), pathOf(SystemCalls.class), pathOf(Errno.class));
    }

    private static String pathOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    /// A program that becomes the one it is given.
    static final class Becoming {
        public static void main(String[] command) throws Exception {
            SystemCallException.check(new SystemCalls().exec(List.of(command)), "become " + command[0]);
        }
    }
}
