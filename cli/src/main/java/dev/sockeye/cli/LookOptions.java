package dev.sockeye.cli;

import dev.sockeye.inspect.history.KnownPast;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import dev.sockeye.inspect.look.LocalMachine;
import dev.sockeye.inspect.look.Look;
import dev.sockeye.inspect.look.Recording;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a command looks: at this machine, or into a recording.
final class LookOptions {

    /// For picocli.
    LookOptions() {}

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "Look at the last look in a recording ('sockeye record'), not at this machine.")
    private @Nullable Path from;

    /// The recording to look into; null for this machine.
    @Nullable
    Path from() {
        return from;
    }

    /// What there is.
    ///
    /// @param query which of the kernel's sockets, if this machine is looked at
    Look look(KernelQuery query) throws IOException {
        if (from != null) return Recording.last(from);
        try (var past = KnownPast.atOnce();
                var machine = new LocalMachine(new KernelSource(past))) {
            return machine.look(query);
        }
    }
}
