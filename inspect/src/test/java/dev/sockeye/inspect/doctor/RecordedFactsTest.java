package dev.sockeye.inspect.doctor;

import static dev.sockeye.inspect.doctor.Patients.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.inspect.look.Look;
import dev.sockeye.tcp.TcpState;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordedFactsTest {

    private static final CheckUp CHECK_UP = new CheckUp(
            NOW,
            List.of(Patients.caller(TcpState.ESTABLISHED, 40_000).build()),
            List.of(
                    new MachineFacts(
                            "web 1",
                            NOW,
                            Map.of("TcpRetransSegs", 7L, "TcpExtListenOverflows", 0L),
                            Map.of("TCPmem", 9L),
                            Map.of("tcp_mem", List.of(1L, 2L, 3L), "somaxconn", List.of(4096L)),
                            new PortRange(1024, 2048, "1100-1199,2000"),
                            true),
                    MachineFacts.unknown("container\n%", NOW)),
            List.of(new ProcessFacts(812, "back end", 5005, 1024), ProcessFacts.unknown(9)));

    private static Look recorded(Map<String, String> texts) {
        return new Look(NOW, CHECK_UP.sockets(), List.of(), texts);
    }

    @Test
    void whatWasWrittenIsRead() throws IOException {
        assertThat(RecordedFacts.read(recorded(RecordedFacts.write(CHECK_UP)))).isEqualTo(CHECK_UP);
    }

    @Test
    void anOlderOrNewerRecordingIsReadToo() throws IOException {
        assertThat(RecordedFacts.read(recorded(Map.of())).machines()).isEmpty();
        Map<String, String> newer = new HashMap<>(RecordedFacts.write(CHECK_UP));
        newer.merge("machines", "weather fine\n", String::concat);
        assertThat(RecordedFacts.read(recorded(newer))).isEqualTo(CHECK_UP);
    }

    @Test
    void nonsenseIsAnErrorInOneLine() {
        for (String text : List.of("counter x 1", "namespace a b true", "namespace a")) {
            assertThatThrownBy(() -> RecordedFacts.read(recorded(Map.of("machines", text))))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("the facts of the machine are not as they were recorded");
        }
    }
}
