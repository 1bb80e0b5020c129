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

class Ipv6HeaderTest {

    private final Ipv6Extensions extensions = new Ipv6Extensions();

    @Test
    void aHeaderIsReadFieldByField() {
        MemorySegment synAck = Bytes.nativeCopy(Golden.SYN_ACK_V6);
        assertThat(Ipv6Header.validate(synAck, 0, 72, 72)).isNull();
        assertThat(Ipv6Header.version(synAck, 0)).isEqualTo(6);
        assertThat(Ipv6Header.trafficClass(synAck, 0)).isEqualTo(2);
        assertThat(Ipv6Header.ecn(synAck, 0)).isEqualTo(2);
        assertThat(Ipv6Header.flowLabel(synAck, 0)).isEqualTo(0xabcde);
        assertThat(Ipv6Header.payloadLength(synAck, 0)).isEqualTo(32);
        assertThat(Ipv6Header.totalLength(synAck, 0)).isEqualTo(72);
        assertThat(Ipv6Header.nextHeader(synAck, 0)).isEqualTo(IpProtocol.TCP);
        assertThat(Ipv6Header.hopLimit(synAck, 0)).isEqualTo(64);
        assertThat(Ipv6Header.source(synAck, 0)).isEqualTo(Golden.CLIENT_V6);
        assertThat(Ipv6Header.destination(synAck, 0)).isEqualTo(Golden.SERVER_V6);
    }

