package dev.sockeye.inspect.kernel;

import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.linux.DiagSocket;
import java.util.List;

/// What is known of the past of the kernel's sockets. Any number of threads may ask.
@FunctionalInterface
public interface Journals {

    /// Nothing is.
    static Journals none() {
        return NoJournals.INSTANCE;
    }

    /// The changes of state of the socket with this cookie, oldest first; none if it is not known.
    List<JournalEntry> of(long cookie);

    /// The same of a socket that was just asked for, with all that the kernel told of it.
    default List<JournalEntry> of(DiagSocket socket) {
        return of(socket.cookie());
    }

    /// A BPF map whose values the kernel is to tell with each socket; -1 for none.
    default int storage() {
        return -1;
    }
}
