package dev.sockeye.cli;

import dev.sockeye.host.Host;
import dev.sockeye.host.Sysctl;
import dev.sockeye.inspect.SegmentSeen;
import dev.sockeye.inspect.SegmentTap;
import dev.sockeye.link.Capture;
import dev.sockeye.link.CaptureLink;
import dev.sockeye.link.ImpairedLink;
import dev.sockeye.link.Impairment;
import dev.sockeye.link.Link;
import dev.sockeye.link.LinkCounters;
import dev.sockeye.link.Medium;
import dev.sockeye.link.MemoryLink;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.Origin;
import dev.sockeye.socket.RealTime;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.Pcapng;
import dev.sockeye.wire.TransportAddress;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/// Two hosts and the cable between them: `client` and `server`, with everything that is sent captured and noted.
final class DemoNetwork implements AutoCloseable {

    /// How long a packet takes in one direction, and how many of a thousand get lost.
    static final Duration ONE_WAY = Duration.ofMillis(1);

    static final double LOSS = 0.001;

    /// The headers, and the beginning of the data: what makes a capture of everything small enough to keep.
    static final int CAPTURED_BYTES = 256;

    private static final int MTU = 1500;

    private final PagePool pool = new PagePool();
    private final RealTime driver = RealTime.shared();
    private final SplittableRandom seeds;
    private final MemoryLink cable = new MemoryLink(pool);
    private final Capture capture;
    private final List<SegmentTap> taps = new ArrayList<>();
    private final List<ImpairedLink> directions = new ArrayList<>();
    private final Machine client;
    private final Machine server;

    /// @param file where the capture goes
    DemoNetwork(long seed, Path file) throws IOException {
        seeds = new SplittableRandom(seed);
        var out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        capture = new Capture(out, driver.epochNanos(), CAPTURED_BYTES);
        client = machine("client", "10.0.0.1/24");
        server = machine("server", "10.0.0.2/24");
    }

    private Machine machine(String name, String cidr) {
        var machine = new Machine(new Host(name, Sysctl.linux(), pool, seeds.nextLong()), driver);
        machine.setOriginDetail(Origin.Detail.CALLS);
        machine.attach("eth0", MTU, wire(name), cidr);
        return machine;
    }

    /// What a host is plugged into: a tap, a capture, an impaired direction, and the cable.
    private Medium wire(String name) {
        return (Link arrivals, IpAddress... addresses) -> {
            var impairment = Impairment.NONE.withDelay(ONE_WAY).withLoss(LOSS);
            var direction = new ImpairedLink(cable.plug(arrivals, addresses), impairment, seeds.split(), pool);
            int id = capture.addInterface(name + ":eth0");
            var captured = new CaptureLink(direction, capture, id, Pcapng.Direction.OUT);
            var tap = new SegmentTap(captured, () -> direction.counters().lost(), driver.epochNanos());
            directions.add(direction);
            taps.add(tap);
            return tap;
        };
    }

    Machine client() {
        return client;
    }

    Machine server() {
        return server;
    }

    /// Packets sent by either host, and how many of them were lost.
    LinkCounters counters() {
        LinkCounters there = directions.getFirst().counters();
        LinkCounters back = directions.getLast().counters();
        return new LinkCounters(
                there.sent() + back.sent(),
                there.sentBytes() + back.sentBytes(),
                there.delivered() + back.delivered(),
                there.lost() + back.lost(),
                0,
                0,
                0,
                0,
                0,
                0);
    }

    /// The segments of one connection, in the order they were sent.
    List<SegmentSeen> segments(TransportAddress left, TransportAddress right) {
        List<SegmentSeen> segments = new ArrayList<>(taps.getFirst().between(left, right, true));
        segments.addAll(taps.getLast().between(right, left, false));
        segments.sort(Comparator.comparing(SegmentSeen::at));
        return segments;
    }

    /// Ends the capture file.
    ///
    /// @return packets in it
    long finishCapture() throws IOException {
        capture.close();
        return capture.packets();
    }

    /// Switches both hosts off.
    @Override
    public void close() {
        client.close();
        server.close();
    }
}
