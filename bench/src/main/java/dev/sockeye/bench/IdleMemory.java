package dev.sockeye.bench;

import dev.sockeye.host.TcpEndpoint;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// What an idle connection costs: opens many, sends a little through each, and weighs the heap and the pages.
///
/// `java -cp ... dev.sockeye.bench.IdleMemory [connections]`
final class IdleMemory {

    private IdleMemory() {}

    /// Runs it.
    public static void main(String[] arguments) {
        int connections = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        var hosts = new TwoHosts(1500);
        List<TcpEndpoint> ends = new ArrayList<>(2 * connections);
        MemorySegment bytes = Arena.global().allocate(4096);
        open(hosts, ends, bytes); // classes are loaded, pools are filled
        long before = heap();
        long pagesBefore = hosts.pool.pagesOut();
        for (int i = 0; i < connections; i++) open(hosts, ends, bytes);
        long used = heap() - before;
        long pages = hosts.pool.pagesOut() - pagesBefore;
        System.out.printf(
                "%d idle connections, both ends here: %d bytes of heap for each end, %d pages held by all%n",
                connections, used / (2L * connections), pages);
        if (ends.size() != 2 * connections + 2) throw new AssertionError("the ends are kept alive until here");
    }

    private static void open(TwoHosts hosts, List<TcpEndpoint> ends, MemorySegment bytes) {
        hosts.now += 1_000_000;
        hosts.tick();
        TcpEndpoint client = hosts.connect();
        TcpEndpoint server = hosts.accept();
        client.send(bytes, 0, 100, 0, hosts.now);
        hosts.carry();
        server.receive(bytes, 0, 4096, 0, hosts.now);
        hosts.carry();
        ends.add(client);
        ends.add(server);
    }

    private static long heap() {
        for (int i = 0; i < 4; i++) System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
