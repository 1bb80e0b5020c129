package dev.sockeye.cli.watch;

import dev.sockeye.inspect.Owner;
import dev.sockeye.tcp.TcpInfo;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// What the list can be sorted by; what one looks for comes first.
enum Order {
    TROUBLE("trouble"),
    STATE("State"),
    RECV_Q("Recv-Q"),
    SEND_Q("Send-Q"),
    LOCAL("Local Address:Port"),
    PEER("Peer Address:Port"),
    IN("In/s"),
    OUT("Out/s"),
    ROUND_TRIP("RTT"),
    RETRANSMITTED("Retrans"),
    AGE("In state"),
    PROCESS("Process");

    private final String column;

    Order(String column) {
        this.column = column;
    }

    /// The name of the column.
    String column() {
        return column;
    }

    /// By this, and by the sockets' numbers where it is equal, so that lines keep their places.
    Comparator<Watched> comparator() {
        return byThisAlone()
                .thenComparing(watched -> watched.key.host())
                .thenComparingLong(watched -> watched.key.number())
                .thenComparing(watched -> text(watched.socket().local()))
                .thenComparing(watched -> text(watched.socket().remote()));
    }

    private Comparator<Watched> byThisAlone() {
        return switch (this) {
            case TROUBLE ->
                Comparator.comparing(Watched::verdict)
                        .thenComparingDouble(watched -> watched.receiveRate() + watched.sendRate())
                        .reversed();
            case STATE -> Comparator.comparing(watched -> watched.socket().state());
            case RECV_Q -> largestFirst(watched -> watched.socket().recvQ());
            case SEND_Q -> largestFirst(watched -> watched.socket().sendQ());
            case LOCAL -> Comparator.comparing(watched -> text(watched.socket().local()));
            case PEER -> Comparator.comparing(watched -> text(watched.socket().remote()));
            case IN -> largestFirst(Watched::receiveRate);
            case OUT -> largestFirst(Watched::sendRate);
            case ROUND_TRIP -> largestFirst(watched -> info(watched, TcpInfo::rtt));
            case RETRANSMITTED -> largestFirst(watched -> info(watched, TcpInfo::total_retrans));
            case AGE -> Comparator.comparing(Watched::age).reversed();
            case PROCESS -> Comparator.comparing(Order::process);
        };
    }

    Order next() {
        return values()[(ordinal() + 1) % values().length];
    }

    Order previous() {
        return values()[(ordinal() + values().length - 1) % values().length];
    }

    private static Comparator<Watched> largestFirst(ToDoubleFunction<Watched> quantity) {
        return Comparator.comparingDouble(quantity).reversed();
    }

    private static double info(Watched watched, ToIntFunction<TcpInfo> figure) {
        TcpInfo info = watched.socket().info();
        return info == null ? 0 : figure.applyAsInt(info);
    }

    private static String text(@Nullable Object address) {
        return String.valueOf(address);
    }

    /// Those without come last.
    private static String process(Watched watched) {
        Owner owner = watched.socket().owner();
        return owner == null ? "\uffff" : owner.program() + " " + owner.pid();
    }
}
