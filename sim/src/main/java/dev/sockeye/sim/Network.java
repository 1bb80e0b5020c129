package dev.sockeye.sim;

import dev.sockeye.host.Sysctl;
import dev.sockeye.link.ImpairedLink;
import dev.sockeye.link.Impairment;
import dev.sockeye.link.MemorySwitch;
import dev.sockeye.link.PacketText;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A laboratory: machines, the cables between them, and a clock that jumps from one event to the next. Nothing in it
/// depends on anything but the seed and the calls: the same program repeats bit for bit, as [#traceHash] shows.
///
/// Of one thread. Time stands while a test calls; it passes in [#advance], [#runUntil] and [#step]. Hours of waiting
/// cost
/// what the few events in them cost.
///
/// [#close] switches everything off and fails if any memory is still held.
public final class Network implements AutoCloseable {

    /// More than this at one instant is no work, but a loop that time cannot get out of.
    private static final int EVENTS_OF_AN_INSTANT = 5_000_000;

    private final long seed;
    private final PagePool pool = new PagePool();
    private final EventQueue events = new EventQueue();
    private final TraceHash trace = new TraceHash();
    private final Map<String, Machine> machines = new LinkedHashMap<>();
    private final List<Direction> directions = new ArrayList<>();
    private final ArrayDeque<Machine> worklist = new ArrayDeque<>();
    private final PacketText text = new PacketText();
    private @Nullable Consumer<String> log;
    private boolean settling;
    private boolean closed;
    private long now;
    private int ofThisInstant;
    private int cables;

    /// An empty network.
    ///
    /// @param seed of all randomness in it
    public Network(long seed) {
        this.seed = seed;
    }

    // ---------------------------------------------------------------- getters

    /// The seed that repeats this run.
    public long seed() {
        return seed;
    }

    /// Nanoseconds since the network began.
    public long now() {
        return now;
    }

    /// Where all packets of the network come from.
    public PagePool pool() {
        return pool;
    }

    /// A hash over everything that has happened so far: each packet that a machine received, each timer, each call's
    /// result, with its time.
    public long traceHash() {
        return trace.value();
    }

    /// All machines, in the order they were added.
    public List<Machine> machines() {
        return List.copyOf(machines.values());
    }

    /// The addresses of a machine by its name, IPv4 first; empty if there is none.
    public List<IpAddress> resolve(String name) {
        Machine machine = machines.get(name);
        return machine == null ? List.of() : List.of(machine.address(), machine.address6());
    }

    /// A source of randomness for a part of a test, which the seed and the name determine.
    public RandomGenerator random(String name) {
        return Seeds.random(seed, name);
    }

    /// Is told in words of what happens: each packet that leaves a machine or reaches it, each fault.
    public void log(Consumer<String> to) {
        log = to;
    }

    // ---------------------------------------------------------------- set-up

    /// Adds a machine, running, with addresses of its own: the n-th has 10.0.0.n and fd00::n.
    public Machine machine(String name) {
        return machine(name, Sysctl.linux());
    }

    /// Adds a machine with other settings than Linux's defaults.
    public Machine machine(String name, Sysctl sysctl) {
        int number = machines.size() + 1;
        var machine = new Machine(
                this, name, number, IpAddress.v4(0x0a000000 + number), new IpAddress(0xfd00L << 48, number), sysctl);
        if (machines.putIfAbsent(name, machine) != null) {
            throw new IllegalArgumentException("there is a machine '" + name + "' already");
        }
        machine.boot();
        return machine;
    }

    /// Joins two machines by a cable of MTU 1500.
    ///
    /// @param impairment of both directions, as [Impairment#parse] reads it
    public Cable connect(Machine a, Machine b, String impairment) {
        return connect(a, b, impairment, 1500);
    }

    /// Joins two machines by a cable.
    public Cable connect(Machine a, Machine b, String impairment, int mtu) {
        String name = "cable" + cables++;
        RandomGenerator there = Seeds.random(seed, name + ">");
        return connect(a, b, Impairment.parse(impairment), mtu, there, Seeds.random(seed, name + "<"));
    }

    /// Joins two machines by a cable whose directions have sources of randomness from elsewhere.
    Cable connect(Machine a, Machine b, Impairment how, int mtu, RandomGenerator there, RandomGenerator back) {
        Port portA = port(a, mtu, 32, 128, b);
        Port portB = port(b, mtu, 32, 128, a);
        var fromA = new ImpairedLink(portB, how, there, pool, portA);
        var fromB = new ImpairedLink(portA, how, back, pool, portB);
        portA.out = direction(fromA);
        portB.out = direction(fromB);
        a.add(portA);
        b.add(portB);
        return new Cable(a, fromA, b, fromB);
    }

    /// Joins machines by a switch, each by a cable to it with the same impairment: between two machines it acts twice.
    ///
    /// @return the cables, in the machines' order
    public List<Lan> lan(String impairment, Machine... members) {
        Impairment how = Impairment.parse(impairment);
        String name = "lan" + cables++;
        var medium = new MemorySwitch(pool);
        List<Lan> lans = new ArrayList<>();
        for (Machine member : members) {
            Port port = port(member, 1500, 16, 64);
            var down = new ImpairedLink(port, how, Seeds.random(seed, name + ">" + member.name()), pool);
            Direction arrivals = direction(down);
            var up = new ImpairedLink(
                    medium.plug(arrivals, member.address(), member.address6()),
                    how,
                    Seeds.random(seed, name + "<" + member.name()),
                    pool,
                    port);
            port.out = direction(up);
            member.add(port);
            lans.add(new Lan(member, up, down));
        }
        return List.copyOf(lans);
    }

