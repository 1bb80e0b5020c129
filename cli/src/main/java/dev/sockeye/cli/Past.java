package dev.sockeye.cli;

import dev.sockeye.inspect.history.History;
import dev.sockeye.inspect.history.HistoryOptions;
import dev.sockeye.inspect.history.Method;
import dev.sockeye.inspect.kernel.Journals;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What becomes of the kernel's sockets while a command runs, so that they have a past when it looks at them: from
/// traces of the kernel's, where these are permitted.
final class Past implements AutoCloseable {

    private final @Nullable History history;
    private final String refusal;

    private Past(@Nullable History history, String refusal) {
        this.history = history;
        this.refusal = refusal;
    }

    /// Begins to listen; without the right to there is no past, and [#refusal] says why.
    static Past begin() {
        try {
            HistoryOptions options = HistoryOptions.DEFAULT.withMethods(Method.BPF, Method.TRACEFS);
            return new Past(History.open(options, event -> {}), "");
        } catch (IOException e) {
            return new Past(null, String.valueOf(e.getMessage()));
        }
    }

    /// For whoever looks at sockets.
    Journals journals() {
        return history == null ? Journals.NONE : history;
    }

    /// Why there is none; empty if there is one.
    String refusal() {
        return refusal;
    }

    @Override
    public void close() throws IOException {
        if (history != null) history.close();
    }
}
