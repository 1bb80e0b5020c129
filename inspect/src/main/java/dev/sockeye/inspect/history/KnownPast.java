package dev.sockeye.inspect.history;

import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.kernel.Journals;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.SystemCalls;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a command can know of the past: what a history that runs in
/// another process has stored in the kernel, and for a command that stays, what it sees itself from now
/// on.
public final class KnownPast implements Journals, AutoCloseable {

    private final @Nullable StoredJournals stored;
    private final @Nullable History own;
    private final String refusal;

    private KnownPast(@Nullable StoredJournals stored, @Nullable History own, String refusal) {
        this.stored = stored;
        this.own = own;
        this.refusal = refusal;
    }

    /// For a command that looks once.
    public static KnownPast atOnce() {
        return new KnownPast(find(), null, "");
    }

    /// For a command that stays: what it sees, others can read too.
    public static KnownPast fromNowOn() {
        StoredJournals others = find();
        try {
            // What dumps would tell, it finds out itself.
            HistoryOptions options = HistoryOptions.DEFAULT
                    .withMethods(Method.BPF, Method.TRACEFS)
                    .withStorage(others == null);
            return new KnownPast(others, History.open(options, _ -> {}), "");
        } catch (IOException e) {
            return new KnownPast(others, null, String.valueOf(e.getMessage()));
        }
    }

    /// Why nothing is seen from now on, though it was wanted; empty if it is.
    public String refusal() {
        return refusal;
    }

    /// Nobody but root may go through the maps of others.
    private static @Nullable StoredJournals find() {
        if (!SystemCalls.areThere() || !StorageSign.isThere()) return null;
        try {
            return StoredJournals.find();
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public List<JournalEntry> of(long cookie) {
        return own == null ? List.of() : own.of(cookie);
    }

    @Override
    public List<JournalEntry> of(DiagSocket socket) {
        List<JournalEntry> seen = own == null ? List.of() : own.of(socket);
        return seen.isEmpty() && stored != null ? stored.of(socket) : seen;
    }

    @Override
    public int storage() {
        return stored == null ? -1 : stored.storage();
    }

    @Override
    public void close() {
        if (stored != null) stored.close();
        if (own == null) return;
        try {
            own.close();
        } catch (IOException e) {
            // Then the kernel takes away what is left, when this process ends.
        }
    }
}
