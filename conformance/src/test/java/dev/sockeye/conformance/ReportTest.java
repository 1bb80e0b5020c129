package dev.sockeye.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.conformance.Result.Status;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What is said of a script that does not go as it says: each of these must fail, with these words.
class ReportTest {

    private static final String HANDSHAKE = """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
            +0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 8>
            +.1 < . 1:1(0) ack 1 win 257
            +0 accept(3, ..., ...) = 4
            """;

    private static Result run(String text) {
        return Packetdrill.run(Path.of("s.pkt"), text, Options.defaults());
    }

    private static Result afterHandshake(String text) {
        return run(HANDSHAKE + text);
    }

    @Test
    void theHandshakePasses() {
        assertThat(afterHandshake("").report()).isEmpty();
    }

    @Test
    void aWrongFlagIsShownWithBothPackets() {
        Result result = afterHandshake("+0 write(4, ..., 100) = 100\n+0 > . 1:101(100) ack 1\n");
        assertThat(result.status()).isEqualTo(Status.FAILED);
        assertThat(result.report()).isEqualTo("""
                s.pkt:9: error handling packet: live packet field tcp_psh: expected: 0 (0x0) vs actual: 1 (0x1)
                script packet:  0.100020 . 1:101(100) ack 1
                actual packet:  0.100020 P. 1:101(100) ack 1 win 1050""");
    }

    @Test
    void aPacketThatNeverComesIsMissed() {
        assertThat(afterHandshake("+0 > P. 1:101(100) ack 1\n").report())
                .startsWith("s.pkt:8: error handling packet: timed out waiting for packet");
    }

    @Test
    void aPacketThatComesEarlyIsATimingError() {
        Result result = afterHandshake("+0 write(4, ..., 100) = 100\n+.2 > P. 1:101(100) ack 1\n");
        assertThat(result.message())
                .startsWith("error handling packet: timing error: expected outbound packet at 0.300020 sec but happened"
                        + " at 0.100020 sec; tolerance 0.025000 sec");
    }

    @Test
    void aWrongResultOfACallIsShown() {
        assertThat(afterHandshake("+0 write(4, ..., 100) = 99\n").report())
                .isEqualTo("s.pkt:8: runtime error in write call: expected result 99 but got 100");
        assertThat(afterHandshake("+0 read(5, ..., 100) = 0\n").report())
                .isEqualTo(
                        "s.pkt:8: runtime error in read call: expected result 0 but got -1 EBADF (Bad file descriptor)");
    }

    @Test
    void aFailedAssertionNamesItsLine() {
        Result result =
                afterHandshake("+0 %{\nassert tcpi_snd_cwnd == 10\nassert tcpi_snd_mss == 9, tcpi_snd_mss\n}%\n");
        assertThat(result.report()).isEqualTo("s.pkt:10: error in Python code: AssertionError: 1000");
    }

    @Test
    void whatIsNotSupportedIsNoFailure() {
        Result result = afterHandshake("+0 < udp (100)\n");
        assertThat(result.status()).isEqualTo(Status.UNSUPPORTED);
        assertThat(result.report()).isEqualTo("s.pkt:8: not supported: udp packets");
    }

    @Test
    void whatIsNoScriptIsRefusedWithItsLine() {
        Result result = run("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 < Q. 1:1(0) win 5\n");
        assertThat(result.status()).isEqualTo(Status.INVALID);
        assertThat(result.report()).isEqualTo("s.pkt:2: 'Q' of 'Q.' is not a flag");
    }

    @Test
    void aPacketThatNoLineAsksForFailsOnlyWhereItIsAskedTo() {
        String text = HANDSHAKE + "+0 write(4, ..., 100) = 100\n";
        assertThat(run(text).passed()).isTrue();
        Result strict =
                Packetdrill.run(Path.of("s.pkt"), text, Options.defaults().with("strict", ""));
        assertThat(strict.report()).startsWith("s.pkt:8: a packet that no line asks for");
    }
}
