package dev.sockeye.socket;

/// Something that threads come by to serve, one at a time: a host with what has arrived for it, or an outbox with
/// what is to be sent.
///
/// The hand-over: who brings something publishes it, adds the station to the work, and visits it. If another
/// thread is in there, the visitor goes away, for whoever is in looks again after leaving. So nothing is left
/// lying, and nobody waits.
abstract class Station {

    final Driver driver;
    final Turn turn = new Turn();
    private int number = -1;

    /// When it wants to be served next, of the driver's clock. Written by who has the turn.
    private volatile long deadline = Long.MAX_VALUE;

    /// Whether [#deadline] has come, and nobody has served it yet.
    private volatile boolean due;

    private volatile boolean retired;

    Station(Driver driver) {
        this.driver = driver;
    }

    /// Is served from now on.
    final void join() {
        number = driver.stations().join(this);
    }

    /// Whether something has been brought that nobody has served yet.
    abstract boolean hasArrivals();

    /// Does what there is to do and leaves; called with the turn, which it gives back.
    abstract void serveAndLeave();

    /// Serves it, if nobody else does.
    final void visit() {
        if (turn.tryTake()) serveAndLeave();
    }

    /// To be called after giving the turn back: what was brought meanwhile is work again.
    final void lookAgain() {
        if (due || hasArrivals()) isWork();
    }

    /// There is something to do here, which the caller has published; [Driver#carry] will come by.
    final void isWork() {
        driver.stations().work().add(number);
    }

    /// With the turn: whether its time has come, which is forgotten by this.
    final boolean takeDue() {
        if (!due) return false;
        deadline = Long.MAX_VALUE;
        due = false;
        return true;
    }

    /// With the turn: when it wants to be served next.
    final void wantsServiceAt(long time) {
        long before = deadline;
        if (time == before) return;
        deadline = time;
        if (time < before) driver.deadlineAt(time);
    }

    /// When somebody has to see to it that it is served; never, if that has been seen to.
    final long deadline() {
        return due ? Long.MAX_VALUE : deadline;
    }

    /// Whether it is due at `now`; then it is work.
    final void checkDue(long now) {
        if (deadline > now) return;
        due = true;
        isWork();
    }

    /// Nobody comes by any more; what was brought before this is served by this.
    final void retire() {
        driver.stations().part(number);
        retired = true;
        visit();
    }

    final boolean isRetired() {
        return retired;
    }
}
