package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Signs;
import dev.sockeye.inspect.SocketMemory;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Transfers that stand still because somebody does not read: the peer (its window is shut), or our
/// program (its receive queue is full). A short stop is how TCP keeps a fast sender from flooding a
/// slow reader, and no matter for a rule.
final class WindowRule implements Rule {

    /// From when on a stop is no longer somebody's pause.
    private static final Duration LONG = Duration.ofMinutes(5);

    @Override
    public List<Draft> examine(Examination examination) {
        List<Draft> drafts = new ArrayList<>();
        Duration limit = examination.thresholds.span("no-window");
        List<SocketSnapshot> shut = Stream.of(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT)
                .flatMap(state -> examination.in(state).stream())
                .filter(socket -> Signs.has(socket, Timer.Kind.PERSIST) && Signs.isAtLeast(stopped(socket), limit))
                .sorted(Comparator.comparing(WindowRule::stopped).reversed())
                .toList();
        Case.sort(examination, shut)
                .forEach((matter, sockets) -> drafts.add(peerDoesNotRead(examination, matter, sockets)));
        List<SocketSnapshot> unread = examination.in(TcpState.ESTABLISHED).stream()
                .filter(socket -> isUnread(examination, socket, limit))
                .sorted(Comparator.comparing(WindowRule::unreadFor).reversed())
                .toList();
        Case.sort(examination, unread)
                .forEach((matter, sockets) -> drafts.add(programDoesNotRead(examination, matter, sockets)));
        return drafts;
    }

    // ---------------------------------------------------------------- the peer's program

    /// Since data last could be sent; probes of a shut window carry none.
    private static Duration stopped(SocketSnapshot socket) {
        TcpInfo info = socket.info();
        return info == null ? Duration.ZERO : Signs.sinceDataSent(info);
    }

    private static Draft peerDoesNotRead(Examination examination, Case matter, List<SocketSnapshot> sockets) {
        SocketSnapshot oldest = sockets.getFirst();
        SocketSnapshot peer = examination.peerOf(oldest);
        Party reader = examination.partyOf(peer);
        Timer timer = oldest.timer();
        Severity severity = Signs.isAtLeast(stopped(oldest), LONG) ? Severity.WARNING : Severity.NOTE;
        Draft draft = new Draft("peer-does-not-read", severity, matter.namespace())
                .about(sockets)
                .by(examination.partyOf(sockets))
                .since(Age.exactly(stopped(oldest)))
                .fill("where", matter.where(sockets))
                .fill("target", matter.filter())
                .fill(
                        "waiting",
                        AmountWords.bytes(sockets.stream()
                                .mapToLong(SocketSnapshot::sendQ)
                                .sum()))
                .fill("reader", reader == null ? "the program on the other side" : reader.words())
                .seen("The peer's window is shut; it was asked " + (timer == null ? 0 : timer.count())
                        + " times in a row whether it has opened.");
        if (peer != null && reader != null) {
            draft.seen("The other end is on this machine: " + reader.words() + " has " + AmountWords.bytes(peer.recvQ())
                    + " unread.");
        }
        return draft;
    }

    // ---------------------------------------------------------------- ours

    /// As long as anything is unread, the last bytes that came are: so unread data is at least as old
    /// as those.
    private static Duration unreadFor(SocketSnapshot socket) {
        TcpInfo info = socket.info();
        return info == null ? Duration.ZERO : Signs.sinceDataReceived(info);
    }

    private static boolean isUnread(Examination examination, SocketSnapshot socket, Duration limit) {
        TcpInfo info = socket.info();
        if (info == null || socket.holder() != Holder.PROGRAM || socket.recvQ() == 0) return false;
        // Some bytes on an idle connection are nothing: a session ticket, a farewell. The peer must be
        // held up.
        KernelDetail kernel = socket.kernel();
        SocketMemory memory = kernel == null ? null : kernel.memory();
        boolean isFull = memory != null && memory.received() * 2 >= memory.receiveBuffer();
        boolean holdsUp = isFull || socket.recvQ() >= examination.thresholds.number("unread");
        return holdsUp && Signs.isAtLeast(unreadFor(socket), limit);
    }

    private static Draft programDoesNotRead(Examination examination, Case matter, List<SocketSnapshot> sockets) {
        SocketSnapshot oldest = sockets.getFirst();
        SocketSnapshot peer = examination.peerOf(oldest);
        Party writer = examination.partyOf(peer);
        Severity severity = Signs.isAtLeast(unreadFor(oldest), LONG) ? Severity.WARNING : Severity.NOTE;
        long bytes = sockets.stream().mapToLong(SocketSnapshot::recvQ).sum();
        Draft draft = new Draft("program-does-not-read", severity, matter.namespace())
                .about(sockets)
                .by(examination.partyOf(sockets))
                .since(new Age(unreadFor(oldest), null))
                .fill("where", matter.where(sockets))
                .fill("target", matter.filter())
                .fill("unread", AmountWords.bytes(bytes))
                .seen("The last data came " + PlainWords.duration(unreadFor(oldest)) + " ago and is unread still.");
        if (peer != null && writer != null && peer.sendQ() > 0) {
            draft.seen("The other end is on this machine: " + writer.words() + " has " + AmountWords.bytes(peer.sendQ())
                    + " waiting to be sent.");
        }
        return draft;
    }
}
