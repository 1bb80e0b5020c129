package dev.sockeye.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UdpHeaderTest {

    private final PagePool pool = new PagePool();

    @AfterEach
    void nothingLeaks() {
        assertThat(pool.pagesOut()).isZero();
    }

    private @Nullable Malformed validate(byte[] bytes, int... cuts) {
        Packet packet = Bytes.slices(pool, bytes, cuts);
        boolean v6 = bytes[0] >>> 4 == 6;
        MemorySegment memory = packet.memory(0);
        int pseudo = v6
                ? Ipv6Header.pseudoSum(memory, packet.offset(0), IpProtocol.UDP, 0)
                : Ipv4Header.pseudoSum(memory, packet.offset(0), IpProtocol.UDP, 0);
        Malformed why = UdpHeader.validate(packet, v6 ? 40 : 20, pseudo, v6);
        packet.release(pool);
        return why;
    }

    @Test
    void aHeaderIsReadFieldByField() {
        MemorySegment memory = Bytes.nativeCopy(Golden.UDP);
        assertThat(validate(Golden.UDP)).isNull();
        assertThat(validate(Golden.UDP, 29, 1)).isNull();
        assertThat(validate(Golden.UDP_V6)).isNull();
        assertThat(UdpHeader.sourcePort(memory, 20)).isEqualTo(5353);
        assertThat(UdpHeader.destinationPort(memory, 20)).isEqualTo(53);
        assertThat(UdpHeader.ports(memory, 20)).isEqualTo(5353 << 16 | 53);
        assertThat(UdpHeader.length(memory, 20)).isEqualTo(11);
        assertThat(UdpHeader.checksum(memory, 20)).isEqualTo(0x3a20);
    }

    @Test
    void aDatagramIsWrittenByteForByte() {
        Packet packet = Bytes.slices(pool, Golden.UDP.clone(), 28);
        MemorySegment memory = packet.memory(0);
        UdpHeader.write(memory, packet.offset(0) + 20, 5353, 53, 11);
        assertThat(UdpHeader.checksum(memory, packet.offset(0) + 20)).isZero();
        int pseudo = Checksum.pseudo(Golden.CLIENT, Golden.SERVER, IpProtocol.UDP, 11);
        UdpHeader.fillChecksum(packet, 20, pseudo);
        assertThat(packet.toBytes()).isEqualTo(Golden.UDP);
        packet.release(pool);
    }

    @Test
    void aChecksumThatComesOutAsZeroIsSentAsAllOnes() {
        Packet packet = Bytes.slices(pool, new byte[8]);
        UdpHeader.fillChecksum(packet, 0, 0xffff);
        assertThat(UdpHeader.checksum(packet.memory(0), packet.offset(0))).isEqualTo(0xffff);
        packet.release(pool);
    }

    @Test
    void aDatagramMayBeShorterThanWhatIpCarries() {
        assertThat(validate(Arrays.copyOf(Golden.UDP, 40))).isNull();
        byte[] junkBehind = Arrays.copyOf(Golden.UDP, 40);
        Arrays.fill(junkBehind, 31, 40, (byte) 0x55);
        assertThat(validate(junkBehind)).isNull();
        assertThat(validate(junkBehind, 30, 5)).isNull();
    }

    @Test
    void aMissingChecksumIsBorneOverIpv4Only() {
        byte[] v4 = Golden.UDP.clone();
        v4[26] = v4[27] = 0;
        assertThat(validate(v4)).isNull();
        byte[] v6 = Golden.UDP_V6.clone();
        v6[46] = v6[47] = 0;
        // RFC 8200 8.1, MUST: a receiver discards UDP packets with a zero checksum
        assertThat(validate(v6)).isEqualTo(Malformed.NO_CHECKSUM);
    }

    @ParameterizedTest
    @CsvSource({
        "25, 0c, 31, TRUNCATED",
        "24, 01, 31, TRUNCATED",
        "25, 07, 31, BAD_TOTAL_LENGTH",
        "25, 00, 31, BAD_TOTAL_LENGTH",
        "25, 0a, 31, BAD_CHECKSUM",
        "30, 00, 31, BAD_CHECKSUM",
        "20, 14, 30, TRUNCATED",
        "20, 14, 27, SHORT_HEADER",
        "19, 02, 20, SHORT_HEADER"
    })
    void whatIsWrongIsNamed(int at, String octet, int length, Malformed why) {
        byte[] packet = Golden.UDP.clone();
        if (at < length) packet[at] = Bytes.hex(octet)[0];
        assertThat(validate(Arrays.copyOf(packet, length))).isEqualTo(why);
    }
}
