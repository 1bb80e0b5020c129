package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.TimeWait;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One host with an interface, and in place of the network the test: it hands packets in, and looks at those that
/// come out. Time stands still but for [#advance]. Closing it checks that no page is lost.
final class Rig implements AutoCloseable {

    static final String HOST_V4 = "192.0.2.1";
    static final String PEER_V4 = "192.0.2.2";
    static final String HOST_V6 = "fd00::1";
    static final String PEER_V6 = "fd00::2";

    final PagePool pool = new PagePool();
    final Host host;
    final Interface eth0;
    long now = Duration.ofSeconds(1).toNanos();

    Rig() {
        this(1);
    }

    Rig(long seed) {
        this(seed, HOST_V4, HOST_V6);
    }

    Rig(long seed, String v4, String v6) {
        host = new Host("rig", Sysctl.linux(), pool, seed);
        eth0 = host.addInterface("eth0", 1500).addAddress(v4 + "/24").addAddress(v6 + "/64");
    }

    static TransportAddress at(String ip, int port) {
        return new TransportAddress(IpAddress.parse(ip), port);
    }

    /// A packet comes in by eth0.
    void receive(byte[] packet) {
        host.onPacket(eth0, Packet.of(packet, pool), now);
    }

    /// The next packet that goes out; null if there is none.
    byte @Nullable [] poll() {
        Packet packet = host.pollTransmit();
        if (packet == null) return null;
        byte[] bytes = packet.toBytes();
        packet.release(pool);
        return bytes;
    }

    /// The next packet that goes out; there must be one.
    byte[] sent() {
        return Objects.requireNonNull(poll(), "nothing was sent");
    }

    /// All packets that have gone out.
    List<byte[]> pollAll() {
        var all = new ArrayList<byte[]>();
        for (byte[] packet = poll(); packet != null; packet = poll()) all.add(packet);
        return all;
    }

    /// Time passes; timers ring when they are due.
    void advance(Duration time) {
        long until = now + time.toNanos();
        for (long next = host.nextDeadline(); next <= until; next = host.nextDeadline()) {
            now = Math.max(now, next);
            host.onTime(now);
        }
        now = until;
    }

    /// A listener on a port of [#HOST_V4].
    TcpEndpoint listen(int port, int backlog) {
        TcpEndpoint listener = host.openTcp(Family.INET);
        assertThat(listener.bind(at("0.0.0.0", port), now)).isZero();
        assertThat(listener.listen(backlog, now)).isZero();
        return listener;
    }

    /// A connection that waits to be accepted.
    TcpEndpoint accept(TcpEndpoint listener) {
        return Objects.requireNonNull(listener.accept(now), "no connection waits");
    }

    /// What a read of up to 100 bytes gives: the text, `end`, or an errno's name.
    String read(TcpEndpoint socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(100);
            int count = socket.receive(buffer, 0, 100, 0, now);
            if (count < 0) return Errno.ofResult(count).name();
            byte[] bytes = buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
            return count == 0 ? "end" : new String(bytes, StandardCharsets.US_ASCII);
        }
    }

    /// What a write gives: the count, or an errno's name.
    String write(TcpEndpoint socket, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return result(socket.send(MemorySegment.ofArray(bytes), 0, bytes.length, 0, now));
    }

    /// A call's result in words: `ok`, a count, or an errno's name.
    static String result(int result) {
        return result < 0 ? Errno.ofResult(result).name() : result == 0 ? "ok" : Integer.toString(result);
    }

    Peer peer(int port, int hostPort) {
        return new Peer(this, at(PEER_V4, port), at(HOST_V4, hostPort));
    }

    Peer peerV6(int port, int hostPort) {
        return new Peer(this, at(PEER_V6, port), at(HOST_V6, hostPort));
    }

    long count(String nstatName) {
        return host.counters().get(nstatName);
    }

    /// The states of all TCP sockets, as `ss` would list them.
    List<String> states() {
        var states = new ArrayList<String>();
        host.forEachTcp(new TcpVisitor() {
            @Override
            public void endpoint(TcpEndpoint endpoint) {
                states.add(endpoint.state().name());
            }

            @Override
            public void halfOpen(HalfOpen halfOpen) {
                states.add("SYN_RECV");
            }

            @Override
            public void timeWait(TimeWait timeWait) {
                states.add(timeWait.state().name());
            }
        });
        states.sort(null);
        return states;
    }

    @Override
    public void close() {
        pollAll();
        host.powerOff(now);
        assertThat(pool.pagesOut()).as("pages that nobody gave back").isZero();
        assertThat(pool.packetsOut()).as("packets that nobody gave back").isZero();
    }
}
