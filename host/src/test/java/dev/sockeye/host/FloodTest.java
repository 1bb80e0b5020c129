package dev.sockeye.host;

import static dev.sockeye.host.Siege.HOST;
import static dev.sockeye.host.Siege.PORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.TcpMib;
import dev.sockeye.wire.IpAddress;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Packets by the hundred thousand: what the host keeps and answers stays bounded, and a transfer that is under way
/// does not notice. Each prints its figures; docs/robustness.md has them.
class FloodTest {

    private static final byte[] SYN_OPTIONS =
            Forge.options(2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7);

    private final Random random = new Random(1);

    /// A source that is not the client, and does not answer.
    private byte[] source() {
        return Forge.v4(198, 18 + random.nextInt(2), random.nextInt(256), random.nextInt(256));
    }

    private byte[] segment(int flags, byte[] options, byte[] data) {
        int port = 1024 + random.nextInt(60_000);
        return Forge.tcp(
                source(), port, HOST, PORT, random.nextInt(), random.nextInt(), flags, 65_535, 0, options, data);
    }

    private static Siege siege() {
        var siege = new Siege();
        siege.rig.host.routes().add("0.0.0.0/0", siege.rig.eth0);
        return siege;
    }

    /// RFC 4987: beyond the backlog nothing is kept, and whoever answers the cookie gets in.
    @Test
    void aFloodOfSynsIsAnsweredWithCookies() {
        try (var siege = siege()) {
            for (int i = 0; i < 1_000_000; i++) {
                siege.attack(segment(Forge.SYN, SYN_OPTIONS, Forge.NONE));
                if (i % 5000 == 0) siege.exchange();
                if (i % 100_000 == 99_999) {
                    assertThat(siege.flows())
                            .as("129 half-open, the client, the honest")
                            .isLessThanOrEqualTo(140);
                    siege.rig.peer(6000 + i / 100_000, PORT).connects();
                    siege.rig.accept(siege.listener);
                }
            }
            siege.clientIsWell();
            assertThat(siege.count(TcpMib.SyncookiesSent)).isBetween(990_000L, 1_000_010L);
            assertThat(siege.count(TcpMib.SyncookiesRecv))
                    .as("honest ones got in")
                    .isEqualTo(10);
            assertThat(siege.answers).as("answers to each").isLessThanOrEqualTo(1_010_000);
            assertThat(siege.nativeKilobytes()).isLessThan(1024);
            siege.tell("SYN flood, with cookies", siege.count(TcpMib.SyncookiesSent) + " cookies");
        }
    }

    /// Without cookies strangers are locked out until half-open connections time out, but nothing else suffers.
    @Test
    void aFloodOfSynsWithoutCookiesFillsTheBacklogAndNoMore() {
        try (var siege = siege()) {
            siege.rig.host.sysctl().tcp().tcp_syncookies = 0;
            for (int i = 0; i < 300_000; i++) {
                siege.attack(segment(Forge.SYN, SYN_OPTIONS, Forge.NONE));
                if (i % 1000 == 0) siege.exchange();
            }
            siege.clientIsWell();
            assertThat(siege.flows()).isLessThanOrEqualTo(131);
            assertThat(siege.count(TcpMib.TCPReqQFullDrop)).isGreaterThan(299_000);
            assertThat(siege.answers).as("a dropped SYN is not answered").isLessThan(2000);
            siege.tell("SYN flood, without cookies", siege.count(TcpMib.TCPReqQFullDrop) + " dropped");
            siege.rig.advance(Duration.ofSeconds(70));
            siege.drain();
            assertThat(siege.flows()).as("the half-open are gone").isEqualTo(1);
            siege.rig.peer(6000, PORT).connects();
        }
    }

