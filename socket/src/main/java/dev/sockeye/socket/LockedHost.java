package dev.sockeye.socket;

import dev.sockeye.host.Endpoint;
import dev.sockeye.host.Host;
import dev.sockeye.host.Interface;
import dev.sockeye.wire.Packet;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A host, its lock, and what has arrived for it. A thread [#enter]s, makes its call, and [#leave]s: leaving runs
/// what others have brought meanwhile, takes what the host wants sent and whom it wants woken, lets go of the
/// lock, and only then wakes and carries.
final class LockedHost extends Station {

    private static final VarHandle SPARE_ERRANDS;

    static {
        try {
            SPARE_ERRANDS = MethodHandles.lookup().findVarHandle(LockedHost.class, "spareErrands", Errands.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Host host;

    /// One an interface; replaced under the lock.
    private volatile Arrivals[] arrivals = {};

    /// By the interface's index; null where nothing is plugged in.
    private @Nullable Outbox[] outboxes = {};

    private boolean off;

    /// Of who holds the lock; null while there are none.
    private @Nullable Errands errands;

    @SuppressWarnings("unused") // through SPARE_ERRANDS
    private volatile @Nullable Errands spareErrands;

    LockedHost(Host host, Driver driver) {
        super(driver);
        this.host = host;
    }

    // ---------------------------------------------------------------- a call

    /// Takes the lock.
    ///
    /// @return the time, for the call and for [#leave]
    long enter() {
        turn.take();
        return driver.now();
    }

    /// Lets go of the lock, and sees to all that follows from the call.
    void leave(long now) {
        leaveHost(now);
        driver.carry();
    }

    /// The host, for who holds the lock.
    Host host() {
        return host;
    }

    /// With the lock: what is to be done for others after it.
    Errands errands() {
        Errands mine = errands;
        if (mine == null) {
            mine = (Errands) SPARE_ERRANDS.getAndSet(this, null);
            if (mine == null) mine = new Errands();
            errands = mine;
        }
        return mine;
    }

    // ---------------------------------------------------------------- as a station

    @Override
    boolean hasArrivals() {
        for (Arrivals arrival : arrivals) if (!arrival.isEmpty()) return true;
        return false;
    }

    @Override
    void serveAndLeave() {
        leaveHost(driver.now());
    }

    private void leaveHost(long now) {
        Errands mine;
        try {
            if (off) discard();
            else settle(now);
        } finally {
            mine = errands;
            errands = null;
            turn.give();
            lookAgain();
        }
        if (mine != null) {
            mine.run(driver);
            SPARE_ERRANDS.setRelease(this, mine);
        }
    }

    private void settle(long now) {
        if (takeDue()) now = driver.now();
        if (host.nextDeadline() <= now) host.onTime(now);
        for (Arrivals arrival : arrivals) arrival.runThrough(host, now);
        transmit();
        notice();
        wantsServiceAt(host.nextDeadline());
    }

    private void transmit() {
        for (Packet packet = host.pollTransmit(); packet != null; packet = host.pollTransmit()) {
            int index = host.transmitInterface().index();
            Outbox outbox = index < outboxes.length ? outboxes[index] : null;
            if (outbox == null) packet.release(host.pages());
            else outbox.put(packet);
        }
    }

    private void notice() {
        for (Endpoint endpoint = host.pollReady(); endpoint != null; endpoint = host.pollReady()) {
            int events = endpoint.takeEvents();
            if (events != 0 && endpoint.attachment() instanceof Socket socket) socket.happened(events, errands());
        }
    }

    private void discard() {
        takeDue();
        for (Arrivals arrival : arrivals) arrival.discard(host.pages());
        host.pages().clear();
        wantsServiceAt(Long.MAX_VALUE);
    }

    // ---------------------------------------------------------------- interfaces, and the end

    /// With the lock: packets come in through `arrival`, and go out through `outbox`.
    void plug(Interface on, Arrivals arrival, Outbox outbox) {
        Arrivals[] more = Arrays.copyOf(arrivals, arrivals.length + 1);
        more[arrivals.length] = arrival;
        arrivals = more;
        outboxes = Arrays.copyOf(outboxes, Math.max(outboxes.length, on.index() + 1));
        outboxes[on.index()] = outbox;
    }

    /// With the lock: whether [#switchOff] was called.
    boolean isOff() {
        return off;
    }

    /// With the lock: nothing runs any more; what arrives is thrown away.
    void switchOff(long now) {
        off = true;
        host.powerOff(now);
    }

    /// The outboxes, for the end.
    @Nullable
    Outbox[] outboxes() {
        return outboxes;
    }
}
