package dev.sockeye.inspect.kernel;

import dev.sockeye.linux.DiagMessages;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Blocks of sockets between the thread that asks the kernel for them and those that go through them, each of which
/// takes
/// the next one when it has time: so does the one that asks, when the others do not keep up. The memory of a block that
/// was gone through is used again.
final class BlockQueue {

    private final SocketBlocks to;
    private final Translation translation;
    private final @Nullable SocketHolders holders;
    private final int most;

    private record Block(int number, KernelSource.Seen seen) {}

    private final Deque<Block> waiting = new ArrayDeque<>();
    private final Deque<DiagMessages> spare = new ArrayDeque<>();
    private int count;
    /// Whether it is known who holds them: before, none is gone through.
    private boolean isOpen;

    private boolean isEnded;
    private int unheld;
    private @Nullable Throwable failure;

    /// @param holders of which to count sockets that are not known to be held; null for none
    /// @param most    so many wait at most
    BlockQueue(SocketBlocks to, Translation translation, @Nullable SocketHolders holders, int most) {
        this.to = to;
        this.translation = translation;
        this.holders = holders;
        this.most = most;
    }

    /// From now on blocks are gone through.
    synchronized void open() {
        isOpen = true;
        notifyAll();
    }

    /// No more will come.
    synchronized void end() {
        isEnded = true;
        notifyAll();
    }

    /// Nobody is to go on.
    synchronized void fail(Throwable cause) {
        if (failure == null) failure = cause;
        waiting.clear();
        notifyAll();
    }

    /// How many were added.
    synchronized int count() {
        return count;
    }

    /// How many may be held by processes that could not be looked into.
    synchronized int unheld() {
        return unheld;
    }

    /// Room for the next block.
    synchronized DiagMessages room() {
        DiagMessages room = spare.poll();
        return room == null ? new DiagMessages() : room;
    }

    /// Adds a block. Where too many wait, one of them is gone through first.
    void add(KernelSource.Seen seen) throws IOException {
        Block block = addAndTake(seen);
        if (block != null) pass(block);
    }

    private synchronized @Nullable Block addAndTake(KernelSource.Seen seen) throws IOException {
        waiting.add(new Block(count++, seen));
        notifyAll();
        if (waiting.size() < most) return null;
        awaitOpen();
        return waiting.poll();
    }

    /// Goes through blocks until there are no more.
    void work() throws IOException {
        for (Block block = take(); block != null; block = take()) pass(block);
    }

    private synchronized @Nullable Block take() throws IOException {
        awaitOpen();
        try {
            while (failure == null && !isEnded && waiting.isEmpty()) wait();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        throwFailure();
        return waiting.poll();
    }

    private void pass(Block block) throws IOException {
        KernelSource.Seen seen = block.seen();
        to.add(block.number(), new Snapshots(translation, List.of(seen)));
        int unknown = holders == null || holders.closedProcesses() == 0 ? 0 : seen.unheld(holders);
        giveBack(seen, unknown);
    }

    private synchronized void giveBack(KernelSource.Seen seen, int unknown) {
        unheld += unknown;
        if (!(seen.sockets() instanceof DiagMessages messages)) return;
        messages.clear();
        spare.add(messages);
    }

    private synchronized void awaitOpen() throws IOException {
        try {
            while (failure == null && !isOpen) wait();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        throwFailure();
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted while looking at sockets", e);
    }

    /// Nothing, unless somebody has failed.
    synchronized void throwFailure() throws IOException {
        if (failure == null) return;
        if (failure instanceof IOException e) throw e;
        if (failure instanceof RuntimeException e) throw e;
        throw new IllegalStateException(failure);
    }
}
