package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the command says and ends with, for good command lines and bad ones.
class CommandLineTest extends CommandTest {

    @Test
    void anAgentWhoseAddressIsTakenSaysSo() throws IOException {
        try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.ofLiteral("127.0.0.1"))) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            assertThat(run("agent", "--listen", address)).isEqualTo(ExitCode.UNAVAILABLE);
            assertThat(complained())
                    .isEqualTo("sockeye: cannot listen on " + address
                            + ": Address already in use; give another address with --listen\n");
        }
    }

    @Test
    void everyMistakeIsOneLineAndTheExitCodeForUsage() {
        String[][] mistakes = {
            {"explian", "there is no command 'explian'; did you mean 'explain'? (see 'sockeye --help')"},
            {"xyzzy", "there is no command 'xyzzy' (see 'sockeye --help')"},
            {"--frob", "Unknown option: '--frob' (see 'sockeye --help')"},
            {"ss -y", "there is no option '-y' (see 'sockeye ss --help')"},
            {"ss state", "'state' at the end of the filter needs the name of a state (see 'sockeye ss --help')"},
            {"ss state asleep", "there is no state 'asleep' (word 2 of the filter) (see 'sockeye ss --help')"},
            {
                "ss dport x",
                "'x' is neither a port (0 to 65535) nor a service of /etc/services (word 2 of the filter) (see 'sockeye ss --help')"
            },
            {
                "explain asleep",
                "'asleep' is neither a state nor a socket: give a state's name, ino:NUMBER, HOST:PORT or"
                        + " ADDRESS:PORT->ADDRESS:PORT (see 'sockeye explain --help')"
            },
            {"explain 10.0.0.1:99999", "'99999' is not a port (see 'sockeye explain --help')"},
            {"demo --size 0", "--size is from 1 to 4096 MiB (see 'sockeye demo --help')"},
            {"demo --size x", "Invalid value for option '--size': 'x' is not an int (see 'sockeye demo --help')"},
            {
                "agent --listen 9747",
                "--listen is ADDRESS:PORT such as 127.0.0.1:9747, not '9747' (see 'sockeye agent --help')"
            },
            {
                "agent --listen localhost:99999",
                "--listen is ADDRESS:PORT such as 127.0.0.1:9747, not 'localhost:99999' (see 'sockeye agent --help')"
            },
            {"agent --interval 5ms", "--interval is 100ms at least (see 'sockeye agent --help')"},
            {"agent --cpu 0", "--cpu is a percentage, more than 0 and 100 at most (see 'sockeye agent --help')"},
            {"agent --namespaces some", "--namespaces is 'all' or 'own' (see 'sockeye agent --help')"},
            {"agent --otlp collector:4318", "--otlp is a URL such as http://collector:4318 (see 'sockeye agent --help')"
            },
            {"agent --most-processes -1", "--most-processes is from 0 to 10000 (see 'sockeye agent --help')"},
            {"version now", "there is no argument 'now' (see 'sockeye version --help')"},
            {"run --sysctl x=1,y=2 -- java", "a comma cannot stand in 'x=1,y=2' (see 'sockeye run --help')"},
        };
        for (String[] mistake : mistakes) {
            assertThat(run(mistake[0].split(" ", -1))).as(mistake[0]).isEqualTo(ExitCode.USAGE);
            assertThat(complained()).isEqualTo("sockeye: " + mistake[1] + "\n");
            assertThat(said()).isEmpty();
        }
    }

    @Test
    void aStateIsExplained() {
        assertThat(run("explain", "close-wait")).isEqualTo(ExitCode.OK);
        assertThat(said())
                .startsWith("CLOSE_WAIT\n  What it means  The other side has closed: it will send nothing more.")
                .contains("\n  Whose move     The program's", "\n  Harmless?      ", "\n  What to do     ")
                .doesNotContain("\u001b");
        assertThat(said().lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void aNumberUpToElevenIsAState() {
        run("explain", "11");
        assertThat(said()).startsWith("CLOSING\n");
    }

    @Test
    void withoutASubjectAllStatesAreExplained() {
        assertThat(run("explain")).isEqualTo(ExitCode.OK);
        assertThat(said().lines().filter(line -> line.startsWith("  What it means")))
                .hasSize(11);
    }

    @Test
    void helpIsOnStandardOutput() {
        for (String[] arguments : new String[][] {{}, {"--help"}, {"help"}, {"ss", "-h"}, {"help", "run"}}) {
            assertThat(run(arguments)).isEqualTo(ExitCode.OK);
            assertThat(said()).contains("Usage: sockeye");
            assertThat(said().lines()).allMatch(line -> line.length() <= 100);
        }
        assertThat(complained()).isEmpty();
    }

    @Test
    void theVersionIsTheBuilds() {
        assertThat(run("version")).isEqualTo(ExitCode.OK);
        assertThat(said()).matches("sockeye [0-9.]+(-SNAPSHOT)?\njava    25.*\n");
        run("--version");
        assertThat(said()).matches("sockeye [0-9.]+(-SNAPSHOT)?\n");
    }

    @Test
    void colourIsForTerminalsThatWantIt() {
        assertThat(Terminal.of(Map.of(), 80).colour()).isTrue();
        assertThat(Terminal.of(Map.of(), 0).colour()).isFalse();
        assertThat(Terminal.of(Map.of("NO_COLOR", ""), 80).colour()).isFalse();
        assertThat(Terminal.of(Map.of("TERM", "dumb"), 80).colour()).isFalse();
    }

    @Test
    void unicodeIsForLocalesThatDoNotExcludeIt() {
        assertThat(Terminal.of(Map.of(), 80).unicode()).isTrue();
        assertThat(Terminal.of(Map.of("LANG", "de_DE.UTF-8"), 80).unicode()).isTrue();
        assertThat(Terminal.of(Map.of("LANG", "C.utf8"), 80).unicode()).isTrue();
        assertThat(Terminal.of(Map.of("LANG", "de_DE.UTF-8", "LC_ALL", "C"), 80).unicode())
                .isFalse();
        assertThat(Terminal.of(Map.of("LANG", "de_DE.ISO-8859-1"), 80).unicode())
                .isFalse();
    }

    @Test
    void aProgramIsCalledByItsOwnName() {
        assertThat(PublishExtension.programName("com.example.Main --port 80")).isEqualTo("Main");
        assertThat(PublishExtension.programName("/opt/shop/shop-1.2.jar x")).isEqualTo("shop-1.2.jar");
        assertThat(PublishExtension.programName("my.module/com.example.Main")).isEqualTo("Main");
        assertThat(PublishExtension.programName("")).isEqualTo("java");
    }

    @Test
    void aSwitchBeforeAScriptIsNotGivenItsName(@TempDir Path folder) throws IOException {
        Path script = folder.resolve("socket.pkt");
        Files.writeString(script, "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n");
        String told = "socket syscall:  0.000000 [..., SOCK_STREAM, IPPROTO_TCP]\nsocket returns:  0.000000 3\n";
        assertThat(run("packetdrill", "-v", script.toString())).isEqualTo(ExitCode.OK);
        assertThat(said()).isEqualTo(told);
        assertThat(run("packetdrill", "--strict", "--verbose=1", "--non_fatal=packet", script.toString()))
                .isEqualTo(ExitCode.OK);
        assertThat(said()).isEqualTo(told);
        assertThat(run("packetdrill", "--verbose=0", script.toString())).isEqualTo(ExitCode.OK);
        assertThat(said()).isEmpty();
        assertThat(run("packetdrill", "--strict=maybe", script.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(complained()).contains("'maybe' is neither on nor off");
    }

    @Test
    void anOptionThatThereIsNotIsToldBeforeAParameterThatIsMissing() {
        assertThat(run("packetdrill", "--wrong")).isEqualTo(ExitCode.USAGE);
        assertThat(complained()).contains("Unknown option: '--wrong'").doesNotContain("SCRIPT");
        assertThat(run("packetdrill", "--strict")).isEqualTo(ExitCode.USAGE);
        assertThat(complained()).contains("SCRIPT");
    }
}
