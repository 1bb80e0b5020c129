package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The fields of `TCP_INFO` that measure time, in dialogues like those of docs/linux/info.md, where the lab's clock
/// is not exact.
class InfoTimesTest {

    @Test
    void sinceWhenNothingWasSentOrReceived() {
        Peer peer = Peer.established();
        peer.elapse(100).send("P. 1:11(10) ack 1 win 65535").elapse(30);
        peer.write(10);
        peer.elapse(7).send(". 11:11(0) ack 11 win 65535").elapse(5);
        TcpInfo info = peer.info();
        assertThat(info.last_data_recv()).isEqualTo(42);
        assertThat(info.last_data_sent()).isEqualTo(12);
        assertThat(info.last_ack_recv()).isEqualTo(5);
        assertThat(info.last_ack_sent()).isZero(); // Linux does not keep it
        assertThat(info.busy_time()).isEqualTo(7000);
    }

    /// "plain": more is written than the window takes; it closes; it opens.
    @Test
    void theTimeThatThePeersWindowIsTheLimit() {
        Peer peer = new Peer();
        peer.accept("<mss 1460>", 2000, 2);
        peer.write(5000);
        peer.elapse(24).send(". 1:1(0) ack 1001 win 0").elapse(10);
        assertThat(peer.info().rwnd_limited()).isEqualTo(34_000);
        assertThat(peer.info().busy_time()).isEqualTo(34_000);
        peer.send(". 1:1(0) ack 2001 win 65535").elapse(6);
        assertThat(peer.info().rwnd_limited()).isEqualTo(34_000);
        assertThat(peer.info().busy_time()).isEqualTo(40_000);
        peer.send(". 1:1(0) ack 5001 win 65535").elapse(50);
        assertThat(peer.info().busy_time()).isEqualTo(40_000);
    }

    @Test
    void theTimeLostWithTimeouts() {
        var peer = new Peer();
        peer.sysctl.tcp_early_retrans = 0;
        peer.accept("<mss 1460,sackOK>");
        peer.write(1000);
        peer.elapse(900).sent();
        // The first timeout was after 204 ms.
        TcpInfo during = peer.info();
        assertThat(during.total_rto()).isEqualTo(2);
        assertThat(during.total_rto_recoveries()).isEqualTo(1);
        assertThat(during.total_rto_time()).isEqualTo(696);
        peer.send(". 1:1(0) ack 1001 win 65535").elapse(300);
        peer.write(100);
        peer.elapse(2).send(". 1:1(0) ack 1101 win 65535").elapse(300);
        assertThat(peer.info().total_rto_time()).isEqualTo(696);
    }
}
