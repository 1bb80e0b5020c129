package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.Forge.Seen;
import dev.sockeye.tcp.SelfCheck;
import dev.sockeye.tcp.TcpMib;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Packet;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;

/// A host under attack, and an honest client in the midst of a transfer both ways: whatever the attacker sends, each
/// byte of it must arrive, and the host must neither answer without measure nor keep without measure.
final class Siege implements AutoCloseable {

    static final byte[] HOST = Forge.v4(192, 0, 2, 1);
    static final byte[] CLIENT = Forge.v4(192, 0, 2, 77);
    static final int CLIENT_PORT = 5555;
    static final int PORT = 80;

    private static final int CLIENT_ISN = 0x7fff_f000;
    private static final int CHUNK = 1000;
    private static final int WINDOW = 60_000;

    final Rig rig;
    final TcpEndpoint listener;
    final TcpEndpoint served;

    /// What the attacker has sent, and what he got for it.
    long packets, answers, answeredBytes;

    byte[] lastAnswer = Forge.NONE;

    /// Round trips of the client; bytes that it has sent and got.
    int roundTrips;

    int uploaded, downloaded;
    private int next = CLIENT_ISN;
    private int hostIsn;
    private int expected;
    private int written;
    private long spent;
    private final ArrayDeque<byte[]> inbox = new ArrayDeque<>();
    private final MemorySegment page = MemorySegment.ofArray(new byte[1 << 16]);
    private final byte[] pageBytes = (byte[]) page.heapBase().orElseThrow();

    Siege() {
        this(new Rig(), 128);
    }

    Siege(Rig rig, int backlog) {
        this.rig = rig;
        listener = rig.listen(PORT, backlog);
        receive(Forge.tcp(
                CLIENT,
                CLIENT_PORT,
                HOST,
                PORT,
                next++,
                0,
                Forge.SYN,
                WINDOW,
                0,
                Forge.options(2, 4, 5, 180),
                Forge.NONE));
        var synAck = new Seen(Objects.requireNonNull(inbox.poll()));
        hostIsn = synAck.seq();
        expected = hostIsn + 1;
        fromClient(Forge.ACK, Forge.NONE);
        served = rig.accept(listener);
    }

    // ---------------------------------------------------------------- the client

    /// How the client's bytes go, in both directions.
    private static byte byteAt(int number) {
        return (byte) (number * 31 + (number >> 9));
    }

    private void fromClient(int flags, byte[] data) {
        receive(Forge.tcp(CLIENT, CLIENT_PORT, HOST, PORT, next, expected, flags, WINDOW, 0, Forge.NONE, data));
        next += data.length;
    }

    /// One round trip of a millisecond: the client sends a chunk and acknowledges what came, and the program reads
    /// and writes.
    void exchange() {
        roundTrips++;
        rig.advance(Duration.ofMillis(1));
        byte[] chunk = new byte[CHUNK];
        for (int i = 0; i < CHUNK; i++) chunk[i] = byteAt(uploaded + i);
        int sent = next;
        fromClient(Forge.ACK | Forge.PSH, chunk);
        int read = served.receive(page, 0, pageBytes.length, 0, rig.now);
        assertThat(read).as("read by the program").isEqualTo(CHUNK);
        for (int i = 0; i < read; i++) {
            if (pageBytes[i] != byteAt(uploaded + i)) throw new AssertionError("byte " + (uploaded + i) + " is wrong");
        }
        uploaded += read;
        for (int i = 0; i < 2 * CHUNK; i++) pageBytes[i] = byteAt(written + i);
        int taken = served.send(page, 0, 2 * CHUNK, 0, rig.now);
        assertThat(taken).as("written by the program").isEqualTo(2 * CHUNK);
        written += taken;
        drain();
        assertThat(sent).isEqualTo(next - CHUNK);
        clientReads();
        fromClient(Forge.ACK, Forge.NONE);
        assertThat(served.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(downloaded).as("the client's download").isEqualTo(written);
        assertThat(SelfCheck.of(Objects.requireNonNull(served.connection()), rig.now))
                .isNull();
    }

    private void clientReads() {
        for (byte[] packet = inbox.poll(); packet != null; packet = inbox.poll()) {
            var seen = new Seen(packet);
            if (!seen.isTcp()) continue;
            assertThat(seen.has(Forge.RST)).as("a reset to the client").isFalse();
            int from = packet.length - seen.length();
            if (seen.seq() != expected) continue;
            for (int i = 0; i < seen.length(); i++) {
                if (packet[from + i] != byteAt(downloaded + i)) throw new AssertionError("the client got a wrong byte");
            }
            downloaded += seen.length();
            expected += seen.length();
        }
    }

    /// The client's sequence numbers as a spy would know them; an attacker who is blind does not.
    int clientNext() {
        return next;
    }

    int hostNext() {
        return expected;
    }

    // ---------------------------------------------------------------- the attacker

    /// A packet of the attacker's arrives.
    void attack(byte[] packet) {
        packets++;
        long begin = System.nanoTime();
        receive(packet);
        spent += System.nanoTime() - begin;
    }

    private void receive(byte[] packet) {
        rig.receive(packet);
        drain();
    }

    void drain() {
        for (Packet packet = rig.host.pollTransmit(); packet != null; packet = rig.host.pollTransmit()) {
            byte[] bytes = packet.toBytes();
            packet.release(rig.pool);
            if (Arrays.equals(bytes, 16, 20, CLIENT, 0, 4)) {
                inbox.add(bytes);
            } else {
                answers++;
                lastAnswer = bytes;
                answeredBytes += bytes.length;
            }
        }
        for (Endpoint ready = rig.host.pollReady(); ready != null; ready = rig.host.pollReady()) ready.takeEvents();
    }

    // ---------------------------------------------------------------- figures

    /// Flows in the table: connections, half-open ones and those in TIME_WAIT.
    int flows() {
        int[] count = {0};
        rig.host.flows().table().forEach(flow -> count[0]++);
        return count[0];
    }

    long count(TcpMib counter) {
        return rig.host.tcp().counters.get(counter);
    }

    long nativeKilobytes() {
        return rig.pool.bytesReserved() / 1024;
    }

    /// The line of figures that docs/robustness.md has in its table.
    void tell(String attack, String more) {
        System.out.printf(
                "%-34s %,9d packets, %5.2f us each; %,d answers; %d flows, %d timers, %,d KB of pages; %s; "
                        + "the client's %,d + %,d bytes arrived in %d round trips%n",
                attack,
                packets,
                spent / 1e3 / Math.max(1, packets),
                answers,
                flows(),
                rig.host.timers().size(),
                nativeKilobytes(),
                more,
                uploaded,
                downloaded,
                roundTrips);
    }

    /// The transfer has gone on in every round trip, and nothing of the client's is missing.
    void clientIsWell() {
        exchange();
        assertThat(downloaded).isEqualTo(2 * CHUNK * roundTrips);
        assertThat(uploaded).isEqualTo(CHUNK * roundTrips);
        assertThat(served.info(rig.now).total_retrans()).as("retransmissions").isZero();
    }

    @Override
    public void close() {
        rig.close();
    }
}
