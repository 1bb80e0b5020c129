package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Protocol;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The ports that the kernel gives to callers run out for one source address and one destination:
/// connect() then fails with EADDRNOTAVAIL. Another destination has all of them again.
final class PortRule implements Rule {

    /// What is left of a TIME_WAIT that is too young to be used again (docs/linux/outside.md).
    private static final Duration NOT_REUSED = PortForecast.TIME_WAIT.minusSeconds(1);

    private record Path(String namespace, IpAddress source, TransportAddress destination) {}

    @Override
    public List<Draft> examine(Examination examination) {
        Map<Path, List<SocketSnapshot>> paths = callers(examination, examination.now.sockets());
        CheckUp before = examination.before();
        Map<Path, List<SocketSnapshot>> then = before == null ? Map.of() : callers(examination, before.sockets());
        List<Draft> drafts = new ArrayList<>();
        paths.forEach((path, sockets) -> {
            Draft draft = examine(examination, path, sockets, then.getOrDefault(path, List.of()));
            if (draft != null) drafts.add(draft);
        });
        return drafts;
    }

    private static Map<Path, List<SocketSnapshot>> callers(Examination examination, List<SocketSnapshot> sockets) {
        Map<Path, List<SocketSnapshot>> paths = new LinkedHashMap<>();
        Map<String, PortRange> ranges = new HashMap<>();
        for (SocketSnapshot socket : sockets) {
            TransportAddress remote = socket.remote();
            if (socket.protocol() != Protocol.TCP || remote == null || socket.state() == TcpState.SYN_RCVD) continue;
            PortRange range = ranges.computeIfAbsent(
                    socket.host(), name -> examination.facts(name).ports());
            boolean inRange =
                    socket.local().port() >= range.first() && socket.local().port() <= range.last();
            if (!inRange || examination.listenerAt(socket.host(), socket.local()) != null) continue;
            paths.computeIfAbsent(new Path(socket.host(), socket.local().ip(), remote), key -> new ArrayList<>())
                    .add(socket);
        }
        return paths;
    }

    private static @Nullable Draft examine(
            Examination examination, Path path, List<SocketSnapshot> sockets, List<SocketSnapshot> before) {
        PortRange range = examination.facts(path.namespace).ports();
        int capacity = range.size();
        if (capacity == 0 || sockets.size() * 4L < capacity) return null; // far from the end, whatever the rate
        PortForecast forecast = forecast(examination, path, capacity, sockets, before);
        Duration in = forecast.exhaustedIn(examination.thresholds.span("ports-forecast"));
        boolean isNearly = forecast.used() * 100L >= capacity * examination.thresholds.number("ports-percent");
        if (!isNearly && in == null) return null;
        boolean isGone = forecast.used() * 100L >= capacity * 98L;
        boolean isSoon = in != null && in.compareTo(Duration.ofMinutes(5)) <= 0;
        String rule = isGone ? "ports-exhausted" : in != null ? "ports-run-out" : "ports-nearly-exhausted";
        Draft draft = new Draft(rule, isGone || isSoon ? Severity.CRITICAL : Severity.WARNING, path.namespace)
                .about(sockets)
                .by(examination.partyOf(mostOf(sockets)), "programs that have closed them since")
                .fill("source", path.source.toString())
                .fill("destination", path.destination.toString())
                .fill("target", "dst " + path.destination)
                .fill("used", forecast.used())
                .fill("capacity", capacity)
                .fill("range", range.first() + " to " + range.last())
                .fill("in", in == null ? "more than 10 min" : PlainWords.duration(in))
                .seen(states(sockets));
        int reusable = sockets.size() - forecast.used();
        if (reusable > 0) {
            draft.seen(PlainWords.grouped(reusable)
                    + " more are in TIME-WAIT and not counted: Linux may give their ports" + " again (tcp_tw_reuse).");
        }
        if (forecast.closings() > 0) {
            draft.seen("In the last " + PortForecast.RECENT.toSeconds() + " s "
                    + rate(forecast.closings()) + " of them were closed in a second; each keeps its port for "
                    + PortForecast.TIME_WAIT.toSeconds() + " s after that.");
        }
        if (examination.hasBefore() && forecast.growth() > 0) {
            draft.seen("The open ones grow by " + rate(forecast.growth()) + " in a second.");
        }
        if (!range.reserved().isBlank()) draft.seen("Reserved and never given: " + range.reserved() + ".");
        return draft;
    }

    private static PortForecast forecast(
            Examination examination,
            Path path,
            int capacity,
            List<SocketSnapshot> sockets,
            List<SocketSnapshot> before) {
        boolean reuses = reusesTimeWaits(examination.facts(path.namespace), path);
        List<Duration> timeWaits = new ArrayList<>();
        for (SocketSnapshot socket : sockets) {
            Timer timer = socket.timer();
            if (socket.state() != TcpState.TIME_WAIT) continue;
            Duration left = timer == null ? PortForecast.TIME_WAIT : timer.expiresIn();
            if (!reuses || left.compareTo(NOT_REUSED) > 0) timeWaits.add(left);
        }
        int open = open(sockets);
        double seconds = examination.between().toMillis() / 1000.0;
        double growth = seconds < 0.5 ? 0 : Math.max(0, (open - open(before)) / seconds);
        double closings = reuses ? 0 : PortForecast.closings(timeWaits);
        return new PortForecast(capacity, open, growth, timeWaits, closings);
    }

    private static int open(List<SocketSnapshot> sockets) {
        return (int) sockets.stream()
                .filter(socket -> socket.state() != TcpState.TIME_WAIT)
                .count();
    }

    /// tcp_tw_reuse is 2 by default: for connections within the machine. A TIME_WAIT of more than a
    /// second's age, with timestamps, does not stand in the way of a new connection then.
    private static boolean reusesTimeWaits(MachineFacts facts, Path path) {
        if (facts.setting("tcp_timestamps").orElse(1) == 0) return false;
        long reuse = facts.setting("tcp_tw_reuse").orElse(2);
        boolean isWithin = path.source.equals(path.destination.ip())
                || path.source.isLoopback()
                || path.destination.ip().isLoopback();
        return reuse == 1 || reuse == 2 && isWithin;
    }

    /// Those of the process that has the most of them.
    private static List<SocketSnapshot> mostOf(List<SocketSnapshot> sockets) {
        Map<Long, List<SocketSnapshot>> byProcess = new HashMap<>();
        for (SocketSnapshot socket : sockets) {
            Owner owner = socket.owner();
            if (owner != null)
                byProcess.computeIfAbsent(owner.pid(), key -> new ArrayList<>()).add(socket);
        }
        return byProcess.values().stream()
                .max(java.util.Comparator.comparingInt(List::size))
                .orElse(List.of());
    }

    private static String states(List<SocketSnapshot> sockets) {
        Map<TcpState, Long> counts = sockets.stream()
                .collect(Collectors.groupingBy(SocketSnapshot::state, LinkedHashMap::new, Collectors.counting()));
        return "By state: "
                + counts.entrySet().stream()
                        .sorted(Map.Entry.<TcpState, Long>comparingByValue().reversed())
                        .map(each -> PlainWords.grouped(each.getValue()) + " "
                                + each.getKey().ssName())
                        .collect(Collectors.joining(", "))
                + ".";
    }

    private static String rate(double perSecond) {
        return perSecond >= 10
                ? PlainWords.grouped(Math.round(perSecond))
                : String.valueOf(Math.round(perSecond * 10) / 10.0);
    }
}
