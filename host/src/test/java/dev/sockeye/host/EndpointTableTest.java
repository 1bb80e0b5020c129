package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.FourTuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The endpoint table, against a map.
class EndpointTableTest {

    private static FourTuple tuple(int i) {
        return i % 3 == 0
                ? new FourTuple(Rig.at("fd00::1", 80), Rig.at("fd00::" + Integer.toHexString(i % 50 + 2), i))
                : new FourTuple(Rig.at("192.0.2.1", 80), Rig.at("192.0.2." + (i % 50 + 2), i));
    }

    @Test
    void againstAMap() {
        for (int seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            try (var rig = new Rig()) {
                TcpFlows owner = rig.host.flows();
                var table = new EndpointTable(random);
                Map<FourTuple, Flow> model = new HashMap<>();
                int range = 1 + random.nextInt(3000);
                for (int step = 0; step < 5000; step++) {
                    FourTuple tuple = tuple(random.nextInt(range));
                    assertThat(table.find(tuple)).isSameAs(model.get(tuple));
                    Flow there = model.remove(tuple);
                    if (there != null) {
                        table.remove(there);
                        assertThat(there.inTable).isFalse();
                    } else if (random.nextInt(4) != 0) {
                        var added = new Flow(owner, tuple, table.hash(tuple), "a socket", "its context");
                        table.add(added);
                        model.put(tuple, added);
                    }
                    assertThat(table.size()).isEqualTo(model.size());
                }
                var seen = new ArrayList<Flow>();
                table.forEach(seen::add);
                assertThat(seen).containsExactlyInAnyOrderElementsOf(model.values());
                for (Flow each : model.values()) table.remove(each);
                assertThat(table.size()).isZero();
            }
        }
    }

    @Test
    void theHashSpreadsConsecutivePorts() {
        var table = new EndpointTable(new Random(1));
        int[] buckets = new int[64];
        for (int port = 0; port < 6400; port++) buckets[table.hash(tuple(3 * port + 1)) & 63]++;
        for (int count : buckets) assertThat(count).isBetween(50, 160);
    }
}
