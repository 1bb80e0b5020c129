package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PortTableTest {

    @Test
    void countsAsAMapDoes() {
        long seed = 4_711;
        var random = new Random(seed);
        var table = new PortTable();
        for (int round = 0; round < 5; round++) {
            table.clear();
            Map<PortTable.Usage, Integer> model = new HashMap<>();
            int destinations = round % 2 == 0 ? 5000 : 3;
            for (int i = 0; i < 20_000; i++) {
                int which = (int) Math.abs(random.nextGaussian() * destinations / 4) % destinations;
                IpAddress source = IpAddress.v4(0x0a00_0001 + which % 3);
                var to = which % 2 == 0
                        ? new TransportAddress(IpAddress.v4(0x0a01_0000 + which), 443)
                        : new TransportAddress(new IpAddress(0x2001_0db8_0000_0000L, which), which % 7 + 1);
                table.add(source.high(), source.low(), to.ip().high(), to.ip().low(), to.port());
                model.merge(new PortTable.Usage(source, to, 0), 1, Integer::sum);
            }
            assertThat(table.size()).as("seed %d", seed).isEqualTo(model.size());
            assertThat(table.atLeast(1))
                    .as("seed %d", seed)
                    .containsExactlyInAnyOrderElementsOf(model.entrySet().stream()
                            .map(each -> new PortTable.Usage(
                                    each.getKey().source(), each.getKey().destination(), each.getValue()))
                            .toList());
            assertThat(table.atLeast(32)).allMatch(usage -> usage.used() >= 32);
            model.forEach((usage, count) ->
                    assertThat(table.used(usage.source(), usage.destination())).isEqualTo(count));
        }
    }

    @Test
    void nobodyTakesAny() {
        var table = new PortTable();
        assertThat(table.atLeast(0)).isEmpty();
        assertThat(table.used(IpAddress.LOOPBACK_V4, new TransportAddress(IpAddress.LOOPBACK_V4, 80)))
                .isZero();
    }
}
