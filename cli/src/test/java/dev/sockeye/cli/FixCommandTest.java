package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// `fix` and `blame` on a connection of this very process, in a network namespace of the test's own.
@EnabledOnOs(value = OS.LINUX, disabledReason = "the kernel's sockets are Linux's")
class FixCommandTest extends CommandTest {

    private static final InetAddress LOCALHOST = InetAddress.ofLiteral("127.0.0.1");

    private interface Action {

        void run(Socket client, Socket server) throws Exception;
    }

    private static void withConnection(Action action) throws Exception {
        try {
            NetworkNamespace.callInNew(() -> {
                try (var links = new Rtnetlink()) {
                    links.setUp("lo", true);
                }
                try (var listener = new ServerSocket(0, 5, LOCALHOST);
                        var client = new Socket(LOCALHOST, listener.getLocalPort());
                        Socket server = listener.accept()) {
                    action.run(client, server);
                }
                return true;
            });
        } catch (SystemCallException e) {
            assumeTrue(!e.is(Errno.EPERM), "skipped: this user may make no network namespaces");
            throw e;
        }
    }

    private static String[] addresses(Socket client) {
        return new String[] {"127.0.0.1:" + client.getLocalPort(), "127.0.0.1:" + client.getPort()};
    }

    private static String line(Socket client, String state) throws IOException {
        String[] ends = addresses(client);
        return state + " " + ends[0] + " -> " + ends[1] + "  java \\(pid "
                + ProcessHandle.current().pid() + ", fd=[0-9]+\\)\n";
    }

    @Test
    void withoutATerminalItIsOnlyShown() throws Exception {
        withConnection((client, server) -> {
            String[] ends = addresses(client);
            assertThat(run("fix", "kill", ends[0], ends[1], "--dry-run")).isEqualTo(ExitCode.OK);
            assertThat(said()).matches(line(client, "ESTAB"));
            assertThat(complained())
                    .isEqualTo("sockeye: would end it by force (a reset to the peer; the program gets ECONNABORTED;"
                            + " what was not sent is lost): nothing is done\n");
            client.getOutputStream().write(1);
            assertThat(server.getInputStream().read()).isEqualTo(1);
        });
    }

    @Test
    void keepaliveIsSwitchedOn() throws Exception {
        withConnection((client, server) -> {
            String[] ends = addresses(client);
            assertThat(run("fix", "keepalive", "--idle", "5m", "--yes", ends[0], ends[1]))
                    .isEqualTo(ExitCode.OK);
            assertThat(said())
                    .matches(line(client, "ESTAB")
                            + "  keepalive is on: first probe after 300 s of silence, then every 10 s; 3 without an"
                            + " answer end it \\(it was off\\)\n");
            assertThat(client.getKeepAlive()).isTrue();
            assertThat(server.getKeepAlive()).isFalse();
        });
    }

    @Test
    void shutdownEndsTheConnection() throws Exception {
        withConnection((client, server) -> {
            String[] ends = addresses(client);
            assertThat(run("fix", "shutdown", "-y", ends[0] + " -> " + ends[1])).isEqualTo(ExitCode.OK);
            assertThat(said())
                    .matches(line(client, "ESTAB")
                            + "  a FIN was sent; the peer's move is next. The program still has the descriptor; it is"
                            + " FIN-WAIT-2 now\n");
            assertThat(server.getInputStream().read()).isEqualTo(-1);
        });
    }

    @Test
    void blameTellsWhatIsFree() throws Exception {
        withConnection((client, server) -> {
            String[] ends = addresses(client);
            assertThat(run("blame", ends[0], ends[1])).isEqualTo(ExitCode.OK);
            assertThat(said()).matches(line(client, "ESTAB") + "  thread      no thread is in a call on it\n");
            assertThat(run("blame", "--json", ends[0], ends[1])).isEqualTo(ExitCode.OK);
            assertThat(said())
                    .matches("\\{\"state\":\"ESTAB\",\"local\":\"" + ends[0] + "\",\"remote\":\"" + ends[1]
                            + "\",\"cookie\":\"[0-9a-f]+\",\"pid\":[0-9]+,\"program\":\"java\",\"fd\":[0-9]+,\"thread\":"
                            + "\\[\"no thread is in a call on it\"\\]\\}\n");
        });
    }

    @Test
    void whatIsNotThereIsSaid() throws Exception {
        withConnection((client, server) -> {
            assertThat(run("fix", "kill", "-y", "127.0.0.1:1", "127.0.0.1:2")).isEqualTo(ExitCode.NOT_FOUND);
            assertThat(complained()).endsWith("sockeye: there is no such socket\n");
            assertThat(run("blame", "127.0.0.1:1", "127.0.0.1:2")).isEqualTo(ExitCode.NOT_FOUND);
        });
    }

    @Test
    void mistakesAreOneLine() {
        String[][] mistakes = {
            {"fix kill", "say which sockets: pid=PID, LOCAL REMOTE, or a filter (see 'sockeye fix --help')"},
            {"fix kill fd=3", "fd=N needs the process as well: pid=PID,fd=N (see 'sockeye fix --help')"},
            {"fix kill pid=1 --idle 3s", "--idle, --interval and --count are keepalive's (see 'sockeye fix --help')"},
            {
                "fix keepalive pid=1 --count 200",
                "the number of probes of keepalive is from 1 to 127, not 200 (see 'sockeye fix --help')"
            },
            {"blame", "say which sockets: pid=PID, LOCAL REMOTE, or a filter (see 'sockeye blame --help')"},
            {"blame pid=1 --reads soon", "Invalid value for option '--reads': 'soon' is no duration; write 500ms"},
        };
        for (String[] mistake : mistakes) {
            assertThat(run(mistake[0].split(" ", -1))).as(mistake[0]).isEqualTo(ExitCode.USAGE);
            assertThat(complained()).startsWith("sockeye: " + mistake[1]);
            assertThat(complained().lines()).hasSize(1);
        }
    }
}
