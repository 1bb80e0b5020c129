package dev.sockeye.socket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Waits for many sockets at once, as `epoll(7)` does. Many pollers may watch one socket; one thread at a time
/// selects on a poller, while any thread may register, change, cancel and wake it up. Takes no host's lock.
///
/// A socket that has an event goes into the poller's queue, once; a select looks at those in the queue only, so
/// it costs nothing that others are idle. A socket that is watched by level goes back into the queue after its
/// report, and drops out when it is found not to be ready.
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

    private static final VarHandle NEWEST;
    private static final VarHandle QUEUED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            NEWEST = lookup.findVarHandle(Poller.class, "newest", Registration.class);
            QUEUED = lookup.findVarHandle(Registration.class, "queued", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Driver driver;
    private final Set<Registration> registrations = ConcurrentHashMap.newKeySet();
    private final Waiter waiter = new Waiter();

    /// The queue: the registration put last, with those before it behind its `older`.
    @SuppressWarnings("unused") // through NEWEST
    private volatile @Nullable Registration newest;

    private volatile boolean woken;
    private volatile boolean closed;

    /// A poller that watches nothing yet.
    ///
    /// @param driver whose clock and waiting it uses: that of the sockets' machines
    public Poller(Driver driver) {
        this.driver = driver;
    }

    // ---------------------------------------------------------------- what is watched

    /// A socket that a poller watches.
    public static final class Registration implements ReadinessListener {

        private final Poller poller;
        private final Socket socket;
        private final Trigger trigger;
        private final @Nullable Object attachment;
        private volatile int interest;
        private volatile boolean armed = true;
        private volatile boolean cancelled;
        private int ready;

        /// Whether it is in the poller's queue.
        @SuppressWarnings("unused") // through QUEUED
        private volatile boolean queued;

        private @Nullable Registration older;

        Registration(Poller poller, Socket socket, int interest, Trigger trigger, @Nullable Object attachment) {
            this.poller = poller;
            this.socket = socket;
            this.interest = interest;
            this.trigger = trigger;
            this.attachment = attachment;
        }

        /// What is watched.
        public Socket socket() {
            return socket;
        }

        /// What was given when it was registered.
        public @Nullable Object attachment() {
            return attachment;
        }

        /// What is waited for, bits of `Readiness`; `ERR`, `HUP` and [Socket#CLOSED] are always.
        public int interest() {
            return interest;
        }

        /// Waits for something else, from now on.
        public void setInterest(int interest) {
            this.interest = interest;
            lookNow();
        }

        /// Watches again after a ONE_SHOT report.
        public void rearm() {
            armed = true;
            lookNow();
        }

        private void lookNow() {
            if (readyNow() != 0) poller.enqueue(this);
        }

        private int readyNow() {
            return armed && !cancelled ? socket.readiness() & (interest | Socket.ALWAYS) : 0;
        }

        /// In the consumer of a select: what the socket is ready for, bits of `Readiness` that are waited for.
        public int ready() {
            return ready;
        }

        /// Watches no more; takes effect at once.
        public void cancel() {
            cancelled = true;
            socket.removeListener(this);
            poller.registrations.remove(this);
        }

        /// Of the socket: something has happened.
        @Override
        public void onReady(Socket from, int events) {
            if (armed && (events & (interest | Socket.ALWAYS)) != 0) poller.enqueue(this);
        }
    }

    /// Watches a socket.
    ///
    /// @param interest bits of `Readiness`; 0 for only `ERR`, `HUP` and [Socket#CLOSED]
    public Registration register(Socket socket, int interest, Trigger trigger, @Nullable Object attachment) {
        var registration = new Registration(this, socket, interest, trigger, attachment);
        registrations.add(registration);
        socket.addListener(registration);
        return registration;
    }

    /// What is watched.
    public Collection<Registration> registrations() {
        return Collections.unmodifiableSet(registrations);
    }

    // ---------------------------------------------------------------- the queue

    private void enqueue(Registration registration) {
        if (putIfAbsent(registration)) signal();
    }

    private boolean putIfAbsent(Registration registration) {
        if (!QUEUED.compareAndSet(registration, false, true)) return false;
        Registration before;
        do {
            before = newest;
            registration.older = before;
        } while (!NEWEST.compareAndSet(this, before, registration));
        return true;
    }

    /// The one that was put first, with the later ones behind its `older`.
    private @Nullable Registration takeAll() {
        if (newest == null) return null;
        Registration taken = (Registration) NEWEST.getAndSet(this, null);
        Registration oldest = null;
        while (taken != null) {
            Registration older = taken.older;
            taken.older = oldest;
            oldest = taken;
            taken = older;
        }
        return oldest;
    }

    private void signal() {
        if (waiter.isSignalled()) return;
        Thread parked = waiter.signal();
        if (parked != null) driver.wake(parked);
    }

    // ---------------------------------------------------------------- select

    /// Waits until a socket is ready, [#wakeup] is called, the thread is interrupted (its status stays set), or
    /// the timeout has passed; then hands each socket that is ready to `consumer`.
    ///
    /// @param timeout nanoseconds, [Socket#NOW] or [Socket#FOREVER]
    /// @return how many were handed over; `-EBADF` if the poller is closed, also if it was while waiting
    public int select(long timeout, Consumer<? super Registration> consumer) {
        long deadline = timeout == Socket.NOW ? 0 : Socket.deadline(driver.now(), timeout);
        for (; ; ) {
            if (closed) return Socket.EBADF;
            boolean wokenUp = woken;
            if (wokenUp) woken = false;
            int count = report(consumer);
            if (count > 0 || wokenUp || timeout == Socket.NOW || !mayWait(deadline)) return count;
        }
    }

    /// Waits for the queue to fill.
    ///
    /// @return false if the time is up or the thread is interrupted
    private boolean mayWait(long deadline) {
        waiter.arm();
        try {
            while (newest == null && !woken && !closed && !waiter.isSignalled()) {
                if (Thread.currentThread().isInterrupted()) return false;
                if (deadline != Socket.FOREVER && driver.now() >= deadline) return false;
                driver.await(waiter, deadline);
            }
            return true;
        } finally {
            Thread ignored = waiter.signal();
            waiter.disarm();
        }
    }

    private int report(Consumer<? super Registration> consumer) {
        int count = 0;
        Registration registration = takeAll();
        while (registration != null) {
            Registration later = registration.older;
            registration.older = null;
            // From here on an event puts it back; one from before is seen in the readiness.
            QUEUED.setVolatile(registration, false);
            int ready = registration.readyNow();
            if (ready != 0) {
                count++;
                reported(registration, ready);
                consumer.accept(registration);
            }
            registration = later;
        }
        return count;
    }

    private void reported(Registration registration, int ready) {
        registration.ready = ready;
        switch (registration.trigger) {
            case LEVEL -> putIfAbsent(registration);
            case ONE_SHOT -> registration.armed = false;
            case EDGE -> {}
        }
    }

    /// Ends the select that waits, or the next one at once.
    public void wakeup() {
        woken = true;
        signal();
    }

    /// Ends everything; the sockets stay open.
    @Override
    public void close() {
        closed = true;
        for (Registration registration : registrations) registration.cancel();
        signal();
    }
}
