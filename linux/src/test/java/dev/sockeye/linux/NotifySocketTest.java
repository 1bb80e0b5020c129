package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.wire.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Messages to a service manager, at a datagram socket that is one's own.
@EnabledOnOs(value = OS.LINUX, disabledReason = "these are Linux's sockets")
class NotifySocketTest {

    @TempDir
    Path folder;

    /// The manager's end.
    private static final class Manager implements AutoCloseable {

        private final SystemCalls calls = new SystemCalls();
        private final int fd;

        /// @param name with a 0 in front if it is abstract
        Manager(String name) throws Throwable {
            fd = SystemCallException.check(calls.socket(1, 2 | SystemCalls.O_NONBLOCK, 0), "open a socket");
            try (Arena arena = Arena.ofConfined()) {
                byte[] path = name.getBytes(StandardCharsets.UTF_8);
                MemorySegment address = arena.allocate(2 + path.length, 2);
                address.set(JAVA_SHORT, 0, (short) 1);
                MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
                MemorySegment state = arena.allocate(CallConvention.CALL_STATE);
                int bound = (int) Libc.BIND.invokeExact(state, fd, address, (int) address.byteSize());
                SystemCallException.check(CallConvention.result(bound, state), "bind");
            }
        }

        /// The next message; empty if there is none.
        String read() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(4096);
                int length = calls.read(fd, memory, 0, 4096);
                return length < 0
                        ? ""
                        : new String(memory.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
            }
        }

        @Override
        public void close() {
            calls.close(fd);
        }
    }

    private void talk(String bound, String name) throws Throwable {
        NotifySocket socket;
        try (var manager = new Manager(bound)) {
            socket = new NotifySocket(name);
            assertThat(socket.send("READY=1\nSTATUS=äöü")).isEqualTo(21);
            assertThat(socket.send("WATCHDOG=1")).isEqualTo(10);
            assertThat(manager.read()).isEqualTo("READY=1\nSTATUS=äöü");
            assertThat(manager.read()).isEqualTo("WATCHDOG=1");
            assertThat(manager.read()).isEmpty();
        }
        assertThat(socket.send("WATCHDOG=1")).isEqualTo(Errno.ECONNREFUSED.asResult());
        socket.close();
        socket.close();
        assertThat(socket.send("WATCHDOG=1")).isEqualTo(Errno.EBADF.asResult());
    }

    @Test
    void aMessageIsADatagram() throws Throwable {
        String path = folder.resolve("notify").toString();
        talk(path, path);
    }

    @Test
    void theNameMayBeAbstract() throws Throwable {
        String name = "sockeye-test-" + ProcessHandle.current().pid();
        talk('\0' + name, '@' + name);
    }

    @Test
    void whoCannotBeReachedIsSaid() {
        String nowhere = folder.resolve("nowhere").toString();
        assertThatThrownBy(() -> new NotifySocket(nowhere))
                .hasMessage("reach the service manager at " + nowhere + ": No such file or directory");
        assertThatThrownBy(() -> new NotifySocket("vsock:2:1"))
                .hasMessage("reach the service manager at vsock:2:1: Address family not supported by protocol");
        String tooLong = "/" + "x".repeat(200);
        assertThatThrownBy(() -> new NotifySocket(tooLong)).hasMessageEndingWith(": File name too long");
    }
}
