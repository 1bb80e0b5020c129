package dev.sockeye.cli;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.linux.DescriptorWalk;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Instant;
import java.util.Collections;
import java.util.List;

/// Runs what short commands run, while the JVM watches and writes a cache of it (JEP 514): the
/// launcher does that once, so that the next commands start in half the time. Says nothing, and
/// changes nothing.
final class Rehearsal {

    private static final String[][] SS = {
        {"ss", "-tanpeoim"},
        {"ss", "-tap", "--tos", "--cgroup", "--inet-sockopt", "state", "established", "dst", "127.0.0.0/8"},
        {"ss", "-tlnH", "( sport > :1 or rtt > 1ms )", "comm", "=", "java*"},
        {"ss", "-ta", "-c", "state,local,peer,age,rtt,comm"},
        {"ss", "-ta", "--all-namespaces", "--json"},
        {"ss", "-s"},
        {"ss", "state", "nosuch"},
    };

    private static final String[][] OTHERS = {
        {"explain", "close-wait"}, {"explain", "--nosuch"}, {"nosuch"}, {"help", "ss"}, {"version"},
    };

    private Rehearsal() {}

    /// @param arguments `ss`, or `others`: which commands to run
    public static void main(String[] arguments) throws IOException {
        boolean isSs = arguments[0].equals("ss");
        var nowhere = new PrintStream(OutputStream.nullOutputStream());
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (var listener = new ServerSocket(0, 1, loopback);
                var client = new Socket(loopback, listener.getLocalPort());
                Socket server = listener.accept()) {
            client.getOutputStream().write(1);
            server.shutdownOutput();
            for (boolean colour : new boolean[] {false, true}) {
                var sockeye = new Sockeye(new Terminal(colour, 100, true, colour), nowhere, nowhere);
                for (String[] command : isSs ? SS : OTHERS) sockeye.run(command);
            }
        }
        if (isSs) manySockets();
    }

    /// What is done otherwise where there are many, which need not be so here.
    private static void manySockets() throws IOException {
        SystemCalls.prepare();
        try (DescriptorWalk walk = DescriptorWalk.open()) {
            walk.walk(new Nothing());
        } catch (IOException e) {
            // Not permitted: then it will not be done either.
        }
        var terminal = new Terminal(false, 0, true, false);
        SocketSnapshot one = SocketSnapshot.tcp(
                        Instant.EPOCH, "", TcpState.ESTABLISHED, new TransportAddress(IpAddress.LOOPBACK_V4, 1))
                .build();
        List<SocketSnapshot> many = Collections.nCopies(SsTable.MANY, one);
        new SsTable(terminal, SsTable.Columns.of("npoiem"), SsNames.NUMBERS)
                .write(many, OutputStream.nullOutputStream());
    }

    private static final class Nothing implements DescriptorWalk.Visitor {
        @Override
        public void visit(int pid, int fd, long inode) {
            // Only the way there is of interest.
        }
    }
}
