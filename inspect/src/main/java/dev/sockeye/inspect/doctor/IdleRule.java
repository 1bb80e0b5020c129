package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Signs;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.cure.KnownKeepalive;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Connections on which nothing has happened for so long that the peer may be gone, without a timer
/// that would notice. A peer on this machine is there, and is no matter for this rule.
final class IdleRule implements Rule {

    @Override
    public List<Draft> examine(Examination examination) {
        Duration idle = examination.thresholds.span("idle");
        List<SocketSnapshot> silent = examination.in(TcpState.ESTABLISHED).stream()
                .filter(socket -> isUnguarded(socket, idle) && examination.peerOf(socket) == null)
                .sorted(Comparator.comparing(IdleRule::silence).reversed())
                .toList();
        List<Draft> drafts = new ArrayList<>();
        Case.sort(examination, silent).forEach((matter, sockets) -> {
            SocketSnapshot oldest = sockets.getFirst();
            drafts.add(new Draft("idle-unguarded", Severity.NOTE, matter.namespace())
                    .about(sockets)
                    .by(examination.partyOf(sockets))
                    .since(Age.exactly(silence(oldest)))
                    .fill("where", matter.where(sockets))
                    .fill("target", matter.filter())
                    .seen(
                            sockets.stream().allMatch(KnownKeepalive::isKnown)
                                    ? "Keepalive is off, as the sockets themselves say, and nothing waits to be acknowledged."
                                    : "No timer runs: keepalive is off, and nothing waits to be acknowledged.")
                    .seen("The last segment came or went " + PlainWords.duration(silence(oldest)) + " ago."));
        });
        return drafts;
    }

    /// Whether it would be accused, as far as can be seen of it alone.
    static boolean isUnguarded(SocketSnapshot socket, Duration idle) {
        return socket.state() == TcpState.ESTABLISHED
                && socket.holder() == Holder.PROGRAM
                && socket.timer() == null
                && !Boolean.TRUE.equals(socket.settings().keepAlive())
                && socket.sendQ() == 0
                && isSilent(socket, idle);
    }

    private static boolean isSilent(SocketSnapshot socket, Duration idle) {
        return socket.info() != null && Signs.isAtLeast(silence(socket), idle);
    }

    private static Duration silence(SocketSnapshot socket) {
        Duration silence = Signs.silence(socket);
        return silence == null ? Duration.ZERO : silence;
    }
}
