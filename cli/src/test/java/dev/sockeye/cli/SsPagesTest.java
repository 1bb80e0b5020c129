package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Together;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SsPagesTest {

    private static final SsTable TABLE =
            new SsTable(Terminal.of(Map.of(), 0), SsTable.Columns.of("oem"), SsNames.NUMBERS);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final SsPages pages = TABLE.pages(out, false, false);

    private static SocketSnapshot socket(String ip, int inode) {
        var local = new TransportAddress(IpAddress.parse(ip), 80);
        return SocketSnapshot.tcp(Instant.EPOCH, "", TcpState.ESTABLISHED, local)
                .remote(local)
                .inode(inode)
                .build();
    }

    private static List<SocketSnapshot> sockets(String ip, int from, int count) {
        List<SocketSnapshot> sockets = new ArrayList<>();
        for (int inode = from; inode < from + count; inode++) sockets.add(socket(ip, inode));
        return sockets;
    }

    private List<String> lines() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void blocksOfTwoThreadsLeaveInTheOrderOfTheirNumbers() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        List<SocketSnapshot> all = sockets("10.0.0.1", 1, 120);
        List<Integer> order = new ArrayList<>();
        for (int block = 0; block < 40; block++) order.add(block);
        Collections.shuffle(order, new Random(seed));
        Together.both(() -> add(all, order.subList(0, 20)), () -> add(all, order.subList(20, 40)));
        pages.end();
        assertThat(lines()).isEqualTo(TABLE.lines(all));
    }

    private void add(List<SocketSnapshot> all, List<Integer> numbers) {
        try {
            for (int number : numbers) pages.add(number, all.subList(3 * number, 3 * number + 3));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void nothingHasAHeader() throws IOException {
        pages.end();
        assertThat(lines()).isEqualTo(TABLE.lines(List.of())).hasSize(1);
    }

    @Test
    void aPageIsAlignedForItselfAndNoNarrowerThanTheOneBefore() throws IOException {
        int block = 1000;
        int blocks = 0;
        List<SocketSnapshot> all = new ArrayList<>();
        while (out.size() == 0) { // a page goes when it is full, not before, and not only at the end
            List<SocketSnapshot> some = sockets("10.0.0.1", 1 + blocks * block, block);
            pages.add(blocks++, some);
            all.addAll(some);
            assertThat(blocks).isLessThan(100);
        }
        assertThat(out.size()).isBetween(4 << 20, 6 << 20);
        List<String> first = lines();
        assertThat(first).isEqualTo(TABLE.lines(all));

        List<SocketSnapshot> wide = sockets("2001:db8:1111:2222:3333:4444:5555:6666", 1, 1);
        List<SocketSnapshot> narrow = sockets("10.0.0.1", 1, 1);
        pages.add(blocks++, wide);
        pages.add(blocks, narrow);
        pages.end();
        List<String> both = TABLE.lines(List.of(wide.getFirst(), narrow.getFirst()));
        assertThat(lines().subList(first.size(), lines().size())).isEqualTo(both.subList(1, both.size()));
    }
}
