package dev.sockeye.metrics;

import dev.sockeye.inspect.doctor.PortRange;
import dev.sockeye.linux.DiagWalk;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.TcpChanges;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Counts the sockets of a machine, again and again. It is made and used by one thread. A look allocates by the series
/// that there are, not by the sockets; who holds a socket is looked up when it is new.
final class Census implements AutoCloseable {

    /// Of `struct tcp_info` (linux/tcp.h): milliseconds since the last acknowledgment came, bytes sent, bytes of those
    /// sent again.
    private static final int LAST_ACK_RECV = 56, BYTES_SENT = 200, BYTES_RETRANSMITTED = 208;

    /// `TCP_INFO` costs half as much as all the rest.
    private static final long INFO_EVERY = TimeUnit.SECONDS.toNanos(15);

    private static final long HOLDERS_EVERY = TimeUnit.SECONDS.toNanos(3);
    /// Descriptors are passed on, and processes get other names.
    private static final long HOLDERS_ANEW = TimeUnit.MINUTES.toNanos(5);

    private static final long PLACES_EVERY = TimeUnit.SECONDS.toNanos(10);
    private static final long FACTS_EVERY = TimeUnit.SECONDS.toNanos(5);

    private final Places places;
    private final Bounds bounds;
    private final Holders holders = new Holders();
    private final @Nullable TcpChanges changes;
    private final CpuClock cpu = new CpuClock();
    private final Map<Reading.Part, Long> cpuNanos = new EnumMap<>(Reading.Part.class);
    private final Tally namespaces = new Tally();
    private final Tally processes = new Tally();
    private final Tally containers = new Tally();
    private final Slots namespaceSlots;
    private final Slots processSlots;
    private final Slots containerSlots;
    private final Slots listenerSlots;
    private final Slots portSlots;
    private final Map<String, Reading.Ports> portsKnown = new HashMap<>();
    private final Duty holderDuty;
    private final Duty placeDuty;
    private final Duty factDuty;
    private final Duty lifeDuty;
    private final Duty infoDuty;
    private Set<String> liveProcesses = Set.of();
    private Set<String> liveContainers = Set.of();
    private long holdersAt;
    private long looks;

    /// What the visitor needs to know of the look that is made.
    private long now;

    private boolean withInfo;
    private boolean isToMeasure;
    private @Nullable Place place;
    private PortRange range = PortRange.DEFAULT;
    /// Of each holder, by state.
    private int[] counts = new int[0];

    private long[] oldest = new long[0];
    private int strangers;

    private final DiagWalk.Visitor enterListener = this::enterListener;
    private final DiagWalk.Visitor enterSocket = this::enterSocket;
    private final TcpChanges.Visitor passOn = this::passOn;

    /// @param changes what the kernel tells of sockets that have moved, to be closed along with this; null if it does
    ///                not, and every look goes to every socket
    /// @param all of every namespace that may be entered, not of this process's alone
    /// @param share of a core that all may take
    Census(@Nullable TcpChanges changes, boolean all, Bounds bounds, double share) {
        this.changes = changes;
        places = new Places(all);
        this.bounds = bounds;
        holderDuty = new Duty(share * Agent.FOR_HOLDERS, HOLDERS_EVERY);
        placeDuty = new Duty(share * Agent.FOR_PLACES / 2, PLACES_EVERY);
        lifeDuty = new Duty(share * Agent.FOR_PLACES / 2, PLACES_EVERY);
        // Where every look goes to every socket, to count its bytes too is little more.
        infoDuty = new Duty(changes == null ? 0 : share * Agent.FOR_BYTES, INFO_EVERY);
        factDuty = new Duty(share * Agent.FOR_FACTS, FACTS_EVERY);
        namespaceSlots = new Slots(bounds.namespaces(), bounds.stayMillis());
        processSlots = new Slots(bounds.processes(), bounds.stayMillis());
        containerSlots = new Slots(bounds.containers(), bounds.stayMillis());
        listenerSlots = new Slots(bounds.listeners(), bounds.stayMillis());
        portSlots = new Slots(bounds.destinations(), bounds.stayMillis());
        for (Reading.Part part : Reading.Part.values()) cpuNanos.put(part, 0L);
    }

