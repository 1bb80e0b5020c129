package dev.sockeye.jdk.behaviour;

import static dev.sockeye.jdk.behaviour.Net.LOOPBACK;
import static dev.sockeye.jdk.behaviour.Net.loopback;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.jdk.behaviour.Net.ChannelPair;
import dev.sockeye.jdk.behaviour.Net.SocketPair;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Socket options: which there are, their defaults, what is refused; run over the kernel and over the stack.
@Timeout(60)
@SuppressWarnings("try") // closing early is what is tested
class OptionBehaviourTest {

    private static final SocketOption<Object> UNKNOWN = new SocketOption<>() {
        @Override
        public String name() {
            return "SO_UNHEARD_OF";
        }

        @Override
        public Class<Object> type() {
            return Object.class;
        }

        @Override
        public String toString() {
            return name();
        }
    };

    private static String names(Set<SocketOption<?>> options) {
        return options.stream().map(SocketOption::name).sorted().collect(Collectors.joining(" "));
    }

    @Test
    void theOptionsAreThoseOfTheJdk() throws Exception {
        try (var socket = new Socket();
                var listener = new ServerSocket();
                var channel = SocketChannel.open();
                var listening = ServerSocketChannel.open()) {
            assertThat(names(socket.supportedOptions()))
                    .isEqualTo("IP_TOS SO_INCOMING_NAPI_ID SO_KEEPALIVE SO_LINGER SO_RCVBUF SO_REUSEADDR SO_REUSEPORT"
                            + " SO_SNDBUF TCP_KEEPCOUNT TCP_KEEPIDLE TCP_KEEPINTERVAL TCP_NODELAY TCP_QUICKACK");
            assertThat(names(listener.supportedOptions()))
                    .isEqualTo("IP_TOS SO_INCOMING_NAPI_ID SO_RCVBUF SO_REUSEADDR SO_REUSEPORT TCP_KEEPCOUNT"
                            + " TCP_KEEPIDLE TCP_KEEPINTERVAL TCP_QUICKACK");
            assertThat(names(channel.supportedOptions()))
                    .isEqualTo("IP_TOS SO_INCOMING_NAPI_ID SO_KEEPALIVE SO_LINGER SO_OOBINLINE SO_RCVBUF SO_REUSEADDR"
                            + " SO_REUSEPORT SO_SNDBUF TCP_KEEPCOUNT TCP_KEEPIDLE TCP_KEEPINTERVAL TCP_NODELAY"
                            + " TCP_QUICKACK");
            assertThat(names(listening.supportedOptions()))
                    .isEqualTo("SO_INCOMING_NAPI_ID SO_RCVBUF SO_REUSEADDR SO_REUSEPORT TCP_KEEPCOUNT TCP_KEEPIDLE"
                            + " TCP_KEEPINTERVAL TCP_QUICKACK");
            assertThat(socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE))
                    .isTrue();
        }
    }

    /// Every option's value, the buffer sizes aside, which follow the memory of the machine.
    private static SortedMap<String, String> values(NetworkChannel channel) {
        var values = new TreeMap<String, String>();
        for (SocketOption<?> option : channel.supportedOptions())
            if (!option.name().endsWith("BUF")) values.put(option.name(), Outcome.of(() -> channel.getOption(option)));
        return values;
    }

    @Test
    void aFreshChannelHasLinuxsDefaults() throws Exception {
        try (var channel = SocketChannel.open();
                var listening = ServerSocketChannel.open()) {
            assertThat(values(channel))
                    .hasToString(
                            "{IP_TOS=0, SO_INCOMING_NAPI_ID=0, SO_KEEPALIVE=false, SO_LINGER=-1, SO_OOBINLINE=false,"
                                    + " SO_REUSEADDR=false, SO_REUSEPORT=false, TCP_KEEPCOUNT=9, TCP_KEEPIDLE=7200,"
                                    + " TCP_KEEPINTERVAL=75, TCP_NODELAY=false, TCP_QUICKACK=true}");
            assertThat(values(listening))
                    .hasToString("{SO_INCOMING_NAPI_ID=0, SO_REUSEADDR=true, SO_REUSEPORT=false, TCP_KEEPCOUNT=9,"
                            + " TCP_KEEPIDLE=7200, TCP_KEEPINTERVAL=75, TCP_QUICKACK=true}");
        }
    }

    @Test
    void whatIsSetIsRead() throws Exception {
        try (var pair = ChannelPair.open()) {
            SocketChannel channel = pair.a();
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true)
                    .setOption(StandardSocketOptions.TCP_NODELAY, true)
                    .setOption(StandardSocketOptions.SO_LINGER, 7)
                    .setOption(StandardSocketOptions.IP_TOS, 0x10)
                    .setOption(StandardSocketOptions.SO_REUSEADDR, true)
                    .setOption(StandardSocketOptions.SO_REUSEPORT, true)
                    .setOption(StandardSocketOptions.SO_SNDBUF, 20_000)
                    .setOption(StandardSocketOptions.SO_RCVBUF, 30_000)
                    .setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 11)
                    .setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 12)
                    .setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 13);
            assertThat(values(channel))
                    .hasToString(
                            "{IP_TOS=16, SO_INCOMING_NAPI_ID=0, SO_KEEPALIVE=true, SO_LINGER=7, SO_OOBINLINE=false,"
                                    + " SO_REUSEADDR=true, SO_REUSEPORT=true, TCP_KEEPCOUNT=13, TCP_KEEPIDLE=11,"
                                    + " TCP_KEEPINTERVAL=12, TCP_NODELAY=true, TCP_QUICKACK=true}");
            assertThat(channel.getOption(StandardSocketOptions.SO_SNDBUF)).isEqualTo(20_000);
            assertThat(channel.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(30_000);
            channel.setOption(ExtendedSocketOptions.TCP_QUICKACK, false);
            assertThat(channel.getOption(ExtendedSocketOptions.TCP_QUICKACK)).isFalse();
        }
    }

    @Test
    void optionsSetBeforeTheConnectHoldAfterIt() throws Exception {
        try (var listener = new ServerSocket(0, 1, LOOPBACK);
                var socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setSoLinger(true, 3);
            socket.setReceiveBufferSize(40_000);
            socket.setSoTimeout(1_234);
            socket.setTrafficClass(0x08);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 99);
            socket.connect(listener.getLocalSocketAddress());
            assertThat(List.of(socket.getTcpNoDelay(), socket.getKeepAlive())).containsExactly(true, true);
            assertThat(List.of(
                            socket.getSoLinger(),
                            socket.getReceiveBufferSize(),
                            socket.getSoTimeout(),
                            socket.getTrafficClass(),
                            socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)))
                    .containsExactly(3, 40_000, 1_234, 8, 99);
            socket.setSoLinger(false, 0);
            assertThat(socket.getSoLinger()).isEqualTo(-1);
        }
    }

    @Test
    void anAcceptedSocketHasItsListenersBuffersAndNotItsTimeout() throws Exception {
        try (var listener = new ServerSocket()) {
            listener.setReceiveBufferSize(50_000);
            listener.setSoTimeout(5_000);
            listener.bind(loopback(0));
            try (var client = new Socket(LOOPBACK, listener.getLocalPort());
                    var accepted = listener.accept()) {
                assertThat(accepted.getReceiveBufferSize()).isEqualTo(50_000);
                assertThat(accepted.getSoTimeout()).isZero();
                assertThat(accepted.getTcpNoDelay()).isFalse();
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() throws Exception {
        try (var pair = ChannelPair.open();
                var listening = ServerSocketChannel.open()) {
            SocketChannel channel = pair.a();
            assertThat(Outcome.of(() -> channel.setOption(UNKNOWN, 1)))
                    .isEqualTo("java.lang.UnsupportedOperationException: 'SO_UNHEARD_OF' not supported");
            assertThat(Outcome.of(() -> channel.getOption(StandardSocketOptions.SO_BROADCAST)))
                    .isEqualTo("java.lang.UnsupportedOperationException: 'SO_BROADCAST' not supported");
            assertThat(Outcome.of(() -> listening.getOption(StandardSocketOptions.TCP_NODELAY)))
                    .isEqualTo("java.lang.UnsupportedOperationException: 'TCP_NODELAY' not supported");
            assertThat(Outcome.of(() -> channel.setOption(StandardSocketOptions.SO_SNDBUF, null)))
                    .isEqualTo("java.lang.IllegalArgumentException: Invalid value 'null'");
            assertThat(Outcome.of(() -> channel.setOption(StandardSocketOptions.SO_SNDBUF, -1)))
                    .isEqualTo("java.lang.IllegalArgumentException: Invalid send/receive buffer size");
            assertThat(Outcome.of(() -> channel.setOption(StandardSocketOptions.SO_RCVBUF, -1)))
                    .isEqualTo("java.lang.IllegalArgumentException: Invalid send/receive buffer size");
            assertThat(Outcome.of(() -> channel.setOption(StandardSocketOptions.IP_TOS, 256)))
                    .isEqualTo("java.lang.IllegalArgumentException: Invalid IP_TOS value");
            assertThat(Outcome.of(() -> channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 0)))
                    .isEqualTo("java.net.SocketException: Invalid argument");
            assertThat(Outcome.of(() -> channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 128)))
                    .isEqualTo("java.net.SocketException: Invalid argument");
            assertThat(Outcome.of(() -> channel.setOption(ExtendedSocketOptions.SO_INCOMING_NAPI_ID, 1)))
                    .isEqualTo("java.net.SocketException: Attempt to set read only option SO_INCOMING_NAPI_ID");
            channel.setOption(StandardSocketOptions.SO_LINGER, -5);
            assertThat(channel.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(-1);
            channel.setOption(StandardSocketOptions.SO_LINGER, 100_000);
            assertThat(channel.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(65_535);
            channel.close();
            assertThat(Outcome.of(() -> channel.getOption(StandardSocketOptions.TCP_NODELAY)))
                    .isEqualTo("java.nio.channels.ClosedChannelException");
        }
        try (var pair = SocketPair.open()) {
            Socket socket = pair.a();
            assertThat(Outcome.of(() -> socket.setOption(UNKNOWN, 1)))
                    .isEqualTo("java.lang.UnsupportedOperationException: 'SO_UNHEARD_OF' not supported");
            assertThat(Outcome.of(() -> socket.setSoLinger(true, -1)))
                    .isEqualTo("java.lang.IllegalArgumentException: invalid value for SO_LINGER");
            assertThat(Outcome.of(() -> socket.setTrafficClass(300)))
                    .isEqualTo("java.lang.IllegalArgumentException: tc is not in range 0 -- 255");
            socket.close();
            assertThat(Outcome.of(socket::getTcpNoDelay)).isEqualTo("java.net.SocketException: Socket is closed");
        }
    }

    @Test
    void theSocketOfAChannelHasItsOptions() throws Exception {
        try (var pair = ChannelPair.open()) {
            Socket socket = pair.a().socket();
            pair.a().setOption(StandardSocketOptions.TCP_NODELAY, true);
            assertThat(socket.getTcpNoDelay()).isTrue();
            socket.setOOBInline(true);
            assertThat(socket.getOOBInline()).isTrue();
            socket.setKeepAlive(true);
            assertThat(pair.a().getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
            assertThat(Outcome.of(() -> socket.setSendBufferSize(0)))
                    .isEqualTo("java.lang.IllegalArgumentException: Invalid send size");
            socket.sendUrgentData('!');
            socket.close();
            assertThat(Outcome.of(socket::getKeepAlive)).isEqualTo("java.net.SocketException: Socket is closed");
        }
    }
}
