package dev.sockeye.jdk.behaviour;

import static dev.sockeye.jdk.behaviour.Net.LOOPBACK;
import static dev.sockeye.jdk.behaviour.Net.loopback;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.jdk.behaviour.Net.SocketPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `java.net.Socket` and `ServerSocket` as a program knows them. The class is run twice, over the kernel and over the
/// stack, and both must come to the same.
@Timeout(60)
@SuppressWarnings("try") // closing early is what is tested
class SocketBehaviourTest {

    @Test
    void whatOneWritesTheOtherReads() throws Exception {
        try (var pair = SocketPair.open()) {
            pair.a().getOutputStream().write("hello".getBytes(US_ASCII));
            assertThat(pair.b().getInputStream().readNBytes(5)).asString().isEqualTo("hello");
            pair.b().getOutputStream().write(0xfe);
            assertThat(pair.a().getInputStream().read()).isEqualTo(0xfe);
        }
    }

    @Test
    void aReadReturnsWhatIsThereAndNotMore() throws Exception {
        try (var pair = SocketPair.open()) {
            pair.a().getOutputStream().write(new byte[3]);
            assertThat(pair.b().getInputStream().read(new byte[10])).isEqualTo(3);
            assertThat(pair.b().getInputStream().available()).isZero();
            pair.a().getOutputStream().write(new byte[7]);
            assertThat(pair.b().getInputStream().read(new byte[10], 2, 4)).isEqualTo(4);
            assertThat(pair.b().getInputStream().available()).isEqualTo(3);
            assertThat(pair.b().getInputStream().read(new byte[0])).isZero();
        }
    }

    @Test
    void eachEndKnowsBothAddresses() throws Exception {
        try (var pair = SocketPair.open()) {
            Socket a = pair.a();
            Socket b = pair.b();
            assertThat(a.getLocalSocketAddress()).isEqualTo(b.getRemoteSocketAddress());
            assertThat(b.getLocalSocketAddress()).isEqualTo(a.getRemoteSocketAddress());
            assertThat(a.getInetAddress()).isEqualTo(LOOPBACK);
            assertThat(a.getLocalAddress()).isEqualTo(LOOPBACK);
            assertThat(a.getPort()).isEqualTo(b.getLocalPort());
            assertThat(a.toString())
                    .isEqualTo("Socket[addr=" + a.getInetAddress() + ",port=" + a.getPort() + ",localport="
                            + a.getLocalPort() + "]");
            assertThat(List.of(a.isConnected(), a.isBound(), a.isClosed())).containsExactly(true, true, false);
            int port = a.getPort();
            int localPort = a.getLocalPort();
            a.close();
            assertThat(List.of(a.isConnected(), a.isBound(), a.isClosed())).containsExactly(true, true, true);
            assertThat(a.getPort()).isEqualTo(port);
            assertThat(a.getLocalPort()).isEqualTo(localPort);
            assertThat(a.getInetAddress()).isEqualTo(LOOPBACK);
            assertThat(a.getLocalAddress().isAnyLocalAddress()).isTrue();
        }
    }

    @Test
    void aListenerKnowsItsAddress() throws Exception {
        try (var listener = new ServerSocket()) {
            assertThat(listener.toString()).isEqualTo("ServerSocket[unbound]");
            assertThat(listener.getLocalPort()).isEqualTo(-1);
            assertThat(listener.getInetAddress()).isNull();
            listener.bind(loopback(0));
            int port = listener.getLocalPort();
            assertThat(port).isPositive();
            assertThat(listener.getLocalSocketAddress()).isEqualTo(loopback(port));
            assertThat(listener.toString()).isEqualTo("ServerSocket[addr=" + LOOPBACK + ",localport=" + port + "]");
        }
    }

    @Test
    void connectingWhereNobodyListensIsRefused() throws Exception {
        int port = Net.closedPort();
        assertThat(Outcome.of(() -> new Socket(LOOPBACK, port)))
                .isEqualTo("java.net.ConnectException: Connection refused");
        try (var socket = new Socket()) {
            assertThat(Outcome.of(() -> socket.connect(loopback(port), 5_000)))
                    .isEqualTo("java.net.ConnectException: Connection refused");
            assertThat(socket.isClosed()).isTrue();
            assertThat(Outcome.of(() -> socket.connect(loopback(port))))
                    .isEqualTo("java.net.SocketException: Socket is closed");
        }
    }

