package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The keys of Fast Open cookies, and the cookies of Linux that they make.
class FastOpenKeysTest {

    private static String cookie(String keys, int key, String server, String client) {
        var tuple = new FourTuple(
                new TransportAddress(IpAddress.parse(server), 80), new TransportAddress(IpAddress.parse(client), 4000));
        var bytes = new byte[8];
        long cookie = FastOpenKeys.parse(keys).cookie(key, tuple);
        FastOpenKeys.write(cookie, bytes);
        assertThat(FastOpenKeys.matches(cookie, bytes, 8)).isTrue();
        assertThat(FastOpenKeys.matches(cookie, bytes, 6)).isFalse();
        return HexFormat.of().formatHex(bytes);
    }

    /// Of the kernel's own tests, and of docs/linux/fast-open.md.
    @ParameterizedTest
    @CsvSource({
        "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4, 192.168.0.1, 192.0.2.1, 3021b9d889017eeb",
        "00000000-00000000-00000000-00000000, 192.168.0.1, 192.0.2.1, b7c12350a90dc8f5",
        "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4, fd3d:0a0b:17d6::1, fd3d:fa7b:d17d::1, c1d1e9742a47a9bc",
        "00000000-00000000-00000000-00000000, fd3d:0a0b:17d6::1, fd3d:fa7b:d17d::1, 82af1a8f9a205c34",
        "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4, 192.0.2.1, 192.0.2.2, b3f936a51baeaf84",
        "11111111-22222222-33333333-44444444, 192.0.2.1, 192.0.2.2, 51e2d0a8054de5c4",
    })
    void cookiesAreThoseOfLinux(String key, String server, String client, String cookie) {
        assertThat(cookie(key, 0, server, client)).isEqualTo(cookie);
        assertThat(cookie("1-2-3-4," + key, 1, server, client)).isEqualTo(cookie);
        assertThat(cookie("1-2-3-4," + key, 0, server, client)).isNotEqualTo(cookie);
    }

    @Test
    void aKeyOfBytesIsTheKeyOfTheSocketOption() {
        byte[] one = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        assertThat(FastOpenKeys.of(one)).hasToString("33323130-37363534-62613938-66656463");
        assertThat(FastOpenKeys.of(one).toBytes()).isEqualTo(one);
        byte[] two = "0123456789abcdefFEDCBA9876543210".getBytes(StandardCharsets.US_ASCII);
        assertThat(FastOpenKeys.of(two).toBytes()).isEqualTo(two);
        assertThatThrownBy(() -> FastOpenKeys.of(new byte[24])).hasMessageContaining("16 bytes");
        assertThatThrownBy(() -> FastOpenKeys.of(new byte[0])).hasMessageContaining("not 0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1-2-3-4                             | 00000001-00000002-00000003-00000004
            0x1-2-3-4                           | 00000001-00000002-00000003-00000004
            A1A1A1A1-b2b2b2b2-c3c3c3c3-d4d4d4d4 | a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4
            1-2-3-4, 5-6-7-8                    | 00000001-00000002-00000003-00000004,00000005-00000006-00000007-00000008
            """)
    void theTextIsTheSysctls(String text, String printed) {
        assertThat(FastOpenKeys.parse(text)).hasToString(printed).isEqualTo(FastOpenKeys.parse(printed));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1-2-3", "1-2-3-4-5", "x-2-3-4", "1-2-3-4,", ",1-2-3-4", "1--3-4", "1-2-3-4,5-6-7-8,9-a-b-c"
            })
    void whatIsNoKeyIsRefused(String text) {
        assertThatThrownBy(() -> FastOpenKeys.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    /// A host without a key makes one up, and keeps it; before, the sysctl reads as zeros. Zeros are a key like
    /// any other.
    @Test
    void aHostMakesUpItsKey() {
        var peer = new Peer();
        assertThat(peer.sysctl.tcp_fastopen_key).hasToString("00000000-00000000-00000000-00000000");
        FastOpenKeys made = peer.context.fastOpenKeys();
        assertThat(made.toString()).isNotEqualTo("00000000-00000000-00000000-00000000");
        assertThat(peer.context.fastOpenKeys()).isSameAs(made);
        FastOpenKeys zeros = FastOpenKeys.parse("0-0-0-0");
        peer.sysctl.tcp_fastopen_key = zeros;
        assertThat(peer.context.fastOpenKeys()).isSameAs(zeros);
    }
}
