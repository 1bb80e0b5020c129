package dev.sockeye.differential;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.PollSet;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.linux.Tun;
import dev.sockeye.wire.IpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/// Runs programs on the real kernel: a thread in a network namespace of its own, where a TUN device is the
/// network, and the lab all that is behind it. Programs run in real time, many at once, each with a peer of
/// its own.
final class KernelLab implements AutoCloseable {

    /// How long a program is watched after its last step, nanoseconds.
    static final long AFTERWARDS = 700_000_000L;

    /// How long a step may take, nanoseconds: if it takes longer, the lab was not running in the midst of
    /// it, and nobody knows when the kernel did what it did.
    private static final long LONGEST_STEP = 2_000_000;

    private static final int LONGEST_PACKET = 65_536;
    private static final int TRANSMIT_QUEUE = 100_000;

    private final Tun device;
    private final SystemCalls calls = new SystemCalls();
    private final PollSet waitingFor = new PollSet(1);
    private final MemorySegment buffer = Arena.ofAuto().allocate(LONGEST_PACKET);
    private final Map<Integer, Running> running = new HashMap<>();
    private final PriorityQueue<Running> due = new PriorityQueue<>(Comparator.comparingLong((Running r) -> r.dueAt));
    private final Map<String, Integer> isSet = new HashMap<>();
    private int nextPlace = 1;
    private long lookedAt = System.nanoTime();

    private KernelLab(Tun device) {
        this.device = device;
        waitingFor.set(0, device.fd(), PollSet.POLLIN);
    }

    /// Makes a lab of the calling thread's network namespace, which must be one of its own.
    static KernelLab here() throws IOException {
        Tun device = Tun.open("lab0", false);
        // an address is there at once
        Files.writeString(path("net.ipv6.conf.lab0.accept_dad"), "0");
        try (var netlink = new Rtnetlink()) {
            netlink.setTransmitQueue("lab0", TRANSMIT_QUEUE);
            netlink.addAddress("lab0", Places.HOST, 24);
            netlink.setUp("lab0", true);
            netlink.addRoute("lab0", IpAddress.parse("10.0.0.0"), 8, null);
            netlink.addAddress("lab0", Places.HOST6, 64);
            netlink.addRoute("lab0", IpAddress.parse("fd00:6::"), 64, null);
        }
        for (var setting : Ground.ALWAYS.entrySet()) Files.writeString(path(setting.getKey()), setting.getValue());
        return new KernelLab(device);
    }

    private static Path path(String setting) {
        return Path.of("/proc/sys", setting.split("\\."));
    }

    /// What the next step is to find.
    private void set(Ground ground) throws IOException {
        for (var setting : ground.settings().entrySet()) {
            if (setting.getValue().equals(isSet.put(setting.getKey(), setting.getValue()))) continue;
            Files.writeString(path(setting.getKey()), Integer.toString(setting.getValue()));
        }
    }

    /// Whether this process may make a lab; the reason why not, or an empty text.
    static String obstacle() {
        try {
            return NetworkNamespace.callInNew(() -> {
                new SystemCalls().close(Tun.open("lab0", false).fd());
                return "";
            });
        } catch (Exception e) {
            return String.valueOf(e.getMessage());
        }
    }

    /// Runs programs, all at the same time.
    ///
    /// @return what happened, in the programs' order; [Transcript#disturbed] where the machine was too busy to tell
    List<Transcript> run(List<Program> programs) throws IOException {
        List<Running> all = new ArrayList<>();
        long start = System.nanoTime();
        for (Program program : programs) {
            Places place = Places.of(nextPlace++, program);
            // not all at once: each call would wait for the others
            var one = new Running(program, place, start + all.size() * 300_000L);
            all.add(one);
            due.add(one);
        }
        for (Running first = due.peek(); first != null; first = due.peek()) {
            long now = System.nanoTime();
            if (first.dueAt > now) {
                await(first.dueAt - now);
                continue;
            }
            drain();
            set(first.program.ground());
            due.remove();
            first.step();
            drain();
            first.afterStep();
            if (first.isOver()) first.end();
            else due.add(first);
        }
        return all.stream().map(Running::transcript).toList();
    }

    private void await(long nanos) {
        // the last millisecond is spent looking, for poll counts in those
        calls.poll(waitingFor, (int) (nanos / 1_000_000));
        drain();
    }

    private void drain() {
        long lookedBefore = lookedAt;
        for (int length; (length = calls.read(device.fd(), buffer, 0, LONGEST_PACKET)) > 0; ) {
            long now = System.nanoTime();
            byte[] packet = buffer.asSlice(0, length).toArray(JAVA_BYTE);
            Running owner = running.get(PacketBytes.destinationAddress(packet));
            if (owner != null) owner.went(packet, now, lookedBefore);
        }
        lookedAt = System.nanoTime();
    }

    private void write(byte[] packet) throws SystemCallException {
        MemorySegment.copy(MemorySegment.ofArray(packet), 0, buffer, 0, packet.length);
        SystemCallException.check(calls.write(device.fd(), buffer, 0, packet.length), "write to the device");
    }

    @Override
    public void close() {
        calls.close(device.fd());
    }

    private final class Running {
        private final Program program;
        private final Places place;
        private final Wire wire;
        private final Peer peer;
        private final List<Event> events = new ArrayList<>();
        private KernelSockets sockets;
        private long start;
        private long dueAt;
        private int next = -1;
        private long end;
        private long steppedAt;
        private boolean disturbed;

        Running(Program program, Places place, long dueAt) throws SystemCallException {
            this.program = program;
            this.place = place;
            this.dueAt = dueAt;
            wire = place.wire();
            peer = new Peer(program.hello(), wire);
            sockets = new KernelSockets(program, place.local(), place.remote());
        }

        void step() throws SystemCallException {
            long now = System.nanoTime();
            steppedAt = now;
            if (next < 0) {
                start = now;
                running.put(place.peer(), this);
                return;
            }
            if (next >= program.steps().size()) return;
            long at = now - start;
            switch (program.steps().get(next).action()) {
                case Step.Call call -> {
                    int place = events.size();
                    int result = sockets.call(call);
                    disturbed |= System.nanoTime() - now > LONGEST_STEP;
                    events.add(place, new Event.Called(at, call, result, sockets.lastRead()));
                }
                case Step.Action sent -> {
                    Arrival arrival = peer.resolve(sent, at);
                    events.add(new Event.Came(at, arrival));
                    write(wire.packet(arrival));
                    disturbed |= System.nanoTime() - now > LONGEST_STEP;
                }
            }
        }

        void afterStep() {
            long now = System.nanoTime();
            if (next >= 0) {
                events.add(new Event.Looked(now - start, sockets.look()));
                disturbed |= System.nanoTime() - steppedAt > 2 * LONGEST_STEP;
            }
            next = disturbed ? program.steps().size() + 1 : next + 1;
            if (next < program.steps().size())
                dueAt = now + program.steps().get(next).delayMicros() * 1000L;
            else dueAt = now + AFTERWARDS;
        }

        boolean isOver() {
            return next > program.steps().size();
        }

        void went(byte[] packet, long now, long since) {
            Segment segment = wire.read(packet);
            if (segment == null) return;
            events.add(new Event.Went(now - start, segment, since - start));
            peer.saw(segment);
        }

        void end() {
            end = System.nanoTime() - start;
            running.remove(place.peer());
            sockets.close();
        }

        Transcript transcript() {
            return new Transcript(program, List.copyOf(events), end, disturbed);
        }
    }
}
