package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Any thread puts, one takes all.
@Timeout(20)
class PacketQueueTest {

    private final PagePool pool = new PagePool();
    private final PacketQueue queue = new PacketQueue();

    private Packet packet(int... bytes) {
        byte[] content = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) content[i] = (byte) bytes[i];
        return Packet.of(content, pool);
    }

    private static List<Packet> list(@Nullable Packet first) {
        List<Packet> packets = new ArrayList<>();
        for (Packet packet = first; packet != null; packet = packet.next) packets.add(packet);
        return packets;
    }

    @Test
    void nothingComesOutOfAnEmptyQueue() {
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.takeAll()).isNull();
    }

    @Test
    void packetsComeOutInTheOrderTheyWereputIn() {
        Packet one = packet(1);
        Packet two = packet(2);
        Packet three = packet(3);
        queue.put(one);
        queue.put(two);
        queue.put(three);

        assertThat(list(queue.takeAll())).containsExactly(one, two, three);
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void aPacketCanComeBackAtOnce() {
        Packet one = packet(1);
        queue.put(one);
        assertThat(queue.takeAll()).isSameAs(one);
        queue.put(one);
        assertThat(list(queue.takeAll())).containsExactly(one);
    }

    @Test
    void ofSeveralThreadsEachOnesOrderIsKept() throws InterruptedException {
        int threads = 4;
        int each = 5_000;
        List<Thread> putters = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int name = t;
            putters.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) queue.put(packet(name, i >> 8, i));
            }));
        }
        int[] next = new int[threads];
        for (int seen = 0; seen < threads * each; ) {
            for (Packet packet : list(queue.takeAll())) {
                byte[] bytes = packet.toBytes();
                int number = (bytes[1] & 0xff) << 8 | bytes[2] & 0xff;
                assertThat(number).isEqualTo(next[bytes[0]]++);
                seen++;
            }
            Thread.onSpinWait();
        }
        for (Thread putter : putters) putter.join();
        assertThat(next).containsOnly(each);
    }
}
