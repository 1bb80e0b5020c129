package dev.sockeye.inspect.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.wire.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a filter says, and what is said of one that says nothing. The tree is shown as a filter with all its
/// parentheses.
class FilterParserTest {

    /// A machine with few names.
    private static final Lookups NAMES = new Lookups() {

        @Override
        public @Nullable Integer service(String name) {
            return switch (name) {
                case "ssh" -> 22;
                case "https" -> 443;
                case "iso-tsap" -> 102;
                default -> null;
            };
        }

        @Override
        public List<IpAddress> host(String name) {
            if (!name.equals("localhost")) return List.of();
            return List.of(IpAddress.LOOPBACK_V6, IpAddress.LOOPBACK_V4);
        }

        @Override
        public @Nullable Long controlGroup(String path) {
            return path.equals("/system.slice/a b=c.service") ? 25L : null;
        }

        @Override
        public int[] localPorts() {
            return new int[] {32_768, 60_999};
        }
    };

    private static SocketFilter parse(String text) {
        return SocketFilter.parse(text, StateSet.CONNECTED, NAMES);
    }

    private static String expression(String text) {
        return String.valueOf(parse(text).expression());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "dst 10.0.0.1                        ; dst 10.0.0.1",
                "dst = 10.0.0.1:443                  ; dst 10.0.0.1:443",
                "dst eq 10.0.0.1:https               ; dst 10.0.0.1:443",
                "dst != 10.0.0.1                     ; not dst 10.0.0.1",
                "src 10.0.0.0/8:*                    ; src 10.0.0.0/8",
                "src 193.233.7/24                    ; src 193.233.7.0/24",
                "src 10/8:22                         ; src 10.0.0.0/8:22",
                "dst [::1]                           ; dst [::1]",
                "dst [::1]:443                       ; dst [::1]:443",
                "dst ::1                             ; dst [::1]",
                "dst fe80::/10                       ; dst [fe80::/10]",
                "dst [fe80::/10]:443                 ; dst [fe80::/10]:443",
                "dst [fe80::]/10:443                 ; dst [fe80::/10]:443",
                "dst ::ffff:10.0.0.1                 ; dst [::ffff:10.0.0.1]",
                "dst *                               ; dst *",
                "dst *:80                            ; dst *:80",
                "dst :ssh                            ; dst *:22",
                "dst inet:*                          ; dst 0.0.0.0/0",
                "dst inet6:[::1]                     ; dst [::1]",
                "dst localhost                       ; ( dst [::1] or dst 127.0.0.1 )",
                "dst inet:localhost:22               ; dst 127.0.0.1:22",
                "sport 22                            ; sport = :22",
                "sport :ssh                          ; sport = :22",
                "sport = inet::22                    ; sport = :22",
                "dport ge 1024                       ; dport >= :1024",
                "dport geq :1024                     ; dport >= :1024",
                "dport<=:ssh                         ; dport <= :22",
                "dport gt :22 dport lt :443          ; ( dport > :22 and dport < :443 )",
                "dport neq :https                    ; dport != :443",
                "dport = :22,:https                  ; ( dport = :22 or dport = :443 )",
                "dport != 22,443                     ; not ( dport = :22 or dport = :443 )",
                "dport 8000-8099                     ; ( dport >= :8000 and dport <= :8099 )",
                "dport = :iso-tsap                   ; dport = :102",
                "dev eth0                            ; dev = eth0",
                "dev != 2                            ; not dev = 2",
                "fwmark 0x1/0x3                      ; fwmark = 0x1/0x3",
                "fwmark != 17                        ; not fwmark = 0x11/0xffffffff",
                "autobound                           ; autobound",
                "cgroup \"/system.slice/a b=c.service\" ; cgroup = \"/system.slice/a b=c.service\"",
                "pid 812                             ; pid = 812",
                "comm != 'a b'                       ; comm != \"a b\"",
                "comm=nginx                          ; comm = nginx",
                "cookie 1a                           ; cookie = 1a",
                "Recv-Q > 1MB                        ; recvq > 1MB",
                "age>=3h                             ; age >= 3h",
                "(sport=:22)                         ; sport = :22",
                "sport=:22||sport=:443&&!dport=:1    ; ( sport = :22 or ( sport = :443 and not dport = :1 ) )",
                "sport :22 or sport :23 and pid 4    ; ( sport = :22 or ( sport = :23 and pid = 4 ) )",
                "sport :22 or sport :23 pid 4        ; ( sport = :22 or ( sport = :23 and pid = 4 ) )",
                "(sport :22 or sport :23) pid 4      ; ( ( sport = :22 or sport = :23 ) and pid = 4 )",
                "NOT sport :22 AND pid 4             ; ( not sport = :22 and pid = 4 )",
                "not (sport :22 and pid 4)           ; not ( sport = :22 and pid = 4 )",
                "! ! pid 4                           ; not not pid = 4",
                "pid 4 & pid 5 | pid 6               ; ( ( pid = 4 and pid = 5 ) or pid = 6 )",
                "pid 4 and state listening           ; ( pid = 4 and state listening )",
                "(state listening or state bucket)   ; ( state listening or ( state syn-recv or state time-wait ) )",
                "state time-wait or pid 4            ; ( state time-wait or pid = 4 )",
                "(exclude listening) pid 4           ; ( not state listening and pid = 4 )",
            })
    void conditionsAndHowTheyAreJoined(String text, String meant) {
        assertThat(expression(text)).isEqualTo(meant);
        assertThat(expression(meant)).as("read again").isEqualTo(meant);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "pid 4                                ; 0b0101101111110", // what is standard
                "state established                    ; 0b0000000000010",
                "state established state listening    ; 0b0010000000010",
                "state ESTAB state CLOSE_WAIT         ; 0b0000100000010",
                "exclude established                  ; 0b0111111111100",
                "exclude established state listening  ; 0b0111111111100",
                "state connected exclude time-wait    ; 0b0101100111110",
                "state synchronized                   ; 0b0101101111010",
                "state bucket                         ; 0b0000001001000",
                "state big                            ; 0b0111110110110",
                "state bound-inactive                 ; 0b10000000000000",
                "state time-wait or pid 4             ; 0b10111111111110", // within an expression: of all
            })
    void states(String text, String mask) {
        assertThat(Integer.toBinaryString(parse(text).states().mask()))
                .isEqualTo(Integer.toBinaryString(Integer.parseInt(mask.substring(2), 2)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "dport =                    ~ behind 'dport' should follow a port, such as :443 or :https, not the end",
                "dport = :nosuch            ~ ':nosuch' is neither a port (0 to 65535) nor a service of /etc/services (word 3 of the filter)",
                "sport = :70000             ~ ':70000' is neither a port (0 to 65535) nor a service of /etc/services (word 3 of the filter)",
                "sport = :90-80             ~ ':90-80' ends before it begins (word 3 of the filter)",
                "pid 4 and                  ~ the filter ends where a condition should follow",
                "pid 4 and or pid 5         ~ at 'or' (word 4 of the filter) should be a condition, such as 'dport = :443'",
                "( pid 4                    ~ at the end should be a closing parenthesis",
                "pid 4 )                    ~ at ')' (word 3 of the filter) should be 'and' or 'or'",
                "prot = 4                   ~ there is no predicate 'prot' (word 1 of the filter)",
                "pid 4 spport = 4           ~ there is no predicate 'spport' (word 3 of the filter); did you mean 'sport'?",
                "pid 4 close-wait           ~ 'close-wait' (word 3 of the filter) is a state: write 'state close-wait'",
                "state nosuch               ~ there is no state 'nosuch' (word 2 of the filter)",
                "state                      ~ 'state' at the end of the filter needs the name of a state",
                "dst 10.0.0.1/33            ~ '10.0.0.1/33' has a prefix longer than the 32 bits of an address (word 2 of the filter)",
                "dst 10.0.0.1:x             ~ '10.0.0.1:x' ends with 'x', which is neither a port nor a service (word 2 of the filter)",
                "dst nosuch.example         ~ 'nosuch.example' is neither an address nor the name of a host that can be found (word 2 of the filter)",
                "dst [::1                   ~ '[::1' has no closing bracket (word 2 of the filter)",
                "dst > 10.0.0.1             ~ 'dst' is compared by = or != only, not by '>' (word 2 of the filter)",
                "fwmark 1/x                 ~ behind 'fwmark' stands '1/x' (word 2 of the filter), which is not MARK or MARK/MASK, such as 0x1/0xff",
                "cgroup /nosuch             ~ there is no control group '/nosuch' (word 2 of the filter)",
                "rtt > 10lightyears         ~ behind 'rtt' stands '10lightyears' (word 3 of the filter), which is not a time, such as 10ms or 2.5s",
                "comm = \"a                 ~ the quote that opens at '\"a' (word 3 of the filter) is not closed",
            })
    void whatIsWrongAndWhere(String text, String message) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(FilterException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "rtt,10ms,10000",
        "rtt,10,10000",
        "rtt,1.5,1500",
        "rtt,20us,20",
        "age,3h,10800000000",
        "age,90,90000000",
        "age,2d,172800000000",
        "recvq,1MB,1000000",
        "recvq,64KiB,65536",
        "recvq,12,12",
        "recvq,3k,3000",
        "pacing_rate,8Mbps,1000000",
        "pacing_rate,8,1",
        "pacing_rate,1MB/s,1000000",
        "cookie,ff,255",
        "pid,0x10,16"
    })
    void valuesAndTheirUnits(String amount, String text, long value) {
        var condition = (AmountCondition) parse(amount + " = " + text).expression();
        assertThat(condition.value()).isEqualTo(value);
    }

    @Test
    void parenthesesWithoutEndAreRefused() {
        assertThatThrownBy(() -> parse("(".repeat(100_000)))
                .isInstanceOf(FilterException.class)
                .hasMessage("the filter has more than 200 parentheses in each other");
    }

    @Test
    void anEmptyFilterIsAllThatIsStandard() {
        assertThat(parse("  ")).isEqualTo(SocketFilter.of(StateSet.CONNECTED));
    }
}
