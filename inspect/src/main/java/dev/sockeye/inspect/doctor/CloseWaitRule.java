package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.CloseWait;
import dev.sockeye.inspect.CloseWaits;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Signs;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The peer has closed, the program has not: a leak, a stuck thread, or nothing of the kind.
final class CloseWaitRule implements Rule {

    private static final String READ_END = "read the end of the stream", READ_ALL = "has read all of it";

    private record Sort(Case matter, CloseWait kind) {}

    private record Sick(SocketSnapshot socket, Age age) {}

    @Override
    public List<Draft> examine(Examination examination) {
        var limits = new CloseWaits.Limits(
                examination.thresholds.span("close-wait"), examination.thresholds.number("farewell"));
        Map<Sort, List<Sick>> cases = new LinkedHashMap<>();
        for (SocketSnapshot socket : examination.in(TcpState.CLOSE_WAIT)) {
            Age age = sinceFin(examination, socket);
            CloseWait kind = oneOfItsRule(CloseWaits.of(socket, examination.around, age.atLeast(), limits));
            if (kind.rule().isEmpty()) continue;
            if (!age.isAtLeast(
                    examination.thresholds.span(kind == CloseWait.NEVER_ACCEPTED ? "not-accepted" : "close-wait")))
                continue;
            cases.computeIfAbsent(new Sort(Case.of(examination, socket), kind), key -> new ArrayList<>())
                    .add(new Sick(socket, age));
        }
        List<Draft> drafts = new ArrayList<>();
        cases.forEach((key, sick) -> drafts.add(draft(examination, key, sick)));
        return drafts;
    }

    /// Kinds that one rule speaks of are one finding.
    private static CloseWait oneOfItsRule(CloseWait kind) {
        return switch (kind) {
            case ALL_READ -> CloseWait.EOF_READ;
            case WRITES_ON, NEVER_READ -> CloseWait.NOT_READ_SINCE;
            default -> kind;
        };
    }

    /// How long ago the peer closed. History knows to the moment. Without it: the FIN came with the
    /// last acknowledgment or before, and after the last data, or with it. Keepalive's probes move the
    /// former on, never the latter.
    private static Age sinceFin(Examination examination, SocketSnapshot socket) {
        Instant closed = socket.peerClosedAt();
        if (closed != null) return Age.exactly(socket.age(closed));
        SocketSnapshot before = examination.before(socket);
        boolean wasBefore = before != null && before.state() == TcpState.CLOSE_WAIT;
        Duration watched = wasBefore ? examination.between() : Duration.ZERO;
        TcpInfo info = socket.info();
        if (info == null) return new Age(watched, null);
        Duration least = Signs.sinceAck(info);
        Duration most = Signs.sinceDataReceived(info);
        if (least.compareTo(watched) < 0) least = watched;
        return new Age(least, most.compareTo(least) < 0 ? null : most);
    }

    private static Draft draft(Examination examination, Sort key, List<Sick> all) {
        List<Sick> sick = new ArrayList<>(all);
        sick.sort(Comparator.comparing((Sick each) -> each.age.atLeast()).reversed());
        Sick oldest = sick.getFirst();
        List<SocketSnapshot> sockets = sick.stream().map(Sick::socket).toList();
        boolean haveSeenEnd = sockets.stream().allMatch(CloseWaits::hasSeenEnd);
        Party party = key.kind == CloseWait.NEVER_ACCEPTED
                ? examination.partyOf(examination.listenerAt(key.matter.namespace(), oldest.socket.local()))
                : examination.partyOf(sockets);
        boolean isForgottenPool = key.kind == CloseWait.POOLED && isTooMuchForPool(examination, oldest, sick.size());
        String rule = isForgottenPool ? "close-wait-forgotten-pool" : key.kind.rule();
        Draft draft = new Draft(rule, severity(examination, key, sick, party, isForgottenPool), key.matter.namespace())
                .about(sockets)
                .by(party)
                .since(oldest.age)
                .fill("where", key.matter.where(sockets))
                .fill("target", key.matter.filter())
                .fill("up_to", haveSeenEnd ? READ_END : READ_ALL)
                .fill("unread", PlainWords.count(unread(sockets), "byte", "bytes"))
                .fill("sent", PlainWords.count(sent(sockets), "byte", "bytes"));
        if (key.kind == CloseWait.POOLED && !isForgottenPool) draft.harmless();
        draft.seen(recvQ(sick, haveSeenEnd));
        tell(examination, draft, key, sick, party);
        return draft;
    }

    private static boolean isTooMuchForPool(Examination examination, Sick oldest, int count) {
        return count > examination.thresholds.number("pool-size")
                || oldest.age.isAtLeast(examination.thresholds.span("pool-age"));
    }

