package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Signs;
import dev.sockeye.inspect.SocketMemory;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What holds a busy sender back, as the kernel's own clocks tell (`busy_time`, `rwnd_limited`,
/// `sndbuf_limited`): the peer's window, our send buffer, or the network. Something always does; it is
/// worth a word only where a setting makes a long path slow.
final class TransferRule implements Rule {

    /// The path alone, without the queues on it (`min_rtt`): on a shorter one a buffer fills and
    /// empties faster than anybody waits for it.
    private static final Duration LONG_PATH = Duration.ofMillis(5);

    /// What holds it back, by the heading of its words.
    private enum Brake {
        SEND_BUFFER("send-buffer-small"),
        PEER_WINDOW("peer-window-small");

        final String rule;

        Brake(String rule) {
            this.rule = rule;
        }
    }

    private record Held(Case matter, Brake brake) {}

    @Override
    public List<Draft> examine(Examination examination) {
        Map<Held, List<SocketSnapshot>> held = new LinkedHashMap<>();
        for (SocketSnapshot socket : examination.in(TcpState.ESTABLISHED)) {
            Brake brake = brake(examination, socket);
            if (brake == null) continue;
            held.computeIfAbsent(new Held(Case.of(examination, socket), brake), key -> new ArrayList<>())
                    .add(socket);
        }
        List<Draft> drafts = new ArrayList<>();
        held.forEach((each, sockets) -> drafts.add(draft(examination, each, sockets)));
        return drafts;
    }

    /// Over the connection's life: what it has been busy for, and how much of that it was held back.
    private static @Nullable Brake brake(Examination examination, SocketSnapshot socket) {
        TcpInfo info = socket.info();
        if (info == null) return null;
        Duration busy = Duration.ofNanos(info.busy_time() * 1000);
        Duration transfer = examination.thresholds.span("transfer");
        boolean isAtWork =
                busy.compareTo(transfer) >= 0 && Signs.sinceDataSent(info).compareTo(transfer) < 0;
        if (!isAtWork || micros(info.min_rtt()).compareTo(LONG_PATH) < 0) return null;
        // Who fills his window and waits for nothing else is held back by it; a peer that does not read
        // is another matter.
        long percent = examination.thresholds.number("limited-percent");
        if (info.sndbuf_limited() * 100 >= info.busy_time() * percent) return Brake.SEND_BUFFER;
        boolean fills = info.snd_wnd() > 0 && info.bytes_acked() > 16L * info.snd_wnd();
        return fills && info.rwnd_limited() * 100 >= info.busy_time() * percent ? Brake.PEER_WINDOW : null;
    }

    private static Duration micros(int field) {
        return Duration.ofNanos((field & 0xffff_ffffL) * 1000);
    }

    private static Draft draft(Examination examination, Held held, List<SocketSnapshot> sockets) {
        SocketSnapshot first = sockets.getFirst();
        TcpInfo info = java.util.Objects.requireNonNull(first.info());
        KernelDetail kernel = first.kernel();
        SocketMemory memory = kernel == null ? null : kernel.memory();
        long limited = held.brake == Brake.SEND_BUFFER ? info.sndbuf_limited() : info.rwnd_limited();
        Draft draft = new Draft(held.brake.rule, Severity.NOTE, held.matter.namespace())
                .about(sockets)
                .by(examination.partyOf(sockets))
                .fill("where", held.matter.where(sockets))
                .fill("target", held.matter.filter())
                .fill("share", AmountWords.percent(limited, info.busy_time()))
                .fill("rtt", PlainWords.duration(micros(info.rtt())))
                .fill("window", AmountWords.bytes(info.snd_wnd() & 0xffff_ffffL))
                .fill("buffer", memory == null ? "unknown" : AmountWords.bytes(memory.sendBuffer()))
                .seen("Busy sending for " + PlainWords.duration(micros64(info.busy_time())) + ", of which "
                        + PlainWords.duration(micros64(limited)) + " held back by "
                        + (held.brake == Brake.SEND_BUFFER ? "the send buffer." : "the peer's window."))
                .seen("Round trip " + PlainWords.duration(micros(info.rtt())) + ", congestion window " + info.snd_cwnd()
                        + " segments of " + info.snd_mss() + " bytes.");
        if (info.min_rtt() > 0 && info.delivery_rate() > 0) {
            draft.seen("Delivered lately: " + PlainWords.grouped(info.delivery_rate() / 1000) + " kB/s.");
        }
        return draft;
    }

    private static Duration micros64(long micros) {
        return Duration.ofNanos(micros * 1000);
    }
}