    /// Looks at all sockets.
    ///
    /// @throws IOException with a message for people, if there is nothing to be seen
    Reading look() throws IOException {
        prepare();
        long began = cpu.now();
        now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        withInfo = isToMeasure || infoDuty.isDue(System.nanoTime());
        isToMeasure = false;
        long beganAt = System.nanoTime();
        readChanges();
        namespaces.forget();
        strangers = 0;
        counts = zeros(counts, holders.count() + 64);
        oldest = new long[holders.count() + 64];
        for (Place each : List.copyOf(places.open())) lookInto(each);
        looks++;
        Reading reading = reading();
        long took = cpu.now() - began;
        if (withInfo) infoDuty.done(beganAt, took);
        spend(Reading.Part.SOCKETS, took);
        return reading.with(Reading.Part.SOCKETS, spent(Reading.Part.SOCKETS), took);
    }

    /// The next look asks for bytes too, whether that is due or not.
    void measureNext() {
        isToMeasure = true;
    }

    /// How far the last look had to go in this process's own namespace.
    Account.Extent lastExtent() throws IOException {
        return places.own().account().last();
    }

    private static int[] zeros(int[] old, int holders) {
        if (old.length != holders * StateLabel.COUNT) return new int[holders * StateLabel.COUNT];
        Arrays.fill(old, 0);
        return old;
    }

    private long spent(Reading.Part part) {
        return cpuNanos.getOrDefault(part, 0L);
    }

    private void spend(Reading.Part part, long nanos) {
        cpuNanos.merge(part, nanos, Long::sum);
    }

    // ---------------------------------------------------------------- what changes seldom

    /// Does what is due: it takes long, and is done between looks.
    private void prepare() throws IOException {
        long began = System.nanoTime();
        if (placeDuty.isDue(began)) {
            long used = cpu.now();
            places.refresh();
            placeDuty.done(began, paid(Reading.Part.NAMESPACES, used));
        }
        if (factDuty.isDue(began)) {
            long used = cpu.now();
            places.readFacts();
            factDuty.done(began, paid(Reading.Part.COUNTERS, used));
        }
        boolean isOld = looks == 0 || began - holdersAt > HOLDERS_ANEW;
        if ((strangers > 0 || isOld) && holderDuty.isDue(began)) {
            long used = cpu.now();
            holders.look();
            for (Place each : places.open()) each.table().forgetHolders();
            holdersAt = began;
            holderDuty.done(began, paid(Reading.Part.HOLDERS, used));
        }
        if (lifeDuty.isDue(began)) {
            long used = cpu.now();
            liveProcesses = holders.liveProcesses();
            liveContainers = holders.liveContainers();
            lifeDuty.done(began, paid(Reading.Part.HOLDERS, used));
        }
    }

    private long paid(Reading.Part part, long since) {
        long used = cpu.now() - since;
        spend(part, used);
        return used;
    }

    // ---------------------------------------------------------------- one namespace

    private void lookInto(Place here) {
        place = here;
        range = here.facts().ports();
        here.ports().clear();
        here.listeners().beginLook();
        Account account = here.account();
        boolean isTold = changes != null;
        try {
            account.walkListeners(here.walk(), enterListener);
            account.lookAtOthers(here.walk(), isTold, withInfo, now, enterSocket, this::readChanges);
            if (withInfo) here.endMeasuring();
            count(here);
        } catch (SystemCallException e) {
            places.close(here); // it is opened anew if it is still there
        }
        here.listeners().endLook();
    }

    private void readChanges() throws SystemCallException {
        if (changes == null || changes.read(passOn)) return;
        for (Place each : places.open()) each.account().doubt();
    }

    private void passOn(TcpChanges change) {
        Place where = places.find(change.namespace());
        if (where != null) where.account().changed(change);
    }

    private void enterListener(DiagWalk socket) {
        int at = enter(socket);
        if (at < 0) return;
        int holder = holder(at);
        here().listeners().meet(socket, holder, holders.get(holder).process());
    }

    private void enterSocket(DiagWalk socket) {
        int at = enter(socket);
        if (at >= 0 && withInfo) measure(socket, here(), at);
    }

