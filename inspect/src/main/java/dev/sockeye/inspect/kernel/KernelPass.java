package dev.sockeye.inspect.kernel;

import dev.sockeye.linux.DiagMessages;
import dev.sockeye.linux.SockDiag;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One pass through the TCP sockets of this thread's network namespace, for who needs each of them once, and not what
/// concerns them all: it is gone through some while the kernel still tells of others, so that 50 000 of them take the
/// memory of a few. What [KernelSource] tells besides, how many connections are half-open to a listener, is not known.
///
/// Two threads share the work. One asks the kernel; the other first finds out who holds which socket, where that is
/// wanted, and then goes through blocks; so does the first, when the kernel has told of all.
public final class KernelPass {

    /// So many sockets at least are a block.
    private static final int BLOCK = 1024;
    /// So many blocks wait at most: 8 MB of what the kernel told.
    private static final int MOST = 16;

    private final KernelQuery query;
    private final Journals journals;
    private final BlockQueue queue;
    private final @Nullable SocketHolders holders;
    private final List<String> problems = new ArrayList<>();
    private final Namespace here;
    private final int blockSize;
    private @Nullable Thread other;

    /// @param query    of all namespaces it asks for this one only
    /// @param journals what is known of the past
    /// @param to       goes through them
    /// @throws IOException where there is no Linux
    public KernelPass(KernelQuery query, Journals journals, SocketBlocks to) throws IOException {
        this(query, journals, to, BLOCK, MOST);
    }

    /// @param blockSize so many sockets at least are a block
    /// @param most      so many blocks wait at most
    KernelPass(KernelQuery query, Journals journals, SocketBlocks to, int blockSize, int most) throws IOException {
        KernelSource.checkLinux();
        this.query = query;
        this.journals = journals;
        this.blockSize = blockSize;
        holders = query.holders() ? new SocketHolders() : null;
        here = new Namespaces().own();
        var translation = new Translation(holders, query.controlGroups() ? new ControlGroups() : null, journals);
        queue = new BlockQueue(to, translation, holders, most);
    }

    /// Does it; once.
    ///
    /// @return what could not be seen, and what to do about it: a line of plain words each
    /// @throws IOException with a message for people, if nothing can be seen at all; or what the other side throws
    public List<String> run() throws IOException {
        if (holders == null) queue.open();
        else beginOther();
        try {
            ask();
            queue.end();
            queue.work();
        } catch (IOException | RuntimeException e) {
            queue.fail(e);
            throw e;
        } finally {
            awaitOther();
        }
        queue.throwFailure(); // of the other thread, with the last block
        if (holders != null) KernelSource.addClosedProcesses(holders, queue.unheld(), problems);
        return problems;
    }

    /// Whether any have passed, or may have.
    public boolean hasBegun() {
        return queue.count() > 0;
    }

    // ---------------------------------------------------------------- the kernel

    private void ask() throws IOException {
        try (var door = new SockDiag()) {
            DiagMessages room = queue.room();
            if (query.v4()) room = ask(door, SockDiag.AF_INET, room);
            if (query.v6()) room = askForIpv6(door, room);
            if (!room.isEmpty() || queue.count() == 0) add(door, room);
        } catch (SystemCallException e) {
            if (queue.count() > 0) throw e;
            queue.add(KernelSource.seenInProc(here, query, e, problems));
        }
    }

    private DiagMessages askForIpv6(SockDiag door, DiagMessages room) throws IOException {
        try {
            return ask(door, SockDiag.AF_INET6, room);
        } catch (SystemCallException e) {
            if (!e.is(Errno.ENOENT) || !query.v4()) throw e; // a kernel without IPv6
            return room;
        }
    }

    /// @return where the next are to go
    private DiagMessages ask(SockDiag door, int family, DiagMessages first) throws IOException {
        DiagMessages room = first;
        door.ask(family, query.states(), query.filter(), query.extensions(), journals.storage());
        while (door.next(room)) {
            if (room.size() < blockSize) continue;
            add(door, room);
            if (other == null) beginOther();
            room = queue.room();
        }
        return room;
    }

    private void add(SockDiag door, DiagMessages room) throws IOException {
        var names = KernelSource.deviceNames(door, room.devices());
        queue.add(new KernelSource.Seen(Instant.now(), here, room, names, Map.of()));
    }

    // ---------------------------------------------------------------- the other thread

    private void beginOther() {
        other = Thread.ofPlatform().name("sockeye-blocks").daemon().unstarted(new Other());
        other.start();
    }

    /// A class, for the start's sake: see [NoJournals].
    private final class Other implements Runnable {

        @Override
        public void run() {
            try {
                if (holders != null) {
                    holders.look();
                    queue.open();
                }
                queue.work();
            } catch (Throwable e) {
                queue.fail(e);
            } finally {
                if (holders != null) holders.close();
            }
        }
    }

    private void awaitOther() throws IOException {
        if (other == null) return;
        try {
            other.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while looking at sockets", e);
        }
    }
}
