package dev.sockeye.cli.watch;

import dev.sockeye.inspect.look.Look;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Where looks come from: this machine, again and again, or a recording.
@FunctionalInterface
public interface Looks {

    /// The next one; waits for it, unless it is interrupted because the user has quit.
    ///
    /// @return null if there is none any more
    @Nullable
    Look next() throws IOException, InterruptedException;
}