    /// @return where; -1 if this look has met it before
    private int enter(DiagWalk socket) {
        SocketTable table = here().table();
        int at = table.meet(socket.cookie(), StateLabel.of(socket.state()), socket.inode(), now);
        if (at >= 0) Account.setPlace(table, at, socket);
        return at;
    }

    /// Counts what is known.
    private void count(Place here) {
        SocketTable table = here.table();
        Tally.Row namespace = namespaces.row(here.name());
        for (int at = 0; at < table.size(); at++) {
            if (!table.isThere(at)) continue;
            int state = table.state(at);
            int holder = holder(at);
            long age = now - table.since(at);
            namespace.add(state, age);
            if (holder * StateLabel.COUNT >= counts.length) grow(holder);
            counts[holder * StateLabel.COUNT + state]++;
            if (state == StateLabel.CLOSE_WAIT && age > oldest[holder]) oldest[holder] = age;
            if (state == StateLabel.SYN_RECV) {
                here.listeners().meetHalfOpen(table.localHigh(at), table.localLow(at), table.localPort(at));
            } else if (state != StateLabel.LISTEN && takesPort(table, at)) {
                here.ports()
                        .add(
                                table.localHigh(at),
                                table.localLow(at),
                                table.remoteHigh(at),
                                table.remoteLow(at),
                                table.remotePort(at));
            }
        }
    }

    private Place here() {
        return Objects.requireNonNull(place);
    }

    /// Those that came to a listener have its port, and take none.
    private boolean takesPort(SocketTable table, int at) {
        int port = table.localPort(at);
        return port >= range.first()
                && port <= range.last()
                && table.remotePort(at) != 0
                && !here().listeners().has(port);
    }

    private void grow(int holder) {
        counts = Arrays.copyOf(counts, (holder + 64) * StateLabel.COUNT);
        oldest = Arrays.copyOf(oldest, holder + 64);
    }

    /// Who holds it. A socket that came after the descriptors were looked at is a stranger until they are again; one
    /// that was there before, and that nobody was seen to hold, stays nobody's whom we know.
    private int holder(int at) {
        SocketTable table = here().table();
        long inode = table.inode(at);
        if (inode == 0) return Holders.NOBODY;
        int known = table.holder(at);
        if (known >= 0) return known;
        int holder = holders.of(inode);
        if (holder == Holders.UNKNOWN && known == SocketTable.NEW) holder = acceptor(table, at);
        if (holder != Holders.UNKNOWN || known == SocketTable.LOOK_AGAIN) table.setHolder(at, holder);
        else strangers++;
        return holder;
    }

    /// What came to a listener is taken to be held by who listens, until descriptors are looked at: so a busy server
    /// does not have them looked at all the time.
    private int acceptor(SocketTable table, int at) {
        int port = table.localPort(at);
        if (!here().listeners().has(port)) return Holders.UNKNOWN;
        return here().listeners().holder(table.localHigh(at), table.localLow(at), port);
    }

    private void measure(DiagWalk socket, Place here, int at) {
        long sent = socket.longNumber(DiagWalk.INFO, BYTES_SENT);
        if (sent < 0) return;
        SocketTable table = here.table();
        long retransmitted = socket.longNumber(DiagWalk.INFO, BYTES_RETRANSMITTED);
        here.addBytes(table.sent(at, sent), table.retransmitted(at, retransmitted));
        if (table.state(at) == StateLabel.CLOSE_WAIT) {
            // The peer's FIN came no later than its last segment: docs/metrics.md
            table.sinceAtLeast(at, now - socket.number(DiagWalk.INFO, LAST_ACK_RECV));
        }
    }

    // ---------------------------------------------------------------- what becomes of it

