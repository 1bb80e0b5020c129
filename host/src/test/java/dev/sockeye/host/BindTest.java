package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.TransportAddress;
import org.junit.jupiter.api.Test;

/// Who may have which port: the tables of docs/linux/bind.md.
class BindTest {

    private static final String[] ADDRESSES = {
        "0.0.0.0", Rig.HOST_V4, "127.0.0.1", ":: dual", ":: v6only", "::1", "::ffff:" + Rig.HOST_V4
    };

    /// Rows: bound first; columns: bound second. X is EADDRINUSE.
    private static final String[] OVERLAPS = {
        "XXXX..X", //
        "XX.X..X", "X.XX...", "XXXXXXX", "...XXX.", "...XXX.", "XX.X..X",
    };

    private static TcpEndpoint open(Rig rig, String address) {
        boolean v4 = address.indexOf(':') < 0;
        TcpEndpoint socket = rig.host.openTcp(v4 ? Family.INET : Family.INET6);
        if (address.endsWith("v6only")) assertThat(socket.setV6Only(true)).isZero();
        return socket;
    }

    private static TransportAddress at(String address, int port) {
        return Rig.at(address.split(" ", -1)[0], port);
    }

    @Test
    void addressesThatOverlap() {
        for (int i = 0; i < ADDRESSES.length; i++) {
            var row = new StringBuilder();
            for (String second : ADDRESSES) {
                try (var rig = new Rig()) {
                    assertThat(open(rig, ADDRESSES[i]).bind(at(ADDRESSES[i], 80), rig.now))
                            .isZero();
                    String result = Rig.result(open(rig, second).bind(at(second, 80), rig.now));
                    row.append(result.equals("ok") ? '.' : result.equals("EADDRINUSE") ? 'X' : '?');
                }
            }
            assertThat(row.toString()).as(ADDRESSES[i]).isEqualTo(OVERLAPS[i]);
        }
    }

    /// `A` with SO_REUSEADDR, `P` with SO_REUSEPORT, `L` listening.
    private static TcpEndpoint open(Rig rig, String address, String options, StringBuilder result) {
        TcpEndpoint socket = open(rig, address);
        socket.setReuseAddress(options.indexOf('A') >= 0);
        socket.setReusePort(options.indexOf('P') >= 0);
        int bound = socket.bind(at(address, 80), rig.now);
        if (bound == 0 && options.indexOf('L') >= 0) bound = socket.listen(5, rig.now);
        result.append(bound == 0 ? '.' : Rig.result(bound).equals("EADDRINUSE") ? 'X' : '?');
        return socket;
    }

    private static void table(String firstAddress, String secondAddress, String[] options, String[] expected) {
        for (int i = 0; i < options.length; i++) {
            var row = new StringBuilder();
            for (String second : options) {
                try (var rig = new Rig()) {
                    open(rig, firstAddress, options[i], new StringBuilder());
                    open(rig, secondAddress, second, row);
                }
            }
            assertThat(row.toString()).as("first " + options[i]).isEqualTo(expected[i]);
        }
    }

    @Test
    void optionsAndListening() {
        table(Rig.HOST_V4, Rig.HOST_V4, new String[] {"-", "A", "P", "AP", "L", "LA", "LP", "LAP"}, new String[] {
            "XXXXXXXX", //
            "X.X.X.X.",
            "XX..XX..",
            "X...X...",
            "XXXXXXXX",
            "XXXXXXXX",
            "XX..XX..",
            "XX..XX..",
        });
    }

    @Test
    void optionsAndListeningWithAWildcard() {
        table(Rig.HOST_V4, "0.0.0.0", new String[] {"-", "A", "P", "L", "LA", "LP"}, new String[] {
            "XXXXXX", //
            "X.XX.X", "XX.XX.", "XXXXXX", "XXXXXX", "XX.XX.",
        });
    }

    @Test
    void ofTwoBoundWithReuseAddressOneMayListen() {
        try (var rig = new Rig()) {
            var results = new StringBuilder();
            TcpEndpoint first = open(rig, Rig.HOST_V4, "A", results);
            TcpEndpoint second = open(rig, Rig.HOST_V4, "A", results);
            assertThat(results.toString()).isEqualTo("..");
            assertThat(Rig.result(first.listen(5, rig.now))).isEqualTo("ok");
            assertThat(Rig.result(second.listen(5, rig.now))).isEqualTo("EADDRINUSE");
        }
    }

