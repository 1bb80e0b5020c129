package dev.sockeye.socket;

import java.util.Collection;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Waits for many sockets at once, as `epoll(7)` does. Many pollers may watch one socket; one thread at a time
/// selects on a poller, while any thread may register, change, cancel and wake it up. Takes no host's lock.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class Poller implements AutoCloseable {

    /// When a socket that is ready is reported.
    public enum Trigger {
        /// By every select while it is ready.
        LEVEL,
        /// Once for each new event (`EPOLLET`).
        EDGE,
        /// Once, until [Registration#rearm] (`EPOLLONESHOT`).
        ONE_SHOT
    }

    /// A socket that a poller watches.
    public static final class Registration {

        Registration() {}

        /// What is watched.
        public Socket socket() {
            throw new UnsupportedOperationException();
        }

        /// What was given when it was registered.
        public @Nullable Object attachment() {
            throw new UnsupportedOperationException();
        }

        /// What is waited for, bits of `Readiness`; `ERR`, `HUP` and [Socket#CLOSED] are always.
        public int interest() {
            throw new UnsupportedOperationException();
        }

        /// Waits for something else, from now on.
        public void setInterest(int interest) {
            throw new UnsupportedOperationException();
        }

        /// Watches again after a ONE_SHOT report.
        public void rearm() {
            throw new UnsupportedOperationException();
        }

        /// In the consumer of a select: what the socket is ready for, bits of `Readiness` that are waited for.
        public int ready() {
            throw new UnsupportedOperationException();
        }

        /// Watches no more; takes effect at once.
        public void cancel() {
            throw new UnsupportedOperationException();
        }
    }

    /// A poller that watches nothing yet.
    public Poller() {}

    /// Watches a socket.
    ///
    /// @param interest bits of `Readiness`; 0 for only `ERR`, `HUP` and [Socket#CLOSED]
    public Registration register(Socket socket, int interest, Trigger trigger, @Nullable Object attachment) {
        throw new UnsupportedOperationException();
    }

    /// What is watched.
    public Collection<Registration> registrations() {
        throw new UnsupportedOperationException();
    }

    /// Waits until a socket is ready, [#wakeup] is called, the thread is interrupted (its status stays set), or
    /// the timeout has passed; then hands each socket that is ready to `consumer`.
    ///
    /// @param timeout nanoseconds, [Socket#NOW] or [Socket#FOREVER]
    /// @return how many were handed over; `-EBADF` if the poller is closed, also if it was while waiting
    public int select(long timeout, Consumer<? super Registration> consumer) {
        throw new UnsupportedOperationException();
    }

    /// Ends the select that waits, or the next one at once.
    public void wakeup() {
        throw new UnsupportedOperationException();
    }

    /// Ends everything; the sockets stay open.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