    /// RFC 2385 2.0, MUST-2; RFC 2385 4.1, MUST-3: where a key is asked for, who does not have it gets no answer.
    @Test
    void aFloodOfSynsToASignedListenerIsDroppedInSilence() {
        try (var siege = siege()) {
            signStrangers(siege);
            for (int i = 0; i < 100_000; i++) {
                byte[] syn = segment(Forge.SYN, SYN_OPTIONS, Forge.NONE);
                siege.attack(i % 2 == 0 ? syn : Md5Reference.sign(syn, "guessed"));
                if (i % 1000 == 0) siege.exchange();
            }
            siege.clientIsWell();
            assertThat(siege.flows()).as("the client").isEqualTo(1);
            assertThat(siege.answers).isZero();
            assertThat(siege.count(TcpMib.TCPMD5NotFound)).isEqualTo(50_000);
            assertThat(siege.count(TcpMib.TCPMD5Failure)).isEqualTo(50_000);
            siege.tell("SYN flood without the key", siege.count(TcpMib.TCPMD5Failure) + " digests");
        }
    }

    /// Who has the key gets a cookie as others do, in a SYN-ACK that is signed.
    @Test
    void aFloodOfSignedSynsIsAnsweredWithCookies() {
        try (var siege = siege()) {
            signStrangers(siege);
            for (int i = 0; i < 100_000; i++) {
                siege.attack(Md5Reference.sign(segment(Forge.SYN, SYN_OPTIONS, Forge.NONE), "known"));
                if (i % 1000 == 0) siege.exchange();
            }
            siege.clientIsWell();
            assertThat(siege.flows()).as("129 half-open and the client").isLessThanOrEqualTo(130);
            assertThat(Md5Reference.verify(siege.lastAnswer, "known")).isEqualTo("good");
            assertThat(siege.count(TcpMib.SyncookiesSent)).isBetween(99_800L, 100_000L);
            assertThat(siege.answers).as("answers to each").isLessThanOrEqualTo(101_000);
            assertThat(siege.nativeKilobytes()).isLessThan(1024);
            siege.tell("SYN flood with the key", siege.count(TcpMib.SyncookiesSent) + " cookies");
        }
    }

    private static void signStrangers(Siege siege) {
        String key = "known";
        IpAddress strangers = IpAddress.parse("198.18.0.0");
        assertThat(siege.listener.signatures().setMd5Key(strangers, 15, false, Md5Reference.hash(key)))
                .isZero();
    }

    /// Nothing is remembered of an ACK that belongs to nothing; one that guesses a cookie is one in 2^24 or so.
    @Test
    void aFloodOfAcksMakesNothing() {
        try (var siege = siege()) {
            siege.rig.host.sysctl().tcp().tcp_syncookies = 2;
            for (int i = 0; i < 300_000; i++) {
                siege.attack(segment(Forge.ACK | Forge.PSH, Forge.NONE, new byte[i % 100]));
                if (i % 1000 == 0) siege.exchange();
            }
            siege.clientIsWell();
            assertThat(siege.flows()).isEqualTo(1);
            assertThat(siege.answers).as("a reset each").isLessThanOrEqualTo(300_000);
            assertThat(siege.answeredBytes).as("of 40 bytes").isLessThanOrEqualTo(40 * 300_000);
            siege.tell("ACK flood", siege.count(TcpMib.SyncookiesFailed) + " false cookies");
        }
    }

    /// From the client's own address, without its numbers: at most two answers a second, each to the client.
    @Test
    void aFloodOfAcksInTheClientsNameIsAnsweredTwiceASecond() {
        try (var siege = siege()) {
            for (int i = 0; i < 300_000; i++) {
                int seq = random.nextInt();
                int ack = random.nextInt();
                siege.attack(Forge.tcp(Siege.CLIENT, Siege.CLIENT_PORT, HOST, PORT, seq, ack, Forge.ACK, 65_535));
                if (i % 300 == 0) siege.exchange();
            }
            siege.clientIsWell();
            long challenges = siege.count(TcpMib.TCPChallengeACK);
            long skipped = siege.count(TcpMib.TCPACKSkippedSeq) + siege.count(TcpMib.TCPACKSkippedChallenge);
            assertThat(challenges).isLessThanOrEqualTo(3);
            assertThat(skipped).isGreaterThan(290_000);
            siege.tell("ACK flood in the client's name", skipped + " not answered");
        }
    }

