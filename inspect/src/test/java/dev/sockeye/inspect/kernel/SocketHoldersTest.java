package dev.sockeye.inspect.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.Bpf;
import dev.sockeye.linux.SystemCallException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Who holds a socket, as a folder like `/proc` tells it; and the real one.
@EnabledOnOs(value = OS.LINUX, disabledReason = "/proc is Linux's")
class SocketHoldersTest {

    @TempDir
    private Path proc;

    private SocketHolders holders;

    @BeforeEach
    void make() throws IOException {
        holders = new SocketHolders(proc);
        process(812, "java");
        descriptor(812, 7, "socket:[4711]");
        descriptor(812, 3, "anon_inode:inotify");
        descriptor(812, 4, "anon_inode:[eventpoll]");
        descriptor(812, 12, "socket:[4712]");
        Files.createDirectories(proc.resolve("sys/net"));
    }

    private void process(int pid, String command) throws IOException {
        Files.createDirectories(proc.resolve(pid + "/fd"));
        Files.writeString(proc.resolve(pid + "/comm"), command + "\n");
    }

    private void descriptor(int pid, int fd, String target) throws IOException {
        Files.createSymbolicLink(proc.resolve(pid + "/fd/" + fd), Path.of(target));
    }

    @Test
    void eachSocketIsItsHolders() throws IOException {
        assertThat(holders.of(Set.of(4711L, 4712L)))
                .isEqualTo(Map.of(
                        4711L, List.of(new SocketHolders.Descriptor(812, "java", 7)),
                        4712L, List.of(new SocketHolders.Descriptor(812, "java", 12))));
        assertThat(holders.closedProcesses()).isZero();
    }

    @Test
    void aSocketMayHaveSeveral() throws IOException {
        process(90, "nginx");
        descriptor(90, 6, "socket:[4711]");
        descriptor(90, 10, "socket:[4711]");
        assertThat(holders.of(Set.of(4711L)))
                .isEqualTo(Map.of(
                        4711L,
                        List.of(
                                new SocketHolders.Descriptor(90, "nginx", 6),
                                new SocketHolders.Descriptor(90, "nginx", 10),
                                new SocketHolders.Descriptor(812, "java", 7))));
    }

    @Test
    void whatIsKnownIsNotLookedForAgain() throws IOException {
        holders.of(Set.of(4711L, 1L));
        Files.delete(proc.resolve("812/fd/7"));
        assertThat(holders.of(Set.of(4711L, 1L))).containsOnlyKeys(4711L);
        holders.forget();
        assertThat(holders.of(Set.of(4711L))).isEmpty();
    }

    @Test
    void aSocketThatIsNewIsLookedFor() throws IOException {
        assertThat(holders.of(Set.of(5000L))).isEmpty();
        process(900, "curl");
        descriptor(900, 5, "socket:[5001]");
        assertThat(holders.of(Set.of(5001L))).containsOnlyKeys(5001L);
        descriptor(900, 6, "socket:[5000]");
        descriptor(900, 7, "socket:[5002]");
        assertThat(holders.of(Set.of(5000L, 5002L))).containsOnlyKeys(5000L, 5002L);
    }

    @Test
    void processesThatEndMeanwhileAreNoError() throws IOException {
        Files.createDirectories(proc.resolve("77")); // its descriptors are gone
        process(78, "gone");
        descriptor(78, 3, "socket:[9]");
        Files.delete(proc.resolve("78/comm"));
        assertThat(holders.of(Set.of(4711L, 9L))).containsOnlyKeys(4711L);
    }

    @Test
    void processesOfOthersAreCounted() throws IOException {
        process(1, "init");
        Path closed = proc.resolve("1/fd");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        try {
            assumeTrue(!Files.isReadable(closed), "skipped: this user may read everything");
            assertThat(holders.of(Set.of(4711L))).containsOnlyKeys(4711L);
            assertThat(holders.closedProcesses()).isEqualTo(1);
        } finally {
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void withoutProcThereIsAClearError() {
        var nowhere = new SocketHolders(proc.resolve("nowhere"));
        assertThatThrownBy(() -> nowhere.of(Set.of(1L))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aSocketOfThisVeryProcess() throws IOException {
        int self = (int) ProcessHandle.current().pid();
        Set<Long> before = own(self);
        try (var socket = new ServerSocket(0)) {
            Set<Long> opened = own(self);
            opened.removeAll(before);
            assertThat(opened).isNotEmpty();
            assertThat(socket.isBound()).isTrue();
            Map<Long, List<SocketHolders.Descriptor>> found = new SocketHolders().of(opened);
            assertThat(found.keySet()).isEqualTo(opened);
            assertThat(found.values())
                    .allSatisfy(each -> assertThat(each.getFirst().pid()).isEqualTo(self));
        }
    }

    @Test
    void aProgramInTheKernelTellsTheSameAsProc() throws IOException {
        int self = (int) ProcessHandle.current().pid();
        Set<Long> before = own(self);
        try (var one = new ServerSocket(0);
                var another = new ServerSocket(0);
                var byProgram = new SocketHolders(Path.of("/proc"), 0);
                var byProc = new SocketHolders(Path.of("/proc"), Integer.MAX_VALUE)) {
            Set<Long> opened = own(self);
            opened.removeAll(before);
            assertThat(List.of(one.isBound(), another.isBound())).containsOnly(true);
            assumeBpfIsPermitted();
            Map<Long, List<SocketHolders.Descriptor>> found = byProgram.of(opened);
            assertThat(byProgram.isByWalk()).isTrue();
            assertThat(found).isEqualTo(byProc.of(opened)).hasSizeGreaterThanOrEqualTo(2);
            assertThat(byProc.isByWalk()).isFalse();
        }
    }

    /// By another use of it: what is tested may not excuse itself.
    private static void assumeBpfIsPermitted() throws IOException {
        String processes = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
        assumeTrue(processes.equals("pid:[4026531836]"), "skipped: in a PID namespace of its own");
        var bpf = new Bpf();
        try {
            bpf.close(bpf.createMap(Bpf.ARRAY, 4, 8, 1, 0, "sockeye_may"));
        } catch (SystemCallException e) {
            assumeTrue(false, "skipped: BPF is not permitted here: " + e.getMessage());
        }
    }

    private static Set<Long> own(int pid) throws IOException {
        Set<Long> inodes = new HashSet<>();
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                String target = Files.exists(descriptor) || Files.isSymbolicLink(descriptor)
                        ? Files.readSymbolicLink(descriptor).toString()
                        : "";
                if (target.startsWith("socket:[")) {
                    inodes.add(Long.parseLong(target.substring("socket:[".length(), target.length() - 1)));
                }
            }
        }
        return inodes;
    }
}
