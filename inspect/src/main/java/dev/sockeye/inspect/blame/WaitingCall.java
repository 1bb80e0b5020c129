package dev.sockeye.inspect.blame;

import dev.sockeye.linux.SystemCallNames;
import org.jspecify.annotations.Nullable;

/// A system call that a thread waits in, and what its arguments have to do with descriptors.
///
/// @param name as in section 2 of the manual
record WaitingCall(String name, Kind kind) {

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

    /// The call of this number, on this machine; null if it is not known.
    static @Nullable WaitingCall of(int number) {
        String name = SystemCallNames.of(number);
        return name == null ? null : new WaitingCall(name, kindOf(name));
    }

    private static Kind kindOf(String name) {
        return switch (name) {
            case "read",
                    "write",
                    "close",
                    "ioctl",
                    "readv",
                    "writev",
                    "connect",
                    "accept",
                    "sendto",
                    "recvfrom",
                    "sendmsg",
                    "recvmsg",
                    "shutdown",
                    "accept4",
                    "recvmmsg",
                    "sendmmsg",
                    "splice",
                    "preadv2",
                    "pwritev2" -> Kind.ON_DESCRIPTOR;
            case "sendfile" -> Kind.SENDFILE;
            case "poll", "ppoll" -> Kind.POLL;
            case "select", "pselect6" -> Kind.SELECT;
            case "epoll_wait", "epoll_pwait", "epoll_pwait2" -> Kind.EPOLL;
            default -> Kind.OTHER;
        };
    }
}
