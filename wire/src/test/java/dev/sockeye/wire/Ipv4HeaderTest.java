package dev.sockeye.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv4HeaderTest {

    private static @Nullable Malformed validate(byte[] packet) {
        return Ipv4Header.validate(Bytes.nativeCopy(packet), 0, packet.length, packet.length);
    }

    @Test
    void aHeaderIsReadFieldByField() {
        MemorySegment data = Bytes.nativeCopy(Golden.DATA);
        assertThat(validate(Golden.DATA)).isNull();
        assertThat(Ipv4Header.version(data, 0)).isEqualTo(4);
        assertThat(Ipv4Header.headerLength(data, 0)).isEqualTo(20);
        assertThat(Ipv4Header.tos(data, 0)).isEqualTo(2);
        assertThat(Ipv4Header.ecn(data, 0)).isEqualTo(2);
        assertThat(Ipv4Header.totalLength(data, 0)).isEqualTo(57);
        assertThat(Ipv4Header.identification(data, 0)).isEqualTo(0xbef0);
        assertThat(Ipv4Header.dontFragment(data, 0)).isTrue();
        assertThat(Ipv4Header.moreFragments(data, 0)).isFalse();
        assertThat(Ipv4Header.isFragment(data, 0)).isFalse();
        assertThat(Ipv4Header.fragmentOffset(data, 0)).isZero();
        assertThat(Ipv4Header.ttl(data, 0)).isEqualTo(64);
        assertThat(Ipv4Header.protocol(data, 0)).isEqualTo(IpProtocol.TCP);
        assertThat(Ipv4Header.checksum(data, 0)).isEqualTo(0x8f95);
        assertThat(Ipv4Header.source(data, 0)).isEqualTo(Golden.CLIENT);
        assertThat(Ipv4Header.destination(data, 0)).isEqualTo(Golden.SERVER);
    }

    @Test
    void aHeaderIsWrittenByteForByte() {
        MemorySegment memory = Bytes.nativeCopy(Bytes.random(new Random(1), 27)); // at an odd place, over other bytes
        int dontFragment = Ipv4Header.DONT_FRAGMENT;
        Ipv4Header.write(memory, 7, 2, 57, 0xbef0, dontFragment, 64, 6, Golden.CLIENT.v4Bits(), Golden.SERVER.v4Bits());
        assertThat(memory.asSlice(7).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(Arrays.copyOf(Golden.DATA, 20));
    }

    @Test
    void aWellKnownHeaderHasItsWellKnownChecksum() {
        // the example of Wikipedia's "Internet checksum"
        MemorySegment memory = Bytes.nativeCopy(new byte[20]);
        Ipv4Header.write(memory, 0, 0, 0x73, 0, 0x4000, 64, 17, 0xc0a80001, 0xc0a800c7);
        assertThat(Ipv4Header.checksum(memory, 0)).isEqualTo(0xb861);
    }

    @Test
    void aFragmentTellsWhereItBelongs() {
        MemorySegment memory = Bytes.nativeCopy(new byte[20]);
        Ipv4Header.write(memory, 0, 0, 20, 1, Ipv4Header.MORE_FRAGMENTS | 185, 64, 17, 1, 2);
        assertThat(Ipv4Header.fragmentOffset(memory, 0)).isEqualTo(1480);
        assertThat(Ipv4Header.moreFragments(memory, 0)).isTrue();
        assertThat(Ipv4Header.isFragment(memory, 0)).isTrue();
        Ipv4Header.setFragment(memory, 0, 20, 0x1fff);
        assertThat(Ipv4Header.fragmentOffset(memory, 0)).isEqualTo(65528);
        assertThat(Ipv4Header.moreFragments(memory, 0)).isFalse();
        assertThat(Ipv4Header.isFragment(memory, 0)).isTrue();
        Ipv4Header.setFragment(memory, 0, 20, Ipv4Header.DONT_FRAGMENT);
        assertThat(Ipv4Header.isFragment(memory, 0)).isFalse();
    }

    /// What of a good packet is changed, and what it is refused for.
    @ParameterizedTest
    @CsvSource({
        "0, 65, 60, BAD_VERSION",
        "0, 05, 60, BAD_VERSION",
        "0, 44, 60, BAD_HEADER_LENGTH",
        "0, 40, 60, BAD_HEADER_LENGTH",
        "0, 4f, 59, SHORT_HEADER",
        "0, 46, 60, BAD_CHECKSUM",
        "8, 3f, 60, BAD_CHECKSUM",
        "10, 00, 60, BAD_CHECKSUM",
        "1, 00, 59, TRUNCATED",
        "1, 00, 20, TRUNCATED",
        "1, 00, 19, SHORT_HEADER",
        "1, 00, 0, SHORT_HEADER"
    })
    void whatIsWrongIsNamed(int at, String octet, int length, Malformed why) {
        byte[] packet = Golden.SYN.clone();
        packet[at] = Bytes.hex(octet)[0];
        assertThat(validate(Arrays.copyOf(packet, length))).isEqualTo(why);
    }

    @Test
    void aTotalLengthBelowTheHeadersIsRefused() {
        MemorySegment memory = Bytes.nativeCopy(Golden.SYN);
        Ipv4Header.setLengthAndId(memory, 0, 19, 1);
        assertThat(Ipv4Header.validate(memory, 0, 60, 60)).isEqualTo(Malformed.BAD_TOTAL_LENGTH);
        Ipv4Header.setLengthAndId(memory, 0, 20, 1);
        assertThat(Ipv4Header.validate(memory, 0, 60, 60)).isNull();
    }

    @Test
    void aHeaderWithOptionsIsSummedWithThem() {
        byte[] packet = new byte[24];
        System.arraycopy(Golden.SYN, 0, packet, 0, 20);
        packet[0] = 0x46;
        packet[3] = 24;
        packet[20] = (byte) 0x94; // router alert
        packet[21] = 4;
        MemorySegment memory = Bytes.nativeCopy(packet);
        Ipv4Header.fillChecksum(memory, 0);
        assertThat(Ipv4Header.validate(memory, 0, 24, 24)).isNull();
        assertThat(Ipv4Options.problem(memory, 0)).isZero();
        NetworkOrder.put8(memory, 23, 1);
        assertThat(Ipv4Header.validate(memory, 0, 24, 24)).isEqualTo(Malformed.BAD_CHECKSUM);
    }

    @Test
    void aPacketLongerThanItsTotalLengthIsGood() {
        assertThat(validate(Arrays.copyOf(Golden.UDP, 46))).isNull(); // padded to Ethernet's least
    }

    @Test
    void theHeaderLiesInTheFirstSlice() {
        var pool = new PagePool();
        Packet split = Bytes.slices(pool, Golden.SYN, 19);
        assertThat(Ipv4Header.validate(split)).isEqualTo(Malformed.SHORT_HEADER);
        split.pull(20, pool);
        assertThat(Ipv4Header.validate(split)).isNull();
        split.truncate(59, pool);
        assertThat(Ipv4Header.validate(split)).isEqualTo(Malformed.TRUNCATED);
        split.truncate(0, pool);
        assertThat(Ipv4Header.validate(split)).isEqualTo(Malformed.SHORT_HEADER);
        split.release(pool);
        assertThat(pool.pagesOut()).isZero();
    }

    @Test
    void changingAFieldKeepsTheChecksumRight() {
        long seed = 1624;
        var random = new Random(seed);
        MemorySegment memory = Bytes.nativeCopy(new byte[20]);
        for (int i = 0; i < 20_000; i++) {
            int total = 20 + random.nextInt(1000);
            Ipv4Header.write(
                    memory,
                    0,
                    random.nextInt(256),
                    total,
                    random.nextInt(65536),
                    random.nextInt(65536),
                    random.nextInt(256),
                    random.nextInt(256),
                    random.nextInt(),
                    random.nextInt());
            assertThat(Ipv4Header.validate(memory, 0, 20, 2000)).isNull();
            int tos = random.nextInt(256);
            int ttl = random.nextInt(256);
            int id = random.nextInt(65536);
            int fragment = random.nextInt(65536);
            Ipv4Header.setTos(memory, 0, tos);
            Ipv4Header.setTtl(memory, 0, ttl);
            Ipv4Header.setLengthAndId(memory, 0, total + 1, id);
            Ipv4Header.setFragment(memory, 0, total + 2, fragment);
            assertThat(Ipv4Header.validate(memory, 0, 20, 2000))
                    .as("seed %d round %d", seed, i)
                    .isNull();
            assertThat(Ipv4Header.tos(memory, 0)).isEqualTo(tos);
            assertThat(Ipv4Header.ttl(memory, 0)).isEqualTo(ttl);
            assertThat(Ipv4Header.identification(memory, 0)).isEqualTo(id);
            assertThat(Ipv4Header.fragment(memory, 0)).isEqualTo(fragment);
            assertThat(Ipv4Header.totalLength(memory, 0)).isEqualTo(total + 2);
        }
    }

    /// Options, and the byte that is wrong in them: 0 for none. The header's 20 bytes are not shown.
    @ParameterizedTest
    @CsvSource({
        "01010101, 0",
        "00ffffff, 0", // nothing counts behind the end
        "01010194, 23", // no room for a length
        "94040000, 0",
        "94000000, 20",
        "94010000, 20",
        "94050000, 20",
        "94030000, 21", // a router alert of 3 bytes
        "83070401 02030400, 0",
        "83070301 02030400, 22", // its pointer points at itself
        "83020000, 21",
        "01830704 01020304, 0",
        "83070401 02030489 07040102 03040000, 27", // a second source route
        "07070400 00000000, 0",
        "07070500 00000000, 22", // room for three of an address's four bytes
        "07070800 00000000, 0", // full
        "07020000, 21",
        "07030400, 0",
        "44080500 00000000, 0",
        "44080400 00000000, 22",
        "44030500, 21",
        "44080500 00000000 44080500 00000000, 28",
        "fe040000, 0" // unknown
    })
    void optionsAreJudgedAsLinuxDoes(String options, int wrong) {
        byte[] bytes = Bytes.hex("45000000 00000000 00000000 00000000 00000000" + options.replace(" ", ""));
        bytes[0] = (byte) (0x40 | bytes.length / 4);
        assertThat(Ipv4Options.problem(Bytes.nativeCopy(bytes), 0)).isEqualTo(wrong);
    }

    @ParameterizedTest
    @CsvSource({
        "01010101, false",
        "01830301, true",
        "89030400, true",
        "00830304, false",
        "94040000, false",
        "94040000 83030400, true"
    })
    void aSourceRouteIsSeen(String options, boolean asks) {
        byte[] bytes = Bytes.hex("45000000 00000000 00000000 00000000 00000000" + options.replace(" ", ""));
        bytes[0] = (byte) (0x40 | bytes.length / 4);
        assertThat(Ipv4Options.asksForRoute(Bytes.nativeCopy(bytes), 0)).isEqualTo(asks);
    }
}
