package dev.sockeye.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// `pidfd_open(2)`: a process, held by a descriptor, so that whatever is done is done to this very
/// process, and never to another that has got its number meanwhile.
public final class ProcessDescriptor implements AutoCloseable {

    // The same on every architecture: include/uapi/asm-generic/unistd.h.
    private static final int PIDFD_SEND_SIGNAL = 424, PIDFD_OPEN = 434, PIDFD_GETFD = 438;

    private final SystemCalls calls = new SystemCalls();
    private final MemorySegment callState = Arena.ofAuto().allocate(CallConvention.CALL_STATE);
    private final int pid;
    private final int fd;

    /// Takes hold of a process.
    ///
    /// @throws SystemCallException ESRCH if there is none, ENOSYS before Linux 5.3
    public ProcessDescriptor(int pid) throws SystemCallException {
        this.pid = pid;
        fd = SystemCallException.check(call(PIDFD_OPEN, pid, 0), "take hold of process " + pid);
    }

    /// `pidfd_getfd(2)`: a descriptor of ours for what the process has under one of its own. What is
    /// set on it is set for the process too; closing ours closes nothing of the process's.
    ///
    /// @throws SystemCallException EBADF if it has none of this number, EPERM where one may not debug
    ///     the process, ENOSYS before Linux 5.6
    public BorrowedSocket socket(int number) throws SystemCallException {
        String what = "borrow descriptor " + number + " of process " + pid;
        return new BorrowedSocket(SystemCallException.check(call(PIDFD_GETFD, fd, number), what), what);
    }

    /// `pidfd_send_signal(2)`
    ///
    /// @throws SystemCallException EPERM for a process of another user, ESRCH if it has ended
    public void signal(int number) throws SystemCallException {
        SystemCallException.check(call(PIDFD_SEND_SIGNAL, fd, number), "send signal " + number + " to process " + pid);
    }

    private int call(int number, int first, int second) {
        try {
            return CallConvention.result(
                    (long) Libc.SYSCALL_INTS.invokeExact(callState, (long) number, first, second, 0L, 0), callState);
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// Lets go of it.
    @Override
    public void close() {
        calls.close(fd);
    }
}
