package dev.sockeye.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.ChecksumState;
import dev.sockeye.wire.Icmpv4;
import dev.sockeye.wire.Icmpv6;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Page;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.UdpHeader;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an MTU with `icmp` does to packets that are too long, and what corruption does to those whose checksum is still
/// open.
@NullMarked
class TooBigTest {

    private static final IpAddress A = IpAddress.parse("10.0.0.1");
    private static final IpAddress B = IpAddress.parse("10.0.0.2");
    private static final IpAddress A6 = IpAddress.parse("fd00::1");
    private static final IpAddress B6 = IpAddress.parse("fd00::2");

    private final PagePool pool = new PagePool();
    private final Arrivals atA = new Arrivals(pool);
    private final Arrivals atB = new Arrivals(pool);

    private ImpairedLink link(String impairment) {
        return new ImpairedLink(atB, Impairment.parse(impairment), new SplittableRandom(1), pool, atA);
    }

    @AfterEach
    void nothingLeaks() {
        assertThat(pool.pagesOut()).isZero();
    }

    @Test
    void anIpv4PacketWithDontFragmentIsAnsweredByIcmp() {
        link("mtu 1000 icmp").send(udpV4(2000, Ipv4Header.DONT_FRAGMENT), 0);
        assertThat(atB.packets).isEmpty();
        Packet error = arrivedAtA();
        MemorySegment memory = error.memory(0);
        assertThat(Ipv4Header.validate(error)).isNull();
        assertThat(Ipv4Header.destination(memory, 0)).isEqualTo(A);
        assertThat(Icmpv4.validate(error, 20)).isNull();
        assertThat(Icmpv4.type(memory, 20)).isEqualTo(Icmpv4.UNREACHABLE);
        assertThat(Icmpv4.code(memory, 20)).isEqualTo(Icmpv4.FRAGMENTATION_NEEDED);
        assertThat(Icmpv4.mtu(memory, 20)).isEqualTo(1000);
        assertThat(Ipv4Header.validateQuoted(memory, 28, error.length() - 28)).isNull();
        assertThat(Ipv4Header.destination(memory, 28)).isEqualTo(B);
        assertThat(UdpHeader.destinationPort(memory, 48)).isEqualTo(53);
        error.release(pool);
    }

    @Test
    void anIpv6PacketIsAnsweredByPacketTooBig() {
        link("mtu 1300 icmp").send(udpV6(2000), 0);
        assertThat(atB.packets).isEmpty();
        Packet error = arrivedAtA();
        MemorySegment memory = error.memory(0);
        int payload = Ipv6Header.payloadLength(memory, 0);
        assertThat(Ipv6Header.validate(error)).isNull();
        assertThat(Ipv6Header.destination(memory, 0)).isEqualTo(A6);
        assertThat(Icmpv6.validate(error, 40, Ipv6Header.pseudoSum(memory, 0, IpProtocol.ICMPV6, payload)))
                .isNull();
        assertThat(Icmpv6.type(memory, 40)).isEqualTo(Icmpv6.PACKET_TOO_BIG);
        assertThat(Icmpv6.mtu(memory, 40)).isEqualTo(1300);
        assertThat(error.length()).isEqualTo(1280);
        error.release(pool);
    }

    @Test
    void anIcmpErrorIsNotAnsweredByOne() {
        Packet packet = udpV4(2000, Ipv4Header.DONT_FRAGMENT);
        MemorySegment memory = packet.memory(0);
        Ipv4Header.write(memory, 0, 0, 2000, 0, Ipv4Header.DONT_FRAGMENT, 64, IpProtocol.ICMP, A.v4Bits(), B.v4Bits());
        Icmpv4.write(memory, 20, Icmpv4.UNREACHABLE, Icmpv4.PORT_UNREACHABLE, 0);
        link("mtu 1000 icmp").send(packet, 0);
        assertThat(atA.packets).isEmpty();
        assertThat(atB.packets).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1001, 1400, 2000, 2001, 5000, 65535})
    void anIpv4PacketThatAllowsItIsCutIntoFragments(int length) {
        Packet whole = udpV4(length, 0);
        byte[] data = Arrays.copyOfRange(whole.toBytes(), 20, length);
        link("mtu 1000 icmp").send(whole, 0);
        byte[] assembled = new byte[length - 20];
        int end = 0;
        for (byte[] bytes : atB.packets) {
            Packet fragment = Packet.of(bytes, pool);
            MemorySegment memory = fragment.memory(0);
            assertThat(Ipv4Header.validate(fragment)).isNull();
            assertThat(fragment.length()).isLessThanOrEqualTo(1000);
            int offset = Ipv4Header.fragmentOffset(memory, 0);
            assertThat(offset).isEqualTo(end);
            System.arraycopy(bytes, 20, assembled, offset, bytes.length - 20);
            end = offset + bytes.length - 20;
            assertThat(Ipv4Header.moreFragments(memory, 0)).isEqualTo(end < assembled.length);
            fragment.release(pool);
        }
        assertThat(assembled).isEqualTo(data);
        assertThat(atA.packets).isEmpty();
    }

    @Test
    void corruptionOfAPacketWithAnOpenChecksumIsSeenByTheReceiver() {
        for (int i = 0; i < 200; i++) {
            Packet packet = udpV4(1000, 0);
            int pseudo = Ipv4Header.pseudoSum(packet.memory(0), 0, IpProtocol.UDP, 980);
            Checksum.fillPartial(packet, 20, UdpHeader.CHECKSUM_OFFSET, pseudo);
            new ImpairedLink(
                            (damaged, now) -> {
                                assertThat(damaged.checksumState()).isEqualTo(ChecksumState.IN_PACKET);
                                boolean header = Ipv4Header.validate(damaged) != null;
                                assertThat(header || !Checksum.verify(damaged, 20, pseudo))
                                        .isTrue();
                                damaged.release(pool);
                            },
                            Impairment.parse("corrupt 100%"),
                            new SplittableRandom(i),
                            pool)
                    .send(packet, 0);
        }
    }

    private Packet arrivedAtA() {
        assertThat(atA.packets).hasSize(1);
        return Packet.of(atA.packets.getFirst(), pool);
    }

    private Packet udpV4(int length, int fragment) {
        Packet packet = pool.takePacket();
        Page page = pool.take(length);
        Ipv4Header.write(page.memory(), 0, 0, length, 7, fragment, 64, IpProtocol.UDP, A.v4Bits(), B.v4Bits());
        return filled(packet, page, 20, length);
    }

    private Packet udpV6(int length) {
        Packet packet = pool.takePacket();
        Page page = pool.take(length);
        Ipv6Header.write(page.memory(), 0, 0, 0, length - 40, IpProtocol.UDP, 64, A6, B6);
        return filled(packet, page, 40, length);
    }

    private static Packet filled(Packet packet, Page page, int header, int length) {
        UdpHeader.write(page.memory(), header, 1234, 53, length - header);
        for (int i = header + 8; i < length; i++) {
            page.memory().set(java.lang.foreign.ValueLayout.JAVA_BYTE, i, (byte) (i * 31));
        }
        packet.add(page, 0, length);
        return packet;
    }
}
