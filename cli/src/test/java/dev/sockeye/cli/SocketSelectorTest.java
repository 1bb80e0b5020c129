package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which sockets somebody means to act on.
class SocketSelectorTest {

    private static SocketSnapshot socket(TcpState state, int local, int remote, long pid, int fd) {
        return SocketSnapshot.tcp(
                        Instant.EPOCH, "host", state, new TransportAddress(IpAddress.parse("10.0.0.1"), local))
                .remote(new TransportAddress(IpAddress.parse("10.0.0.5"), remote))
                .owners(List.of(new Owner(pid, "java", null, "fd=" + fd)))
                .build();
    }

    private static final SocketSnapshot LEAK = socket(TcpState.CLOSE_WAIT, 41234, 5432, 812, 9);
    private static final SocketSnapshot GOOD = socket(TcpState.ESTABLISHED, 41235, 5432, 812, 10);
    private static final SocketSnapshot OTHER = socket(TcpState.CLOSE_WAIT, 41236, 80, 813, 9);

    private static List<SocketSnapshot> selected(String words) {
        return List.of(LEAK, GOOD, OTHER).stream()
                .filter(SocketSelector.parse(List.of(words.split(" ", -1))))
                .toList();
    }

    @Test
    void byProcessAndDescriptor() {
        assertThat(selected("pid=812")).containsExactly(LEAK, GOOD);
        assertThat(selected("pid=812,fd=9")).containsExactly(LEAK);
        assertThat(selected("pid=812 fd=10")).containsExactly(GOOD);
    }

    @Test
    void byBothAddresses() {
        assertThat(selected("10.0.0.1:41234 10.0.0.5:5432")).containsExactly(LEAK);
        assertThat(selected("10.0.0.1:41234 -> 10.0.0.5:5432")).containsExactly(LEAK);
        assertThat(selected("10.0.0.5:5432 10.0.0.1:41234")).isEmpty();
        assertThat(selected("10.0.0.1:* :5432")).containsExactly(LEAK, GOOD);
    }

    @Test
    void byAFilter() {
        assertThat(selected("state close-wait")).containsExactly(LEAK, OTHER);
        assertThat(selected("state close-wait dport = 5432")).containsExactly(LEAK);
        assertThat(selected("state close-wait fd=9 comm = java")).containsExactly(LEAK, OTHER);
    }

    @Test
    void nothingIsNotEverything() {
        assertThatThrownBy(() -> SocketSelector.parse(List.of()))
                .hasMessage("say which sockets: pid=PID, LOCAL REMOTE, or a filter");
        assertThatThrownBy(() -> SocketSelector.parse(List.of("fd=3")))
                .hasMessage("fd=N needs the process as well: pid=PID,fd=N");
        assertThatThrownBy(() -> SocketSelector.parse(List.of("state", "asleep")))
                .hasMessage("there is no state 'asleep' (word 2 of the filter)");
    }

    @Test
    void onlyAYesIsAYes() {
        assertThat(Question.isYes("y")).isTrue();
        assertThat(Question.isYes(" YES ")).isTrue();
        assertThat(Question.isYes("")).isFalse();
        assertThat(Question.isYes("no")).isFalse();
        assertThat(Question.isYes(null)).isFalse();
    }
}
