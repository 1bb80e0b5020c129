package dev.sockeye.linux;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The names of system calls by their numbers, of the architectures that servers have (asm/unistd.h): the calls that
/// threads wait in, and those that move a socket.
public final class SystemCallNames {

    private static final Map<Long, String> X86_64 = new HashMap<>();

    /// Of aarch64 and riscv64, which have the numbers of asm-generic.
    private static final Map<Long, String> GENERIC = new HashMap<>();

    private static final int NONE = -1;

    static {
        add("read", 0, 63);
        add("write", 1, 64);
        add("close", 3, 57);
        add("poll", 7, NONE);
        add("ioctl", 16, 29);
        add("readv", 19, 65);
        add("writev", 20, 66);
        add("select", 23, NONE);
        add("dup2", 33, NONE);
        add("pause", 34, NONE);
        add("nanosleep", 35, 101);
        add("sendfile", 40, 71);
        add("connect", 42, 203);
        add("accept", 43, 202);
        add("sendto", 44, 206);
        add("recvfrom", 45, 207);
        add("sendmsg", 46, 211);
        add("recvmsg", 47, 212);
        add("shutdown", 48, 210);
        add("listen", 50, 201);
        add("execve", 59, 221);
        add("exit", 60, 93);
        add("wait4", 61, 260);
        add("flock", 73, 32);
        add("fsync", 74, 82);
        add("rt_sigtimedwait", 128, 137);
        add("rt_sigsuspend", 130, 133);
        add("futex", 202, 98);
        add("io_getevents", 208, 4);
        add("restart_syscall", 219, 128);
        add("clock_nanosleep", 230, 115);
        add("exit_group", 231, 94);
        add("epoll_wait", 232, NONE);
        add("waitid", 247, 95);
        add("pselect6", 270, 72);
        add("ppoll", 271, 73);
        add("splice", 275, 76);
        add("epoll_pwait", 281, 22);
        add("accept4", 288, 242);
        add("dup3", 292, 24);
        add("recvmmsg", 299, 243);
        add("sendmmsg", 307, 269);
        add("preadv2", 327, 286);
        add("pwritev2", 328, 287);
        // From 403 on they are the same everywhere.
        add("io_uring_enter", 426, 426);
        add("close_range", 436, 436);
        add("epoll_pwait2", 441, 441);
        add("futex_waitv", 449, 449);
    }

    private SystemCallNames() {}

    private static void add(String name, long x86, long generic) {
        if (x86 != NONE) X86_64.put(x86, name);
        if (generic != NONE) GENERIC.put(generic, name);
    }

    /// The name of the call with this number on this machine, as section 2 of the manual has it; null if it is none of
    /// these.
    public static @Nullable String of(long number) {
        return of(number, System.getProperty("os.arch", ""));
    }

    /// The same of another machine.
    ///
    /// @param architecture as `os.arch` has it
    public static @Nullable String of(long number, String architecture) {
        return numbers(architecture).get(number);
    }

    /// All that are known of a machine.
    ///
    /// @param architecture as `os.arch` has it
    static Map<Long, String> numbers(String architecture) {
        return switch (architecture) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "riscv64" -> GENERIC;
            default -> Map.of();
        };
    }
}
