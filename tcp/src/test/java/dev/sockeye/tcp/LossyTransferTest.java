package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Data through a wire that loses, reorders and repeats segments arrives whole and in order, whatever the options.
class LossyTransferTest {

    /// What flies: a segment, and when it arrives.
    private record Flying(Pair.Copy copy, Pair.End from, long at, int order) {}

    /// One way of the conversation: what is still to be written, and what has been read.
    private static final class Flow {
        final Pair.End from;
        final Pair.End to;
        final int total;
        int written;
        int read;
        boolean ended;

        Flow(Pair.End from, Pair.End to, int total) {
            this.from = from;
            this.to = to;
            this.total = total;
        }

        static byte at(int i) {
            return (byte) (i * 31 + (i >>> 8) * 7 + (i >>> 16));
        }
    }

    private final Pair pair = Pair.closed();
    private final List<Flying> air = new ArrayList<>();
    private SplittableRandom random = new SplittableRandom();
    private double loss;
    private double repeat;
    private double reorder;
    private int order;

    @ParameterizedTest(name = "seeds {0} to {0} + 49")
    @ValueSource(ints = {0, 50, 100, 150})
    void everythingArrives(int first) {
        for (int seed = first; seed < first + 50; seed++) {
            try {
                new LossyTransferTest().run(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private void run(int seed) {
        random = new SplittableRandom(seed);
        choose();
        pair.open();
        var flows = List.of(
                new Flow(pair.a, pair.b, random.nextInt(400_000)), new Flow(pair.b, pair.a, random.nextInt(100_000)));
        long end = pair.now + Duration.ofHours(2).toNanos();
        while (pair.now < end && !flows.stream().allMatch(flow -> flow.ended)) {
            for (Flow flow : flows) {
                program(flow);
            }
            tick();
        }
        for (Flow flow : flows) {
            assertThat(flow.read).as("bytes read by " + flow.to.name).isEqualTo(flow.total);
            assertThat(flow.ended).as("end of stream at " + flow.to.name).isTrue();
        }
        air.forEach(flying -> flying.copy.release(flying.from));
        pair.a.abort();
        pair.b.abort();
        pair.checkReleased();
    }

    private void choose() {
        double[] rates = {0, 0.001, 0.02, 0.1, 0.25};
        loss = rates[random.nextInt(rates.length)];
        repeat = random.nextInt(3) == 0 ? 0.05 : 0;
        reorder = rates[random.nextInt(4)];
        pair.sysctl.tcp_sack = random.nextInt(4) == 0 ? 0 : 1;
        pair.sysctl.tcp_timestamps = random.nextInt(2);
        pair.sysctl.tcp_window_scaling = random.nextInt(4) == 0 ? 0 : 1;
        pair.sysctl.tcp_recovery = random.nextInt(4) == 0 ? 0 : 1;
        pair.sysctl.tcp_congestion_control = random.nextInt(2) == 0 ? "cubic" : "reno";
        for (Pair.End end : List.of(pair.a, pair.b)) {
            end.options.noDelay = random.nextBoolean();
            // Two segments at least: in less, Linux's window (`__tcp_select_window`) may stay a small one for hours.
            if (random.nextInt(3) == 0) end.options.receiveBuffer = 4096 + random.nextInt(20_000);
            if (random.nextInt(3) == 0) end.options.sendBuffer = 4608 + random.nextInt(20_000);
        }
        pair.delay = Duration.ofMillis(1 + random.nextInt(80));
    }

    /// Writes and reads at random; closes its side when all is written.
    private void program(Flow flow) {
        if (flow.written < flow.total) {
            byte[] bytes = new byte
                    [Math.min(flow.total - flow.written, 1 + random.nextInt(random.nextInt(3) == 0 ? 30_000 : 900))];
            for (int i = 0; i < bytes.length; i++) bytes[i] = Flow.at(flow.written + i);
            int count = flow.from.write(bytes);
            if (count > 0) flow.written += count;
            if (flow.written == flow.total) flow.from.shutdown(Shutdown.WRITE);
        } else if (flow.total == 0 && flow.written == 0) {
            flow.from.shutdown(Shutdown.WRITE);
            flow.written = 1;
        }
        if (random.nextInt(3) == 0) return;
        int result = flow.to.readResult(Connection.MSG_PEEK);
        if (result == 0) {
            flow.ended = true;
        } else if (result > 0) {
            byte[] bytes = flow.to.readBytes(1 + random.nextInt(20_000));
            for (byte each : bytes) {
                assertThat(each).as("byte " + flow.read).isEqualTo(Flow.at(flow.read));
                flow.read++;
            }
        }
    }

    /// On to the next event.
    private void tick() {
        launch(pair.a);
        launch(pair.b);
        long next = Math.min(pair.a.connection.nextDeadline(), pair.b.connection.nextDeadline());
        for (Flying flying : air) next = Math.min(next, flying.at);
        pair.now = Math.max(pair.now, Math.min(next, pair.now + 50_000_000L));
        var arriving = air.stream()
                .filter(flying -> flying.at <= pair.now)
                .sorted(Comparator.comparingLong(Flying::at).thenComparingInt(Flying::order))
                .toList();
        air.removeAll(arriving);
        for (Flying flying : arriving) {
            Pair.End to = flying.from == pair.a ? pair.b : pair.a;
            if (to.timeWait == null) to.deliver(flying.copy.segment);
            flying.copy.release(flying.from);
        }
        for (Pair.End end : List.of(pair.a, pair.b)) {
            if (end.connection.nextDeadline() > pair.now) continue;
            end.connection.onTimer(pair.now);
            end.flush();
        }
    }

    private void launch(Pair.End from) {
        while (!from.wire.isEmpty()) {
            Pair.Copy copy = from.wire.remove();
            if (random.nextDouble() < loss) {
                copy.release(from);
                continue;
            }
            if (random.nextDouble() < repeat) fly(new Pair.Copy(copy.segment, copy.sentAt), from);
            fly(copy, from);
        }
    }

    private void fly(Pair.Copy copy, Pair.End from) {
        long extra = random.nextDouble() < reorder ? random.nextLong(pair.delay.toNanos() * 2) : 0;
        air.add(new Flying(copy, from, pair.now + pair.delay.toNanos() + extra, order++));
    }
}
