package dev.sockeye.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NullMarked
class MemoryMediumTest {

    private final PagePool pool = new PagePool();
    private final Arrivals atA = new Arrivals(pool);
    private final Arrivals atB = new Arrivals(pool);

    @AfterEach
    void nothingLeaks() {
        assertThat(pool.pagesOut()).isZero();
    }

    @Test
    void aCableHasTwoEnds() {
        var cable = new MemoryLink(pool);
        Link fromA = cable.plug(atA);
        fromA.send(Arrivals.packet(1, 100, pool), 1); // nobody is there yet
        Link fromB = cable.plug(atB);
        fromA.send(Arrivals.packet(2, 100, pool), 2);
        fromB.send(Arrivals.packet(3, 100, pool), 3);
        assertThat(atB.log).containsExactly("2:2");
        assertThat(atA.log).containsExactly("3:3");
        assertThatThrownBy(() -> cable.plug(atA)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSwitchGoesByTheDestination() {
        var net = new MemorySwitch(pool);
        var a4 = IpAddress.parse("10.0.0.1");
        var b4 = IpAddress.parse("10.0.0.2");
        var b6 = IpAddress.parse("fd00::2");
        Link fromA = net.plug(atA, a4, IpAddress.parse("fd00::1"));
        net.plug(atB, b4, b6);
        fromA.send(to(b4), 1);
        fromA.send(to(b6), 2);
        fromA.send(to(a4), 3);
        fromA.send(to(IpAddress.parse("10.0.0.3")), 4);
        fromA.send(to(IpAddress.parse("fd00::3")), 5);
        fromA.send(Arrivals.packet(0x45, 10, pool), 6); // a stump
        assertThat(atB.log).containsExactly("1:69", "2:96");
        assertThat(atA.log).containsExactly("3:69");
        assertThat(net.strays()).isEqualTo(3);
    }

    @Test
    void aSwitchKnowsManyAddressesAndTheyCanMove() {
        var net = new MemorySwitch(pool);
        Link fromA = net.plug(atA);
        for (int i = 0; i < 1000; i++) net.addAddress(IpAddress.v4(0x0a000000 + i), atA);
        for (int i = 0; i < 1000; i += 2) net.addAddress(IpAddress.v4(0x0a000000 + i), atB);
        for (int i = 0; i < 1001; i++) fromA.send(to(IpAddress.v4(0x0a000000 + i)), i);
        assertThat(atB.packets).hasSize(500);
        assertThat(atA.packets).hasSize(500);
        assertThat(net.strays()).isEqualTo(1);
    }

    private Packet to(IpAddress address) {
        byte[] bytes = new byte[60];
        bytes[0] = (byte) (address.isV4() ? 0x45 : 0x60);
        byte[] destination = address.toBytes();
        System.arraycopy(destination, 0, bytes, address.isV4() ? 16 : 24, destination.length);
        return Packet.of(bytes, pool);
    }
}
