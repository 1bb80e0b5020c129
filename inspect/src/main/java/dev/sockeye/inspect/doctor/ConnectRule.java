package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Backlog;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Signs;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Handshakes that get no answer: ours (SYN_SENT), and those of others (SYN_RECV).
final class ConnectRule implements Rule {

    private record Called(String namespace, int port) {}

    @Override
    public List<Draft> examine(Examination examination) {
        List<Draft> drafts = new ArrayList<>();
        List<SocketSnapshot> silent = examination.in(TcpState.SYN_SENT).stream()
                .filter(socket -> Signs.timeouts(socket) >= examination.thresholds.number("connect-timeouts"))
                .sorted(Comparator.comparingInt(Signs::timeouts).reversed())
                .toList();
        Case.sort(examination, silent).forEach((matter, sockets) -> drafts.add(noAnswer(examination, matter, sockets)));
        Map<Called, List<SocketSnapshot>> halfOpen = new HashMap<>();
        for (SocketSnapshot socket : examination.in(TcpState.SYN_RCVD)) {
            Timer timer = socket.timer();
            if (timer == null || timer.count() == 0) continue;
            halfOpen.computeIfAbsent(new Called(socket.host(), socket.local().port()), key -> new ArrayList<>())
                    .add(socket);
        }
        halfOpen.forEach((called, sockets) -> {
            if (sockets.size() >= examination.thresholds.number("syn-recv"))
                drafts.add(flood(examination, called, sockets));
        });
        return drafts;
    }

    // ---------------------------------------------------------------- we call

    private static Draft noAnswer(Examination examination, Case matter, List<SocketSnapshot> sockets) {
        SocketSnapshot worst = sockets.getFirst();
        int timeouts = Signs.timeouts(worst);
        SocketSnapshot listener = worst.remote() == null ? null : examination.listenerAt(worst.host(), worst.remote());
        Backlog backlog = listener == null ? null : listener.backlog();
        boolean isFull = backlog != null && backlog.isFull();
        Draft draft = new Draft(
                        isFull ? "connect-queue-full" : "connect-no-answer", Severity.WARNING, matter.namespace())
                .about(sockets)
                .by(examination.partyOf(sockets))
                // Since 6.5 the first four are sent a second apart, then with growing pauses; before,
                // always growing.
                .since(new Age(Duration.ofSeconds(timeouts), null))
                .fill("peer", String.valueOf(worst.remote()))
                .fill("where", matter.where(sockets))
                .fill("target", matter.filter())
                .fill("ip", worst.remote() == null ? null : worst.remote().ip().toString())
                .fill(
                        "port",
                        worst.remote() == null
                                ? null
                                : String.valueOf(worst.remote().port()))
                .seen("The SYN was sent again " + PlainWords.count(timeouts, "time", "times")
                        + ", and neither SYN ACK nor a reset came back.");
        Party callee = isFull ? examination.partyOf(listener) : null;
        draft.fill("callee", callee == null ? "the program that listens there" : callee.words());
        if (backlog != null && isFull) {
            draft.seen("The listener there is on this machine: Recv-Q " + backlog.waiting() + ", Send-Q "
                    + backlog.limit() + ".");
        }
        return draft;
    }

    // ---------------------------------------------------------------- others call

    private static Draft flood(Examination examination, Called called, List<SocketSnapshot> sockets) {
        SocketSnapshot first = sockets.getFirst();
        SocketSnapshot listener = examination.listenerAt(called.namespace, first.local());
        long callers = sockets.stream()
                .map(socket -> socket.remote() == null ? null : socket.remote().ip())
                .distinct()
                .count();
        OptionalLong dropped = examination.growth(called.namespace, "TcpExtTCPReqQFullDrop");
        OptionalLong cookies = examination.growth(called.namespace, "TcpExtTCPReqQFullDoCookies");
        boolean turnsAway = dropped.orElse(0) > 0;
        Draft draft = new Draft("syn-recv-flood", turnsAway ? Severity.CRITICAL : Severity.WARNING, called.namespace)
                .about(sockets)
                .by(examination.partyOf(listener))
                .fill("port", String.valueOf(called.port))
                .fill("callers", PlainWords.count(callers, "address", "addresses"))
                .seen("Our SYN ACK to each of them was sent again, and no ACK came.");
        if (dropped.orElse(0) > 0) {
            draft.seen(PlainWords.grouped(dropped.getAsLong())
                    + " SYNs were thrown away between the two looks, as there was no room for them.");
        }
        if (cookies.orElse(0) > 0) {
            draft.seen("SYN cookies answered for " + PlainWords.grouped(cookies.getAsLong())
                    + " SYNs between the two looks: ordinary callers still get through.");
        }
        OptionalLong most = examination.facts(called.namespace).setting("tcp_max_syn_backlog");
        if (most.isPresent()) draft.seen("tcp_max_syn_backlog is " + PlainWords.grouped(most.getAsLong()) + ".");
        return draft;
    }
}
