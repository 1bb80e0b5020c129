package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.Family;
import dev.sockeye.host.Host;
import dev.sockeye.host.Interface;
import dev.sockeye.host.Sysctl;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.wire.ChecksumState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The algorithms of TCP-AO against the vectors of their RFCs.
class AoVectorsTest {

    private static final byte[] MASTER = "testvector".getBytes(StandardCharsets.US_ASCII);
    private static final HexFormat HEX = HexFormat.of();

    /// RFC 4493 4, the examples.
    @ParameterizedTest
    @CsvSource({
        "'', bb1d6929e95937287fa37d129b756746",
        "6bc1bee22e409f96e93d7e117393172a, 070a16b46b4d4144f79bdd9dd04a287c",
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411, "
                + "dfa66747de9ae63030ca32611497c827",
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef"
                + "f69f2445df4f9b17ad2b417be66c3710, 51f0bebf7e3b9d92fc49741779363cfe"
    })
    void aesCmacIsThatOfTheRfc(String text, String expected) {
        var cmac = new AesCmac(HEX.parseHex("2b7e151628aed2a6abf7158809cf4f3c"));
        byte[] bytes = HEX.parseHex(text);
        byte[] mac = new byte[16];
        for (int cut = 0; cut <= bytes.length; cut += 7) {
            cmac.update(bytes, 0, cut);
            cmac.update(bytes, cut, bytes.length - cut);
            cmac.finish(mac);
            assertThat(HEX.formatHex(mac)).isEqualTo(expected);
        }
    }

    /// RFC 9235, the rows of the file.
    static List<String[]> vectors() throws IOException {
        try (InputStream in = AoVectorsTest.class.getResourceAsStream("rfc9235.txt")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
            return text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" \\| ", -1))
                    .toList();
        }
    }

    @Test
    void thereAreAsManyVectorsAsWereWrittenDown() throws IOException {
        assertThat(vectors()).hasSize(15).allMatch(row -> row.length == 5);
    }

    /// RFC 9235: the traffic key, and the whole segment through a host's own check.
    @ParameterizedTest
    @MethodSource("vectors")
    void aSegmentOfTheRfcsIsVerified(String name, String algorithm, String options, String key, String hex) {
        byte[] packet = HEX.parseHex(hex);
        int transport = packet[0] >> 4 == 4 ? 20 : 40;
        byte[] trafficKey = master(algorithm).trafficKey(context(packet, transport));
        assertThat(HEX.formatHex(trafficKey)).as(name).isEqualTo(key);
        var pool = new PagePool();
        var host = new Host("server", Sysctl.linux(), pool, 1);
        Interface eth0 =
                host.addInterface("eth0", 1500).addAddress("172.27.28.29/8").addAddress("fd00::2/64");
        TcpEndpoint listener = host.openTcp(Family.INET6);
        IpAddress client =
                IpAddress.of(Arrays.copyOfRange(packet, transport == 20 ? 12 : 8, transport == 20 ? 16 : 24));
        var setting = new TcpAoKey(client, transport == 20 ? 32 : 128, 84, 61, algorithm, MASTER);
        if (options.equals("omitted")) setting.flags(TcpAoKey.FLAG_EXCLUDE_OPTIONS);
        assertThat(TcpOptionTable.TABLE.set(SocketOption.TCP_AO_ADD_KEY, listener, setting, 0))
                .isZero();
        assertThat(listener.bind(new TransportAddress(IpAddress.ANY_V6, 179), 0))
                .isZero();
        assertThat(listener.listen(5, 0)).isZero();
        host.onPacket(eth0, packetOf(packet, pool), 1);
        assertThat(host.counters().get("TcpExtTCPAOGood")).as(name).isEqualTo(1);
        byte[] changed = packet.clone();
        changed[packet.length - 1] ^= 1;
        host.onPacket(eth0, packetOf(changed, pool), 2);
        assertThat(host.counters().get("TcpExtTCPAOGood")).isEqualTo(1);
        assertThat(host.counters().get("TcpExtTCPAOBad")).isEqualTo(1);
        host.powerOff(3);
        assertThat(pool.pagesOut()).isZero();
    }

    /// The RFC's IPv4 packets do not have the right TCP checksum, which no MAC covers.
    private static Packet packetOf(byte[] bytes, PagePool pool) {
        Packet packet = Packet.of(bytes, pool);
        packet.setChecksumState(ChecksumState.VERIFIED);
        return packet;
    }

    private static AoMasterKey master(String algorithm) {
        return Objects.requireNonNull(AoMasterKey.of(algorithm, MASTER));
    }

    /// RFC 5925 5.2; of a segment that follows the SYN both numbers are one more than the initial ones.
    private static byte[] context(byte[] packet, int transport) {
        ByteBuffer header = ByteBuffer.wrap(packet, transport, 20);
        int ports = header.getInt();
        int seq = header.getInt();
        int ack = header.getInt();
        boolean syn = (packet[transport + 13] & 2) != 0;
        int addresses = transport == 20 ? 8 : 32;
        ByteBuffer context = ByteBuffer.allocate(addresses + 12).put(packet, transport - addresses, addresses);
        return context.putInt(ports)
                .putInt(syn ? seq : seq - 1)
                .putInt(syn ? 0 : ack - 1)
                .array();
    }
}
