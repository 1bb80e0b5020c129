package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Owner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whose sockets a finding is about.
///
/// @param pid       the process; 0 if it is not known
/// @param program   what people call it; of an interpreter what it runs
/// @param command   its name for the kernel: `java`
/// @param container the container or service it runs in; null if in none, or not known
/// @param handles   what it holds the sockets by, some of them: `fd=7`
/// @param alsoHeldBy the other processes that hold the very same sockets
public record Party(
        long pid,
        String program,
        String command,
        @Nullable String container,
        List<String> handles,
        List<Owner> alsoHeldBy) {

    public Party {
        handles = List.copyOf(handles);
        alsoHeldBy = List.copyOf(alsoHeldBy);
    }

    /// `backend (pid 812, java)`
    public String words() {
        if (pid == 0) return program;
        String kind = program.equals(command) ? "" : ", " + command;
        String where = container == null ? "" : ", in " + container;
        return program + " (pid " + pid + kind + where + ")";
    }
}
