package dev.sockeye.conformance.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sockeye.conformance.script.EventTime.Kind;
import dev.sockeye.conformance.script.PacketSpec.Ecn;
import dev.sockeye.conformance.script.PacketSpec.Range;
import dev.sockeye.wire.TcpHeader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptParserTest {

    private static Script.Event event(String text) throws ScriptException {
        return ScriptParser.parse(text).events().getFirst();
    }

    private static PacketSpec.Tcp segment(String text) throws ScriptException {
        return (PacketSpec.Tcp) ((Action.Inbound) event("0 < " + text).action()).packet();
    }

    private static String error(String text) {
        ScriptException e = catchThrowableOfType(ScriptException.class, () -> ScriptParser.parse(text));
        return e.line() + ": " + e.getMessage();
    }

    @Test
    void aScriptHasOptionsCommandsAndEvents() throws ScriptException {
        Script script = ScriptParser.parse("""
                // a comment
                --mss=1000
                --strict_segments  /* and
                another */
                `sysctl -q a=1
                b`
                0 close(3) = 0
                +.5 `nstat`
                `the end`
                """);
        assertThat(script.options())
                .containsExactly(
                        new Script.OptionLine(2, "mss", "1000"), new Script.OptionLine(3, "strict_segments", ""));
        assertThat(script.init()).isEqualTo(new Action.ShellBlock(5, "sysctl -q a=1\nb"));
        assertThat(script.events()).hasSize(2);
        assertThat(script.events().get(1))
                .isEqualTo(new Script.Event(
                        8, EventTime.at(Kind.RELATIVE, 500_000_000), new Action.ShellBlock(8, "nstat")));
        assertThat(script.cleanup()).isEqualTo(new Action.ShellBlock(9, "the end"));
    }

    @Test
    void timesAreAbsoluteRelativeRangesOrAny() throws ScriptException {
        String packet = " > . 1:1(0) ack 1";
        assertThat(event("1.25" + packet).time()).isEqualTo(EventTime.at(Kind.ABSOLUTE, 1_250_000_000));
        assertThat(event("+0" + packet).time()).isEqualTo(EventTime.at(Kind.RELATIVE, 0));
        assertThat(event("+.000001" + packet).time()).isEqualTo(EventTime.at(Kind.RELATIVE, 1000));
        assertThat(event("*" + packet).time()).isEqualTo(EventTime.at(Kind.ANY, 0));
        assertThat(event("1~2.5" + packet).time())
                .isEqualTo(new EventTime(Kind.ABSOLUTE_RANGE, 1_000_000_000, 2_500_000_000L));
        assertThat(event("+.2~+.3" + packet).time())
                .isEqualTo(new EventTime(Kind.RELATIVE_RANGE, 200_000_000, 300_000_000));
    }

    @ParameterizedTest
    @CsvSource({"0...0.100", "0 ... 0.1", "+0...0.1", "+0...+0.1"})
    void aBlockingCallHasAnEnd(String time) throws ScriptException {
        var call = (Action.SystemCall) event(time + " read(4, ..., 10) = 10").action();
        Kind kind = time.startsWith("+") ? Kind.RELATIVE : Kind.ABSOLUTE;
        assertThat(call.end()).isEqualTo(EventTime.at(kind, 100_000_000));
    }

    @Test
    void aSegmentHasFlagsNumbersAndOptions() throws ScriptException {
        assertThat(segment("[ect0] 40001 > 8080 SEW 5:15(10) win 300 urg 7 <mss 1460,nop,wscale 7,sackOK,eol>"))
                .isEqualTo(new PacketSpec.Tcp(
                        new PacketSpec.Ip(Ecn.ECT0, -1, -1, -1),
                        40001,
                        8080,
                        TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR,
                        new Range(5, 15),
                        -1,
                        300,
                        7,
                        List.of(
                                new TcpOption.Mss(1460),
                                new TcpOption.Nop(),
                                new TcpOption.WindowScale(7),
                                new TcpOption.SackPermitted(),
                                new TcpOption.EndOfList())));
        assertThat(segment("(tos 0x4, ttl 9, flowlabel 0xf) - 1:1(0)").ip())
                .isEqualTo(new PacketSpec.Ip(null, 4, 9, 15));
        assertThat(segment(". 1:1(0) ack 1").options()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "., 16",
        "S., 18",
        "FP., 25",
        "R, 4",
        "PU., 56",
        "SEWA, 450",
        "EAP., 344",
        ".5, 336",
        "P5., 344",
        "F.0, 17",
        "-, 0"
    })
    void flagsAreLettersAndTheCounterOfAccEcn(String flags, int bits) throws ScriptException {
        assertThat(segment(flags + " 1:1(0)").flags()).isEqualTo(bits);
    }

    @Test
    void numbersWrap() throws ScriptException {
        assertThat(segment("P. 4294967290:4(10) ack 4294967295").range().length())
                .isEqualTo(10);
    }

    @Test
    void everyOptionHasItsForm() throws ScriptException {
        assertThat(segment(". 1:1(0) <TS val 4 ecr 5, sack 1:2 3:4,FO,FO 0a0b,FOEXP TFO_COOKIE,"
                                + "ECN e1b 1 ceb 2 e0b 3,ECN e0b 9,md5,md5 00ff,kind 200 aabb>")
                        .options())
                .containsExactly(
                        new TcpOption.Timestamps(4, 5),
                        new TcpOption.Sack(List.of(new Range(1, 2), new Range(3, 4))),
                        new TcpOption.FastOpen("", false),
                        new TcpOption.FastOpen("0a0b", false),
                        new TcpOption.FastOpen("TFO_COOKIE", true),
                        new TcpOption.AccEcn(false, List.of(1L, 2L, 3L)),
                        new TcpOption.AccEcn(true, List.of(9L)),
                        new TcpOption.Md5(""),
                        new TcpOption.Md5("00ff"),
                        new TcpOption.Raw(200, "aabb"));
        var any = (Action.Outbound) event("0 > . 1:1(0) <...>").action();
        assertThat(((PacketSpec.Tcp) any.packet()).options()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "icmp unreachable, unreachable,, -1,",
        "icmp unreachable host_unreachable [1:11(10)], unreachable, host_unreachable, -1, 10",
        "icmp unreachable frag_needed mtu 1200 [1:1(0)], unreachable, frag_needed, 1200, 0",
        "icmp packet_too_big mtu 1280, packet_too_big,, 1280,",
    })
    void icmpErrors(String text, String type, String code, long mtu, Integer echoed) throws ScriptException {
        Range range = echoed == null ? null : new Range(1, 1 + echoed);
        assertThat(event("0 < " + text).action())
                .isEqualTo(new Action.Inbound(new PacketSpec.Icmp(PacketSpec.Ip.UNSAID, type, code, mtu, range)));
    }

    @Test
    void aCallHasArgumentsAResultAndANote() throws ScriptException {
        var call = (Action.SystemCall) event("0 f(..., A|B, -3, 0x10, [1, 2], \"x\\n\", {..., 7}, {a = 1, b(2) = C},"
                        + " {msg_iov(1)=[{..., 5}]}, inet_addr(\"1.2.3.4\")) = -1 EAGAIN (a (note) here)")
                .action();
        assertThat(call.name()).isEqualTo("f");
        assertThat(call.arguments())
                .hasToString("[..., A|B, -3, 16, [1, 2], \"x\\n\", {..., 7}, {a=1, b(2)=C}, {msg_iov(1)=[{..., 5}]},"
                        + " inet_addr(\"1.2.3.4\")]");
        assertThat(call.result()).isEqualTo(new Expression.Numeral(-1));
        assertThat(call.errno()).isEqualTo("EAGAIN");
        var other = (Action.SystemCall)
                event("0 fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)").action();
        assertThat(other.result()).isEqualTo(new Expression.Numeral(2));
        assertThat(other.errno()).isNull();
    }

    @Test
    void blocksOfPythonAreKeptAsTheyAre() throws ScriptException {
        assertThat(event("0 %{ assert 1 }%").action()).isEqualTo(new Action.PythonBlock(1, " assert 1 "));
    }

    @Test
    void whatIsWrongIsSaidWithItsLine() {
        assertThat(error("")).isEqualTo("1: the script has no events");
        assertThat(error("\nclose(3) = 0")).isEqualTo("2: expected the time of an event, found 'close(3)'");
        assertThat(error("0 close(3) 0")).isEqualTo("1: expected '=', found '0'");
        assertThat(error("0 close(3 = 0")).isEqualTo("1: expected ')', found '='");
        assertThat(error("0 close(3) = 0 oops")).isEqualTo("1: 'oops' is not the name of an error");
        assertThat(error("0 < S. 0:5(3)")).isEqualTo("1: 0:5 is not a range of 3 bytes");
        assertThat(error("0 < SQ 0:0(0)")).isEqualTo("1: 'Q' of 'SQ' is not a flag");
        assertThat(error("0 < S 0:0(0) win 70000")).isEqualTo("1: win is 0 to 65535, not 70000");
        assertThat(error("0 < S 0:0(0) <mss>")).isEqualTo("1: expected mss, found '>'");
        assertThat(error("0 < S 0:0(0) <speed 1>")).isEqualTo("1: there is no TCP option 'speed'");
        assertThat(error("0 < [ect7] S 0:0(0)")).isEqualTo("1: nothing of an IP header is called 'ect7'");
        assertThat(error("0 < S 0:0(0) <ECN ceb 1>"))
                .isEqualTo("1: an ECN option counts e0b, ceb and e1b in this order or in the opposite");
        assertThat(error("+1~+.5 > . 1:1(0)")).isEqualTo("1: the range of time ends before it begins");
        assertThat(error("* close(3) = 0")).isEqualTo("1: only a packet that is sent can have a range of time");
        assertThat(error("0...1 > . 1:1(0)")).isEqualTo("1: only a system call can block");
        assertThat(error("0 `nstat")).isEqualTo("1: the block of commands has no end: there is no `");
        assertThat(error("\n0 %{ x")).isEqualTo("2: the Python block has no end: there is no }%");
        assertThat(error("0 close(3) = 0\n`a`\n0 close(3) = 0"))
                .isEqualTo("3: no event can follow the commands at the end: an event has a time");
        assertThat(error("/* never")).isEqualTo("1: the comment has no end");
    }
}
