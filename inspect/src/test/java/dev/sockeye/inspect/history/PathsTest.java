package dev.sockeye.inspect.history;

import static dev.sockeye.tcp.TcpState.CLOSED;
import static dev.sockeye.tcp.TcpState.ESTABLISHED;
import static dev.sockeye.tcp.TcpState.FIN_WAIT1;
import static dev.sockeye.tcp.TcpState.FIN_WAIT2;
import static dev.sockeye.tcp.TcpState.SYN_SENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.history.Observation.Kind;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// That the witness of `HistoryLoadTest` notices a single change that is missing, wherever it is.
class PathsTest {

    private static final List<TcpState> STATES = List.of(CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSED);

    private static String withoutChange(int missing) throws IOException {
        var script = new ScriptedTracer();
        for (int i = 0; i + 1 < STATES.size(); i++) {
            if (i == missing) continue;
            var here = new TransportAddress(IpAddress.LOOPBACK_V4, 40000);
            var there = new TransportAddress(IpAddress.LOOPBACK_V4, 7000);
            var seen = new Observation(Kind.TRANSITION, i, here, there);
            seen.cookie = 1;
            seen.from = STATES.get(i);
            seen.to = STATES.get(i + 1);
            seen.finReceived = seen.from == FIN_WAIT2;
            script.seen.add(seen);
        }
        script.stop();
        var paths = new Paths(script, 7000);
        paths.run(new Tracer.Sink() {
            @Override
            public void seen(Observation what) {}

            @Override
            public int rest() {
                return 0;
            }
        });
        return String.join(", ", paths.counts().keySet());
    }

    @Test
    void aWayIsTheStatesInTheirOrder() throws IOException {
        assertThat(withoutChange(-1)).isEqualTo("CLOSED SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT");
    }

    @Test
    void aChangeThatIsMissingIsSeen() throws IOException {
        assertThat(withoutChange(0)).isEqualTo("SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT");
        assertThat(withoutChange(2)).isEqualTo("CLOSED SYN_SENT ESTABLISHED ... FIN_WAIT1 FIN_WAIT2 TIME_WAIT");
        assertThat(withoutChange(4)).isEqualTo("CLOSED SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2");
    }
}
