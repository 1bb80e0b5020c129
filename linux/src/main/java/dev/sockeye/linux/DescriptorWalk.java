package dev.sockeye.linux;

import static dev.sockeye.linux.BpfCode.Helper.SEQ_WRITE;
import static dev.sockeye.linux.BpfCode.Register.R0;
import static dev.sockeye.linux.BpfCode.Register.R1;
import static dev.sockeye.linux.BpfCode.Register.R10;
import static dev.sockeye.linux.BpfCode.Register.R2;
import static dev.sockeye.linux.BpfCode.Register.R3;
import static dev.sockeye.linux.BpfCode.Register.R6;
import static dev.sockeye.linux.BpfCode.Register.R7;
import static dev.sockeye.linux.BpfCode.Register.R8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NoSuchElementException;

/// A walk over every descriptor of every process that is a socket's, by a BPF program that the kernel runs for each
/// file of each process (`bpf_iter_task_file`, Linux 5.8). The kernel spends 4 µs on a link in `/proc/PID/fd`, making
/// up a name that nobody wants; here it is a twentieth of that. For who may load such programs; others use
/// [DescriptorFolder]. Used by one thread at a time.
public final class DescriptorWalk implements AutoCloseable {

    /// Told of each descriptor that is a socket's.
    @FunctionalInterface
    public interface Visitor {
        /// @param pid   the process
        /// @param fd    the descriptor's number
        /// @param inode the socket's inode number
        void visit(int pid, int fd, long inode);
    }

    /// The kernel counts processes by the numbers of its first namespace, which has this name in all kernels
    /// (`PROC_PID_INIT_INO`).
    private static final String FIRST_NAMESPACE = "pid:[4026531836]";

    /// What the program writes of each: inode number, process, descriptor.
    private static final int RECORD = 16, PID = 8, FD = 12;
    /// `struct bpf_iter__task_file`: `meta`, whose first member is the file to write to, `task`, `fd`, `file`.
    private static final int META = 0, TASK = 8, NUMBER = 16, FILE = 24;
    private static final int S_IFMT = 0xf000, S_IFSOCK = 0xc000;

    /// The kernel gives eight pages at a time.
    private static final int BUFFER = 1 << 15;

    private final Bpf bpf;
    private final int attached;
    private final SystemCalls calls = new SystemCalls();
    private final MemorySegment memory = Arena.ofAuto().allocate(BUFFER, 8);
    private final byte[] bytes = new byte[BUFFER];
    private final ByteBuffer records = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());

    private DescriptorWalk(Bpf bpf, int attached) {
        this.bpf = bpf;
        this.attached = attached;
    }

    /// Loads the program.
    ///
    /// @throws IOException with the reason, where it is not permitted, or the kernel has no such thing
    public static DescriptorWalk open() throws IOException {
        if (!Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString().equals(FIRST_NAMESPACE)) {
            throw new IOException("the kernel numbers processes otherwise than this PID namespace does");
        }
        Btf kernel = Btf.ofKernel();
        try {
            var bpf = new Bpf();
            int target = kernel.type(Btf.FUNCTION, "bpf_iter_task_file");
            return new DescriptorWalk(bpf, bpf.attachIterator(program(kernel), target, "sockeye_files"));
        } catch (NoSuchElementException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static BpfCode program(Btf kernel) {
        int mode = kernel.offset("inode", "i_mode");
        int inode = kernel.offset("inode", "i_ino");
        return new BpfCode()
                .copy(R6, R1)
                .load(8, R7, R6, FILE)
                .jumpIf(R7, 0, "out")
                .load(8, R7, R7, kernel.offset("file", "f_inode"))
                .load(2, R2, R7, mode)
                .and(R2, S_IFMT)
                .jumpIfNot(R2, S_IFSOCK, "out")
                .load(8, R2, R7, inode)
                .store(8, R10, -RECORD, R2)
                .load(8, R8, R6, TASK)
                .jumpIf(R8, 0, "out")
                .load(4, R2, R8, kernel.offset("task_struct", "tgid"))
                .store(4, R10, PID - RECORD, R2)
                .load(4, R2, R6, NUMBER)
                .store(4, R10, FD - RECORD, R2)
                .load(8, R1, R6, META)
                .load(8, R1, R1, 0)
                .copy(R2, R10)
                .add(R2, -RECORD)
                .set(R3, RECORD)
                .call(SEQ_WRITE)
                .label("out")
                .set(R0, 0)
                .exit();
    }

    /// Goes to each in turn. A process that shares its descriptors with another is told of as well; threads are not.
    ///
    /// @return how many there were
    public int walk(Visitor visitor) throws SystemCallException {
        int fd = bpf.openIterator(attached);
        try {
            int count = 0;
            while (true) {
                int length = SystemCallException.check(
                        calls.read(fd, memory, 0, BUFFER), "go through the descriptors of all processes");
                if (length == 0) return count;
                MemorySegment.copy(memory, 0, MemorySegment.ofArray(bytes), 0, length);
                for (int at = 0; at + RECORD <= length; at += RECORD) {
                    visitor.visit(records.getInt(at + PID), records.getInt(at + FD), records.getLong(at));
                    count++;
                }
            }
        } finally {
            calls.close(fd);
        }
    }

    /// Lets go of the program.
    @Override
    public void close() {
        bpf.close(attached);
    }
}
