package dev.sockeye.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.linux.Tun;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Packets to the real kernel and back, in a network namespace of the test's own; skipped where the kernel does not
/// permit one.
@EnabledOnOs(value = OS.LINUX, disabledReason = "a TUN device is Linux's")
class TunLinkTest {

    private static final String KERNEL = "10.1.2.1";

    /// An echo request from 10.1.2.2 to 10.1.2.1, with no data.
    private static final byte[] ECHO =
            HexFormat.of().parseHex("4500001c00010000400162dc0a0102020a0102010800f7fd00010001");

    private final PagePool pool = new PagePool();
    private final BlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();

    private interface Body {
        void run(TunLink link) throws Exception;
    }

    /// A device of this MTU in a namespace of its own, and behind it a cable.
    private void withDevice(int mtu, Body body) throws Exception {
        skipUnlessPermitted();
        NetworkNamespace.callInNew(() -> {
            Tun tun = Tun.open("eye0", false);
            try (var netlink = new Rtnetlink()) {
                netlink.setMtu("eye0", mtu);
                netlink.addAddress("eye0", IpAddress.parse(KERNEL), 30);
                netlink.setUp("eye0", true);
                try (var link = new TunLink(tun, mtu, pool, System::nanoTime, () -> {})) {
                    body.run(link);
                }
                assertThatThrownBy(() -> netlink.indexOf("eye0")).hasMessageEndingWith("No such device");
            }
            return null;
        });
        assertThat(pool.pagesOut()).isZero();
        assertThat(pool.packetsOut()).isZero();
    }

    private static void skipUnlessPermitted() throws Exception {
        try {
            NetworkNamespace.callInNew(
                    () -> new SystemCalls().close(Tun.open("probe", false).fd()));
        } catch (SystemCallException e) {
            assumeTrue(false, "skipped: this process may not make devices in a network namespace: " + e.getMessage());
        }
    }

    /// What arrives for the host; the kernel's search for IPv6 routers aside.
    private void arrive(Packet packet, long now) {
        byte[] bytes = packet.toBytes();
        packet.release(pool);
        if (bytes[0] >> 4 == 4) arrived.add(bytes);
    }

    private byte[] next() throws InterruptedException {
        byte[] packet = arrived.poll(10, TimeUnit.SECONDS);
        assertThat(packet).as("a packet from the kernel within ten seconds").isNotNull();
        return packet;
    }

    @Test
    void theKernelAnswersWhatIsSent() throws Exception {
        withDevice(1500, link -> {
            Link toKernel = link.plug(this::arrive);
            toKernel.send(Packet.of(ECHO, pool), 0);
            byte[] reply = next();
            assertThat(Arrays.copyOfRange(reply, 12, 20)).containsExactly(10, 1, 2, 1, 10, 1, 2, 2);
            assertThat(reply[20]).isZero(); // an echo reply
            TunCounters counters = link.counters();
            assertThat(counters.sent()).isEqualTo(1);
            assertThat(counters.sentBytes()).isEqualTo(28);
            assertThat(counters.lost()).isZero();
            assertThat(counters.received()).isPositive();
        });
    }

    /// A packet of a host has its headers in one page, and its payload in others.
    @Test
    void aPacketInPiecesArrivesWhole() throws Exception {
        withDevice(1500, link -> {
            Link toKernel = link.plug(this::arrive);
            Packet packet = pool.takePacket();
            packet.append(MemorySegment.ofArray(ECHO), 0, 20, pool);
            packet.append(MemorySegment.ofArray(ECHO), 20, 5, pool);
            packet.append(MemorySegment.ofArray(ECHO), 25, 3, pool);
            assertThat(packet.slices()).isEqualTo(3);
            toKernel.send(packet, 0);
            assertThat(next()[20]).isZero();
        });
    }

    @Test
    void smallPacketsOfALargeMtuDoNotHoldLargePages() throws Exception {
        withDevice(65_535, link -> {
            Link toKernel = link.plug((packet, now) -> {
                if (packet.length() < 100) assertThat(packet.page(0).size()).isLessThan(2048);
                arrive(packet, now);
            });
            for (int i = 0; i < 100; i++) {
                toKernel.send(Packet.of(ECHO, pool), 0);
                assertThat(next()).hasSize(28);
            }
            assertThat(link.counters().sent()).isEqualTo(100);
        });
    }

    @Test
    void whatIsSentWhileTheInterfaceIsDownIsLostAndCounted() throws Exception {
        withDevice(1500, link -> {
            Link toKernel = link.plug(this::arrive);
            try (var netlink = new Rtnetlink()) {
                netlink.setUp("eye0", false);
                toKernel.send(Packet.of(ECHO, pool), 0);
                assertThat(link.counters().lost()).isEqualTo(1);
                netlink.setUp("eye0", true);
            }
            toKernel.send(Packet.of(ECHO, pool), 0);
            next();
            assertThat(link.counters().sent()).isEqualTo(1);
        });
    }

    @Test
    void whatIsSentAfterTheEndIsLost() throws Exception {
        withDevice(1500, link -> {
            Link toKernel = link.plug(this::arrive);
            link.close();
            toKernel.send(Packet.of(ECHO, pool), 0);
            assertThat(link.counters().sent()).isZero();
            assertThatThrownBy(() -> link.plug(this::arrive)).isInstanceOf(IllegalStateException.class);
        });
    }
}
