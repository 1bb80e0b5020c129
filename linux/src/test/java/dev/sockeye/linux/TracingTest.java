package dev.sockeye.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The kernel's tracing files, and what sock_diag says of sockets that have ended; for root.
@EnabledOnOs(value = OS.LINUX, disabledReason = "tracefs is Linux's")
class TracingTest {

    private static final String EVENT = "sock/inet_sock_set_state";

    private static TraceFs open(int kibibytes) throws IOException {
        try {
            return TraceFs.open("sockeye-test", kibibytes);
        } catch (IOException e) {
            assumeTrue(false, "tracing is not permitted here: " + e.getMessage());
            throw e;
        }
    }

    private static DiagMulticast multicast() throws IOException {
        try {
            return new DiagMulticast();
        } catch (SystemCallException e) {
            assumeTrue(false, "nobody may listen here: " + e.getMessage());
            throw e;
        }
    }

    private static int listen() throws IOException {
        try (KernelSocket listener = KernelSocket.open(true)) {
            listener.bind(new TransportAddress(IpAddress.LOOPBACK_V4, 0));
            assertThat(listener.listen(1)).isZero();
            return listener.localAddress().port();
        }
    }

    @Test
    void eventsAreReadByTheirFormat() throws IOException {
        try (TraceFs trace = open(64)) {
            TraceFs.Format format = trace.format(EVENT);
            int from = format.field("oldstate").offset();
            int to = format.field("newstate").offset();
            int port = format.field("sport").offset();
            trace.enable(EVENT, "newstate==10 || oldstate==10");
            List<TracePipe> pipes = trace.pipes();
            long before = System.nanoTime();
            int mine = listen();
            long after = System.nanoTime();
            List<String> seen = new ArrayList<>();
            for (TracePipe pipe : pipes) {
                pipe.read((time, memory, at, _) -> {
                    boolean isMine = (memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + port) & 0xffff) == mine;
                    if (!isMine) return;
                    assertThat(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at)).isEqualTo((short) format.id());
                    assertThat(time).isBetween(before, after);
                    seen.add(memory.get(ValueLayout.JAVA_INT_UNALIGNED, at + from) + " to "
                            + memory.get(ValueLayout.JAVA_INT_UNALIGNED, at + to));
                });
            }
            assertThat(seen).containsExactly("7 to 10", "10 to 7");
            assertThat(trace.lost()).isZero();
        }
    }

    @Test
    void whatIsOverwrittenIsCounted() throws IOException {
        try (TraceFs trace = open(8)) {
            trace.enable(EVENT, "");
            List<TracePipe> pipes = trace.pipes();
            for (int i = 0; i < 2000; i++) listen();
            int read = 0;
            long missed = 0;
            for (TracePipe pipe : pipes) {
                read += pipe.read((_, _, _, _) -> {});
                missed += pipe.missed();
            }
            assertThat(trace.lost()).isPositive();
            assertThat(read + trace.lost()).isGreaterThanOrEqualTo(4000);
            assertThat(missed).isPositive();
        }
    }

    @Test
    void aSocketThatHasEndedIsToldOfWithItsLastInfo() throws Exception {
        try (DiagMulticast ends = multicast()) {
            int port = listen();
            List<DiagSocket> told = new ArrayList<>();
            for (int attempt = 0; attempt < 400 && told.isEmpty(); attempt++) {
                ends.read(socket -> {
                    if (socket.local().port() == port) told.add(socket);
                });
                Thread.sleep(5);
            }
            assertThat(told).hasSize(1);
            assertThat(told.getFirst().cookie()).isNotZero();
            assertThat(told.getFirst().attributes().tcpInfo()).isNotNull();
            assertThat(ends.overflows()).isZero();
        }
    }
}
