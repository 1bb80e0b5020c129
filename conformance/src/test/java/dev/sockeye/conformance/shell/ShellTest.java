package dev.sockeye.conformance.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.conformance.machine.Disk;
import dev.sockeye.conformance.machine.HostUnderTest;
import dev.sockeye.conformance.machine.IpVersion;
import dev.sockeye.conformance.machine.Setup;
import dev.sockeye.conformance.machine.Unsupported;
import dev.sockeye.host.Sysctl;
import dev.sockeye.wire.IpAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShellTest {

    private final HostUnderTest machine = new HostUnderTest(new Setup(
            IpVersion.IPV4,
            IpAddress.parse("10.0.0.1"),
            24,
            IpAddress.parse("10.0.0.2"),
            8080,
            8080,
            1500,
            0,
            Map.of(),
            4_000_000,
            1));
    private final Shell shell = new Shell(new Environment(machine, new Disk()));
    private final Sysctl sysctl = machine.host().sysctl();

    @AfterEach
    void close() {
        machine.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '~',
            value = {
                "echo a b@a b",
                "echo 'a  b' \"c $((2*(3+4)))\"@a  b c 14",
                "echo a; echo b@a b",
                "false || echo c@c",
                "true && echo d@d",
                "false && echo no; echo e@e",
                "echo one | grep -q two || echo f@f",
                "echo one | grep o.e@one",
                "! false && echo g@g",
                "echo $((1 << 4)) $((7 % 4)) $((2**10))@16 3 1024",
                "echo x # y@x",
                "echo a\\ b@a b",
                "x=3; y=$((x * 2 + 1)); echo $x ${y}z '$x' \"$x  $y\"@3 7z $x 3  7",
                "for i in 1 2 3; do echo $i; done@1 2 3",
                "for i in $(seq 2 4) x; do echo -n $i,; done@2,3,4,x,",
                "if false; then echo a; elif true; then echo b; else echo c; fi@b",
                "if [ 2 -gt 10 ]; then echo a; else echo b; fi@b",
                "[ a = a ] && [ ! a != a -a -n x ] && test -z '' && echo yes@yes",
                "[ -e /proc/sys/net/ipv4/tcp_sack ] && ! [ -f /proc/sys/net/ipv4/no ] && echo yes@yes",
                "i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done@1 2 3",
                "until true; do echo no; done; echo yes@yes",
                "echo \"$(echo a  b)\" $(echo c; echo d)@a b c d",
                "x='a  b'; echo $x; echo \"$x\"@a b a  b",
                "{ echo a; echo b; } | grep b@b",
                "(echo a; echo b) | wc -l@2",
                "echo one two three | awk '{print $2, $NF}'@two three",
                "echo a:b:c | awk -F: '/b/ {print $3}'@c",
                "echo 'x,y,z' | cut -d , -f 1,3@x,z",
                "seq 5 | tail -n 3 | head -1@3",
                "echo aXbX | tr -d X | tr a c@cb",
                "echo abcabd | grep -o 'ab.' | grep -c .@2",
                "false; echo $?@1",
                "echo a; exit 0; echo b@a",
                "export A=1 B=2; echo $((A + B))@3",
            })
    void commandsAreRunAsAShellDoes(String text, String output) throws ShellException {
        assertThat(shell.run(text).strip().replace("\n", " ")).isEqualTo(output);
    }

    @Test
    void settingsAreSetReadAndPutBack() throws ShellException {
        shell.run("sysctl -q net.ipv4.tcp_rmem=\"4096 $((64*1024)) 0x100000\"\n");
        assertThat(sysctl.get("net.ipv4.tcp_rmem")).isEqualTo("4096\t65536\t1048576");
        shell.run("./set_sysctls.py /proc/sys/net/ipv4/tcp_sack=0 \\\n /proc/sys/net/ipv4/tcp_dsack=0");
        assertThat(shell.run("sysctl -n net.ipv4.tcp_sack net.ipv4.tcp_dsack")).isEqualTo("0\n0\n");
        shell.run("/tmp/sysctl_restore_${PPID}.sh");
        assertThat(shell.run("sysctl -n net.ipv4.tcp_sack net.ipv4.tcp_dsack")).isEqualTo("1\n1\n");
        shell.run("echo 7 > /proc/sys/net/ipv4/tcp_fin_timeout");
        assertThat(shell.run("cat /proc/sys/net/ipv4/tcp_fin_timeout")).isEqualTo("7\n");
    }

    @Test
    void theDefaultsOfScriptsAreBuiltIn() throws ShellException {
        shell.run("../../common/defaults.sh");
        assertThat(sysctl.get("net.ipv4.tcp_rmem")).isEqualTo("4096\t540000\t15728640");
        assertThat(sysctl.get("net.ipv4.tcp_slow_start_after_idle")).isEqualTo("0");
        assertThat(sysctl.get("net.ipv4.tcp_fastopen")).isEqualTo(Integer.toString(0x70403));
        shell.run("./defaults.sh");
        assertThat(sysctl.get("net.ipv4.tcp_fastopen")).isEqualTo("3");
    }

    @Test
    void nstatShowsWhatHasBeenAdded() throws ShellException {
        shell.run("nstat -n");
        machine.receive(new byte[] {0x45}, 0);
        assertThat(shell.run("nstat")).contains("IpInReceives                    1 ");
        assertThat(shell.run("nstat")).isEqualTo("#kernel\n");
        assertThat(shell.run("nstat -az IpInRec*")).contains("IpInReceives                    1 ");
    }

    @Test
    void theLastCommandTellsWhetherABlockSucceeds() {
        assertThatThrownBy(() -> shell.run("true\nfalse")).isInstanceOf(ShellException.class);
        assertThatThrownBy(() -> shell.run("nstat | grep -q NoSuchCounter"))
                .isInstanceOf(ShellException.class)
                .hasMessage("the command ends with status 1");
        assertThatThrownBy(() -> shell.run("sysctl -q net.ipv4.tcp_sack=many"))
                .isInstanceOf(ShellException.class)
                .hasMessageContaining("'many' is not a number");
        for (String broken : List.of(
                "for i in 1; do echo",
                "if true; then echo",
                "done",
                "echo $(echo",
                "(echo",
                "{ echo",
                "[ 1 -eq 1",
                "[ 1 -eq x ]",
                "x=1 |",
                "echo )",
                "while true; do true; done")) {
            assertThatThrownBy(() -> shell.run(broken)).as(broken).isInstanceOf(ShellException.class);
        }
        assertThatThrownBy(() -> shell.run("echo 'x")).isInstanceOf(ShellException.class);
        assertThatThrownBy(() -> shell.run("echo $((1/0))")).isInstanceOf(ShellException.class);
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertThatThrownBy(() -> shell.run("python3 -c 1"))
                .isInstanceOf(Unsupported.class)
                .hasMessage("the command python3");
        assertThatThrownBy(() -> shell.run("sysctl -q net.ipv4.tcp_no_such=1"))
                .isInstanceOf(Unsupported.class)
                .hasMessage("the sysctl net.ipv4.tcp_no_such");
        for (String other : List.of(
                "case x in esac",
                "echo ${x:-1}",
                "cat < file",
                "awk 'BEGIN {}'",
                "[ -d /tmp ]",
                "echo x | tr a-z A-Z")) {
            assertThatThrownBy(() -> shell.run(other)).as(other).isInstanceOf(Unsupported.class);
        }
        assertThatThrownBy(() -> shell.run("tc qdisc add dev tun0 root fq")).isInstanceOf(Unsupported.class);
    }
}
