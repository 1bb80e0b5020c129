package dev.sockeye.inspect.kernel;

import dev.sockeye.inspect.JournalEntry;
import java.util.List;

/// What is known of the past of the kernel's sockets.
@FunctionalInterface
public interface Journals {

    /// Nothing is.
    Journals NONE = cookie -> List.of();

    /// The changes of state of the socket with this cookie, oldest first; none if it is not known.
    List<JournalEntry> of(long cookie);
}
