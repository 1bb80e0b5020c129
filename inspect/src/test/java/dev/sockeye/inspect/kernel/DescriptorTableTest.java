package dev.sockeye.inspect.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.kernel.SocketHolders.Descriptor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The table against a map of lists.
class DescriptorTableTest {

    @Test
    void tellsWhatAMapWould() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var table = new DescriptorTable(0);
        Map<Long, List<Descriptor>> expected = new HashMap<>();
        for (int pid = 1; pid <= 40; pid++) table.name(pid, "program" + pid);
        for (int i = 0; i < 20_000; i++) {
            long inode = 1 + random.nextInt(9_000) + (random.nextBoolean() ? 0 : 1L << 33);
            int pid = 1 + random.nextInt(40);
            table.add(inode, pid, i);
            expected.computeIfAbsent(inode, _ -> new ArrayList<>()).add(new Descriptor(pid, "program" + pid, i));
        }
        Comparator<Descriptor> order = Comparator.comparingInt(Descriptor::pid).thenComparingInt(Descriptor::fd);
        expected.values().forEach(all -> all.sort(order));
        Map<Long, List<Descriptor>> found = new HashMap<>();
        for (long inode : expected.keySet()) found.put(inode, table.of(inode));
        assertThat(found).as("seed %d", seed).isEqualTo(expected);
        assertThat(table.size()).isEqualTo(20_000);
        assertThat(table.of(9_001L)).isEmpty();
        assertThat(table.find(0)).isNegative();
    }
}
