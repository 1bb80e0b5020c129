package dev.sockeye.host;

import static dev.sockeye.host.Siege.CLIENT;
import static dev.sockeye.host.Siege.CLIENT_PORT;
import static dev.sockeye.host.Siege.HOST;
import static dev.sockeye.host.Siege.PORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.TcpMib;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// An attacker who knows both addresses and ports of a connection, but not its numbers (RFC 5961), tries to end it, to
/// put bytes into it, or to slow it down. The connection lives, and its bytes are its own.
class InjectionTest {

    private final Random random = new Random(1);

    private static byte[] inClientsName(int flags, int seq, int ack, byte[] options, byte[] data) {
        return Forge.tcp(CLIENT, CLIENT_PORT, HOST, PORT, seq, ack, flags, 60_000, 0, options, data);
    }

    private static void tell(Siege siege, String attack) {
        long challenges = siege.count(TcpMib.TCPChallengeACK);
        long skipped = siege.count(TcpMib.TCPACKSkippedChallenge) + siege.count(TcpMib.TCPACKSkippedSeq);
        siege.tell(attack, challenges + " challenge ACKs, " + skipped + " not sent");
    }

    /// RFC 5961 3: a reset hits only at RCV.NXT itself, one number of 2^32. This one sweeps the whole space in steps
    /// of a window, as the attack of 2004 did in 70 000 packets, eight times.
    @Test
    void blindResetsThatSweepTheWholeSpaceEndNothing() {
        try (var siege = new Siege()) {
            for (int sweep = 0; sweep < 8; sweep++) {
                for (long seq = sweep * 7L; seq < 1L << 32; seq += 60_000) {
                    if ((int) seq == siege.clientNext()) continue;
                    siege.attack(inClientsName(Forge.RST, (int) seq, 0, Forge.NONE, Forge.NONE));
                    if (siege.packets % 1000 == 0) siege.exchange();
                }
            }
            siege.clientIsWell();
            assertThat(siege.count(TcpMib.TCPChallengeACK))
                    .as("one in each window")
                    .isBetween(1L, 16L);
            tell(siege, "blind reset, 8 sweeps");
        }
    }

    /// RFC 5961 4: a SYN, wherever it lies, brings an ACK to the true client, and no more than two a second.
    @Test
    void blindSynsEndNothing() {
        try (var siege = new Siege()) {
            for (int i = 0; i < 200_000; i++) {
                int seq = i % 2 == 0 ? random.nextInt() : siege.clientNext() + random.nextInt(60_000);
                siege.attack(inClientsName(Forge.SYN, seq, 0, Forge.options(2, 4, 5, 180), Forge.NONE));
                if (i % 200 == 0) siege.exchange();
            }
            siege.clientIsWell();
            assertThat(siege.count(TcpMib.TCPSYNChallenge)).isEqualTo(200_000);
            assertThat(siege.count(TcpMib.TCPChallengeACK)).as("in a second").isLessThanOrEqualTo(3);
            tell(siege, "blind SYN");
        }
    }

    /// RFC 5961 5: data is taken only with an ACK of what is in flight, or was not long ago. The sequence number is
    /// guessed right each time here; the ACK is not.
    @Test
    void blindDataWithoutTheRightAckIsNotTaken() {
        try (var siege = new Siege()) {
            byte[] evil = "evil".repeat(250).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            for (int i = 0; i < 200_000; i++) {
                int ack = siege.hostNext() + 100_000 + random.nextInt(Integer.MAX_VALUE - 100_000);
                if (i % 2 == 0) ack = siege.hostNext() - 3_000_000 - random.nextInt(1_000_000_000);
                siege.attack(inClientsName(Forge.ACK | Forge.PSH, siege.clientNext(), ack, Forge.NONE, evil));
                if (i % 200 == 0) siege.exchange();
            }
            siege.clientIsWell();
            assertThat(siege.count(TcpMib.TCPChallengeACK)).as("in a second").isLessThanOrEqualTo(3);
            tell(siege, "blind data, SEQ known");
        }
    }

