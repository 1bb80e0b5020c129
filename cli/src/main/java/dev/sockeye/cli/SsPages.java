package dev.sockeye.cli;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.kernel.SocketBlocks;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/// A table that is written while it is made: rows come in blocks, from any number of threads, and leave in the order of
/// their numbers, a page at a time. A page is aligned for itself, in columns no narrower than those of the page before,
/// as `ss` has it, whose pages are of 5 MB, too. What has left lets go of its memory: to be given fresh memory takes a
/// process longer than to write into it.
final class SsPages implements SocketBlocks {

    /// From so many bytes of text on it is a page.
    private static final int PAGE = 4 << 20;
    /// Who has more rows waits until a page has left.
    private static final int MOST = 2 * PAGE;

    private final IntFunction<SsRows> rows;
    private final OutputStream out;
    private final int[] widths;

    private final Deque<SsRows> spare = new ArrayDeque<>();
    /// Those whose turn has not come.
    private final Map<Integer, SsRows> early = new HashMap<>();

    private boolean hasBegun;
    private int next;
    private final List<SsRows> ready = new ArrayList<>();
    private int readyBytes;
    /// One thread at a time writes, without holding up the others.
    private boolean isWriting;
    /// Of the thread that writes.
    private final ByteText text = new ByteText(1 << 16);

    /// @param rows     makes room for a block of so many
    /// @param header   makes columns wide even where it is not shown, as in `ss`
    /// @param isHeaded whether it is shown
    SsPages(IntFunction<SsRows> rows, SsRows header, boolean isHeaded, OutputStream out) {
        this.rows = rows;
        this.out = out;
        widths = header.widths();
        if (isHeaded) ready.add(header);
    }

    @Override
    public void add(int number, List<SocketSnapshot> sockets) throws IOException {
        SsRows block = begin(sockets.size());
        for (int i = 0; i < sockets.size(); i++) block.add(sockets.get(i));
        arrange(number, block);
        write(PAGE);
    }

    /// Writes what is left.
    void end() throws IOException {
        write(0);
    }

    /// Whether any have come.
    synchronized boolean hasBegun() {
        return hasBegun;
    }

    private synchronized SsRows begin(int size) throws IOException {
        hasBegun = true;
        try {
            while (isWriting && readyBytes >= MOST) wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while writing", e);
        }
        SsRows block = spare.poll();
        return block == null ? rows.apply(size) : block;
    }

    private synchronized void arrange(int number, SsRows block) {
        early.put(number, block);
        for (SsRows now = early.remove(next); now != null; now = early.remove(next)) {
            ready.add(now);
            readyBytes += now.length();
            next++;
        }
    }

    // ---------------------------------------------------------------- a page

    private void write(int least) throws IOException {
        List<SsRows> page = take(least);
        if (page.isEmpty()) return;
        try {
            for (SsRows block : page) block.widen(widths);
            for (SsRows block : page) {
                text.clear();
                block.assemble(text, widths);
                text.writeTo(out);
            }
        } finally {
            giveBack(page);
        }
    }

    private synchronized List<SsRows> take(int least) {
        if (isWriting || readyBytes < least) return List.of();
        isWriting = true;
        List<SsRows> page = new ArrayList<>(ready);
        ready.clear();
        readyBytes = 0;
        return page;
    }

    private synchronized void giveBack(List<SsRows> page) {
        isWriting = false;
        for (SsRows block : page) {
            block.clear();
            spare.add(block);
        }
        notifyAll();
    }
}
