package dev.sockeye.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

    /// The examples of RFC 5952 1, 2, 4 and of RFC 4291 2.2.
    @ParameterizedTest
    @CsvSource({
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8::1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8::0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0db8::1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:0:1::1, 2001:db8::1:0:0:1",
        "2001:DB8:0:0:1::1, 2001:db8::1:0:0:1",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
        "2001:db8:aaaa:bbbb:cccc:dddd::1, 2001:db8:aaaa:bbbb:cccc:dddd:0:1",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:0::1, 2001:db8::1",
        "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789, abcd:ef01:2345:6789:abcd:ef01:2345:6789",
        "FF01:0:0:0:0:0:0:101, ff01::101",
        "0:0:0:0:0:0:0:1, ::1",
        "0:0:0:0:0:0:0:0, ::",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "1::, 1::",
        "1:0:0:2:0:0:3:4, 1::2:0:0:3:4",
        "0:0:0:0:0:FFFF:129.144.52.38, 129.144.52.38",
        "::ffff:102:304, 1.2.3.4",
        "0:0:0:0:0:0:13.1.68.3, ::d01:4403",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "127.0.0.1, 127.0.0.1"
    })
    void isReadInAnyFormAndWrittenInTheCanonicalOne(String text, String canonical) {
        IpAddress address = IpAddress.parse(text);
        assertThat(address).hasToString(canonical);
        assertThat(IpAddress.parse(canonical)).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                ":",
                ":::",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.",
                ".1.2.3",
                "1..2.3",
                "256.1.1.1",
                "1.2.3.1000",
                "01.2.3.4",
                "1.2.3.00",
                "1.2.3.-4",
                "1.2.3.+4",
                " 1.2.3.4",
                "1.2.3.4 ",
                "1.2.3.x",
                "0x1.2.3.4",
                "١.2.3.4",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "1::2::3",
                ":1::2",
                "1::2:",
                "1:2:3:4:5:6:7:",
                ":2:3:4:5:6:7:8",
                "12345::",
                "::g",
                "::-1",
                "::+1",
                "::1.2.3",
                "::1.2.3.4.5",
                "::01.2.3.4",
                "1.2.3.4::",
                "1.2.3.4::1",
                "::1.2.3.4:5",
                "1:2:3:4:5:6:7:1.2.3.4",
                "1:2:3:4:5:6::1.2.3.4",
                "fe80::1%eth0",
                "[::1]",
                "::1/128",
                "localhost"
            })
    void whatSpellsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> IpAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not an IP address: '" + text + "'");
    }

    @Test
    void everyAddressSurvivesTextAndBytesAndAgreesWithTheJdk() throws UnknownHostException {
        long seed = 5952;
        var random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            IpAddress address = random.nextInt(4) == 0 ? IpAddress.v4(random.nextInt()) : sparse(random);
            byte[] bytes = address.toBytes();
            assertThat(IpAddress.of(bytes)).as("seed %d round %d", seed, i).isEqualTo(address);
            assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
            assertThat(InetAddress.getByName(address.toString()).getAddress()).isEqualTo(bytes);
        }
    }

    /// An address with many zero groups.
    private static IpAddress sparse(Random random) {
        byte[] bytes = new byte[16];
        for (int group = 0; group < 8; group++) {
            if (random.nextBoolean()) continue;
            bytes[2 * group] = (byte) (random.nextBoolean() ? 0 : random.nextInt());
            bytes[2 * group + 1] = (byte) random.nextInt();
        }
        return IpAddress.of(bytes);
    }

    @Test
    void bytesAreFourOrSixteen() {
        assertThatThrownBy(() -> IpAddress.of(new byte[5])).hasMessage("an IP address has 4 or 16 bytes, not 5");
        assertThat(IpAddress.parse("10.1.2.3").toBytes()).containsExactly(10, 1, 2, 3);
        assertThat(IpAddress.parse("10.1.2.3").v4Bits()).isEqualTo(0x0a010203);
    }

    /// address; is it IPv4, any, loopback, multicast, broadcast, link-local
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0,         V4 ANY",
        "::,              ANY",
        "127.0.0.1,       V4 LOOPBACK",
        "127.255.0.9,     V4 LOOPBACK",
        "128.0.0.1,       V4",
        "::1,             LOOPBACK",
        "::2,             ''",
        "::7f00:1,        ''",
        "224.0.0.0,       V4 MULTICAST",
        "239.255.255.255, V4 MULTICAST",
        "240.0.0.0,       V4",
        "ff02::1,         MULTICAST",
        "feff::1,         ''",
        "255.255.255.255, V4 BROADCAST",
        "169.254.1.1,     V4 LINKLOCAL",
        "169.255.1.1,     V4",
        "fe80::1,         LINKLOCAL",
        "febf::1,         LINKLOCAL",
        "fec0::1,         ''",
        "2001:db8::1,     ''"
    })
    void kindsAreToldApart(String text, String kinds) {
        IpAddress address = IpAddress.parse(text);
        var found = new StringBuilder();
        if (address.isV4()) found.append(" V4");
        if (address.isAny()) found.append(" ANY");
        if (address.isLoopback()) found.append(" LOOPBACK");
        if (address.isMulticast()) found.append(" MULTICAST");
        if (address.isBroadcast()) found.append(" BROADCAST");
        if (address.isLinkLocal()) found.append(" LINKLOCAL");
        assertThat(found.toString().strip()).isEqualTo(kinds);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.0.0.0, 8, true",
        "10.1.2.3, 10.0.0.0, 16, false",
        "10.1.2.3, 10.1.2.2, 31, true",
        "10.1.2.3, 10.1.2.2, 32, false",
        "10.1.2.3, 10.1.2.3, 32, true",
        "200.1.2.3, 0.0.0.0, 0, true",
        "2001:db8::1, 0.0.0.0, 0, false",
        "10.1.2.3, ::, 0, false",
        "2001:db8::1, ::, 0, true",
        "2001:db8::1, 2001:db8::, 32, true",
        "2001:db9::1, 2001:db8::, 32, false",
        "2001:db8:0:1::1, 2001:db8:0:1::, 64, true",
        "2001:db8:0:1::1, 2001:db8::, 64, false",
        "2001:db8:0:1::1, 2001:db8::, 63, true",
        "2001:db8::1:0:0:1, 2001:db8::1:0:0:0, 127, true",
        "2001:db8::1:0:0:1, 2001:db8::1:0:0:0, 128, false",
        "2001:db8::1:0:0:1, 2001:db8::, 65, true",
        "2001:db8::8000:0:0:1, 2001:db8::, 65, false"
    })
    void aPrefixIsComparedBitByBit(String address, String network, int bits, boolean in) {
        assertThat(IpAddress.parse(address).isIn(IpAddress.parse(network), bits))
                .isEqualTo(in);
    }

    @Test
    void aPrefixHasAsManyBitsAsTheFamilyAllows() {
        IpAddress v4 = IpAddress.parse("10.0.0.0");
        IpAddress v6 = IpAddress.parse("2001:db8::");
        assertThatThrownBy(() -> v4.isIn(v4, 33)).hasMessage("a prefix of 33 bits of 10.0.0.0");
        assertThatThrownBy(() -> v4.isIn(v4, -1)).hasMessage("a prefix of -1 bits of 10.0.0.0");
        assertThatThrownBy(() -> v6.isIn(v6, 129)).hasMessage("a prefix of 129 bits of 2001:db8::");
    }

    @Test
    void addressesSortAsUnsignedNumbers() {
        assertThat(IpAddress.parse("9.0.0.0")).isLessThan(IpAddress.parse("200.0.0.0"));
        assertThat(IpAddress.parse("::1")).isLessThan(IpAddress.parse("127.0.0.1"));
        assertThat(IpAddress.parse("2001:db8::")).isLessThan(IpAddress.parse("fe80::"));
        assertThat(IpAddress.parse("1::ffff:ffff:ffff:ffff")).isGreaterThan(IpAddress.parse("1::1"));
    }

    @Test
    void anEndIsWrittenWithItsPort() {
        var v4 = new TransportAddress(IpAddress.parse("10.0.0.1"), 80);
        var v6 = new TransportAddress(IpAddress.parse("2001:db8::1"), 65535);
        assertThat(new FourTuple(v4, v6)).hasToString("10.0.0.1:80 -> [2001:db8::1]:65535");
        assertThat(new FourTuple(v4, v6).reversed()).isEqualTo(new FourTuple(v6, v4));
        assertThatThrownBy(() -> new TransportAddress(v4.ip(), 65536)).hasMessage("a port is 0 to 65535, not 65536");
    }
}
