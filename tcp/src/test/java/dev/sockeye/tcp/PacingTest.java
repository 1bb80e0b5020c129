package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Pacing as Linux's TCP does it by itself: `SO_MAX_PACING_RATE` on a connection of ten segments of 1000 bytes a
/// window and a round trip of 50 ms.
class PacingTest {

    private final SegmentFlight sender = new SegmentFlight();

    private SegmentFlight pacedAt(long bytesPerSecond) {
        sender.peer.options.maxPacingRate = bytesPerSecond;
        return sender;
    }

    /// The first window leaves at once, whatever the rate: its round trip is not known yet.
    @Test
    void theInitialWindowIsABurst() {
        pacedAt(100_000).open().write(30).sends(1, 10, "cwnd 10, ssthresh none, in flight 10, lost 0, Open");
        sender.silentFor(40);
    }

    /// 100 kB/s: a segment of 1000 bytes each 10 ms, two of them (`tcp_min_tso_segs`) each 20 ms.
    @Test
    void afterwardsEachBurstIsFollowedByThePauseThatItsBytesTake() {
        pacedAt(100_000).start(30);
        sender.ack(11).sends(11, 12, "cwnd 20, ssthresh none, in flight 2, lost 0, Open");
        // The pause before these was over long ago: half of the next one is made up for; 2 ms of it have passed.
        sender.after(8).sends(13, 14, "cwnd 20, ssthresh none, in flight 4, lost 0, Open");
        for (int n = 15; n <= 29; n += 2) {
            sender.after(20).sends(n, n + 1, "cwnd 20, ssthresh none, in flight " + (n - 9) + ", lost 0, Open");
        }
        assertThat(sender.peer.info().pacing_rate()).isEqualTo(100_000);
        assertThat(sender.peer.info().max_pacing_rate()).isEqualTo(100_000);
    }
}
