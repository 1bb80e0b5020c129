package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What the time is spent on (`tcpi_busy_time`, `tcpi_rwnd_limited`, `tcpi_sndbuf_limited`), in the kernel's own
/// dialogues.
class BusyTimeTest {

    private Peer peer;
    private int left;

    /// A program that waits for room until all is taken.
    private void keepWriting() {
        while (left > 0) {
            int count = peer.write(left);
            if (count <= 0) return;
            left -= count;
        }
    }

    private void ack(long millis, int to) {
        peer.elapse(millis);
        peer.send(". 1:1(0) ack " + to + " win 10000");
        if ((peer.connection.readiness() & Readiness.OUT) != 0) keepWriting();
        peer.sent();
    }

    /// As in docs/linux/info.md, "sndbuf_limited": a small buffer, set by the program, holds back a window that has
    /// grown beyond it.
    @Test
    void aSmallSendBufferIsTheLimit() {
        peer = new Peer();
        peer.sysctl.tcp_wmem[1] = 262_144;
        peer.connect();
        peer.sent();
        peer.elapse(10).send("S. 0:1(0) ack 1 win 10000 <mss 1000,sackOK,wscale 8>");
        peer.options.sendBuffer = 20_000;
        peer.optionsChanged();
        peer.sent();
        left = 150_000;
        keepWriting();
        // ACK, milliseconds before it; then the congestion window, segments in flight, bytes not sent
        int[][] steps = {
            {1, 0, 10, 10, 5000},
            {10_001, 10, 20, 20, 65_000},
            {30_001, 10, 40, 40, 25_000},
            {70_001, 10, 80, 25, 0},
            {95_001, 20, 80, 55, 0},
        };
        for (int[] step : steps) {
            if (step[0] > 1) ack(step[1], step[0]);
            TcpInfo info = peer.info();
            assertThat(new int[] {info.snd_cwnd(), info.unacked(), info.notsent_bytes()})
                    .as("ack " + step[0])
                    .containsExactly(step[2], step[3], step[4]);
        }
        assertThat(left).isZero();
        assertThat(peer.info().sndbuf_limited()).isEqualTo(20_000);
        assertThat(peer.info().busy_time()).isEqualTo(50_000);
        ack(20, 150_001);
        assertThat(peer.info().sndbuf_limited()).isEqualTo(20_000);
        assertThat(peer.info().busy_time()).isEqualTo(70_000);
        assertThat(peer.info().rwnd_limited()).isZero();
        peer.checkReleased();
    }
}
