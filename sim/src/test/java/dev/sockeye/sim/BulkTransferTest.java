package dev.sockeye.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.sim.junit.Simulated;
import java.time.Duration;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Much data both ways at once through a bad network, intact and in order.
@NullMarked
class BulkTransferTest {

    private static final String BAD = "delay 1ms loss 5% reorder 5% duplicate 2% corrupt 1%";

    @Simulated(seeds = 4)
    void sixtyFourMebibytesEachWayThroughABadNetwork(Network net) {
        transfer(net, BAD, 64L << 20);
    }

    @Simulated(seeds = 4)
    void burstsAndJitterAndANarrowQueue(Network net) {
        transfer(net, "delay 20ms 10ms loss gemodel 1% 30% rate 50mbit limit 64kb", 8L << 20);
    }

    @Simulated(seeds = 2)
    void aGoodNetwork(Network net) {
        transfer(net, "delay 5ms rate 1gbit limit 1mb", 64L << 20);
    }

    /// `-Dsockeye.gibibyte=true`: the whole of it, for any seed.
    @Simulated
    @EnabledIfSystemProperty(named = "sockeye.gibibyte", matches = "true")
    void oneGibibyteEachWayThroughABadNetwork(Network net) {
        transfer(net, BAD, 1L << 30);
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        assertThat(hashOfRun(11)).isEqualTo(hashOfRun(11)).isNotEqualTo(hashOfRun(12));
    }

    private static long hashOfRun(long seed) {
        try (var net = new Network(seed)) {
            transfer(net, BAD, 1 << 20);
            return net.traceHash();
        }
    }

    private static void transfer(Network net, String impairment, long bytes) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        Cable cable = net.connect(a, b, impairment);
        // What a program has closed gives up after eight tries, as Linux does: a burst of losses may hit them all.
        a.sysctl().tcp().tcp_orphan_retries = 15;
        b.sysctl().tcp().tcp_orphan_retries = 15;
        var toB = new Pattern(net.seed());
        var toA = new Pattern(~net.seed());
        var server = new Bulk(toA, bytes, toB);
        var client = new Bulk(toB, bytes, toA);
        b.listen(80, 10, stream -> server);
        a.connect(b.at(80), client);

        net.runUntil(() -> client.isDone() && server.isDone(), Duration.ofDays(10));

        assertThat(client.trouble).as("client").isEmpty();
        assertThat(server.trouble).as("server").isEmpty();
        assertThat(client.received).isEqualTo(bytes);
        assertThat(server.received).isEqualTo(bytes);
        assertThat(client.endOfStream && server.endOfStream)
                .as("end of stream, %s", cable.countersFrom(a))
                .isTrue();
    }
}
