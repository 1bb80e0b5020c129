package dev.sockeye.inspect.history;

import dev.sockeye.linux.Bpf;
import dev.sockeye.linux.Btf;
import java.io.IOException;
import java.util.NoSuchElementException;

/// Has the kernel keep the last change of each socket's state with it, as long as this is open, and
/// costs this process nothing meanwhile: for a service, so that whoever looks for a moment can say
/// since when and who did it ([StoredJournals], [KnownPast]). Each change costs who makes it about half
/// a microsecond.
public final class JournalKeeper implements AutoCloseable {

    private final Bpf bpf = new Bpf();
    private final int storage;
    private final int link;

    /// Begins.
    ///
    /// @throws IOException if this kernel cannot, or does not permit it
    public JournalKeeper() throws IOException {
        storage = bpf.createSocketStorage(KernelRecord.STORED, StoredJournals.MAP);
        try {
            Btf btf = Btf.ofKernel();
            int tracepoint = btf.type(Btf.TYPEDEF, "btf_trace_inet_sock_set_state");
            link = bpf.attachTracepoint(TracePrograms.ofStorage(btf, storage), tracepoint, "sockeye_journal");
        } catch (IOException | NoSuchElementException e) {
            bpf.close(storage);
            if (e instanceof IOException io) throw io;
            throw new IOException(e.getMessage(), e);
        }
        StorageSign.put();
    }

    /// Ends: what was stored is gone.
    @Override
    public void close() {
        StorageSign.remove();
        bpf.close(link);
        bpf.close(storage);
    }
}
