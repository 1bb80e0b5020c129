package dev.sockeye.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// Runs what short commands run, while the JVM watches and writes a cache of it (JEP 514): the
/// launcher does that once, so that the next commands start in half the time. Says nothing, and
/// changes nothing.
final class Rehearsal {

    private static final String[][] COMMANDS = {
        {"ss", "-tanpeoim"},
        {"ss", "-tap", "--tos", "--cgroup", "--inet-sockopt", "state", "established", "dst", "127.0.0.0/8"},
        {"ss", "-tlnH", "( sport > :1 or rtt > 1ms )", "comm", "=", "java*"},
        {"ss", "-ta", "-c", "state,local,peer,age,rtt,comm"},
        {"ss", "-ta", "--all-namespaces", "--json"},
        {"ss", "-s"},
        {"ss", "state", "nosuch"},
        {"explain", "close-wait"},
        {"explain", "--nosuch"},
        {"nosuch"},
        {"help", "ss"},
        {"version"},
    };

    private Rehearsal() {}

    /// @param arguments not looked at
    public static void main(String[] arguments) throws IOException {
        var nowhere = new PrintStream(OutputStream.nullOutputStream());
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (var listener = new ServerSocket(0, 1, loopback);
                var client = new Socket(loopback, listener.getLocalPort());
                Socket server = listener.accept()) {
            client.getOutputStream().write(1);
            server.shutdownOutput();
            for (boolean colour : new boolean[] {false, true}) {
                var sockeye = new Sockeye(new Terminal(colour, 100, true, colour), nowhere, nowhere);
                for (String[] command : COMMANDS) sockeye.run(command);
            }
        }
    }
}