    @Test
    void connectionsThatAListenerLeftBehind() {
        for (boolean listenerReuses : new boolean[] {false, true}) {
            try (var rig = new Rig()) {
                TcpEndpoint listener = rig.host.openTcp(Family.INET);
                listener.setReuseAddress(listenerReuses);
                assertThat(listener.bind(Rig.at("0.0.0.0", 80), rig.now)).isZero();
                assertThat(listener.listen(5, rig.now)).isZero();
                rig.peer(4000, 80).connects();
                rig.accept(listener);
                listener.close(rig.now);
                TcpEndpoint plain = rig.host.openTcp(Family.INET);
                assertThat(Rig.result(plain.bind(Rig.at("0.0.0.0", 80), rig.now)))
                        .isEqualTo("EADDRINUSE");
                TcpEndpoint reusing = rig.host.openTcp(Family.INET);
                reusing.setReuseAddress(true);
                assertThat(Rig.result(reusing.bind(Rig.at("0.0.0.0", 80), rig.now)))
                        .isEqualTo(listenerReuses ? "ok" : "EADDRINUSE");
            }
        }
    }

    @Test
    void aHalfOpenConnectionDoesNotHoldThePort() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            rig.peer(4000, 80).sends("S 0 win 65535");
            listener.close(rig.now);
            assertThat(rig.host.openTcp(Family.INET).bind(Rig.at("0.0.0.0", 80), rig.now))
                    .isZero();
        }
    }

    @Test
    void addressesThatCannotBeBound() {
        try (var rig = new Rig()) {
            assertThat(bind(rig, Family.INET, "203.0.113.1")).isEqualTo("EADDRNOTAVAIL");
            assertThat(bind(rig, Family.INET6, "fd00::99")).isEqualTo("EADDRNOTAVAIL");
            assertThat(bind(rig, Family.INET, "192.0.2.255")).isEqualTo("ok");
            assertThat(bind(rig, Family.INET, "224.0.0.1")).isEqualTo("ok");
            assertThat(bind(rig, Family.INET, "127.9.9.9")).isEqualTo("ok");
            assertThat(bind(rig, Family.INET, "fd00::1")).isEqualTo("EAFNOSUPPORT");
            assertThat(bind(rig, Family.INET6, "ff02::1")).isEqualTo("EINVAL");
            rig.host.sysctl().set("net.ipv4.ip_nonlocal_bind", "1");
            assertThat(bind(rig, Family.INET, "203.0.113.1")).isEqualTo("ok");
            TcpEndpoint socket = rig.host.openTcp(Family.INET);
            assertThat(socket.bind(Rig.at("0.0.0.0", 0), rig.now)).isZero();
            assertThat(Rig.result(socket.bind(Rig.at("0.0.0.0", 0), rig.now))).isEqualTo("EINVAL");
        }
    }

    private static String bind(Rig rig, Family family, String address) {
        return Rig.result(rig.host.openTcp(family).bind(Rig.at(address, 0), rig.now));
    }

    /// RFC 9293 3.9.1.1, MUST-43
    @Test
    void aSpecificListenerIsPreferredToAWildcardOneAndIpv4ToBoth() {
        try (var rig = new Rig()) {
            var results = new StringBuilder();
            TcpEndpoint both = open(rig, ":: dual", "LP", results);
            TcpEndpoint wildcard = open(rig, "0.0.0.0", "LP", results);
            TcpEndpoint specific = open(rig, Rig.HOST_V4, "LP", results);
            assertThat(results.toString()).isEqualTo("...");
            rig.peer(1, 80).connects();
            assertThat(specific.accept(rig.now)).isNotNull();
            specific.close(rig.now);
            rig.peer(2, 80).connects();
            assertThat(wildcard.accept(rig.now)).isNotNull();
            wildcard.close(rig.now);
            rig.peer(3, 80).connects();
            assertThat(both.accept(rig.now)).isNotNull();
        }
    }

    @Test
    void aReusePortGroupSharesByTheHashOfTheFlow() {
        try (var rig = new Rig()) {
            var results = new StringBuilder();
            var group = new TcpEndpoint[3];
            for (int i = 0; i < 3; i++) group[i] = open(rig, "0.0.0.0", "LP", results);
            for (int port = 1; port <= 300; port++) {
                rig.peer(port, 80).connects();
                for (int i = 0; i < 3; i++) {
                    TcpEndpoint accepted = group[i].accept(rig.now);
                    if (accepted != null) results.append(i);
                }
            }
            for (int i = 0; i < 3; i++) {
                int member = '0' + i;
                assertThat(results.chars().filter(each -> each == member).count())
                        .isBetween(70L, 130L);
            }
        }
    }
}
