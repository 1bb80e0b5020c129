package dev.sockeye.conformance.machine;

import dev.sockeye.tcp.Readiness;
import dev.sockeye.wire.Errno;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An `epoll(7)` instance: which sockets it watches, and which of them may have something to tell.
public final class EpollFile implements OpenFile {

    static final int EDGE = 1 << 31;
    static final int ONE_SHOT = 1 << 30;
    /// Means nothing to one process.
    static final int EXCLUSIVE = 1 << 28;

    private static final int WAKE_UP = 1 << 29;

    private static final int ALWAYS = Readiness.ERR | Readiness.HUP;

    /// Bits that say how to tell, and not of what.
    private static final int HOW = EDGE | ONE_SHOT | EXCLUSIVE | WAKE_UP;

    /// What may stand beside `EPOLLEXCLUSIVE`: epoll_ctl(2).
    private static final int BESIDE_EXCLUSIVE = Readiness.IN | Readiness.OUT | ALWAYS | EDGE | EXCLUSIVE | WAKE_UP;

    private final Map<SocketFile, Watch> watches = new LinkedHashMap<>();
    private final List<Watch> ready = new ArrayList<>();
    private int flags;

    /// What `epoll_wait` tells of one socket.
    record Event(int events, long data) {}

    /// A socket that is watched.
    final class Watch {

        private final SocketFile file;
        private int events;
        private long data;

        Watch(SocketFile file) {
            this.file = file;
        }

        /// What is waited for has changed: it counts as new if it is there already.
        private void set(int events, long data) {
            this.events = events;
            this.data = data;
            if (found() != 0) enqueue();
        }

        private int found() {
            int wanted = events & ~HOW;
            return wanted == 0 ? 0 : file.readiness() & (wanted | ALWAYS);
        }

        void onEvent(int happened) {
            if ((happened & (events | ALWAYS)) != 0 && (events & ~HOW) != 0) enqueue();
        }

        private void enqueue() {
            if (!ready.contains(this)) ready.add(this);
        }

        void remove() {
            watches.remove(file);
            ready.remove(this);
            file.removeWatch(this);
        }
    }

    /// `epoll_ctl(2)`
    ///
    /// @return 0 or a negated errno
    int control(int operation, SocketFile file, int events, long data) {
        Watch watch = watches.get(file);
        switch (operation) {
            case Constants.EPOLL_CTL_ADD -> {
                if ((events & EXCLUSIVE) != 0 && (events & ~BESIDE_EXCLUSIVE) != 0) return Errno.EINVAL.asResult();
                if (watch != null) return -Constants.EEXIST;
                watch = new Watch(file);
                watches.put(file, watch);
                file.addWatch(watch);
                watch.set(events | ALWAYS, data);
            }
            case Constants.EPOLL_CTL_MOD -> {
                boolean exclusive = watch != null && (watch.events & EXCLUSIVE) != 0;
                if (exclusive || (events & EXCLUSIVE) != 0) return Errno.EINVAL.asResult();
                if (watch == null) return Errno.ENOENT.asResult();
                watch.set(events | ALWAYS, data);
            }
            case Constants.EPOLL_CTL_DEL -> {
                if (watch == null) return Errno.ENOENT.asResult();
                watch.remove();
            }
            default -> {
                return Errno.EINVAL.asResult();
            }
        }
        return 0;
    }

    /// `epoll_wait(2)` without waiting: at most `most` events.
    List<Event> take(int most) {
        List<Event> events = new ArrayList<>();
        List<Watch> again = new ArrayList<>();
        while (!ready.isEmpty() && events.size() < most) {
            Watch watch = ready.removeFirst();
            int found = watch.found();
            if (found == 0) continue;
            events.add(new Event(found, watch.data));
            if ((watch.events & ONE_SHOT) != 0) watch.events = ONE_SHOT;
            else if ((watch.events & EDGE) == 0) again.add(watch);
        }
        // A socket that is watched by level is looked at again by the next call.
        ready.addAll(again);
        return events;
    }

    @Override
    public int readiness() {
        for (Watch watch : ready) if (watch.found() != 0) return Readiness.IN;
        return 0;
    }

    @Override
    public int flags() {
        return flags;
    }

    @Override
    public void setFlags(int flags) {
        this.flags = flags;
    }

    @Override
    public void close(long now) {
        for (Watch watch : List.copyOf(watches.values())) watch.remove();
    }
}
