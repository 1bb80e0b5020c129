package dev.sockeye.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.sim.junit.Simulated;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import java.time.Duration;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/// What a connection makes of machines that die and cables that are cut, at Linux's times.
@NullMarked
class FaultsTest {

    private static final byte[] WORD = new byte[4];

    private @Nullable Network net;
    private @Nullable Machine a;
    private @Nullable Machine b;
    private @Nullable Cable cable;
    private @Nullable Listening listening;
    private @Nullable Stream client;
    private @Nullable Stream server;

    @BeforeEach
    void nothingYet() {
        server = null;
    }

    private static <T> T the(@Nullable T thing) {
        if (thing == null) throw new IllegalStateException("not established yet");
        return thing;
    }

    /// Two machines, 20 ms apart and back, and an established connection between them.
    private void established(Network network) {
        net = network;
        a = network.machine("a");
        b = network.machine("b");
        cable = network.connect(a, b, "delay 10ms");
        listening = b.listen(80, 5);
        client = a.connect(b.at(80), Program.IDLE);
        network.advance(Duration.ofSeconds(1));
        server = listening.accept();
        assertThat(the(client).state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(the(server).state()).isEqualTo(TcpState.ESTABLISHED);
    }

    private void everybodyCloses() {
        if (the(client).isAlive()) the(client).close();
        if (the(server).isAlive()) the(server).close();
        if (the(listening).isAlive()) the(listening).close();
        the(net).advance(Duration.ofHours(1));
    }

    @Simulated
    void anIdleConnectionNeverNoticesThatThePeerHasVanished(Network network) {
        established(network);
        the(b).vanish();
        network.advance(Duration.ofDays(30));
        assertThat(the(client).state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(the(client).readiness() & Readiness.IN).isZero();
        everybodyCloses();
    }

    /// tcp_keepalive_time 7200 s, then 9 probes at intervals of 75 s.
    @Simulated
    void keepaliveNoticesAfterTwoHoursElevenMinutesAndAQuarter(Network network) {
        established(network);
        the(client).options(options -> options.keepAlive = true);
        the(b).vanish();
        int seconds = 7200 + 9 * 75;
        network.advance(Duration.ofSeconds(seconds - 2));
        assertThat(the(client).state()).isEqualTo(TcpState.ESTABLISHED);
        network.advance(Duration.ofSeconds(3));
        assertThat(the(client).state()).isEqualTo(TcpState.CLOSED);
        assertThat(the(client).read(WORD)).isEqualTo(Errno.ETIMEDOUT.asResult());
        everybodyCloses();
    }

    /// tcp_retries2 15: 924.6 s with an RTO of 200 ms, and more with a longer one.
    /// RFC 9293 3.8.3, SHLD-11
    @Simulated
    void dataInFlightToAVanishedPeerTimesOutInAboutAQuarterOfAnHour(Network network) {
        established(network);
        the(b).vanish();
        the(client).write(WORD);
        network.advance(Duration.ofMinutes(15));
        assertThat(the(client).state()).isEqualTo(TcpState.ESTABLISHED);
        network.advance(Duration.ofMinutes(5));
        assertThat(the(client).state()).isEqualTo(TcpState.CLOSED);
        assertThat(the(client).read(WORD)).isEqualTo(Errno.ETIMEDOUT.asResult());
        everybodyCloses();
    }

    @Simulated
    void aRebootedPeerAnswersWithAReset(Network network) {
        established(network);
        the(b).reboot();
        network.advance(Duration.ofHours(1));
        assertThat(the(client).state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(the(client).write(WORD)).isEqualTo(4);
        network.advance(Duration.ofSeconds(1));
        assertThat(the(client).read(WORD)).isEqualTo(Errno.ECONNRESET.asResult());
        everybodyCloses();
    }

    @Simulated
    void aTransferSurvivesACutOfTenMinutes(Network network) {
        established(network);
        network.after(Duration.ofMillis(5), the(cable)::cut);
        network.after(Duration.ofMinutes(10), the(cable)::heal);
        assertThat(the(client).write(WORD)).isEqualTo(4);
        network.advance(Duration.ofMinutes(9));
        assertThat(the(server).read(WORD)).isEqualTo(Errno.EAGAIN.asResult());
        network.advance(Duration.ofMinutes(3));
        assertThat(the(server).read(WORD)).isEqualTo(4);
        everybodyCloses();
    }

    /// The window closes; probes keep the connection alive for as long as the peer answers them.
    /// RFC 9293 3.8.6.1, MAY-8, MUST-37
    @Simulated
    void aProgramThatNeverReadsHoldsTheWriterUpForEver(Network network) {
        established(network);
        byte[] piece = new byte[1 << 16];
        int stuck = 0;
        for (int i = 0; i < 2000 && stuck < 10; i++) {
            stuck = the(client).write(piece) < 0 ? stuck + 1 : 0;
            network.advance(Duration.ofMillis(100));
        }
        assertThat(stuck).isEqualTo(10);
        network.advance(Duration.ofDays(1));
        assertThat(the(client).state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(the(client).write(piece)).isEqualTo(Errno.EAGAIN.asResult());
        while (the(server).read(piece) > 0) {
            // What has piled up is read, and the window opens.
        }
        network.advance(Duration.ofMinutes(3));
        assertThat(the(client).write(piece)).isPositive();
        everybodyCloses();
    }

    @Simulated
    void aSynToAMachineThatIsOffTimesOut(Network network) {
        Machine here = network.machine("a");
        Machine there = network.machine("b");
        network.connect(here, there, "delay 10ms");
        there.vanish();
        Stream stream = here.connect(there.at(80), Program.IDLE);
        network.advance(Duration.ofMinutes(1));
        assertThat(stream.state()).isEqualTo(TcpState.SYN_SENT);
        network.advance(Duration.ofSeconds(200));
        assertThat(stream.state()).isEqualTo(TcpState.CLOSED);
        assertThat(stream.takeError()).isEqualTo(Errno.ETIMEDOUT.number());
        stream.close();
    }

    @Simulated
    void aSynToAMachineWithoutAListenerIsRefused(Network network) {
        Machine here = network.machine("a");
        Machine there = network.machine("b");
        network.connect(here, there, "delay 10ms");
        Stream stream = here.connect(there.at(80), Program.IDLE);
        network.advance(Duration.ofMillis(21));
        assertThat(stream.takeError()).isEqualTo(Errno.ECONNREFUSED.number());
        stream.close();
    }
}
