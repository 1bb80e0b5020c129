package dev.sockeye.differential;

import dev.sockeye.host.Host;
import dev.sockeye.host.Sysctl;
import dev.sockeye.link.Link;
import dev.sockeye.socket.Driver;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.Waiter;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import java.util.ArrayList;
import java.util.List;

/// What happened on the kernel, put to a host of ours: the same calls and the same segments at the same
/// times, in virtual time.
final class StackRun {

    /// How long the machine has been up when the program begins: a Linux machine has been, too.
    private static final long UPTIME = 10_000_000_000L;

    private static final long LATER = KernelLab.AFTERWARDS / 2;

    private static final int MTU = 1500;

    private final PagePool pool;
    private final Program program;
    private final List<Event> events = new ArrayList<>();
    private final Wire wire;
    private final Clock clock;
    private long lastInputAt;

    private StackRun(Program program, PagePool pool, Clockwork clockwork) {
        this.program = program;
        this.pool = pool;
        clock = new Clock(clockwork);
        wire = Places.of(0, program).wire();
    }

    /// Runs it.
    ///
    /// @param kernel    what happened there
    /// @param clockwork that the host is to have
    /// @throws IllegalStateException if a page is lost
    static Transcript of(Transcript kernel, PagePool pool, Clockwork clockwork) {
        var run = new StackRun(kernel.program(), pool, clockwork);
        run.run(kernel);
        if (pool.pagesOut() != 0 || pool.packetsOut() != 0)
            throw new IllegalStateException(
                    "pages that nobody gave back: " + pool.pagesOut() + " after\n" + kernel.program());
        return new Transcript(kernel.program(), run.events, kernel.end(), false);
    }

    private void run(Transcript kernel) {
        Places places = Places.of(0, program);
        Sysctl sysctl = Sysctl.linux();
        Ground.ALWAYS.forEach(sysctl::set);
        program.ground().settings().forEach((name, value) -> sysctl.set(name, Integer.toString(value)));
        try (var machine = new Machine(new Host("ours", sysctl, pool, program.seed()), clock)) {
            Link[] arrivals = new Link[1];
            var device = machine.attach(
                    "tun0",
                    MTU,
                    (to, addresses) -> {
                        arrivals[0] = to;
                        return this::went;
                    },
                    Places.HOST + "/24",
                    Places.HOST6 + "/64");
            machine.inHost((host, now) -> {
                host.routes().add("default", device);
                host.routes().add("::/0", device);
                return null;
            });
            try (var sockets = new StackSockets(machine, program, places.local(), places.remote())) {
                for (Event event : kernel.events()) replay(event, sockets, arrivals[0]);
                clock.advanceTo(kernel.end());
                clock.mute();
            }
        }
    }

    private void replay(Event event, Sockets sockets, Link arrivals) {
        switch (event) {
            case Event.Called called -> {
                clock.advanceTo(called.at());
                lastInputAt = called.at();
                int at = events.size();
                int result = sockets.call(called.call());
                events.add(at, new Event.Called(called.at(), called.call(), result, sockets.lastRead()));
            }
            case Event.Came came -> {
                clock.advanceTo(came.at());
                lastInputAt = clock.quietSince = came.at();
                events.add(came);
                arrivals.send(Packet.of(wire.packet(came.arrival()), pool), clock.now());
                clock.carry();
            }
            case Event.Looked looked -> {
                // at once after an input; but the last look is a long time after it
                if (events.isEmpty() || looked.at() - lastInputAt > LATER) clock.advanceTo(looked.at());
                events.add(new Event.Looked(looked.at(), sockets.look()));
            }
            case Event.Went went -> {
                // that is the kernel's
            }
        }
    }

    private void went(Packet packet, long now) {
        byte[] bytes = packet.toBytes();
        packet.release(pool);
        if (clock.muted) return;
        Segment segment = wire.read(bytes);
        if (segment == null) return;
        clock.quietSince = now - UPTIME;
        events.add(new Event.Went(now - UPTIME, segment, now - UPTIME));
    }

    /// Time that stands still but when it is told to go on.
    private static final class Clock extends Driver {
        private final Clockwork clockwork;
        private long now = UPTIME;
        private boolean muted;
        /// When something was on the wire last, nanoseconds since the program began.
        private long quietSince;

        Clock(Clockwork clockwork) {
            this.clockwork = clockwork;
        }

        @Override
        public long now() {
            return now;
        }

        @Override
        public long epochNanos() {
            return 0;
        }

        @Override
        protected void await(Waiter waiter, long deadline) {
            throw new IllegalStateException("no call waits here");
        }

        @Override
        protected void deadlineAt(long deadline) {}

        @Override
        protected void handOver() {}

        /// Lets time pass.
        ///
        /// @param end nanoseconds since the program began
        void advanceTo(long end) {
            for (long due = nextDeadline(); due <= UPTIME + end; due = nextDeadline()) {
                if (due > now) {
                    long fires = clockwork.fires(due - UPTIME, quietSince);
                    if (fires > end) {
                        // that it is due is not known yet
                        now = Math.max(now, Math.min(due - 1, UPTIME + clockwork.shows(end)));
                        return;
                    }
                    now = Math.max(due, UPTIME + clockwork.shows(fires));
                }
                runDue();
            }
            now = Math.max(now, UPTIME + clockwork.shows(end));
        }

        /// What comes from here on is of no interest.
        void mute() {
            muted = true;
        }
    }
}
