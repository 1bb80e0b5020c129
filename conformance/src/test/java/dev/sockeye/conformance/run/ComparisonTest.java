package dev.sockeye.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.conformance.Options;
import dev.sockeye.conformance.Packetdrill;
import dev.sockeye.conformance.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What makes a segment another one than the line means, and what does not.
class ComparisonTest {

    private static final String UP = """
            `sysctl -q net.ipv4.tcp_ecn=1`
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +0 < SEW 0:0(0) win 9000 <mss 1000,sackOK,TS val 10 ecr 0,nop,wscale 2>
            +0 > SE. 0:0(0) ack 1 <mss 1460,sackOK,TS val 500 ecr 10,nop,wscale 8>
            +.05 < . 1:1(0) ack 1 win 9000 <nop,nop,TS val 60 ecr 500>
            +0 accept(3, ..., ...) = 4
            +0 write(4, ..., 2964) = 2964
            """;

    private static String messageOf(String line, String... options) {
        Options set = Options.defaults();
        for (String option : options) set = set.with(option, "1000");
        Result result = Packetdrill.run(Path.of("s.pkt"), UP + line + "\n", set);
        return result.passed() ? "" : result.message().lines().findFirst().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "+0 > P. 1:2965(2964) ack 1 <nop,nop,TS val 1 ecr 60>",
                "+0 > [ect0] P. 1:2965(2964) ack 1 <...>",
                "+0 > [ect01] P. 1:2965(2964) ack 1 win 1053 <...>",
                "+.003 > P. 1:2965(2964) ack 1 <...>",
                "* > P. 1:2965(2964) ack 1 <...>",
            })
    void theseMeanIt(String line) {
        assertThat(messageOf(line)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "+0 > FP. 1:2965(2964) ack 1 <...>|live packet field tcp_fin: expected: 1 (0x1) vs actual: 0 (0x0)",
                "+0 > P. 2:2966(2964) ack 1 <...>|live packet field tcp_seq: expected: 2 (0x2) vs actual: 1 (0x1)",
                "+0 > P. 1:2965(2964) ack 2 <...>|live packet field tcp_ack_seq: expected: 2 (0x2) vs actual: 1 (0x1)",
                "+0 > P. 1:2965(2964) ack 1 win 5 <...>|live packet field tcp_window: expected: 5 (0x5) vs actual: 1053",
                "+0 > PE. 1:2965(2964) ack 1 <...>|live packet field tcp_ece: expected: 1 (0x1) vs actual: 0 (0x0)",
                "+0 > [noecn] P. 1:2965(2964) ack 1 <...>|live packet field ip_ecn: expected: 0 vs actual: 2",
                "+0 > (ttl 9) P. 1:2965(2964) ack 1 <...>|live packet field ip_ttl: expected: 9 (0x9) vs actual: 64",
                "+0 > P. 1:2965(2964) ack 1 urg 3 <...>|live packet field tcp_urg_ptr: expected: 3 (0x3) vs actual: 0",
                "+0 > P. 1:2965(2964) ack 1|live packet field tcp_data_offset: expected: 5 (0x5) vs actual: 8 (0x8)",
                "+0 > P. 1:2965(2964) ack 1 <TS val 1 ecr 60,nop,nop>|bad outbound TCP options: expected <TS val 1 ecr",
                "+0 > P. 1:2965(2964) ack 1 <nop,nop,TS val 1 ecr 61>|bad outbound TCP options: expected <nop,nop,TS val",
                "+0 > P. 1:2501(2500) ack 1 <...>|live packet payload: expected 2500 bytes vs actual 2964 bytes",
                "+.01 > P. 1:2965(2964) ack 1 <...>|timing error: expected outbound packet at 0.060020 sec but happened"
                        + " at 0.050020 sec; tolerance 0.004000 sec",
                "+.005~+.01 > P. 1:2965(2964) ack 1 <...>|timing error: expected outbound packet in time range"
                        + " 0.055020~0.060020 sec but happened at 0.050020 sec",
            })
    void theseMeanAnother(String line, String message) {
        assertThat(messageOf(line)).startsWith("error handling packet: " + message);
    }

    @Test
    void severalSegmentsAreOneOnlyIfTheyGoTogether() {
        assertThat(messageOf("+0 > P. 1:4001(4000) ack 1 <...>"))
                .startsWith(
                        "error handling packet: live packet payload: expected 4000 bytes vs actual 2964 bytes; behind"
                                + " it came P. 1977:2965(988) ack 1");
    }

    @Test
    void wherePushesStandWithinABurstIsNoDifferenceUnlessAllIsLookedAt() {
        String line = "+0 > . 1:2965(2964) ack 1 <...>";
        assertThat(messageOf(line)).isEmpty();
        assertThat(messageOf(line, "strict"))
                .isEqualTo("error handling packet: live packet field tcp_psh: expected: 0 (0x0) vs actual: 1 (0x1)");
    }

    @Test
    void theClockIsLookedAtWhereItsTicksAreKnown() {
        String line = "+0 > P. 1:2965(2964) ack 1 <nop,nop,TS val %d ecr 60>";
        assertThat(messageOf(line.formatted(550), "tcp_ts_tick_usecs")).isEmpty();
        assertThat(messageOf(line.formatted(570), "tcp_ts_tick_usecs"))
                .startsWith("error handling packet: bad outbound TCP options: expected <nop,nop,TS val 570 ecr 60>");
    }

    @Test
    void whatArrivesMustMakeSense() {
        assertThat(messageOf("+0 < . 1:1(0) ack 1 win 9000 <TS val 1 ecr 500>"))
                .isEqualTo("the TCP options have 10 bytes: add 2 nop");
        assertThat(messageOf("+0 < . 1:1(0) ack 1 win 9000 <nop,nop,TS val 1 ecr 777>"))
                .isEqualTo("no segment was sent with TS val 777, which this one echoes");
        assertThat(messageOf("+0 < . 1:1(0) ack 1 win 9000 <FO COOKIE>"))
                .isEqualTo("'COOKIE' is neither hexadecimal nor a name that is defined");
        assertThat(messageOf("+0 < icmp no_such_type"))
                .isEqualTo("there is no ICMP type 'no_such_type' in this version of IP");
    }
}
