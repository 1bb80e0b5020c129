package dev.sockeye.inspect.blame;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The numbers of system calls that threads wait in, of the architectures that servers have:
/// arch/x86/entry/syscalls and include/uapi/asm-generic/unistd.h.
final class SystemCallNames {

    /// What the arguments of a call have to do with descriptors.
    enum Kind {
        /// The first is the descriptor.
        ON_DESCRIPTOR,
        /// `epoll_wait` and its like: the first is the epoll's descriptor.
        EPOLL,
        /// `poll` and `ppoll`: an array of descriptors, and how many.
        POLL,
        /// `select` and `pselect`: how many, and three sets.
        SELECT,
        /// `sendfile`: to the first, from the second.
        SENDFILE,
        /// It waits for something else.
        OTHER
    }

    /// @param name as in section 2 of the manual
    record Call(String name, Kind kind) {}

    private static final Map<Integer, Call> X86_64 = new HashMap<>();
    private static final Map<Integer, Call> AARCH64 = new HashMap<>();

    static {
        add("read", Kind.ON_DESCRIPTOR, 0, 63);
        add("write", Kind.ON_DESCRIPTOR, 1, 64);
        add("close", Kind.ON_DESCRIPTOR, 3, 57);
        add("ioctl", Kind.ON_DESCRIPTOR, 16, 29);
        add("readv", Kind.ON_DESCRIPTOR, 19, 65);
        add("writev", Kind.ON_DESCRIPTOR, 20, 66);
        add("connect", Kind.ON_DESCRIPTOR, 42, 203);
        add("accept", Kind.ON_DESCRIPTOR, 43, 202);
        add("sendto", Kind.ON_DESCRIPTOR, 44, 206);
        add("recvfrom", Kind.ON_DESCRIPTOR, 45, 207);
        add("sendmsg", Kind.ON_DESCRIPTOR, 46, 211);
        add("recvmsg", Kind.ON_DESCRIPTOR, 47, 212);
        add("shutdown", Kind.ON_DESCRIPTOR, 48, 210);
        add("accept4", Kind.ON_DESCRIPTOR, 288, 242);
        add("recvmmsg", Kind.ON_DESCRIPTOR, 299, 243);
        add("sendmmsg", Kind.ON_DESCRIPTOR, 307, 269);
        add("splice", Kind.ON_DESCRIPTOR, 275, 76);
        add("preadv2", Kind.ON_DESCRIPTOR, 327, 286);
        add("pwritev2", Kind.ON_DESCRIPTOR, 328, 287);
        add("sendfile", Kind.SENDFILE, 40, 71);
        add("poll", Kind.POLL, 7, -1);
        add("ppoll", Kind.POLL, 271, 73);
        add("select", Kind.SELECT, 23, -1);
        add("pselect6", Kind.SELECT, 270, 72);
        add("epoll_wait", Kind.EPOLL, 232, -1);
        add("epoll_pwait", Kind.EPOLL, 281, 22);
        add("epoll_pwait2", Kind.EPOLL, 441, 441);
        add("futex", Kind.OTHER, 202, 98);
        add("futex_waitv", Kind.OTHER, 449, 449);
        add("nanosleep", Kind.OTHER, 35, 101);
        add("clock_nanosleep", Kind.OTHER, 230, 115);
        add("pause", Kind.OTHER, 34, -1);
        add("wait4", Kind.OTHER, 61, 260);
        add("waitid", Kind.OTHER, 247, 95);
        add("rt_sigsuspend", Kind.OTHER, 130, 133);
        add("rt_sigtimedwait", Kind.OTHER, 128, 137);
        add("io_uring_enter", Kind.OTHER, 426, 426);
        add("io_getevents", Kind.OTHER, 208, 4);
        add("fsync", Kind.OTHER, 74, 82);
        add("flock", Kind.OTHER, 73, 32);
        add("restart_syscall", Kind.OTHER, 219, 128);
    }

    private SystemCallNames() {}

    private static void add(String name, Kind kind, int x86, int arm) {
        var call = new Call(name, kind);
        if (x86 >= 0) X86_64.put(x86, call);
        if (arm >= 0) AARCH64.put(arm, call);
    }

    /// The call of this number, on this machine; null if it is not known.
    static @Nullable Call of(int number) {
        return of(number, System.getProperty("os.arch", ""));
    }

    /// @param architecture as `os.arch` has it
    static @Nullable Call of(int number, String architecture) {
        return switch (architecture) {
            case "amd64", "x86_64" -> X86_64.get(number);
            case "aarch64", "riscv64" -> AARCH64.get(number);
            default -> null;
        };
    }
}
