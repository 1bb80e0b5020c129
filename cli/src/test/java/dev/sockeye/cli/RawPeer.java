package dev.sockeye.cli;

import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.linux.Tun;
import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.TcpHeader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/// A peer behind a TUN device that answers with just the segments a test wants, so that the kernel's sockets stay in
/// states which pass in a moment otherwise. It is every address of 10.77.0.0/24 but the kernel's own.
final class RawPeer implements AutoCloseable {

    static final String KERNEL = "10.77.0.1";
    static final String PEER = "10.77.0.2";

    private static final int HEADERS = Ipv4Header.MIN_LENGTH + TcpHeader.MIN_LENGTH;
    private static final int ISN = 1_000_000;

    private final Tun device;
    private final SystemCalls calls = new SystemCalls();
    private final MemorySegment packet = Arena.ofAuto().allocate(4096, 8);
    /// What the kernel sent last for each pair of ports: the number behind its segment.
    private final Map<Integer, Integer> expected = new HashMap<>();

    RawPeer() throws SystemCallException {
        device = Tun.open("raw0", false);
        try (var links = new Rtnetlink()) {
            links.addAddress("raw0", IpAddress.parse(KERNEL), 24);
            links.setUp("raw0", true);
        }
    }

    /// A SYN from this port to one of the kernel's, and what comes back.
    void syn(int from, int to) throws IOException {
        send(from, to, ISN, 0, TcpHeader.SYN);
        await(from, to, TcpHeader.SYN | TcpHeader.ACK);
    }

    /// The whole handshake.
    void connect(int from, int to) throws IOException {
        syn(from, to);
        send(from, to, ISN + 1, expected(from, to), TcpHeader.ACK);
    }

    /// A FIN, which acknowledges all that the kernel has sent.
    void fin(int from, int to) {
        send(from, to, ISN + 1, expected(from, to), TcpHeader.FIN | TcpHeader.ACK);
    }

    /// A FIN that crosses the kernel's own, and does not acknowledge it.
    void finWithoutAcknowledging(int from, int to) throws IOException {
        await(from, to, TcpHeader.FIN | TcpHeader.ACK);
        send(from, to, ISN + 1, expected(from, to) - 1, TcpHeader.FIN | TcpHeader.ACK);
    }

    /// Acknowledges the kernel's FIN.
    void acknowledgeFin(int from, int to) throws IOException {
        await(from, to, TcpHeader.FIN | TcpHeader.ACK);
        send(from, to, ISN + 1, expected(from, to), TcpHeader.ACK);
    }

    private int expected(int from, int to) {
        return expected.getOrDefault(from << 16 | to, 0);
    }

    private void send(int from, int to, int sequence, int acknowledgment, int flags) {
        int source = IpAddress.parse(PEER).v4Bits();
        int destination = IpAddress.parse(KERNEL).v4Bits();
        int at = Ipv4Header.MIN_LENGTH;
        Ipv4Header.write(packet, 0, 0, HEADERS, 1, Ipv4Header.DONT_FRAGMENT, 64, 6, source, destination);
        TcpHeader.write(packet, at, from, to, sequence, acknowledgment, 0, flags, 65_535, 0);
        int sum = Checksum.add(
                Checksum.pseudoV4(source, destination, 6, TcpHeader.MIN_LENGTH),
                Checksum.sum(packet, at, TcpHeader.MIN_LENGTH));
        int checksum = Checksum.of(sum);
        packet.set(java.lang.foreign.ValueLayout.JAVA_BYTE, at + 16, (byte) (checksum >>> 8));
        packet.set(java.lang.foreign.ValueLayout.JAVA_BYTE, at + 17, (byte) checksum);
        int written = calls.write(device.fd(), packet, 0, HEADERS);
        if (written != HEADERS) throw new IllegalStateException("write to the device: " + written);
    }

    /// Reads what the kernel sends until a segment with these flags comes for these ports.
    private void await(int from, int to, int flags) throws IOException {
        for (int attempt = 0; attempt < 2000; attempt++) {
            int length = calls.read(device.fd(), packet, 0, 4096);
            if (length < HEADERS) {
                pause();
                continue;
            }
            if (Ipv4Header.version(packet, 0) != 4 || Ipv4Header.protocol(packet, 0) != 6) continue;
            int at = Ipv4Header.headerLength(packet, 0);
            if (TcpHeader.sourcePort(packet, at) != to || TcpHeader.destinationPort(packet, at) != from) continue;
            int its = TcpHeader.flags(packet, at) & (TcpHeader.SYN | TcpHeader.FIN | TcpHeader.ACK);
            int one = (its & (TcpHeader.SYN | TcpHeader.FIN)) != 0 ? 1 : 0;
            expected.put(from << 16 | to, TcpHeader.sequence(packet, at) + one);
            if (its == flags) return;
        }
        throw new IOException("the kernel sent no segment with the flags " + flags);
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