    @Test
    void anUnresolvedNameIsAnUnknownHost() throws Exception {
        try (var socket = new Socket()) {
            var nowhere = InetSocketAddress.createUnresolved("no-such-host.invalid", 80);
            assertThat(Outcome.of(() -> socket.connect(nowhere)))
                    .isEqualTo("java.net.UnknownHostException: no-such-host.invalid");
            assertThat(socket.isClosed()).isTrue();
        }
    }

    @Test
    void aFullAcceptQueueLetsFurtherConnectsWait() throws Exception {
        var waiting = new ArrayList<Socket>();
        try (var listener = new ServerSocket(0, 1, LOOPBACK)) {
            // Linux: an accept queue holds one more than its backlog
            waiting.add(new Socket(LOOPBACK, listener.getLocalPort()));
            waiting.add(new Socket(LOOPBACK, listener.getLocalPort()));
            try (var third = new Socket()) {
                assertThat(Outcome.of(() -> third.connect(listener.getLocalSocketAddress(), 200)))
                        .isEqualTo("java.net.SocketTimeoutException: Connect timed out");
                assertThat(third.isClosed()).isTrue();
            }
            assertThat(listener.accept().getPort()).isEqualTo(waiting.get(0).getLocalPort());
            assertThat(listener.accept().getPort()).isEqualTo(waiting.get(1).getLocalPort());
        } finally {
            for (Socket socket : waiting) socket.close();
        }
    }

    @Test
    void closingAListenerResetsWhoWasNotAccepted() throws Exception {
        var listener = new ServerSocket(0, 5, LOOPBACK);
        try (var waiting = new Socket(LOOPBACK, listener.getLocalPort())) {
            listener.close();
            assertThat(Outcome.of(() -> waiting.getInputStream().read()))
                    .isEqualTo("java.net.SocketException: Connection reset");
            assertThat(Outcome.of(() -> new Socket(LOOPBACK, listener.getLocalPort())))
                    .isEqualTo("java.net.ConnectException: Connection refused");
        }
    }

    @Test
    void aPortHasOneListener() throws Exception {
        try (var listener = new ServerSocket(0, 1, LOOPBACK);
                var second = new ServerSocket();
                var client = new Socket()) {
            assertThat(Outcome.of(() -> second.bind(listener.getLocalSocketAddress())))
                    .isEqualTo("java.net.BindException: Address already in use");
            assertThat(Outcome.of(() -> client.bind(listener.getLocalSocketAddress())))
                    .isEqualTo("java.net.BindException: Address already in use");
            second.setReuseAddress(false);
            assertThat(Outcome.of(() -> second.bind(new InetSocketAddress(listener.getLocalPort()))))
                    .isEqualTo("java.net.BindException: Address already in use");
        }
    }

    @Test
    void anAddressThatIsNotOursCannotBeBound() throws Exception {
        try (var listener = new ServerSocket()) {
            assertThat(Outcome.of(() -> listener.bind(new InetSocketAddress("192.0.2.1", 0))))
                    .isEqualTo("java.net.BindException: Cannot assign requested address");
        }
    }

    @Test
    void aBoundClientConnectsFromItsPort() throws Exception {
        int port = Net.closedPort();
        try (var listener = new ServerSocket(0, 1, LOOPBACK);
                var client = new Socket()) {
            client.bind(loopback(port));
            assertThat(client.getLocalPort()).isEqualTo(port);
            assertThat(Outcome.of(() -> client.bind(loopback(0)))).isEqualTo("java.net.SocketException: Already bound");
            client.connect(listener.getLocalSocketAddress());
            assertThat(listener.accept().getPort()).isEqualTo(port);
            assertThat(Outcome.of(() -> client.connect(listener.getLocalSocketAddress())))
                    .isEqualTo("java.net.SocketException: Already connected");
        }
    }

