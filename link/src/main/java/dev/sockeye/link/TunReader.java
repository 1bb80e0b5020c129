package dev.sockeye.link;

import dev.sockeye.linux.EventFd;
import dev.sockeye.linux.PollSet;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Page;
import dev.sockeye.wire.PageCache;
import dev.sockeye.wire.PagePool;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The direction from the kernel, and the thread that reads. Pages that are large are kept for the next packet where a
/// packet is small, so that an acknowledgement does not hold 64 KiB.
final class TunReader {

    /// How many packets are read before what follows from them is seen to: enough that an acknowledgement stands for
    /// many, and few enough that it is not late.
    private static final int BATCH = 32;

    /// A packet up to this goes into a page of its own size, bytes.
    private static final int SMALL = 2048;

    private static final int FOR_EVER = -1;

    private final int fd;
    private final int mtu;
    private final PageCache pages;
    private final SystemCalls calls = new SystemCalls();
    private final PollSet waitingFor = new PollSet(2);
    private final EventFd end = new EventFd();
    private @Nullable Page spare;
    private volatile boolean ended;
    private volatile long packets;
    private volatile long bytes;

    TunReader(int fd, int mtu, PagePool pool) throws SystemCallException {
        this.fd = fd;
        this.mtu = mtu;
        this.pages = new PageCache(pool);
        waitingFor.set(0, fd, PollSet.POLLIN);
        waitingFor.set(1, end.fd(), PollSet.POLLIN);
    }

    /// What the thread does until [#end], or until the device is gone.
    void run(Link arrivals, LongSupplier clock, Runnable carry) {
        while (!ended) {
            int read = readBatch(arrivals, clock);
            if (read > 0) carry.run();
            if (read < BATCH && !await()) return;
        }
    }

    /// @return how many packets were there, at most [#BATCH]
    private int readBatch(Link arrivals, LongSupplier clock) {
        for (int i = 0; i < BATCH; i++) {
            Packet packet = readOne();
            if (packet == null) return i;
            arrivals.send(packet, clock.getAsLong());
        }
        return BATCH;
    }

    private @Nullable Packet readOne() {
        Page page = spare;
        if (page == null) spare = page = pages.take(mtu);
        int length = calls.read(fd, page.memory(), 0, page.size());
        if (length <= 0) return null;
        Packet packet = pages.takePacket();
        if (length <= SMALL && page.size() > SMALL) {
            packet.append(page.memory(), 0, length, pages);
        } else {
            packet.add(page, 0, length);
            spare = null;
        }
        count(length);
        return packet;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    private void count(int length) {
        packets++;
        bytes += length;
    }

    /// Waits for a packet.
    ///
    /// @return false where the device is gone
    private boolean await() {
        int ready = calls.poll(waitingFor, FOR_EVER);
        if (ready < 0) return ready == Errno.EINTR.asResult();
        return (waitingFor.happened(0) & (PollSet.POLLERR | PollSet.POLLNVAL)) == 0;
    }

    long packets() {
        return packets;
    }

    long bytes() {
        return bytes;
    }

    /// Ends the thread soon.
    void end() {
        ended = true;
        end.signal();
    }

    /// The thread is done, or has never run.
    void close() {
        Page page = spare;
        spare = null;
        if (page != null) page.release(pages);
        pages.clear();
        end.close();
    }
}
