package dev.sockeye.inspect.history;

import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.kernel.Journals;
import dev.sockeye.linux.Bpf;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The last change of each socket's state, as a [History] with storage that runs in another process has
/// the kernel keep it with the socket: who looks for a moment only finds out since when, and who did
/// it, in the same dump.
///
/// The other process's map is found by its name among all maps of the machine. A file in bpffs would do
/// the same where that is mounted, but would stay when that process is killed, and be out of reach in
/// another mount namespace; handing the descriptor over a UNIX socket would need a dialogue. A name can
/// be taken by others, but only by who may load BPF programs, and so could show us anything. It needs
/// `CAP_SYS_ADMIN`.
public final class StoredJournals implements Journals, AutoCloseable {

    /// The map's name, of 15 characters at most.
    static final String MAP = "sockeye_journal";

    private final Bpf bpf = new Bpf();
    private final int map;
    private final WallClock clock = new WallClock();
    private final KernelRecord records = new KernelRecord(Map.of(), Map.of());

    private StoredJournals(int map) {
        this.map = map;
    }

    /// What a history that runs on this machine has stored; null if none does.
    ///
    /// @throws SystemCallException EPERM without the right to
    public static @Nullable StoredJournals find() throws SystemCallException {
        int map = new Bpf().findMap(Bpf.SK_STORAGE, MAP, KernelRecord.STORED);
        return map < 0 ? null : new StoredJournals(map);
    }

    @Override
    public int storage() {
        return map;
    }

    @Override
    public List<JournalEntry> of(long cookie) {
        return List.of();
    }

    @Override
    public synchronized List<JournalEntry> of(DiagSocket socket) {
        ByteBuffer stored = socket.attributes().storage();
        if (stored == null || stored.remaining() < KernelRecord.STORED) return List.of();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment record = arena.allocate(KernelRecord.STORED, 8);
            MemorySegment.copy(MemorySegment.ofBuffer(stored), 0, record, 0, KernelRecord.STORED);
            Observation seen = records.read(record, 0, KernelRecord.MADE);
            Move move = seen == null ? null : Move.of(seen, Move.Resets.NONE);
            if (seen == null || move == null || move.cause() == null) return List.of();
            String who = move.who() == null ? null : move.who().name();
            return List.of(
                    new JournalEntry(clock.at(seen.nanoTime), move.from(), move.to(), move.cause(), move.flags(), who));
        }
    }

    /// Lets go of the map.
    @Override
    public void close() {
        bpf.close(map);
    }
}
