package dev.sockeye.bench;

import dev.sockeye.host.TcpEndpoint;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The core, both ends in one process and driven by one thread.
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@OutputTimeUnit(TimeUnit.SECONDS)
@BenchmarkMode(Mode.Throughput)
public class Core {

    /// One established connection.
    @State(Scope.Thread)
    @NullUnmarked // JMH calls open() before anything else
    public static class Established {

        /// Bytes of the link's MTU.
        @Param({"1500", "65535"})
        public int mtu;

        private TwoHosts hosts = new TwoHosts(1500);
        private TcpEndpoint client;
        private TcpEndpoint server;
        private final MemorySegment source = Arena.global().allocate(1 << 16);
        private final MemorySegment sink = Arena.global().allocate(1 << 20);

        /// Opens it.
        @Setup
        public void open() {
            hosts = new TwoHosts(mtu);
            client = hosts.connect();
            server = hosts.accept();
        }
    }

    /// 64 KiB written, carried with checksums, acknowledged and read: operations times 524 288 are bits.
    @Benchmark
    public int bulk(Established on) {
        int written = 0;
        int read = 0;
        on.hosts.now += 10_000;
        while (read < 1 << 16) {
            if (written < 1 << 16) {
                int count = on.client.send(on.source, written, (1 << 16) - written, 0, on.hosts.now);
                if (count > 0) written += count;
            }
            on.hosts.carry();
            int count = on.server.receive(on.sink, 0, 1 << 20, 0, on.hosts.now);
            if (count > 0) {
                read += count;
            } else {
                on.hosts.now += 100_000;
                on.hosts.tick();
            }
            on.hosts.carry();
        }
        return read;
    }

    /// One byte there and one back.
    @Benchmark
    public int pingPong(Established on) {
        on.hosts.now += 1000;
        on.client.send(on.source, 0, 1, 0, on.hosts.now);
        on.hosts.carry();
        int there = on.server.receive(on.sink, 0, 1 << 20, 0, on.hosts.now);
        on.server.send(on.source, 0, 1, 0, on.hosts.now);
        on.hosts.carry();
        return there + on.client.receive(on.sink, 0, 1 << 20, 0, on.hosts.now);
    }

    /// Two machines without a connection.
    @State(Scope.Thread)
    public static class Idle {
        private final TwoHosts hosts = new TwoHosts(1500);
    }

    /// A connection opened, accepted and closed at both ends. The clock runs, so that TIME_WAIT ends.
    @Benchmark
    public void openClose(Idle on) {
        on.hosts.now += 10_000_000;
        on.hosts.tick();
        TcpEndpoint client = on.hosts.connect();
        TcpEndpoint server = on.hosts.accept();
        client.close(on.hosts.now);
        on.hosts.carry();
        server.close(on.hosts.now);
        on.hosts.carry();
    }
}
