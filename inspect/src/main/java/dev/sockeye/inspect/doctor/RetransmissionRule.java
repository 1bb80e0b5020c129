package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Signs;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Data that is sent again and again: a peer that does not answer at all, connections and machines that
/// lose much.
final class RetransmissionRule implements Rule {

    @Override
    public List<Draft> examine(Examination examination) {
        List<Draft> drafts = new ArrayList<>();
        long timeouts = examination.thresholds.number("silent-timeouts");
        List<SocketSnapshot> silent = Stream.of(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT)
                .flatMap(state -> examination.in(state).stream())
                .filter(socket -> !Signs.has(socket, Timer.Kind.PERSIST)
                        && socket.sendQ() > 0
                        && Signs.timeouts(socket) >= timeouts)
                .sorted(Comparator.comparing(RetransmissionRule::silence).reversed())
                .toList();
        Case.sort(examination, silent).forEach((matter, sockets) -> drafts.add(silent(examination, matter, sockets)));
        List<SocketSnapshot> lossy = Stream.of(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, TcpState.FIN_WAIT1)
                .flatMap(state -> examination.in(state).stream())
                .filter(socket -> Signs.timeouts(socket) < timeouts && loss(examination, socket) != null)
                .toList();
        Case.sort(examination, lossy).forEach((matter, sockets) -> drafts.add(lossy(examination, matter, sockets)));
        for (String namespace : examination.namespaces()) {
            Draft storm = storm(examination, namespace);
            if (storm != null) drafts.add(storm);
        }
        return drafts;
    }

    // ---------------------------------------------------------------- no answer at all

    private static Duration silence(SocketSnapshot socket) {
        TcpInfo info = socket.info();
        return info == null ? Duration.ZERO : Signs.sinceAck(info);
    }

    private static Draft silent(Examination examination, Case matter, List<SocketSnapshot> sockets) {
        SocketSnapshot worst = sockets.getFirst();
        return new Draft("peer-silent", Severity.WARNING, matter.namespace())
                .about(sockets)
                .by(examination.partyOf(sockets))
                .since(Age.exactly(silence(worst)))
                .fill("where", matter.where(sockets))
                .fill("target", matter.filter())
                .fill("ip", worst.remote() == null ? null : worst.remote().ip().toString())
                .fill(
                        "waiting",
                        AmountWords.bytes(sockets.stream()
                                .mapToLong(SocketSnapshot::sendQ)
                                .sum()))
                .fill(
                        "retries",
                        String.valueOf(examination
                                .facts(matter.namespace())
                                .setting("tcp_retries2")
                                .orElse(15)))
                .seen("Sent again " + PlainWords.count(Signs.timeouts(worst), "time", "times")
                        + " in a row; the last acknowledgment came " + PlainWords.duration(silence(worst)) + " ago.");
    }

    // ---------------------------------------------------------------- much is lost

    /// What was sent, and sent again, in a span.
    private record Loss(long sent, long again) {}

    /// Between the two looks, of a connection that sent much and lost much; null for any other. What
    /// was sent again without need (the peer said so by DSACK) was not lost.
    private static @Nullable Loss loss(Examination examination, SocketSnapshot socket) {
        SocketSnapshot before = examination.before(socket);
        TcpInfo now = socket.info();
        TcpInfo then = before == null ? null : before.info();
        if (now == null || then == null) return null;
        int sent = now.data_segs_out() - then.data_segs_out();
        int again = now.total_retrans() - then.total_retrans() - (now.dsack_dups() - then.dsack_dups());
        boolean isMuch = again >= examination.thresholds.number("retransmitted")
                && again * 100L >= sent * examination.thresholds.number("retransmitted-percent");
        return isMuch ? new Loss(sent, again) : null;
    }

    private static Draft lossy(Examination examination, Case matter, List<SocketSnapshot> sockets) {
        long sent = 0;
        long again = 0;
        for (SocketSnapshot socket : sockets) {
            Loss loss = loss(examination, socket);
            if (loss == null) continue;
            sent += loss.sent;
            again += loss.again;
        }
        SocketSnapshot first = sockets.getFirst();
        TcpInfo info = first.info();
        Draft draft = new Draft("connection-loses", Severity.WARNING, matter.namespace())
                .about(sockets)
                .by(examination.partyOf(sockets))
                .fill("where", matter.where(sockets))
                .fill("target", matter.filter())
                .fill("ip", first.remote() == null ? null : first.remote().ip().toString())
                .fill("share", AmountWords.percent(again, sent))
                .seen(PlainWords.grouped(again) + " of " + PlainWords.grouped(sent)
                        + " segments with data were sent again in " + PlainWords.duration(examination.between()) + ".");
        if (info != null) {
            draft.seen("Round trip " + PlainWords.duration(Duration.ofNanos(info.rtt() * 1000L))
                    + ", congestion window " + info.snd_cwnd() + " segments.");
        }
        return draft;
    }

    // ---------------------------------------------------------------- the whole namespace

    private static @Nullable Draft storm(Examination examination, String namespace) {
        OptionalLong sent = examination.growth(namespace, "TcpOutSegs");
        OptionalLong again = examination.growth(namespace, "TcpRetransSegs");
        OptionalLong handshakes = examination.growth(namespace, "TcpExtTCPSynRetrans");
        if (sent.isEmpty() || again.isEmpty()) return null;
        long data = again.getAsLong() - handshakes.orElse(0);
        boolean isStorm = data >= examination.thresholds.number("retransmitted")
                && data * 100 >= sent.getAsLong() * examination.thresholds.number("retransmitted-percent");
        if (!isStorm) return null;
        return new Draft("retransmission-storm", Severity.WARNING, namespace)
                .fill("share", AmountWords.percent(data, sent.getAsLong()))
                .seen(PlainWords.grouped(data) + " of " + PlainWords.grouped(sent.getAsLong()) + " segments in "
                        + PlainWords.duration(examination.between())
                        + " (TcpRetransSegs, TcpOutSegs; SYNs not counted).");
    }
}