    /// Where neither number is known, data out of the window is dropped and answered with an ACK, to the client.
    @Test
    void blindDataAnywhereIsNotTaken() {
        try (var siege = new Siege()) {
            byte[] evil = new byte[100];
            for (int i = 0; i < 200_000; i++) {
                siege.attack(inClientsName(
                        Forge.ACK,
                        siege.clientNext() + 70_000 + random.nextInt(2_000_000_000),
                        random.nextInt(),
                        Forge.NONE,
                        evil));
                if (i % 200 == 0) siege.exchange();
            }
            siege.clientIsWell();
            tell(siege, "blind data, nothing known");
        }
    }

    /// RFC 5927: a message about a connection counts only if it quotes a number in flight. Hard errors end no
    /// connection even then; "too big" for what is not in flight changes nothing.
    @Test
    void blindIcmpEndsAndNarrowsNothing() {
        try (var siege = new Siege()) {
            int[][] kinds = {{3, 0}, {3, 1}, {3, 2}, {3, 3}, {3, 4}, {3, 13}, {4, 0}, {5, 1}, {11, 0}, {12, 0}};
            for (int i = 0; i < 200_000; i++) {
                int[] kind = kinds[i % kinds.length];
                byte[] quoted = Forge.tcp(HOST, PORT, CLIENT, CLIENT_PORT, random.nextInt(), 0, Forge.ACK, 1000);
                byte[] message =
                        Forge.icmp(Forge.v4(198, 18, 0, 1), HOST, kind[0], kind[1], 68, Arrays.copyOf(quoted, 28));
                siege.attack(message);
                if (i % 1000 == 0) siege.exchange();
            }
            siege.clientIsWell();
            assertThat(siege.answers).isZero();
            assertThat(siege.served.info(siege.rig.now).snd_mss()).isEqualTo(1460);
            assertThat(siege.served.takeError()).as("SO_ERROR").isZero();
            assertThat(siege.count(TcpMib.OutOfWindowIcmps)).isGreaterThan(150_000);
            siege.tell("blind ICMP", siege.count(TcpMib.OutOfWindowIcmps) + " out of window");
        }
    }

    /// One who sees the numbers can narrow a path, but not below `route.min_pmtu`, 552 bytes (RFC 1191 3 would allow
    /// 68).
    @Test
    void trueIcmpNarrowsThePathToFiveHundredBytesAndNoMore() {
        try (var siege = new Siege()) {
            siege.exchange();
            var page = java.lang.foreign.MemorySegment.ofArray(new byte[5000]);
            siege.served.send(page, 0, 5000, 0, siege.rig.now);
            byte[] quoted =
                    Forge.tcp(HOST, PORT, CLIENT, CLIENT_PORT, siege.hostNext(), siege.clientNext(), Forge.ACK, 1000);
            siege.attack(Forge.icmp(Forge.v4(198, 18, 0, 1), HOST, 3, 4, 68, Arrays.copyOf(quoted, 28)));
            assertThat(siege.served.info(siege.rig.now).snd_mss()).isEqualTo(512);
            assertThat(siege.rig.count("TcpRetransSegs"))
                    .as("sent again, smaller")
                    .isPositive();
        }
    }

    /// To a connection that is being opened, a blind RST-ACK or SYN-ACK is nothing without the right ACK.
    @Test
    void blindAnswersToASynOpenAndRefuseNothing() {
        try (var siege = new Siege()) {
            TcpEndpoint opening = siege.rig.host.openTcp(Family.INET);
            opening.connect(Rig.at("192.0.2.99", 7), siege.rig.now);
            int port = opening.localAddress().port();
            siege.drain();
            int isn = new Forge.Seen(siege.lastAnswer).seq();
            for (int i = 0; i < 100_000; i++) {
                int ack = random.nextInt();
                if (ack == isn + 1) continue;
                int flags = i % 2 == 0 ? Forge.RST | Forge.ACK : Forge.SYN | Forge.ACK;
                siege.attack(Forge.tcp(Forge.v4(192, 0, 2, 99), 7, HOST, port, random.nextInt(), ack, flags, 1000));
                if (i % 1000 == 0) siege.exchange();
            }
            siege.clientIsWell();
            assertThat(opening.state().name()).isEqualTo("SYN_SENT");
            siege.attack(Forge.tcp(Forge.v4(192, 0, 2, 99), 7, HOST, port, 500, isn + 1, Forge.SYN | Forge.ACK, 1000));
            assertThat(opening.state().name()).isEqualTo("ESTABLISHED");
            siege.tell("blind SYN-ACK and RST to SYN_SENT", "it opened in the end");
        }
    }
}
