package dev.sockeye.sim;

import dev.sockeye.tcp.CongestionInfo;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.TcpInfo;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;

/// One connection that sends as much as it can, with a congestion control of its own.
@NullMarked
final class BulkFlow {

    private final Network net;
    private final Machine from;
    private final Bulk sender;
    private final Bulk receiver;
    private final Stream stream;

    BulkFlow(Network net, Machine from, Machine to, int port, String congestionControl) {
        this.net = net;
        this.from = from;
        var pattern = new Pattern(port);
        sender = new Bulk(pattern, Long.MAX_VALUE, pattern);
        receiver = new Bulk(pattern, 0, pattern);
        to.listen(port, 10, accepted -> receiver);
        stream = from.connect(
                to.at(port),
                sender,
                opened -> opened.options(options -> {
                    options.congestionControl = congestionControl;
                    options.congestionControlSet = true;
                }));
    }

    long received() {
        return receiver.received;
    }

    /// What went wrong, empty if nothing.
    String trouble() {
        return sender.trouble + receiver.trouble;
    }

    /// Megabits of payload per second over the next while.
    double megabits(Duration over) {
        long before = received();
        net.advance(over);
        return (received() - before) * 8e3 / over.toNanos();
    }

    TcpInfo info() {
        return stream.endpoint().info(from.now());
    }

    /// What BBR tells of itself.
    CongestionInfo.Bbr bbr() {
        Connection connection = stream.endpoint().connection();
        if (connection != null && connection.congestionInfo() instanceof CongestionInfo.Bbr bbr) return bbr;
        throw new IllegalStateException("not BBR");
    }

    /// Looks every millisecond for a while.
    void watch(Duration during, Consumer<BulkFlow> look) {
        for (long i = 0; i < during.toMillis(); i++) {
            net.advance(Duration.ofMillis(1));
            look.accept(this);
        }
    }
}