    @Test
    void aFourTupleIsUsedOnce() throws Exception {
        int port = Net.closedPort();
        try (var listener = new ServerSocket(0, 5, LOOPBACK);
                var first = new Socket();
                var second = new Socket()) {
            first.setReuseAddress(true);
            second.setReuseAddress(true);
            first.bind(loopback(port));
            first.connect(listener.getLocalSocketAddress());
            second.bind(loopback(port));
            assertThat(Outcome.of(() -> second.connect(listener.getLocalSocketAddress())))
                    .isEqualTo("java.net.BindException: Cannot assign requested address");
        }
    }

    @Test
    void aSocketCanConnectToItself() throws Exception {
        int port = Net.closedPort();
        try (var socket = new Socket()) {
            socket.bind(loopback(port));
            socket.connect(loopback(port)); // RFC 9293 3.5: simultaneous open
            socket.getOutputStream().write(42);
            assertThat(socket.getInputStream().read()).isEqualTo(42);
        }
    }

    @Test
    void aPortInTimeWaitIsBoundWithReuseAddressOnly() throws Exception {
        int port;
        try (var listener = new ServerSocket(0, 1, LOOPBACK)) {
            port = listener.getLocalPort();
            try (var client = new Socket(LOOPBACK, port)) {
                listener.accept().close(); // the first FIN is the server's: TIME_WAIT is at its port
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
        }
        try (var strict = new ServerSocket();
                var reusing = new ServerSocket()) {
            strict.setReuseAddress(false);
            assertThat(Outcome.of(() -> strict.bind(loopback(port))))
                    .isEqualTo("java.net.BindException: Address already in use");
            reusing.setReuseAddress(true);
            assertThat(Outcome.of(() -> reusing.bind(loopback(port)))).isEqualTo("done");
        }
    }

    @Test
    void aClosedPeerIsTheEndOfTheStream() throws Exception {
        try (var pair = SocketPair.open()) {
            pair.a().getOutputStream().write(7);
            pair.a().close();
            var in = pair.b().getInputStream();
            assertThat(List.of(in.read(), in.read(), in.read())).containsExactly(7, -1, -1);
            pair.b().close();
            assertThat(in.read()).isEqualTo(-1); // the JDK remembers the end it has seen
        }
    }

    @Test
    void aHalfClosedConnectionCarriesTheAnswer() throws Exception {
        try (var pair = SocketPair.open()) {
            var out = pair.a().getOutputStream();
            out.write("question".getBytes(US_ASCII));
            pair.a().shutdownOutput();
            assertThat(pair.a().isOutputShutdown()).isTrue();
            assertThat(pair.b().getInputStream().readAllBytes()).asString().isEqualTo("question");
            pair.b().getOutputStream().write("answer".getBytes(US_ASCII));
            pair.b().close();
            assertThat(pair.a().getInputStream().readAllBytes()).asString().isEqualTo("answer");
            assertThat(Outcome.of(() -> out.write(1))).isEqualTo("java.net.SocketException: Broken pipe");
            assertThat(Outcome.of(() -> pair.a().getOutputStream()))
                    .isEqualTo("java.net.SocketException: Socket output is shutdown");
            assertThat(Outcome.of(() -> pair.a().shutdownOutput()))
                    .isEqualTo("java.net.SocketException: Socket output is already shutdown");
        }
    }

    @Test
    void aShutDownInputIsAtItsEnd() throws Exception {
        try (var pair = SocketPair.open()) {
            var in = pair.b().getInputStream();
            pair.a().getOutputStream().write(new byte[10]);
            pair.b().shutdownInput();
            assertThat(pair.b().isInputShutdown()).isTrue();
            assertThat(in.available()).isZero();
            assertThat(in.read()).isEqualTo(-1);
            assertThat(Outcome.of(() -> pair.b().getInputStream()))
                    .isEqualTo("java.net.SocketException: Socket input is shutdown");
            pair.a().getOutputStream().write(new byte[10]);
            pair.b().getOutputStream().write(9);
            assertThat(pair.a().getInputStream().read()).isEqualTo(9);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shuttingDownTheInputEndsABlockedRead(boolean virtual) throws Exception {
        try (var pair = SocketPair.open()) {
            var read = Outcome.later(virtual, () -> pair.b().getInputStream().read())
                    .whenBlocked();
            pair.b().shutdownInput();
            assertThat(read.outcome()).isEqualTo("-1");
        }
    }

    @Test
    void aWriteToAPeerThatClosedBreaksThePipe() throws Exception {
        try (var pair = SocketPair.open()) {
            pair.b().close();
            assertThat(pair.a().getInputStream().read()).isEqualTo(-1);
            var out = pair.a().getOutputStream();
            out.write(1); // answered with a reset
            assertThat(outcomeOfWritesUntilOneFails(pair.a())).isEqualTo("java.net.SocketException: Broken pipe");
            assertThat(Outcome.of(() -> out.write(1))).isEqualTo("java.net.SocketException: Broken pipe");
            assertThat(pair.a().getInputStream().read()).isEqualTo(-1);
        }
    }

    private static String outcomeOfWritesUntilOneFails(Socket socket) {
        String outcome = "done";
        for (int i = 0; i < 100_000 && outcome.equals("done"); i++)
            outcome = Outcome.of(() -> socket.getOutputStream().write(1));
        return outcome;
    }

    @Test
    void closingWithUnreadDataEndsTheStreamAndBreaksThePipe() throws Exception {
        try (var pair = SocketPair.open()) {
            pair.a().getOutputStream().write(new byte[100]);
            assertThat(pair.b().getInputStream().read()).isZero();
            pair.b().close(); // the JDK shuts its output down first: a FIN, and only then the reset
            assertThat(pair.a().getInputStream().read()).isEqualTo(-1);
            assertThat(outcomeOfWritesUntilOneFails(pair.a())).isEqualTo("java.net.SocketException: Broken pipe");
        }
    }

    @Test
    void aLingerOfZeroAborts() throws Exception {
        try (var pair = SocketPair.open()) {
            pair.b().setSoLinger(true, 0);
            pair.b().close();
            assertThat(Outcome.of(() -> pair.a().getInputStream().read()))
                    .isEqualTo("java.net.SocketException: Connection reset");
        }
    }

    @Test
    void aResetFailsTheFirstWriteAsAReset() throws Exception {
        try (var pair = SocketPair.open()) {
            pair.b().setSoLinger(true, 0);
            pair.b().close();
            // the reset may be on its way still
            assertThat(outcomeOfWritesUntilOneFails(pair.a()))
                    .isIn(
                            "java.net.SocketException: Connection reset by peer",
                            "java.net.SocketException: Connection reset");
            assertThat(Outcome.of(() -> pair.a().getOutputStream().write(1)))
                    .isEqualTo("java.net.SocketException: Broken pipe");
            assertThat(Outcome.of(() -> pair.a().getInputStream().read())).isEqualTo("-1");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aReadTimesOutAndTheSocketLivesOn(boolean virtual) throws Exception {
        try (var pair = SocketPair.open()) {
            pair.b().setSoTimeout(60);
            var read = Outcome.later(virtual, () -> pair.b().getInputStream().read());
            assertThat(read.outcome()).isEqualTo("java.net.SocketTimeoutException: Read timed out");
            pair.a().getOutputStream().write(5);
            assertThat(pair.b().getInputStream().read()).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAcceptTimesOutAndTheListenerLivesOn(boolean virtual) throws Exception {
        try (var listener = new ServerSocket(0, 5, LOOPBACK)) {
            listener.setSoTimeout(60);
            assertThat(Outcome.later(virtual, listener::accept).outcome())
                    .isEqualTo("java.net.SocketTimeoutException: Accept timed out");
            try (var client = new Socket(LOOPBACK, listener.getLocalPort());
                    var accepted = listener.accept()) {
                assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingEndsABlockedRead(boolean virtual) throws Exception {
        try (var pair = SocketPair.open()) {
            var in = pair.b().getInputStream();
            var read = Outcome.later(virtual, in::read).whenBlocked();
            pair.b().close();
            assertThat(read.outcome()).isEqualTo("java.net.SocketException: Socket closed");
            assertThat(Outcome.of(() -> in.read())).isEqualTo("java.net.SocketException: Socket closed");
            assertThat(Outcome.of(() -> pair.b().getInputStream()))
                    .isEqualTo("java.net.SocketException: Socket is closed");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingEndsABlockedWrite(boolean virtual) throws Exception {
        try (var pair = SocketPair.open()) {
            var out = pair.a().getOutputStream();
            var write = Outcome.later(virtual, () -> {
                        while (true) out.write(new byte[100_000]);
                    })
                    .whenBlocked();
            pair.a().close();
            assertThat(write.outcome()).isEqualTo("java.net.SocketException: Socket closed");
            assertThat(Outcome.of(() -> out.write(1))).isEqualTo("java.net.SocketException: Socket closed");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingEndsABlockedAccept(boolean virtual) throws Exception {
        try (var listener = new ServerSocket(0, 5, LOOPBACK)) {
            var accept = Outcome.later(virtual, listener::accept).whenBlocked();
            listener.close();
            assertThat(accept.outcome()).isEqualTo("java.net.SocketException: Socket closed");
            assertThat(Outcome.of(listener::accept)).isEqualTo("java.net.SocketException: Socket is closed");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingEndsABlockedConnect(boolean virtual) throws Exception {
        try (var listener = new ServerSocket(0, 1, LOOPBACK);
                var first = new Socket(LOOPBACK, listener.getLocalPort());
                var second = new Socket(LOOPBACK, listener.getLocalPort());
                var third = new Socket()) {
            assertThat(List.of(first.isConnected(), second.isConnected())).containsExactly(true, true);
            var connect = Outcome.later(virtual, () -> {
                        third.connect(listener.getLocalSocketAddress());
                        return "connected";
                    })
                    .whenBlocked();
            third.close();
            assertThat(connect.outcome()).isEqualTo("java.net.SocketException: Socket closed");
        }
    }

    @Test
    void anInterruptDoesNotDisturbAPlatformThread() throws Exception {
        try (var pair = SocketPair.open()) {
            var read = Outcome.later(() -> pair.b().getInputStream().read()
                            + (Thread.currentThread().isInterrupted() ? " interrupted" : ""))
                    .whenBlocked();
            read.thread().interrupt();
            Thread.sleep(50);
            assertThat(read.isDone()).isFalse();
            pair.a().getOutputStream().write(3);
            assertThat(read.outcome()).isEqualTo("3 interrupted");
        }
    }

    @Test
    void anInterruptClosesTheSocketOfAVirtualThread() throws Exception {
        try (var pair = SocketPair.open()) {
            var read = Outcome.laterVirtually(() -> pair.b().getInputStream().read())
                    .whenBlocked();
            read.thread().interrupt();
            assertThat(read.outcome()).isEqualTo("java.net.SocketException: Closed by interrupt");
            assertThat(pair.b().isClosed()).isTrue();
            assertThat(pair.a().getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void anInterruptClosesTheListenerOfAVirtualThread() throws Exception {
        try (var listener = new ServerSocket(0, 1, LOOPBACK)) {
            var accept = Outcome.laterVirtually(listener::accept).whenBlocked();
            accept.thread().interrupt();
            assertThat(accept.outcome()).isEqualTo("java.net.SocketException: Closed by interrupt");
            assertThat(listener.isClosed()).isTrue();
        }
    }

    @Test
    void whatIsNotConnectedOrBoundSaysSo() throws Exception {
        try (var socket = new Socket();
                var listener = new ServerSocket()) {
            assertThat(Outcome.of(() -> socket.getInputStream()))
                    .isEqualTo("java.net.SocketException: Socket is not connected");
            assertThat(Outcome.of(() -> socket.shutdownOutput()))
                    .isEqualTo("java.net.SocketException: Socket is not connected");
            assertThat(Outcome.of(listener::accept)).isEqualTo("java.net.SocketException: Socket is not bound yet");
            assertThat(socket.toString()).isEqualTo("Socket[unconnected]");
            assertThat(List.of(socket.getPort(), socket.getLocalPort())).containsExactly(0, -1);
            assertThat(socket.getRemoteSocketAddress()).isNull();
        }
    }

    @Test
    void urgentDataIsLeftOutUnlessAskedForInLine() throws Exception {
        try (var pair = SocketPair.open()) {
            pair.a().getOutputStream().write('a');
            pair.a().sendUrgentData('!');
            pair.a().getOutputStream().write('b');
            pair.a().shutdownOutput();
            assertThat(pair.b().getInputStream().readAllBytes()).asString().isEqualTo("ab");
        }
        try (var pair = SocketPair.open()) {
            pair.b().setOOBInline(true);
            pair.a().getOutputStream().write('a');
            pair.a().sendUrgentData('!');
            pair.a().getOutputStream().write('b');
            pair.a().shutdownOutput();
            assertThat(pair.b().getInputStream().readAllBytes()).asString().isEqualTo("a!b");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoHundredThreadsTalkAtOnce(boolean virtual) throws Exception {
        ThreadFactory threads =
                virtual ? Thread.ofVirtual().factory() : Thread.ofPlatform().factory();
        int conversations = 200;
        try (var listener = new ServerSocket(0, 256, LOOPBACK);
                var executor = Executors.newThreadPerTaskExecutor(threads)) {
            var server = executor.submit(() -> {
                for (int i = 0; i < conversations; i++) {
                    Socket accepted = listener.accept();
                    executor.execute(() -> echo(accepted));
                }
                return null;
            });
            var clients = new ArrayList<Future<String>>();
            for (int i = 0; i < conversations; i++) {
                String words = "conversation " + i;
                clients.add(executor.submit(() -> {
                    try (var socket = new Socket(LOOPBACK, listener.getLocalPort())) {
                        socket.getOutputStream().write(words.getBytes(US_ASCII));
                        socket.shutdownOutput();
                        return new String(socket.getInputStream().readAllBytes(), US_ASCII);
                    }
                }));
            }
            for (int i = 0; i < conversations; i++)
                assertThat(clients.get(i).get()).isEqualTo("conversation " + i);
            server.get();
        }
    }

    private static void echo(Socket accepted) {
        try (accepted) {
            accepted.getInputStream().transferTo(accepted.getOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aSocketThatTheProgramHasLostIsClosed() throws Exception {
        try (var listener = new ServerSocket(0, 5, LOOPBACK)) {
            losesAConnectionTo(listener);
            try (var accepted = listener.accept()) {
                accepted.setSoTimeout(50);
                String outcome = "java.net.SocketTimeoutException: Read timed out";
                while (outcome.equals("java.net.SocketTimeoutException: Read timed out")) {
                    System.gc();
                    outcome = Outcome.of(() -> accepted.getInputStream().read());
                }
                assertThat(outcome).isEqualTo("-1");
            }
        }
    }

    private static void losesAConnectionTo(ServerSocket listener) throws IOException {
        assertThat(new Socket(LOOPBACK, listener.getLocalPort()).isConnected()).isTrue();
    }

    @Test
    void aListenerCanAcceptIntoASocketOfTheProgram() throws Exception {
        class Tagged extends Socket {
            final String tag = "tagged";
        }
        class TaggingListener extends ServerSocket {
            TaggingListener() throws IOException {
                super(0, 5, LOOPBACK);
            }

            @Override
            public Socket accept() throws IOException {
                var accepted = new Tagged();
                implAccept(accepted);
                return accepted;
            }
        }
        try (var listener = new TaggingListener();
                var client = new Socket(LOOPBACK, listener.getLocalPort());
                var accepted = (Tagged) listener.accept()) {
            assertThat(accepted.tag).isEqualTo("tagged");
            client.getOutputStream().write(1);
            assertThat(accepted.getInputStream().read()).isEqualTo(1);
            assertThat(accepted.getRemoteSocketAddress()).isEqualTo(client.getLocalSocketAddress());
        }
    }
}