    private static Severity severity(
            Examination examination, Sort key, List<Sick> sick, @Nullable Party party, boolean isForgottenPool) {
        Age oldest = sick.getFirst().age;
        if (key.kind == CloseWait.POOLED) return isForgottenPool ? Severity.WARNING : Severity.NOTE;
        boolean isReader = key.kind == CloseWait.NOT_READ_SINCE || key.kind == CloseWait.UNREAD_DATA;
        boolean mayAnswer = key.kind == CloseWait.HALF_CLOSED || key.kind == CloseWait.ANSWER_OWED;
        boolean maybeBusy = mayAnswer || isReader && sick.size() < 10;
        if (maybeBusy && !oldest.isAtLeast(examination.thresholds.span("busy"))) {
            return Severity.NOTE;
        }
        return isUsingUpDescriptors(examination, party, sick.size()) ? Severity.CRITICAL : Severity.WARNING;
    }

    /// Half of what the process may have open is gone.
    private static boolean isUsingUpDescriptors(Examination examination, @Nullable Party party, int count) {
        if (party == null || count < examination.thresholds.number("leak")) return false;
        long limit = examination.process(party.pid()).openFilesLimit();
        return limit > 0 && count * 2L >= limit;
    }

    // ---------------------------------------------------------------- what is said

    private static long unread(List<SocketSnapshot> sockets) {
        return sockets.stream()
                .mapToLong(socket -> Math.max(0, socket.recvQ() - 1))
                .sum();
    }

    private static long sent(List<SocketSnapshot> sockets) {
        long sum = 0;
        for (SocketSnapshot socket : sockets) {
            TcpInfo info = socket.info();
            if (info != null) sum += info.bytes_sent();
        }
        return sum;
    }

    private static void tell(Examination examination, Draft draft, Sort key, List<Sick> sick, @Nullable Party party) {
        Sick oldest = sick.getFirst();
        SocketSnapshot socket = oldest.socket;
        tellOfAge(draft, oldest);
        TcpInfo info = socket.info();
        if (info != null && info.bytes_sent() > 0) {
            draft.seen("The program last sent " + PlainWords.duration(Signs.sinceDataSent(info)) + " ago.");
        }
        if (party == null) return;
        if (!party.handles().isEmpty() && key.kind != CloseWait.NEVER_ACCEPTED)
            draft.seen("Held by " + String.join(", ", party.handles())
                    + (party.handles().size() < sick.size() ? " ..." : "") + " of process " + party.pid() + ".");
        if (!party.alsoHeldBy().isEmpty() && key.kind != CloseWait.NEVER_ACCEPTED) {
            draft.seen("Process " + party.alsoHeldBy().getFirst().pid() + " ("
                    + party.alsoHeldBy().getFirst().program() + ") holds the oldest too"
                    + (party.alsoHeldBy().size() > 1 ? ", and others" : "")
                    + ": a connection ends only when all have closed it.");
        }
        tellOfLimit(examination, draft, party, sick.size());
        tellOfGrowth(examination, draft, sick);
    }

    private static void tellOfAge(Draft draft, Sick oldest) {
        TcpInfo info = oldest.socket.info();
        if (oldest.socket.peerClosedAt() != null) {
            draft.seen("The peer's FIN came " + oldest.age.words() + " ago: the change of state was recorded.");
        } else if (info == null || Signs.sinceAck(info).compareTo(oldest.age.atLeast()) < 0) {
            draft.seen("It was in CLOSE-WAIT at the first look already.");
        } else {
            draft.seen("The last acknowledgment came " + PlainWords.duration(Signs.sinceAck(info))
                    + " ago, so that the FIN is at least as old; the last data came "
                    + PlainWords.duration(Signs.sinceDataReceived(info)) + " ago.");
        }
    }

    private static String recvQ(List<Sick> sick, boolean haveSeenEnd) {
        long least = sick.stream().mapToLong(each -> each.socket.recvQ()).min().orElse(0);
        long most = sick.stream().mapToLong(each -> each.socket.recvQ()).max().orElse(0);
        if (most == 0) {
            return haveSeenEnd
                    ? "Recv-Q is 0: all data was read, and the end of the stream after it."
                    : "Recv-Q is 0: all data was read. The end came with it or soon after, so that it cannot be told"
                            + " whether the program has seen that too.";
        }
        if (most == 1 && least == 1)
            return "Recv-Q is 1: all data was read, the end of the stream (which counts 1) was not.";
        String range = least == most ? String.valueOf(most) : least + " to " + most;
        return "Recv-Q is " + range + ": bytes that nobody has read, and the end of the stream, which counts 1.";
    }

    private static void tellOfLimit(Examination examination, Draft draft, Party party, int count) {
        long limit = examination.process(party.pid()).openFilesLimit();
        if (limit > 0 && count * 10L >= limit) {
            draft.seen("They take " + count + " of the " + PlainWords.grouped(limit)
                    + " descriptors that the process may have.");
        }
    }

    private static void tellOfGrowth(Examination examination, Draft draft, List<Sick> sick) {
        if (!examination.hasBefore()) return;
        long fresh = sick.stream()
                .filter(each -> {
                    SocketSnapshot before = examination.before(each.socket);
                    return before == null || before.state() != TcpState.CLOSE_WAIT;
                })
                .count();
        if (fresh > 0) {
            draft.seen("In the " + PlainWords.duration(examination.between()) + " between the two looks " + fresh
                    + " more of them came.");
        }
    }
}
