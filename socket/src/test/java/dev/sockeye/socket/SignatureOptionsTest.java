package dev.sockeye.socket;

import static dev.sockeye.socket.TwoMachines.A;
import static dev.sockeye.socket.TwoMachines.B;
import static dev.sockeye.socket.TwoMachines.accept;
import static dev.sockeye.socket.TwoMachines.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.Family;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Keys of sockets: what setsockopt says, as Linux 6.18 said it (docs/linux/signatures.md), and sockets that talk.
@Timeout(30)
class SignatureOptionsTest {

    private final TwoMachines two = new TwoMachines();

    @AfterEach
    void stop() {
        two.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String result(int result) {
        return result < 0 ? Errno.ofResult(result).name() : Integer.toString(result);
    }

    @ParameterizedTest
    @CsvSource({
        "INET, 192.0.2.2, 0, 0, 0, 8, 0",
        "INET, 192.0.2.2, 0, 0, 0, 80, 0",
        "INET, 192.0.2.2, 0, 0, 0, 81, EINVAL",
        "INET, 192.0.2.2, 0, 0, 0, 0, ENOENT",
        "INET, 2001:db8::1, 0, 0, 0, 8, EINVAL",
        "INET6, 192.0.2.2, 0, 0, 0, 8, 0", // a mapped address
        "INET, 0.0.0.0, 0, 0, 0, 8, 0",
        "INET, 192.0.2.2, 1, 33, 0, 8, EINVAL",
        "INET, 192.0.2.2, 0, 33, 0, 8, 0", // without the flag it does not count
        "INET6, 2001:db8::1, 1, 129, 0, 8, EINVAL",
        "INET6, 192.0.2.2, 1, 33, 0, 8, EINVAL",
        "INET6, 192.0.2.2, 1, 24, 0, 8, 0",
        "INET, 192.0.2.2, 4, 0, 0, 8, 0",
        "INET, 192.0.2.2, 2, 0, 99, 8, EINVAL", // no VRF
        "INET, 192.0.2.2, 2, 0, 0, 8, 0",
        "INET, 192.0.2.2, 0, 0, 99, 8, 0"
    })
    void whatSettingAKeyGives(
            Family family, String address, int flags, int prefix, int device, int keyLength, String expected) {
        StreamSocket socket = two.a.openStream(family);
        var key = new Md5Signature(IpAddress.parse(address), flags, prefix, device, new byte[keyLength]);
        assertThat(result(socket.setOption(SocketOption.TCP_MD5SIG_EXT, key))).isEqualTo(expected);
        assertThat(socket.getOption(SocketOption.TCP_MD5SIG_EXT)).isNull();
        if (prefix > 32 || device == 99) {
            assertThat(result(socket.setOption(SocketOption.TCP_MD5SIG, key)))
                    .as("TCP_MD5SIG looks at no flags")
                    .isEqualTo("0");
        }
        socket.close();
    }

    @Test
    void aKeyIsTakenAwayByTheWordsThatSetIt() {
        StreamSocket socket = two.a.openStream(Family.INET);
        byte[] none = new byte[0];
        assertThat(prefixKey(socket, "192.0.2.77", 24, bytes("key"))).isEqualTo("0");
        assertThat(prefixKey(socket, "192.0.2.78", 24, none)).isEqualTo("ENOENT");
        assertThat(prefixKey(socket, "192.0.2.77", 24, none)).isEqualTo("0");
        assertThat(prefixKey(socket, "192.0.2.77", 24, none)).isEqualTo("ENOENT");
        assertThat(prefixKey(socket, "192.0.2.77", 32, bytes("key"))).isEqualTo("0");
        var plain = new Md5Signature(IpAddress.parse("192.0.2.77"), none);
        assertThat(result(socket.setOption(SocketOption.TCP_MD5SIG, plain)))
                .as("a prefix of 32 is no prefix")
                .isEqualTo("0");
        socket.close();
    }

    private static String prefixKey(StreamSocket socket, String address, int prefix, byte[] key) {
        var value = new Md5Signature(IpAddress.parse(address), Md5Signature.FLAG_PREFIX, prefix, 0, key);
        return result(socket.setOption(SocketOption.TCP_MD5SIG_EXT, value));
    }

    @ParameterizedTest
    @CsvSource({
        "INET, 10.0.0.2, 32, 1, 2, hmac(sha1), 0, 0, 10, 0",
        "INET, 10.0.0.2, 32, 1, 2, cmac(aes128), 0, 2, 10, 0",
        "INET, 10.0.0.2, 32, 1, 2, hmac(sha256), 16, 0, 10, 0",
        "INET, 10.0.0.2, 32, 1, 2, hmac(sha256), 17, 0, 10, EMSGSIZE",
        "INET, 10.0.0.2, 32, 1, 2, hmac(sha1), 21, 0, 10, EINVAL",
        "INET, 10.0.0.2, 32, 1, 2, hmac(nothing), 0, 0, 10, ENOENT",
        "INET, 10.0.0.2, 32, 1, 2, hmac(sha1), 0, 4, 10, EINVAL",
        "INET, 10.0.0.2, 32, 1, 2, hmac(sha1), 0, 0, 81, EINVAL",
        "INET, 10.0.0.2, 32, 256, 2, hmac(sha1), 0, 0, 10, EINVAL",
        "INET, 10.0.0.2, 33, 1, 2, hmac(sha1), 0, 0, 10, EINVAL",
        "INET, 10.0.0.2, 24, 1, 2, hmac(sha1), 0, 0, 10, EINVAL", // bits beyond the prefix
        "INET, 10.0.0.0, 24, 1, 2, hmac(sha1), 0, 0, 10, 0",
        "INET, 10.0.0.2, 0, 1, 2, hmac(sha1), 0, 0, 10, EINVAL",
        "INET, 0.0.0.0, 0, 1, 2, hmac(sha1), 0, 0, 10, 0",
        "INET, 0.0.0.0, 8, 1, 2, hmac(sha1), 0, 0, 10, EINVAL",
        "INET, fd00::2, 128, 1, 2, hmac(sha1), 0, 0, 10, EINVAL",
        "INET6, fd00::2, 128, 1, 2, hmac(sha1), 0, 0, 10, 0",
        "INET6, 10.0.0.2, 32, 1, 2, hmac(sha1), 0, 0, 10, 0"
    })
    void whatAddingAMasterKeyGives(
            Family family,
            String address,
            int prefix,
            int sendId,
            int receiveId,
            String algorithm,
            int macLength,
            int flags,
            int keyLength,
            String expected) {
        StreamSocket socket = two.a.openStream(family);
        var key = new TcpAoKey(IpAddress.parse(address), prefix, sendId, receiveId, algorithm, new byte[keyLength]);
        key.macLength(macLength).flags(flags);
        assertThat(result(socket.setOption(SocketOption.TCP_AO_ADD_KEY, key))).isEqualTo(expected);
        socket.close();
    }

    private static TcpAoKey aoKey(IpAddress peer, int sendId, int receiveId) {
        return new TcpAoKey(peer, 32, sendId, receiveId, "cmac(aes128)", bytes("master"));
    }

    @Test
    void keysOfAListenerAreListedAndTakenAway() {
        ListenSocket listener = two.listen(5000, 5);
        assertThat(listener.getOption(SocketOption.TCP_AO_INFO)).isNull();
        assertThat(result(listener.setOption(SocketOption.TCP_AO_ADD_KEY, aoKey(A, 1, 2))))
                .isEqualTo("0");
        assertThat(result(listener.setOption(SocketOption.TCP_AO_ADD_KEY, aoKey(A, 1, 3))))
                .isEqualTo("EEXIST");
        assertThat(result(listener.setOption(
                        SocketOption.TCP_AO_ADD_KEY, aoKey(A, 3, 4).makeCurrent())))
                .as("a listener has no current key")
                .isEqualTo("EINVAL");
        assertThat(result(listener.setOption(SocketOption.TCP_AO_INFO, new TcpAoInfo(-1, -1, true, true))))
                .isEqualTo("0");
        assertThat(listener.getOption(SocketOption.TCP_AO_INFO)).isEqualTo(new TcpAoInfo(-1, -1, true, true));
        assertThat(listener.getOption(SocketOption.TCP_AO_GET_KEYS))
                .containsExactly(new TcpAoKeyInfo(A, 32, 1, 2, "cmac(aes128)", 12, 0, false, false, 0, 0));
        assertThat(result(listener.setOption(SocketOption.TCP_AO_DEL_KEY, new TcpAoDelete(A, 32, 1, 9))))
                .isEqualTo("ENOENT");
        assertThat(result(listener.setOption(SocketOption.TCP_AO_DEL_KEY, new TcpAoDelete(A, 32, 1, 2))))
                .isEqualTo("0");
        assertThat(listener.getOption(SocketOption.TCP_AO_GET_KEYS)).isEmpty();
        listener.close();
    }

    @ParameterizedTest
    @CsvSource({"hmac(sha1), 0", "cmac(aes128), 0", "hmac(sha256), 16", "hmac(sha512), 13", "hmac(md5), 8"})
    void twoMachinesTalkWithTcpAo(String algorithm, int macLength) {
        ListenSocket listener = two.listen(5000, 5);
        byte[] secret = bytes("a master key");
        listener.setOption(
                SocketOption.TCP_AO_ADD_KEY, new TcpAoKey(A, 32, 1, 2, algorithm, secret).macLength(macLength));
        StreamSocket client = two.a.openStream(Family.INET);
        client.setOption(
                SocketOption.TCP_AO_ADD_KEY, new TcpAoKey(B, 32, 2, 1, algorithm, secret).macLength(macLength));
        assertThat(result(client.connect(at(B, 5000)))).isEqualTo("0");
        StreamSocket server = accept(listener);
        byte[] text = new byte[200_000];
        new Random(1).nextBytes(text);
        Thread.ofVirtual().start(() -> client.write(text, 0, text.length, 0, Socket.FOREVER));
        byte[] read = new byte[text.length];
        int count = 0;
        while (count < read.length) count += server.read(read, count, read.length - count, 0, Socket.FOREVER);
        assertThat(read).isEqualTo(text);
        TcpAoInfo info = server.getOption(SocketOption.TCP_AO_INFO);
        assertThat(info).isNotNull();
        assertThat(info.currentKey()).isEqualTo(1);
        assertThat(info.nextKey()).isEqualTo(2);
        assertThat(info.good()).isPositive();
        assertThat(info.bad()).isZero();
        server.close();
        client.close();
        listener.close();
    }

    @Test
    void twoMachinesWithTheSameKeyTalk() {
        ListenSocket listener = two.listen(5000, 5);
        var everybody = new Md5Signature(IpAddress.ANY_V4, Md5Signature.FLAG_PREFIX, 0, 0, bytes("secret"));
        assertThat(listener.setOption(SocketOption.TCP_MD5SIG_EXT, everybody)).isZero();
        StreamSocket client = two.a.openStream(Family.INET);
        assertThat(client.setOption(SocketOption.TCP_MD5SIG, new Md5Signature(B, bytes("secret"))))
                .isZero();
        assertThat(client.connect(at(B, 5000))).isZero();
        StreamSocket server = accept(listener);
        byte[] text = new byte[200_000];
        new Random(1).nextBytes(text);
        Thread.ofVirtual().start(() -> client.write(text, 0, text.length, 0, Socket.FOREVER));
        byte[] read = new byte[text.length];
        int count = 0;
        while (count < read.length) count += server.read(read, count, read.length - count, 0, Socket.FOREVER);
        assertThat(read).isEqualTo(text);
        server.close();
        client.close();
        listener.close();
    }

    @Test
    void whoHasNoKeyOrAnotherFindsNobody() {
        ListenSocket listener = two.listen(5000, 5);
        assertThat(listener.setOption(SocketOption.TCP_MD5SIG, new Md5Signature(A, bytes("secret"))))
                .isZero();
        for (String guess : new String[] {"", "guess"}) {
            StreamSocket stranger = two.a.openStream(Family.INET);
            if (!guess.isEmpty()) stranger.setOption(SocketOption.TCP_MD5SIG, new Md5Signature(B, bytes(guess)));
            stranger.setOption(SocketOption.TCP_USER_TIMEOUT, 50);
            assertThat(result(stranger.connect(at(B, 5000)))).isEqualTo("ETIMEDOUT");
            stranger.close();
        }
        listener.close();
    }
}
