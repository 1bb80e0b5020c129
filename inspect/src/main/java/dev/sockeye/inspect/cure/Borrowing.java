package dev.sockeye.inspect.cure;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.linux.BorrowedSocket;
import dev.sockeye.linux.ProcessDescriptor;
import dev.sockeye.linux.SystemCallException;
import org.jspecify.annotations.Nullable;

/// A socket is borrowed from any of the processes that hold it, and looked at before anything is done
/// to it.
final class Borrowing {

    private static final String FD = "fd=";

    private Borrowing() {}

    /// What is done to a borrowed socket.
    @FunctionalInterface
    interface Deed {

        Outcome to(BorrowedSocket socket) throws SystemCallException;
    }

    /// Does it to the socket, if it is still there and is still the same.
    static Outcome with(SocketSnapshot socket, Deed deed) {
        KernelDetail kernel = socket.kernel();
        if (kernel == null || kernel.cookie() == 0)
            return Outcome.impossible("it is no socket of this kernel's, or its cookie is not known");
        if (socket.owners().isEmpty())
            return Outcome.impossible("no process holds it that may be looked into: 'kill' is what ends it");
        Outcome last = Outcome.gone("nobody holds it any more");
        for (Owner owner : socket.owners()) {
            int fd = descriptor(owner);
            if (fd < 0) continue;
            try (var process = new ProcessDescriptor((int) owner.pid());
                    BorrowedSocket borrowed = process.socket(fd)) {
                if (borrowed.cookie() == kernel.cookie()) return deed.to(borrowed);
                last = Outcome.gone("descriptor " + fd + " of process " + owner.pid()
                        + " is another socket by now, which was left alone");
            } catch (SystemCallException e) {
                last = Outcome.of(e);
            }
        }
        return last;
    }

    /// The number in `fd=7`; -1 where there is none.
    static int descriptor(Owner owner) {
        @Nullable String handle = owner.handle();
        if (handle == null || !handle.matches(FD + "[0-9]{1,9}")) return -1;
        return Integer.parseInt(handle.substring(FD.length()));
    }
}
