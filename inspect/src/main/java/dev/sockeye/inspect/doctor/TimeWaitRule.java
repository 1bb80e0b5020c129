package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Very many TIME_WAITs. They are harmless until the kernel has no room for more; what they cost in
/// ports is another rule's matter.
final class TimeWaitRule implements Rule {

    @Override
    public List<Draft> examine(Examination examination) {
        Map<String, List<SocketSnapshot>> byNamespace = new HashMap<>();
        for (SocketSnapshot socket : examination.in(TcpState.TIME_WAIT)) {
            byNamespace.computeIfAbsent(socket.host(), key -> new ArrayList<>()).add(socket);
        }
        List<Draft> drafts = new ArrayList<>();
        byNamespace.forEach((namespace, sockets) -> {
            long most =
                    examination.facts(namespace).setting("tcp_max_tw_buckets").orElse(Long.MAX_VALUE);
            OptionalLong overflows = examination.growth(namespace, "TcpExtTCPTimeWaitOverflow");
            boolean isFull = overflows.orElse(0) > 0 || sockets.size() >= most - most / 10;
            if (!isFull && sockets.size() < examination.thresholds.number("time-wait")) return;
            drafts.add(draft(examination, namespace, sockets, isFull, most, overflows));
        });
        return drafts;
    }

    private static Draft draft(
            Examination examination,
            String namespace,
            List<SocketSnapshot> sockets,
            boolean isFull,
            long most,
            OptionalLong overflows) {
        Map<TransportAddress, Integer> services = new HashMap<>();
        for (SocketSnapshot socket : sockets) services.merge(examination.service(socket), 1, Integer::sum);
        Map.Entry<TransportAddress, Integer> busiest =
                services.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
        SocketSnapshot example = sockets.stream()
                .filter(socket -> examination.service(socket).equals(busiest.getKey()))
                .min(Comparator.comparingInt(socket -> socket.local().port()))
                .orElseThrow();
        boolean weServe = examination.isServer(example);
        Draft draft = new Draft(
                        isFull ? "time-wait-full" : "time-wait-many",
                        isFull ? Severity.WARNING : Severity.NOTE,
                        namespace)
                .about(sockets)
                .by(examination.partyOf(examination.listenerAt(namespace, busiest.getKey())))
                .fill("busiest", busiest.getKey().toString())
                .fill("share", AmountWords.percent(busiest.getValue(), sockets.size()))
                .fill("limit", most == Long.MAX_VALUE ? "unknown" : PlainWords.grouped(most))
                .seen(AmountWords.percent(busiest.getValue(), sockets.size()) + " of them have to do with "
                        + busiest.getKey()
                        + (weServe
                                ? ", a service of this machine which closes first."
                                : ", which programs here call and close first."));
        if (!isFull) draft.harmless();
        if (most != Long.MAX_VALUE) draft.seen("tcp_max_tw_buckets is " + PlainWords.grouped(most) + ".");
        if (overflows.orElse(0) > 0) {
            draft.seen(PlainWords.grouped(overflows.getAsLong())
                    + " connections skipped TIME-WAIT between the two looks, as there was no room.");
        }
        return draft;
    }
}
