package dev.sockeye.inspect.history;

import dev.sockeye.tcp.TcpState;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// The way that each socket has gone through the states, as the kernel's tracepoint tells it: what a
/// tracer sees, before a history makes anything of it, but for a socket that goes on as a TIME_WAIT entry,
/// whose way ends so. Where a change does not begin in the state that the one before it ended in, something
/// between is missing, and the way has a gap.
final class Paths implements Tracer {

    private static final int GAP = 15;

    private final Tracer tracer;
    private final int port;
    private final Map<Long, Long> ways = new HashMap<>();
    private long changes;

    /// @param port of the sockets that are meant, at either end
    Paths(Tracer tracer, int port) {
        this.tracer = tracer;
        this.port = port;
    }

    private synchronized void note(Observation what) {
        if (what.kind != Observation.Kind.TRANSITION || !isMeant(what)) return;
        changes++;
        long way = ways.getOrDefault(what.cookie, 0L);
        if (way == 0) way = what.from.number();
        else if ((way & 15) != what.from.number()) way = (way << 4 | GAP) << 4 | what.from.number();
        ways.put(what.cookie, way << 4 | end(what).number());
    }

    private static TcpState end(Observation what) {
        boolean stays = what.from == TcpState.FIN_WAIT2 && what.finReceived || what.from == TcpState.CLOSING;
        return stays ? TcpState.TIME_WAIT : what.to;
    }

    private boolean isMeant(Observation what) {
        return what.local.port() == port || what.remote != null && what.remote.port() == port;
    }

    synchronized void clear() {
        ways.clear();
        changes = 0;
    }

    /// How many changes there were.
    synchronized long changes() {
        return changes;
    }

    /// How many sockets there were.
    synchronized long sockets() {
        return ways.size();
    }

    /// How many sockets have gone each way: the states in their order, `...` for a gap.
    synchronized Map<String, Integer> counts() {
        Map<Long, Integer> counts = new HashMap<>();
        ways.values().forEach(way -> counts.merge(way, 1, Integer::sum));
        Map<String, Integer> named = new TreeMap<>();
        counts.forEach((way, number) -> named.put(text(way), number));
        return named;
    }

    private static String text(long way) {
        var text = new StringBuilder();
        for (int shift = (63 - Long.numberOfLeadingZeros(way)) / 4 * 4; shift >= 0; shift -= 4) {
            int number = (int) (way >> shift) & 15;
            if (!text.isEmpty()) text.append(' ');
            text.append(number == GAP ? "..." : KernelRecord.state(number));
        }
        return text.toString();
    }

    @Override
    public void run(Sink to) throws IOException {
        tracer.run(new Sink() {
            @Override
            public void seen(Observation what) {
                note(what);
                to.seen(what);
            }

            @Override
            public int rest() {
                return to.rest();
            }
        });
    }

    @Override
    public void stop() {
        tracer.stop();
    }

    @Override
    public long lost() throws IOException {
        return tracer.lost();
    }

    @Override
    public void close() throws IOException {
        tracer.close();
    }
}