    @Test
    void aFloodOfResetsAndFinsOfNobodyIsNotAnswered() {
        try (var siege = siege()) {
            for (int i = 0; i < 200_000; i++) {
                siege.attack(segment(i % 2 == 0 ? Forge.RST : Forge.FIN, Forge.NONE, Forge.NONE));
                if (i % 1000 == 0) siege.exchange();
            }
            siege.clientIsWell();
            assertThat(siege.answers).isZero();
            assertThat(siege.flows()).isEqualTo(1);
            siege.tell("RST and FIN flood", "none kept");
        }
    }

    /// Connections that are made and never used: the accept queue is as long as was asked for, and no longer.
    @Test
    void aFloodOfConnectionsFillsTheAcceptQueueAndNoMore() {
        try (var siege = siege()) {
            for (int i = 0; i < 20_000; i++) {
                byte[] source = source();
                int port = 1024 + i % 60_000;
                siege.attack(Forge.tcp(source, port, HOST, PORT, 100, 0, Forge.SYN, 65_535));
                int ack = new Forge.Seen(siege.lastAnswer).seq() + 1;
                siege.attack(Forge.tcp(source, port, HOST, PORT, 101, ack, Forge.ACK, 65_535));
                if (i % 100 == 0) siege.exchange();
            }
            siege.clientIsWell();
            assertThat(siege.listener.listener().acceptQueueLength()).isLessThanOrEqualTo(129);
            assertThat(siege.flows()).isLessThanOrEqualTo(129 + 129 + 1);
            siege.tell("connection flood", siege.count(TcpMib.ListenOverflows) + " overflows");
        }
    }

    /// `tcp_max_tw_buckets`: closed connections take a place each for a minute, as many as there are places.
    @Test
    void aFloodOfClosedConnectionsFillsThePlacesOfTimeWaitAndNoMore() {
        try (var siege = siege()) {
            siege.rig.host.sysctl().tcp().tcp_max_tw_buckets = 500;
            for (int i = 0; i < 3000; i++) {
                Peer peer = siege.rig.peer(10_000 + i, PORT).connects();
                TcpEndpoint accepted = siege.rig.accept(siege.listener);
                accepted.close(siege.rig.now);
                peer.receives("F. 1:2(0) ack 1 win 64240");
                peer.sends("F. 1 ack 2 win 65535");
                siege.drain();
                siege.packets += 3;
                if (i % 100 == 0) siege.exchange();
            }
            siege.clientIsWell();
            assertThat(siege.rig.host.tcp().timeWaits).isEqualTo(500);
            assertThat(siege.count(TcpMib.TCPTimeWaitOverflow)).isEqualTo(2500);
            assertThat(siege.flows()).isEqualTo(501);
            siege.tell("TIME_WAIT flood", "500 of 3000 kept");
            siege.rig.advance(Duration.ofSeconds(61));
            assertThat(siege.flows()).isEqualTo(1);
        }
    }

    /// RFC 1812 4.3.2.8: echo is answered, errors are limited to `icmp_msgs_per_sec` and one a second to each.
    @Test
    void aFloodOfDatagramsToClosedPortsIsAnsweredAThousandTimesASecond() {
        try (var siege = siege()) {
            for (int i = 0; i < 200_000; i++) {
                siege.attack(Forge.udp(source(), 1024 + i % 60_000, HOST, 9, new byte[20]));
                if (i % 2000 == 0) siege.exchange();
            }
            siege.clientIsWell();
            assertThat(siege.answers).as("in a tenth of a second").isLessThanOrEqualTo(300);
            siege.tell("UDP flood to closed ports", siege.answers + " ICMP errors");
        }
    }
}
