package dev.sockeye.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.host.DatagramInfo;
import dev.sockeye.host.Family;
import dev.sockeye.host.UdpEndpoint;
import dev.sockeye.link.Capture;
import dev.sockeye.sim.junit.Simulated;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/// Time, machines, cables and faults, shown with datagrams.
@NullMarked
class NetworkTest {

    private final List<String> seen = new ArrayList<>();

    /// A UDP socket that notes what it receives, and when.
    private UdpEndpoint receiver(Machine machine, int port) {
        UdpEndpoint socket = machine.host().openUdp(Family.INET6);
        machine.call(now -> socket.bind(new TransportAddress(IpAddress.ANY_V6, port), now));
        var buffer = new byte[2000];
        socket.attach((Machine.Ready) () -> {
            socket.takeEvents();
            for (int count = receive(machine, socket, buffer); count >= 0; count = receive(machine, socket, buffer)) {
                seen.add(machine.network().now() / 1000 + "us " + machine + ": "
                        + new String(buffer, 0, count, StandardCharsets.UTF_8));
            }
        });
        return socket;
    }

    private static int receive(Machine machine, UdpEndpoint socket, byte[] buffer) {
        return machine.call(
                now -> socket.receive(MemorySegment.ofArray(buffer), 0, buffer.length, 0, new DatagramInfo(), now));
    }

    private static int send(Machine from, String text, IpAddress to) {
        UdpEndpoint socket = from.host().openUdp(to.isV4() ? Family.INET : Family.INET6);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int result = from.call(
                now -> socket.send(MemorySegment.ofArray(bytes), 0, bytes.length, new TransportAddress(to, 7), 0, now));
        from.call(now -> {
            socket.close(now);
            return 0;
        });
        return result;
    }

    @Simulated
    void timePassesOnlyWhenItIsLet(Network net) {
        net.after(Duration.ofMillis(5), () -> seen.add("five"));
        net.at(Duration.ofMillis(3), () -> seen.add("three"));
        assertThat(net.now()).isZero();
        net.advance(Duration.ofMillis(4));
        assertThat(seen).containsExactly("three");
        assertThat(net.now()).isEqualTo(4_000_000);
        assertThat(net.step()).isTrue();
        assertThat(net.now()).isEqualTo(5_000_000);
        assertThat(net.step()).isFalse();
        assertThat(net.runUntil(() -> seen.size() > 2, Duration.ofHours(1))).isFalse();
        assertThat(seen).containsExactly("three", "five");
    }

    @Simulated
    void aCableTakesItsTime(Network net) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        Cable cable = net.connect(a, b, "delay 3ms");
        receiver(b, 7);
        assertThat(send(a, "hello", b.address())).isEqualTo(5);
        assertThat(send(a, "six", b.address6())).isEqualTo(3);
        net.advance(Duration.ofSeconds(1));
        assertThat(seen).containsExactly("3000us b: hello", "3000us b: six");
        assertThat(cable.countersFrom(a).delivered()).isEqualTo(2);
        assertThat(net.resolve("b")).containsExactly(b.address(), b.address6());
        assertThat(net.resolve("c")).isEmpty();
    }

    @Simulated
    void aSwitchJoinsMany(Network net) {
        Machine[] machines = {net.machine("a"), net.machine("b"), net.machine("c"), net.machine("d")};
        List<Lan> cables = net.lan("delay 1ms", machines);
        for (Machine machine : machines) receiver(machine, 7);
        for (Machine machine : machines) send(machine, "from " + machine, machines[3].address());
        net.advance(Duration.ofSeconds(1));
        assertThat(seen).containsExactly("0us d: from d", "2000us d: from a", "2000us d: from b", "2000us d: from c");
        cables.get(1).cut();
        seen.clear();
        send(machines[0], "lost", machines[1].address());
        send(machines[0], "arrives", machines[2].address6());
        net.advance(Duration.ofSeconds(1));
        assertThat(seen).containsExactly("1002000us c: arrives");
    }

    @Simulated
    void aCutCableCarriesNothingUntilItHeals(Network net) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        Cable cable = net.connect(a, b, "none");
        receiver(b, 7);
        cable.cutFrom(a);
        send(a, "lost", b.address());
        cable.heal();
        send(a, "arrives", b.address());
        net.advance(Duration.ofSeconds(1));
        assertThat(seen).containsExactly("0us b: arrives");
    }

    @Simulated
    void aVanishedMachineIsSilentAndComesBackEmpty(Network net) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        net.connect(a, b, "delay 1ms");
        b.run(machine -> receiver(machine, 7));
        send(a, "one", b.address());
        b.vanish();
        assertThatThrownBy(b::host).hasMessage("the machine 'b' is off");
        net.advance(Duration.ofMillis(10));
        b.boot();
        assertThat(b.now()).isZero();
        send(a, "two", b.address());
        net.advance(Duration.ofSeconds(1));
        assertThat(seen).containsExactly("11000us b: two");
    }

    @Simulated
    void frozenProgramsHearOfItWhenTheyThaw(Network net) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        net.connect(a, b, "delay 1ms");
        receiver(b, 7);
        b.freeze();
        send(a, "one", b.address());
        net.advance(Duration.ofSeconds(5));
        assertThat(seen).isEmpty();
        b.thaw();
        assertThat(seen).containsExactly("5000000us b: one");
    }

    @Simulated
    void aRefusedDatagramComesBackAsAnError(Network net) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        net.connect(a, b, "delay 1ms");
        UdpEndpoint socket = a.host().openUdp(Family.INET);
        a.call(now -> socket.connect(b.at(9), now));
        a.call(now -> socket.send(MemorySegment.ofArray(new byte[1]), 0, 1, null, 0, now));
        net.advance(Duration.ofSeconds(1));
        assertThat(socket.takeError()).isEqualTo(Errno.ECONNREFUSED.number());
    }

    @Simulated
    void theLogAndTheCaptureTellWhatPassed(Network net) throws IOException {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        net.connect(a, b, "delay 1ms");
        net.log(seen::add);
        var file = new ByteArrayOutputStream();
        var capture = new Capture(file, 0);
        a.capture(capture);
        b.capture(capture);
        send(a, "hello", b.address());
        net.advance(Duration.ofMillis(1));
        assertThat(seen).hasSizeGreaterThanOrEqualTo(2);
        assertThat(seen.get(0)).matches(" +0.000000 a> 10.0.0.1:\\d+ > 10.0.0.2:7 UDP 5");
        assertThat(seen.get(1)).matches(" +0.001000 b< 10.0.0.1:\\d+ > 10.0.0.2:7 UDP 5");
        assertThat(capture.packets()).isGreaterThanOrEqualTo(2);
    }

    @Simulated
    void anotherMachineDoesNotChangeTheOthersFate(long seed) {
        assertThat(arrivalsWith(seed, 0)).isEqualTo(arrivalsWith(seed, 3)).isNotEqualTo(arrivalsWith(seed + 1, 0));
    }

    private List<String> arrivalsWith(long seed, int bystanders) {
        seen.clear();
        try (var net = new Network(seed)) {
            Machine a = net.machine("a");
            Machine b = net.machine("b");
            net.connect(a, b, "delay 10ms 5ms loss 30%");
            for (int i = 0; i < bystanders; i++) net.machine("bystander" + i);
            receiver(b, 7);
            for (int i = 0; i < 50; i++) send(a, "number " + i, b.address());
            net.advance(Duration.ofSeconds(1));
            return List.copyOf(seen);
        }
    }
}
