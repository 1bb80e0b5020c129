package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Signs;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.inspect.cure.KnownKeepalive;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Connections that this side has closed and that do not end: orphans whose peer is silent, and sockets
/// that a program still holds after it has closed one direction.
final class ClosingRule implements Rule {

    /// A few connections whose peers have vanished are everyday life.
    private static final int SOME = 10;

    @Override
    public List<Draft> examine(Examination examination) {
        List<Draft> drafts = new ArrayList<>();
        orphans(examination, drafts);
        finWait2Orphans(examination, drafts);
        List<SocketSnapshot> held = examination.in(TcpState.FIN_WAIT2).stream()
                .filter(socket -> isHeldInVain(examination, socket))
                .sorted(Comparator.comparing((SocketSnapshot socket) -> waits(socket))
                        .reversed())
                .toList();
        Case.sort(examination, held).forEach((matter, sockets) -> drafts.add(held(examination, matter, sockets)));
        return drafts;
    }

    // ---------------------------------------------------------------- nobody's

    private static void orphans(Examination examination, List<Draft> to) {
        Map<String, List<SocketSnapshot>> byNamespace = new HashMap<>();
        Stream.of(TcpState.FIN_WAIT1, TcpState.LAST_ACK, TcpState.CLOSING)
                .flatMap(state -> examination.in(state).stream())
                .filter(socket -> socket.holder() == Holder.NOBODY && isStuck(socket))
                .forEach(socket -> byNamespace
                        .computeIfAbsent(socket.host(), key -> new ArrayList<>())
                        .add(socket));
        byNamespace.forEach((namespace, sockets) -> {
            if (sockets.size() >= SOME) to.add(orphans(examination, namespace, sockets));
        });
    }

    private static boolean isStuck(SocketSnapshot socket) {
        Timer timer = socket.timer();
        boolean asks = timer != null && timer.kind() == Timer.Kind.PERSIST && timer.count() >= 3;
        return asks || Signs.timeouts(socket) >= 5;
    }

    private static Draft orphans(Examination examination, String namespace, List<SocketSnapshot> sockets) {
        boolean isMany = sockets.size() >= examination.thresholds.number("orphans");
        long shut = sockets.stream()
                .filter(socket -> Signs.has(socket, Timer.Kind.PERSIST))
                .count();
        long bytes = sockets.stream().mapToLong(SocketSnapshot::sendQ).sum();
        Draft draft = new Draft("orphans-unanswered", isMany ? Severity.WARNING : Severity.NOTE, namespace)
                .about(sockets)
                .fill("bytes", AmountWords.bytes(bytes))
                .seen("No program holds them: they were closed, and the kernel tries to send what is left.");
        if (shut > 0) {
            draft.seen(PlainWords.grouped(shut)
                    + " of them have a peer that has shut its window: its program does not read.");
        }
        return draft;
    }

    /// Each lasts for tcp_fin_timeout; many at once are a matter of memory only.
    private static void finWait2Orphans(Examination examination, List<Draft> to) {
        Map<String, List<SocketSnapshot>> byNamespace = new HashMap<>();
        for (SocketSnapshot socket : examination.in(TcpState.FIN_WAIT2)) {
            if (socket.holder() != Holder.NOBODY) continue;
            byNamespace.computeIfAbsent(socket.host(), key -> new ArrayList<>()).add(socket);
        }
        byNamespace.forEach((namespace, sockets) -> {
            if (sockets.size() < 10 * examination.thresholds.number("orphans")) return;
            long seconds =
                    examination.facts(namespace).setting("tcp_fin_timeout").orElse(60);
            to.add(new Draft("fin-wait2-orphans", Severity.NOTE, namespace)
                    .about(sockets)
                    .harmless()
                    .fill("timeout", PlainWords.duration(Duration.ofSeconds(seconds)))
                    .seen("No program holds them, and each has a timer that ends it."));
        });
    }

    // ---------------------------------------------------------------- a program's

    /// The acknowledgment of our FIN has come: so it has waited at least since the last one came, or
    /// the last data.
    private static Duration waits(SocketSnapshot socket) {
        TcpInfo info = socket.info();
        return info == null ? Duration.ZERO : Signs.shorter(Signs.sinceAck(info), Signs.sinceDataReceived(info));
    }

    private static boolean isHeldInVain(Examination examination, SocketSnapshot socket) {
        return isHeldInVain(socket, examination.thresholds.span("half-closed"));
    }

    /// Whether it would be accused, if it is half-closed.
    static boolean isHeldInVain(SocketSnapshot socket, Duration limit) {
        return socket.holder() == Holder.PROGRAM && Signs.isAtLeast(waits(socket), limit);
    }

    private static Draft held(Examination examination, Case matter, List<SocketSnapshot> sockets) {
        SocketSnapshot oldest = sockets.getFirst();
        @Nullable SocketSnapshot peer = examination.peerOf(oldest);
        Party other = examination.partyOf(peer);
        boolean isLong = Signs.isAtLeast(waits(oldest), Duration.ofHours(1)) || sockets.size() >= SOME;
        String rule = oldest.recvQ() > 0 ? "fin-wait2-unread" : "fin-wait2-held";
        Draft draft = new Draft(rule, isLong ? Severity.WARNING : Severity.NOTE, matter.namespace())
                .about(sockets)
                .by(examination.partyOf(sockets))
                .since(new Age(waits(oldest), null))
                .fill("where", matter.where(sockets))
                .fill("target", matter.filter())
                .fill("unread", AmountWords.bytes(oldest.recvQ()))
                .fill("other", other == null ? "the program on the other side" : other.words())
                .seen("The last thing came from the peer " + PlainWords.duration(waits(oldest)) + " ago.");
        if (peer != null && peer.state() == TcpState.CLOSE_WAIT && other != null) {
            draft.seen("The other end is on this machine: " + other.words() + " holds it in CLOSE-WAIT.");
        }
        draft.seen(guarded(sockets));
        return draft;
    }

    /// Whether a peer that has vanished would be noticed: as the sockets themselves say, or else their timers.
    private static String guarded(List<SocketSnapshot> sockets) {
        if (sockets.stream()
                .allMatch(socket -> Boolean.TRUE.equals(socket.settings().keepAlive()))) {
            return "Keepalive is on: if the other machine is gone, that will be noticed.";
        }
        if (sockets.stream().allMatch(KnownKeepalive::isKnown)) {
            return "Keepalive is off, as the sockets themselves say: if the other machine is gone, nobody will notice.";
        }
        return "No keepalive timer is to be seen, though another timer may hide it: if there is none and the other"
                + " machine is gone, nobody will notice.";
    }
}
