package dev.sockeye.inspect.blame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import programs.ChatRelay;
import programs.Descriptors;
import programs.HealthCheck;
import programs.Loopback;
import programs.MetricsSender;
import programs.OrderService;
import programs.Peer;
import programs.PriceCheck;
import programs.Program;
import programs.SessionFilter;
import programs.VirtualClients;

/// What holds the sockets of real programs, each started in a JVM of its own, dumped and searched.
@EnabledOnOs(value = OS.LINUX, disabledReason = "a JVM's descriptors are found in /proc")
class HeapChainTest {

    private static HeapChain chainOf(Program program, int port) throws IOException {
        Jvm jvm = Objects.requireNonNull(Jvm.of(program.pid()));
        int fd = Descriptors.to(port, program.pid());
        Map<Integer, HeapChain> chains = HeapDump.of(jvm).chains(List.of(fd), HeapProgress.NONE);
        assertThat(chains.keySet()).containsExactly(fd);
        try (Stream<Path> left = Files.list(jvm.temporary())) {
            assertThat(left.map(Path::toString).filter(name -> name.contains(".sockeye-")))
                    .isEmpty();
        }
        return Objects.requireNonNull(chains.get(fd));
    }

    /// As text, with what else is told behind it.
    private static String told(HeapChain chain) {
        return chain.grip() + " " + chain.text() + (chain.inUse().isEmpty() ? "" : ", and " + chain.inUse());
    }

    private static HeapChain chainOf(Class<?> main) throws Exception {
        var found = new HeapChain[1];
        Loopback.run(() -> {
            try (Peer peer = Peer.thatCloses();
                    Program program = Program.java(List.of(), main, peer.port())) {
                program.await("ready");
                found[0] = chainOf(program, peer.port());
            }
        });
        return found[0];
    }

    @Test
    void aVariableOfAThreadThatWaits() throws Exception {
        HeapChain chain = chainOf(PriceCheck.class);
        String variable = "local variable of thread \"price-check\" in programs.PriceCheck.follow(PriceCheck.java:35)";
        assertThat(told(chain)).isEqualTo("HELD " + variable);
        assertThat(chain.heldBy()).isEqualTo(variable);
    }

    @Test
    void aPoolsMap() throws Exception {
        HeapChain chain = chainOf(OrderService.class);
        assertThat(told(chain))
                .isEqualTo("HELD static programs.OrderService.SERVICE -> programs.OrderService.pool"
                        + " -> programs.OrderService.ConnectionPool.idle (HashMap key \"orders\")"
                        + " -> programs.OrderService.Connection.socket");
        assertThat(chain.heldBy()).isEqualTo("programs.OrderService.ConnectionPool.idle (HashMap key \"orders\")");
    }

    @Test
    void aStaticListOfChannels() throws Exception {
        HeapChain chain = chainOf(ChatRelay.class);
        assertThat(told(chain))
                .isEqualTo("HELD static programs.ChatRelay.MEMBERS (ArrayList index 0), and"
                        + " [local variable of thread \"main\" in programs.ChatRelay.main(ChatRelay.java:28)]");
        assertThat(chain.heldBy()).isEqualTo("static programs.ChatRelay.MEMBERS (ArrayList index 0)");
    }

    @Test
    void aThreadLocalVariable() throws Exception {
        HeapChain chain = chainOf(SessionFilter.class);
        String variable = "thread local variable programs.SessionFilter.SESSION of thread \"worker-1\"";
        assertThat(told(chain)).isEqualTo("HELD " + variable + " -> programs.SessionFilter.Session.socket");
        assertThat(chain.heldBy()).isEqualTo(variable);
    }

    @Test
    void aTaskOfAnExecutor() throws Exception {
        HeapChain chain = chainOf(MetricsSender.class);
        assertThat(told(chain))
                .isEqualTo("HELD thread \"pool-1-thread-1\" (ScheduledThreadPoolExecutor)"
                        + " -> programs.MetricsSender.collector");
        assertThat(chain.heldBy()).isEqualTo("programs.MetricsSender.collector");
    }

    @Test
    void aVariableOfAVirtualThread() throws Exception {
        assertThat(told(chainOf(VirtualClients.class)))
                .isEqualTo("HELD local variable of virtual thread \"approval\" in"
                        + " programs.VirtualClients.approve(VirtualClients.java:27)");
    }

    @Test
    void nothingAtAll() throws Exception {
        HeapChain chain = chainOf(HealthCheck.class);
        assertThat(told(chain))
                .isEqualTo("GARBAGE nothing: it is garbage that waits for its Cleaner; the next garbage collection"
                        + " closes it");
    }
}