    @Test
    void aHeaderIsWrittenByteForByte() {
        MemorySegment memory = Bytes.nativeCopy(Bytes.random(new Random(1), 47));
        Ipv6Header.write(memory, 7, 2, 0xabcde, 32, 6, 64, Golden.CLIENT_V6, Golden.SERVER_V6);
        assertThat(memory.asSlice(7).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(Arrays.copyOf(Golden.SYN_ACK_V6, 40));
    }

    @Test
    void changingAFieldLeavesTheOthers() {
        MemorySegment memory = Bytes.nativeCopy(new byte[40]);
        Ipv6Header.write(memory, 0, 0xff, 0xfffff, 0xffff, 0xff, 0xff, Golden.CLIENT_V6, Golden.SERVER_V6);
        Ipv6Header.setTrafficClass(memory, 0, 0x21);
        Ipv6Header.setPayloadLength(memory, 0, 0x4321);
        Ipv6Header.setNextHeader(memory, 0, 0x65);
        Ipv6Header.setHopLimit(memory, 0, 0x87);
        assertThat(Bytes.hex(memory.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE)))
                .isEqualTo("621fffff 43216587");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 45, 72, BAD_VERSION",
        "0, 00, 72, BAD_VERSION",
        "4, 01, 72, TRUNCATED",
        "1, 00, 71, TRUNCATED",
        "1, 00, 40, TRUNCATED",
        "1, 00, 39, SHORT_HEADER",
        "1, 00, 0, SHORT_HEADER"
    })
    void whatIsWrongIsNamed(int at, String octet, int length, Malformed why) {
        byte[] packet = Golden.SYN_ACK_V6.clone();
        packet[at] = Bytes.hex(octet)[0];
        MemorySegment memory = Bytes.nativeCopy(Arrays.copyOf(packet, length));
        assertThat(Ipv6Header.validate(memory, 0, length, length)).isEqualTo(why);
    }

    // Extension headers.

    /// Walks the headers behind an IPv6 header: `chain` begins with the number of the first.
    private @Nullable Malformed walk(String chain) {
        return walk(chain, Golden.SERVER_V6);
    }

    private @Nullable Malformed walk(String chain, IpAddress destination) {
        byte[] bytes = Bytes.hex(chain);
        int length = bytes.length - 1;
        byte[] packet = new byte[40 + length];
        System.arraycopy(bytes, 1, packet, 40, length);
        MemorySegment memory = Bytes.nativeCopy(packet);
        Ipv6Header.write(memory, 0, 0, 0, length, bytes[0] & 0xff, 64, Golden.CLIENT_V6, destination);
        return extensions.walk(memory, 0, packet.length);
    }

    @Test
    void withoutExtensionsTheTransportFollowsAtOnce() {
        assertThat(walk("06")).isNull();
        assertThat(extensions.protocol()).isEqualTo(IpProtocol.TCP);
        assertThat(extensions.length()).isEqualTo(40);
        assertThat(extensions.protocolField()).isEqualTo(6);
        assertThat(extensions.fragmentHeader()).isEqualTo(-1);
        assertThat(extensions.isFragment()).isFalse();
    }

    @Test
    void theWalkPassesOverWhatItMay() {
        // hop-by-hop with router alert; destination options of 16 bytes; routing with no segments left
        assertThat(walk("00 3c00 05020000 0100  2b01 020c 000000000000 000000000000  0600 0000 00000000"))
                .isNull();
        assertThat(extensions.protocol()).isEqualTo(IpProtocol.TCP);
        assertThat(extensions.length()).isEqualTo(40 + 8 + 16 + 8);
        assertThat(extensions.protocolField()).isEqualTo(40 + 8 + 16);
    }

    @Test
    void theGoldenChainLeadsToItsDatagram() {
        MemorySegment memory = Bytes.nativeCopy(Golden.EXTENDED);
        int length = Golden.EXTENDED.length;
        assertThat(Ipv6Header.validate(memory, 0, length, length)).isNull();
        assertThat(extensions.walk(memory, 0, length)).isNull();
        assertThat(extensions.protocol()).isEqualTo(IpProtocol.UDP);
        assertThat(extensions.length()).isEqualTo(56);
        // RFC 6946: a fragment header of a whole datagram
        assertThat(extensions.fragmentHeader()).isEqualTo(48);
        assertThat(extensions.isFragment()).isFalse();
    }

    @Test
    void theLongestChainIsWalked() {
        MemorySegment memory = Bytes.nativeCopy(Golden.LONG_CHAIN);
        int length = Golden.LONG_CHAIN.length;
        assertThat(Ipv6Header.validate(memory, 0, length, length)).isNull();
        assertThat(Ipv6Header.totalLength(memory, 0)).isEqualTo(length);
        assertThat(extensions.walk(memory, 0, length)).isNull();
        assertThat(extensions.protocol()).isEqualTo(IpProtocol.UDP);
        assertThat(extensions.length()).isEqualTo(40 + 24 + 15 * 8);
    }

    @ParameterizedTest
    @CsvSource({
        "2c 06000001 12345678, 0, true",
        "2c 060005a8 12345678, 1448, false",
        "2c 0600fff9 12345678, 65528, true"
    })
    void theWalkEndsAtAFragment(String chain, int offset, boolean more) {
        assertThat(walk(chain)).isNull();
        assertThat(extensions.isFragment()).isTrue();
        assertThat(extensions.length()).isEqualTo(40);
        assertThat(extensions.fragmentHeader()).isEqualTo(40);
        MemorySegment header = Bytes.nativeCopy(Bytes.hex(chain.substring(2)));
        assertThat(Ipv6Header.fragmentNextHeader(header, 0)).isEqualTo(IpProtocol.TCP);
        assertThat(Ipv6Header.fragmentOffset(header, 0)).isEqualTo(offset);
        assertThat(Ipv6Header.moreFragments(header, 0)).isEqualTo(more);
        assertThat(Ipv6Header.fragmentIdentification(header, 0)).isEqualTo(0x12345678);

        MemorySegment written = Bytes.nativeCopy(new byte[8]);
        Ipv6Header.writeFragment(written, 0, IpProtocol.TCP, offset, more, 0x12345678);
        assertThat(written.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(header.toArray(ValueLayout.JAVA_BYTE));
    }

    /// A chain, why it is refused, and what a parameter problem says: code (-1: none is sent) and pointer.
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "00, SHORT_HEADER, -1, 0",
                "3c 06000100 000000, SHORT_HEADER, -1, 0",
                "3c 06010100 00000000, SHORT_HEADER, -1, 0", // says that it has 16 bytes
                "2c 06000001 123456, SHORT_HEADER, -1, 0",
                "3c 00000104 00000000 06000104 00000000, MISPLACED_HEADER, 1, 40",
                "00 00000104 00000000 06000104 00000000, MISPLACED_HEADER, 1, 40",
                "2b 06000001 00000000, UNKNOWN_ROUTING, 0, 42",
                "3c 06000204 00000000, -, -1, 0", // 00: an unknown option to be skipped
                "3c 06004204 00000000, UNKNOWN_OPTION, -1, 42", // 01: discard
                "3c 06008204 00000000, UNKNOWN_OPTION, 2, 42", // 10: tell
                "3c 06000100 c2020000, UNKNOWN_OPTION, 2, 44", // 11: tell, unless multicast
                "3c 06000105 00000000, BAD_OPTION, -1, 0", // longer than its header
                "3c 06000000 00000002, BAD_OPTION, -1, 0", // no room for a length
                "3c 06000000 00000001, BAD_OPTION, -1, 0",
                "3c 06000104 00000100, BAD_OPTION, -1, 0", // padding that says something
                "3c 06010106 00000000 00000000 00000000, BAD_OPTION, -1, 0", // eight bytes of padding
                "3c 06010000 00000000 00000000 00000000, BAD_OPTION, -1, 0",
                "3c 06020200 02000200 02000200 02000200 02000200 01020000, TOO_MANY_HEADERS, -1, 0"
            })
    void whatIsWrongInAChainIsNamed(String chain, @Nullable Malformed why, int code, int pointer) {
        assertThat(walk(chain)).isEqualTo(why);
        assertThat(extensions.problemCode()).isEqualTo(code);
        assertThat(extensions.problemPointer()).isEqualTo(pointer);
    }

    @Test
    void anUnknownOptionSentToAGroupIsAnsweredOnlyWhereItSaysSo() {
        IpAddress group = IpAddress.parse("ff02::1");
        assertThat(walk("3c 06008204 00000000", group)).isEqualTo(Malformed.UNKNOWN_OPTION);
        assertThat(extensions.problemCode()).isEqualTo(2);
        assertThat(walk("3c 0600c204 00000000", group)).isEqualTo(Malformed.UNKNOWN_OPTION);
        assertThat(extensions.problemCode()).isEqualTo(Ipv6Extensions.SILENT);
    }

    @Test
    void aChainHasAnEnd() {
        String link = "3c000104 00000000";
        assertThat(walk("3c" + link.repeat(15) + "06000104 00000000")).isNull();
        assertThat(extensions.length()).isEqualTo(40 + 16 * 8);
        assertThat(walk("3c" + link.repeat(16) + "06000104 00000000")).isEqualTo(Malformed.TOO_MANY_HEADERS);
    }

    @Test
    void aWalkRemembersNothingOfTheLast() {
        walk("2c 06000001 12345678");
        walk("11");
        assertThat(extensions.fragmentHeader()).isEqualTo(-1);
        assertThat(extensions.isFragment()).isFalse();
        assertThat(extensions.protocol()).isEqualTo(IpProtocol.UDP);
    }
}
