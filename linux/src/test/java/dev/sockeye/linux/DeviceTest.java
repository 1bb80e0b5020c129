package dev.sockeye.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Devices, addresses and routes of the real kernel, in a network namespace that each test makes and that is gone with
/// its thread; skipped where the kernel does not permit one.
@EnabledOnOs(value = OS.LINUX, disabledReason = "these are devices of Linux")
class DeviceTest {

    private interface Body {
        void run() throws Exception;
    }

    private static void inNamespace(Body body) throws Exception {
        try {
            NetworkNamespace.callInNew(() -> {
                new SystemCalls().close(Tun.open("probe", false).fd());
                return null;
            });
        } catch (SystemCallException e) {
            assumeTrue(false, "skipped: this process may not make devices in a network namespace: " + e.getMessage());
        }
        NetworkNamespace.callInNew(() -> {
            body.run();
            return null;
        });
    }

    /// Of the calling thread's namespace, as the JDK sees the kernel's files.
    private static String ip(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        // the child is forked by this thread, and so is in its namespace
        Process ip = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(ip.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    @Test
    void aDeviceHasWhatItIsGivenAndIsGoneWithItsDescriptor() throws Exception {
        inNamespace(() -> {
            Tun device = Tun.open("eye%d", false);
            assertThat(device.name()).isEqualTo("eye0");
            try (var netlink = new Rtnetlink()) {
                netlink.setMtu("eye0", 1400);
                netlink.setTransmitQueue("eye0", 5000);
                netlink.setUp("eye0", true);
                netlink.addAddress("eye0", IpAddress.parse("10.1.2.1"), 30);
                netlink.addAddress("eye0", IpAddress.parse("fd00:1::1"), 64);
                netlink.addRoute("eye0", IpAddress.parse("10.9.0.0"), 16, IpAddress.parse("10.1.2.2"));
                netlink.addRoute("eye0", IpAddress.parse("fd00:2::"), 48, null);
                assertThat(netlink.indexOf("eye0")).isGreaterThan(1);

                if (Path.of("/usr/sbin/ip").toFile().canExecute()) {
                    assertThat(ip("link", "show", "eye0")).contains("mtu 1400", "qlen 5000", ",UP");
                    assertThat(ip("address", "show", "eye0")).contains("inet 10.1.2.1/30", "inet6 fd00:1::1/64");
                    assertThat(ip("route")).contains("10.9.0.0/16 via 10.1.2.2 dev eye0");
                    assertThat(ip("-6", "route")).contains("fd00:2::/48 dev eye0");
                }

                new SystemCalls().close(device.fd());
                assertThatThrownBy(() -> netlink.indexOf("eye0"))
                        .hasMessage("find the interface eye0: No such device")
                        .matches(thrown -> ((SystemCallException) thrown).is(Errno.ENODEV));
            }
        });
    }

    @Test
    void whatTheKernelRefusesSaysWhatWasAttempted() throws Exception {
        inNamespace(() -> {
            Tun device = Tun.open("eye0", false);
            assertThatThrownBy(() -> Tun.open("eye0", false))
                    .hasMessage("make the device eye0: Device or resource busy");
            assertThatThrownBy(() -> Tun.open("a name too long by far", false))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Tun.inherited(0)).isInstanceOf(SystemCallException.class);
            try (var netlink = new Rtnetlink()) {
                assertThatThrownBy(() -> netlink.setMtu("eye0", 12))
                        .hasMessage("set the MTU of eye0 to 12: Invalid argument");
                netlink.addAddress("eye0", IpAddress.parse("10.1.2.1"), 30);
                assertThatThrownBy(() -> netlink.addAddress("eye0", IpAddress.parse("10.1.2.1"), 30))
                        .hasMessage("give eye0 the address 10.1.2.1/30: File exists");
            }
            new SystemCalls().close(device.fd());
        });
    }

    /// The kernel answers an echo request that is written to the device.
    @Test
    void packetsGoInAndOut() throws Exception {
        inNamespace(() -> {
            Tun device = Tun.open("eye0", false);
            try (var netlink = new Rtnetlink();
                    Arena arena = Arena.ofConfined()) {
                netlink.addAddress("eye0", IpAddress.parse("10.1.2.1"), 30);
                netlink.setUp("eye0", true);
                byte[] request =
                        HexFormat.of().parseHex("4500001c00010000400162dc0a0102020a010201" + "0800f7fd00010001");
                MemorySegment memory = arena.allocate(2000);
                MemorySegment.copy(MemorySegment.ofArray(request), 0, memory, 0, request.length);
                var calls = new SystemCalls();
                assertThat(calls.write(device.fd(), memory, 0, request.length)).isEqualTo(request.length);

                byte[] reply = readV4(calls, device, memory);
                assertThat(reply).hasSize(28);
                assertThat(reply[9]).isEqualTo((byte) 1); // ICMP
                assertThat(reply[20]).isZero(); // an echo reply
                assertThat(java.util.Arrays.copyOfRange(reply, 24, 28)).containsExactly(0, 1, 0, 1);
                int last;
                do last = calls.read(device.fd(), memory, 0, 2000);
                while (last > 0); // the kernel looks for routers of IPv6
                assertThat(last).isEqualTo(Errno.EAGAIN.asResult());
            }
            new SystemCalls().close(device.fd());
        });
    }

    /// The next IPv4 packet; the kernel looks for IPv6 routers meanwhile.
    private static byte[] readV4(SystemCalls calls, Tun device, MemorySegment memory) {
        var set = new PollSet(1);
        set.set(0, device.fd(), PollSet.POLLIN);
        for (; ; ) {
            assertThat(calls.poll(set, 5000)).isEqualTo(1);
            int length = calls.read(device.fd(), memory, 0, (int) memory.byteSize());
            byte[] packet = memory.asSlice(0, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
            if (packet[0] >> 4 == 4) return packet;
        }
    }

    @Test
    void aThreadGoesBackIntoANamespace() throws Exception {
        inNamespace(() -> {
            Tun device = Tun.open("here0", false);
            try (var here = NetworkNamespace.current()) {
                NetworkNamespace.enterNew();
                try (var netlink = new Rtnetlink()) {
                    assertThatThrownBy(() -> netlink.indexOf("here0")).isInstanceOf(SystemCallException.class);
                }
                here.enter();
                try (var netlink = new Rtnetlink()) {
                    assertThat(netlink.indexOf("here0")).isPositive();
                }
            }
            new SystemCalls().close(device.fd());
        });
    }
}