    private Reading reading() throws IOException {
        processes.forget();
        containers.forget();
        for (int holder = 0; holder < holders.count(); holder++) {
            Holders.Holder who = holders.get(holder);
            addRow(processes, who.process(), holder);
            addRow(containers, who.container(), holder);
        }
        Set<String> inPlaces = new HashSet<>();
        for (Place each : places.open()) inPlaces.add(each.name());
        Set<String> withNamespace = namespaceSlots.choose(namespaces.weights(), inPlaces, now);
        Tally.Folded byProcess = processes.fold(choose(processSlots, processes, liveProcesses));
        Tally.Folded byContainer = containers.fold(choose(containerSlots, containers, liveContainers));
        List<Listeners.Row> listeners = new ArrayList<>();
        int listenersLeftOut = listeners(listeners, withNamespace);
        List<Reading.Ports> ports = new ArrayList<>();
        int portsLeftOut = ports(ports);
        List<Reading.Facts> facts = new ArrayList<>();
        for (Place each : places.open()) {
            if (withNamespace.contains(each.name()))
                facts.add(new Reading.Facts(each.facts(), each.sent(), each.retransmitted()));
        }
        return new Reading(
                Instant.now(),
                namespaces.fold(withNamespace),
                byProcess,
                byContainer,
                listeners,
                listenersLeftOut,
                ports,
                portsLeftOut,
                facts,
                places.own().facts(),
                new Reading.Work(looks, 0, new EnumMap<>(cpuNanos), holders.closedProcesses(), places.closed()));
    }

    private void addRow(Tally to, String name, int holder) {
        if (holder * StateLabel.COUNT >= counts.length) return;
        to.add(to.index(name), counts, holder * StateLabel.COUNT, oldest[holder]);
    }

    /// Those in brackets are there always, and take nobody's slot.
    private Set<String> choose(Slots slots, Tally tally, Set<String> alive) {
        Map<String, Long> weights = tally.weights();
        Set<String> chosen = new TreeSet<>();
        for (String always : new String[] {Labels.NOBODY, Labels.UNKNOWN, Labels.NONE}) {
            if (weights.remove(always) != null) chosen.add(always);
        }
        Set<String> named = new HashSet<>(alive);
        named.removeAll(Set.of(Labels.NOBODY, Labels.UNKNOWN, Labels.NONE));
        chosen.addAll(slots.choose(weights, named, now));
        return chosen;
    }

    private int listeners(List<Listeners.Row> to, Set<String> namespacesShown) {
        Map<String, Long> weights = new HashMap<>();
        List<Listeners.Row> rows = new ArrayList<>();
        for (Place each : places.open()) rows.addAll(each.listeners().rows());
        for (Listeners.Row row : rows) {
            if (row.isOpen()) weights.put(row.key(), 1 + row.waiting() + row.halfOpen() + row.overflows());
        }
        Set<String> chosen = listenerSlots.choose(weights, Set.of(), now);
        int leftOut = 0;
        for (Listeners.Row row : rows) {
            if (chosen.contains(row.key()) && namespacesShown.contains(row.namespace())) to.add(row);
            else if (row.isOpen()) leftOut++;
        }
        for (Place each : places.open()) each.listeners().forget(chosen);
        to.sort(Comparator.comparing(Listeners.Row::key));
        return leftOut;
    }

    private int ports(List<Reading.Ports> to) {
        Map<String, Long> weights = new HashMap<>();
        Map<String, Place> placesByName = new HashMap<>();
        for (Place each : places.open()) {
            placesByName.put(each.name(), each);
            int size = each.facts().ports().size();
            for (PortTable.Usage usage : each.ports().atLeast(bounds.leastPorts())) {
                var ports = new Reading.Ports(each.name(), usage, size);
                weights.put(ports.key(), (long) usage.used());
                portsKnown.put(ports.key(), ports);
            }
        }
        Set<String> chosen = portSlots.choose(weights, Set.of(), now);
        portsKnown.keySet().retainAll(chosen);
        for (Reading.Ports known : portsKnown.values()) {
            Place where = placesByName.get(known.namespace());
            if (where == null) continue;
            PortTable.Usage usage = known.usage();
            int used = where.ports().used(usage.source(), usage.destination());
            to.add(new Reading.Ports(
                    known.namespace(),
                    new PortTable.Usage(usage.source(), usage.destination(), used),
                    where.facts().ports().size()));
        }
        to.sort(Comparator.comparing(Reading.Ports::key));
        return weights.size()
                - (int) weights.keySet().stream().filter(chosen::contains).count();
    }

    @Override
    public void close() throws IOException {
        places.close();
        if (changes != null) changes.close();
        cpu.close();
    }
}
