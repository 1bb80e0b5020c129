package dev.sockeye.metrics;

import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.linux.Tun;
import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.TcpHeader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;

/// A peer behind a TUN device that says only what a test has it say, so that the kernel's sockets stay in states which
/// pass in a moment otherwise. It is every address of its networks but the kernel's own, of IPv4 and of IPv6.
final class SilentPeer implements AutoCloseable {

    private static final int ISN = 1_000_000, PREFIX_V4 = 24, PREFIX_V6 = 64;

    /// The kernel's address and the peer's.
    record Network(IpAddress kernel, IpAddress peer) {

        static final Network V4 = of("10.77.0.1", "10.77.0.2"), V6 = of("2001:db8::1", "2001:db8::2");

        private static Network of(String kernel, String peer) {
            return new Network(IpAddress.parse(kernel), IpAddress.parse(peer));
        }

        boolean isV4() {
            return kernel.isV4();
        }

        private int header() {
            return isV4() ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
        }
    }

    private final Tun device;
    private final SystemCalls calls = new SystemCalls();
    private final MemorySegment packet = Arena.ofAuto().allocate(4096, 8);
    /// What the kernel sent last for each pair of ports: the number behind its segment.
    private final Map<String, Integer> expected = new HashMap<>();

    SilentPeer() throws SystemCallException {
        device = Tun.open("silent0", false);
        try (var links = new Rtnetlink()) {
            links.addAddress("silent0", Network.V4.kernel(), PREFIX_V4);
            links.addAddress("silent0", Network.V6.kernel(), PREFIX_V6);
            links.setUp("silent0", true);
        }
    }

    /// A SYN from this port to one of the kernel's, and what comes back.
    void syn(Network in, int from, int to) throws IOException {
        send(in, from, to, ISN, 0, TcpHeader.SYN);
        await(in, from, to, TcpHeader.SYN | TcpHeader.ACK);
    }

    /// The whole handshake.
    void connect(Network in, int from, int to) throws IOException {
        syn(in, from, to);
        send(in, from, to, ISN + 1, expected(in, from, to), TcpHeader.ACK);
    }

    /// A FIN, which acknowledges all that the kernel has sent.
    void fin(Network in, int from, int to) {
        send(in, from, to, ISN + 1, expected(in, from, to), TcpHeader.FIN | TcpHeader.ACK);
    }

    /// A FIN that crosses the kernel's own, and does not acknowledge it.
    void finWithoutAcknowledging(Network in, int from, int to) throws IOException {
        await(in, from, to, TcpHeader.FIN | TcpHeader.ACK);
        send(in, from, to, ISN + 1, expected(in, from, to) - 1, TcpHeader.FIN | TcpHeader.ACK);
    }

    /// Acknowledges the kernel's FIN.
    void acknowledgeFin(Network in, int from, int to) throws IOException {
        await(in, from, to, TcpHeader.FIN | TcpHeader.ACK);
        send(in, from, to, ISN + 1, expected(in, from, to), TcpHeader.ACK);
    }

    private static String key(Network in, int from, int to) {
        return in + " " + from + " " + to;
    }

    private int expected(Network in, int from, int to) {
        return expected.getOrDefault(key(in, from, to), 0);
    }

    private void send(Network in, int from, int to, int sequence, int acknowledgment, int flags) {
        int length = TcpHeader.MIN_LENGTH;
        int at = in.header();
        if (in.isV4()) {
            int source = in.peer().v4Bits(), destination = in.kernel().v4Bits();
            Ipv4Header.write(packet, 0, 0, at + length, 1, Ipv4Header.DONT_FRAGMENT, 64, 6, source, destination);
        } else {
            Ipv6Header.write(packet, 0, 0, 0, length, 6, 64, in.peer(), in.kernel());
        }
        TcpHeader.write(packet, at, from, to, sequence, acknowledgment, 0, flags, 65_535, 0);
        int sum = Checksum.add(Checksum.pseudo(in.peer(), in.kernel(), 6, length), Checksum.sum(packet, at, length));
        int checksum = Checksum.of(sum);
        packet.set(ValueLayout.JAVA_BYTE, at + 16, (byte) (checksum >>> 8));
        packet.set(ValueLayout.JAVA_BYTE, at + 17, (byte) checksum);
        int written = calls.write(device.fd(), packet, 0, at + length);
        if (written != at + length) throw new IllegalStateException("write to the device: " + written);
    }

    /// Reads what the kernel sends until a segment with these flags comes for these ports.
    private void await(Network in, int from, int to, int flags) throws IOException {
        for (int attempt = 0; attempt < 2000; attempt++) {
            int length = calls.read(device.fd(), packet, 0, 4096);
            if (length < in.header() + TcpHeader.MIN_LENGTH) {
                pause();
                continue;
            }
            if (!isTcp(in)) continue;
            int at = in.header();
            if (TcpHeader.sourcePort(packet, at) != to || TcpHeader.destinationPort(packet, at) != from) continue;
            int its = TcpHeader.flags(packet, at) & (TcpHeader.SYN | TcpHeader.FIN | TcpHeader.ACK);
            int one = (its & (TcpHeader.SYN | TcpHeader.FIN)) != 0 ? 1 : 0;
            expected.put(key(in, from, to), TcpHeader.sequence(packet, at) + one);
            if (its == flags) return;
        }
        throw new IOException("the kernel sent no segment with the flags " + flags);
    }

    private boolean isTcp(Network in) {
        if (in.isV4()) return Ipv4Header.version(packet, 0) == 4 && Ipv4Header.protocol(packet, 0) == 6;
        return Ipv6Header.version(packet, 0) == 6 && Ipv6Header.nextHeader(packet, 0) == 6;
    }

    private static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        calls.close(device.fd());
    }
}
