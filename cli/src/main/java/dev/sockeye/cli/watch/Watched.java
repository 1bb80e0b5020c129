package dev.sockeye.cli.watch;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Verdict;
import dev.sockeye.tcp.TcpInfo;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One socket, watched from look to look.
final class Watched {

    final SocketKey key;
    private SocketSnapshot socket;
    private Verdict verdict;
    private final Instant firstSeen;
    private @Nullable Series received;
    private @Nullable Series sent;
    private @Nullable Series roundTrip;

    Watched(SocketKey key, SocketSnapshot socket, Verdict verdict) {
        this.key = key;
        this.socket = socket;
        this.verdict = verdict;
        this.firstSeen = socket.takenAt();
    }

    /// Takes note of how it is now.
    void update(SocketSnapshot now, Verdict nowsVerdict) {
        TcpInfo before = socket.info();
        TcpInfo info = now.info();
        double seconds = Duration.between(socket.takenAt(), now.takenAt()).toNanos() / 1e9;
        if (info != null && before != null && seconds > 0) {
            note(before, info, seconds);
        }
        socket = now;
        verdict = nowsVerdict;
    }

    private void note(TcpInfo before, TcpInfo info, double seconds) {
        if (received == null || sent == null || roundTrip == null) {
            received = new Series();
            sent = new Series();
            roundTrip = new Series();
        }
        received.add(Math.max(0, info.bytes_received() - before.bytes_received()) / seconds);
        sent.add(Math.max(0, info.bytes_sent() - before.bytes_sent()) / seconds);
        roundTrip.add(info.rtt() / 1000.0);
    }

    SocketSnapshot socket() {
        return socket;
    }

    Verdict verdict() {
        return verdict;
    }

    /// Bytes per second between the last two looks.
    double receiveRate() {
        return received == null ? 0 : received.last();
    }

    /// Bytes per second between the last two looks, those sent again among them.
    double sendRate() {
        return sent == null ? 0 : sent.last();
    }

    /// Bytes per second; null if it was seen once only.
    @Nullable
    Series received() {
        return received;
    }

    /// Bytes per second; null if it was seen once only.
    @Nullable
    Series sent() {
        return sent;
    }

    /// Milliseconds; null if it was seen once only.
    @Nullable
    Series roundTrip() {
        return roundTrip;
    }

    /// How long it has been in its state, or has been watched if that is not known.
    Duration age() {
        Duration inState = socket.inState();
        return inState == null ? socket.age(firstSeen) : inState;
    }

    /// Whether [#age] is what it says, and not only how long we have been looking.
    boolean ageIsKnown() {
        return socket.inState() != null;
    }
}
