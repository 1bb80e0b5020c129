package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// The command line of ss, which is read by hand.
class SsOptionsTest {

    private static SsOptions parse(String line) throws SsOptions.Wrong {
        return SsOptions.parse(line.isEmpty() ? new String[0] : line.split(" "));
    }

    @Test
    void lettersMayBeJoinedAndOptionsMayFollowTheFilter() throws Exception {
        SsOptions options = parse("-tanpeoimH state established -O --tos dport = :443");
        for (String name : "tcp all numeric processes extended options info memory no-header oneline tos".split(" ")) {
            assertThat(options.has(name)).as(name).isTrue();
        }
        assertThat(options.has("listening")).isFalse();
        assertThat(options.filter()).isEqualTo("state established dport = :443");
    }

    @Test
    void valuesStandBehindOrWithinTheWord() throws Exception {
        for (String line : new String[] {"-N blue", "-Nblue", "-tNblue", "-tN blue", "--net blue", "--net=blue"}) {
            SsOptions options = parse(line + " -a sport 1");
            assertThat(options.value("net")).as(line).isEqualTo("blue");
            assertThat(options.filter()).as(line).isEqualTo("sport 1");
            assertThat(options.has("all")).as(line).isTrue();
        }
    }

    @Test
    void longNamesMayBeShortened() throws Exception {
        SsOptions options = parse("--proc --ext --ine --all-n");
        assertThat(options.has("processes")).isTrue();
        assertThat(options.has("extended")).isTrue();
        assertThat(options.has("inet-sockopt")).isTrue();
        assertThat(options.has("all-namespaces")).isTrue();
        assertThat(parse("--all").has("all"))
                .as("a whole name that begins another")
                .isTrue();
    }

    @Test
    void behindTwoDashesAllIsFilter() throws Exception {
        assertThat(parse("-t -- -a").filter()).isEqualTo("-a");
    }

    @Test
    void familiesAndTablesAreOptionsToo() throws Exception {
        assertThat(parse("-f inet6").has("ipv6")).isTrue();
        assertThat(parse("-A tcp,inet").has("tcp")).isTrue();
        assertThat(parse("--socket=udp").has("udp")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "-y            ; there is no option '-y'",
                "-tx           ; '-x' is about what is not TCP: 'ss' itself shows it",
                "--nosuch      ; there is no option '--nosuch'",
                "--no          ; '--no' may stand for --no-header and --no-queues",
                "--tcp=1       ; '--tcp' takes no value",
                "-N            ; '-N' needs a value",
                "--net         ; '--net' needs a value",
                "-f unix       ; '-f unix' is about what is not TCP: 'ss' itself shows it",
                "-A tcp,raw    ; '-A raw' is about what is not TCP: 'ss' itself shows it",
                "-tE           ; sockets that end are shown by 'sockeye trace'",
                "-K sport 1    ; sockets are ended by 'sockeye fix kill', which asks first",
                "-N a --all-n  ; --net is one namespace, and --all-namespaces all",
            })
    void whatIsWrong(String line, String message) {
        assertThatThrownBy(() -> parse(line))
                .isInstanceOf(SsOptions.Wrong.class)
                .hasMessage(message);
    }

    @Test
    void helpNamesExactlyTheOptionsThatAreRead() {
        Set<String> helped = new TreeSet<>();
        for (OptionSpec option : new CommandLine(new SsUsage()).getCommandSpec().options()) {
            for (String name : option.names()) helped.add(name + (option.arity().max() > 0 ? "=" : ""));
        }
        Set<String> read = new TreeSet<>(SsOptions.names());
        read.removeAll(Set.of("-h", "--help", "-V", "--version")); // every command has them
        assertThat(helped).isEqualTo(read);
    }

    /// By each of its names an option is read as the same one, and no two options are read as one.
    @Test
    void namesThatHelpGivesToOneOptionAreReadAsOne() {
        Map<String, OptionSpec> means = new HashMap<>();
        for (OptionSpec option : new CommandLine(new SsUsage()).getCommandSpec().options()) {
            String[] names = option.names();
            String meaning = meaning(names[0], option);
            for (String name : names) assertThat(meaning(name, option)).as(name).isEqualTo(meaning);
            assertThat(means.put(meaning, option)).as(meaning).isNull();
        }
    }

    /// What is known of a command line with this option alone.
    private static String meaning(String name, OptionSpec option) {
        boolean takesValue = option.arity().max() > 0;
        try {
            SsOptions options = takesValue ? SsOptions.parse(name, "inet") : SsOptions.parse(name);
            return SsOptions.names().stream()
                    .map(each -> each.replace("=", "").replaceFirst("^--", ""))
                    .filter(options::has)
                    .collect(Collectors.joining(" "));
        } catch (SsOptions.Wrong e) {
            return String.valueOf(e.getMessage());
        }
    }
}