    private static Port port(Machine machine, int mtu, int prefix4, int prefix6, Machine... neighbours) {
        boolean v6 = mtu >= 1280;
        List<String> own = new ArrayList<>();
        List<String> others = new ArrayList<>();
        own.add(machine.address() + "/" + prefix4);
        if (v6) own.add(machine.address6() + "/" + prefix6);
        for (Machine neighbour : neighbours) {
            others.add(neighbour.address() + "/" + prefix4);
            if (v6) others.add(neighbour.address6() + "/" + prefix6);
        }
        return new Port(
                machine, "eth" + machine.portCount(), mtu, own.toArray(String[]::new), others.toArray(String[]::new));
    }

    private Direction direction(ImpairedLink link) {
        var direction = new Direction(this, link);
        directions.add(direction);
        return direction;
    }

    // ---------------------------------------------------------------- time

    /// Plans something, to be done when so much time has passed from now.
    public void after(Duration delay, Runnable what) {
        events.plan(
                new Event() {
                    @Override
                    void fire(long at) {
                        what.run();
                    }
                },
                now + delay.toNanos());
    }

    /// Plans something for a time, counted from the network's beginning.
    public void at(Duration time, Runnable what) {
        after(time.minusNanos(now), what);
    }

    /// Goes on to the next event and does all that follows from it at that instant.
    ///
    /// @return false if there is none
    public boolean step() {
        settle();
        if (events.size() == 0) return false;
        long time = events.firstTime();
        if (time > now) ofThisInstant = 0;
        now = Math.max(now, time);
        countInstant();
        // What an event's own calls bring about waits until it has ended, as a program's does.
        settling = true;
        try {
            events.take().fire(now);
        } finally {
            settling = false;
        }
        settle();
        return true;
    }

    /// Lets time pass.
    public void advance(Duration by) {
        long end = now + by.toNanos();
        settle();
        while (events.firstTime() <= end) step();
        now = end;
    }

    /// Lets time pass until `condition` holds, at most for `limit`.
    ///
    /// @return whether it holds
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        long end = now + limit.toNanos();
        settle();
        while (!condition.getAsBoolean()) {
            if (events.firstTime() > end) {
                // Nothing that is left could make it hold in time.
                now = end;
                return condition.getAsBoolean();
            }
            step();
        }
        return true;
    }

    /// Lets time pass until nothing is left that could happen, at most for `limit`.
    ///
    /// @return whether nothing is left
    public boolean runUntilQuiet(Duration limit) {
        return runUntil(() -> events.size() == 0, limit);
    }

    // ---------------------------------------------------------------- for its parts

    EventQueue events() {
        return events;
    }

    /// A machine has something to do.
    void wake(Machine machine) {
        if (machine.awake) return;
        machine.awake = true;
        worklist.add(machine);
    }

    /// Does everything that is to be done at this instant; nothing if that is being done.
    void settle() {
        if (settling) return;
        settling = true;
        try {
            for (Machine machine = worklist.poll(); machine != null; machine = worklist.poll()) {
                countInstant();
                machine.awake = false;
                machine.work();
            }
        } finally {
            settling = false;
        }
    }

    private void countInstant() {
        if (++ofThisInstant > EVENTS_OF_AN_INSTANT) {
            throw new IllegalStateException("time stands still at " + Duration.ofNanos(now) + ": more than "
                    + EVENTS_OF_AN_INSTANT + " events");
        }
    }

    void trace(int who, int what) {
        trace.add(now);
        trace.add((long) who << 32 | (what & 0xffff_ffffL));
    }

    void trace(int who, Packet packet) {
        trace.add(now);
        trace.add(who);
        trace.add(packet);
    }

    void note(String what) {
        for (int i = 0; i < what.length(); i++) trace.add(what.charAt(i));
        if (log != null) log.accept(time() + " " + what);
    }

    /// Tells the log, if there is one, of a packet that leaves a machine (`>`) or reaches it (`<`).
    void tell(String machine, String direction, Packet packet) {
        if (log != null) log.accept(time() + " " + machine + direction + " " + text.of(packet));
    }

    private String time() {
        return String.format(Locale.ROOT, "%13.6f", now / 1e9);
    }

    /// Switches everything off.
    ///
    /// @throws IllegalStateException if memory is still held by somebody: a leak
    @Override
    public void close() {
        if (closed) return;
        closed = true;
        for (Machine machine : machines.values()) machine.vanish();
        for (Direction direction : directions) direction.clear();
        if (pool.pagesOut() != 0 || pool.packetsOut() != 0) {
            throw new IllegalStateException("leaked: " + pool.pagesOut() + " pages and " + pool.packetsOut()
                    + " packets, in the run with seed " + seed);
        }
    }
}
