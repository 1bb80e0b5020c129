package dev.sockeye.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IcmpTest {

    private final PagePool pool = new PagePool();

    @AfterEach
    void nothingLeaks() {
        assertThat(pool.pagesOut()).isZero();
    }

    @Test
    void anEchoIsReadAndWrittenByteForByte() {
        Packet packet = Bytes.slices(pool, Golden.ECHO.clone(), 28);
        MemorySegment memory = packet.memory(0);
        int at = packet.offset(0) + 20;
        assertThat(Icmpv4.validate(packet, 20)).isNull();
        assertThat(Icmpv4.type(memory, at)).isEqualTo(Icmpv4.ECHO);
        assertThat(Icmpv4.code(memory, at)).isZero();
        assertThat(Icmpv4.checksum(memory, at)).isEqualTo(0x06fa);
        assertThat(Icmpv4.identifier(memory, at)).isEqualTo(0x1234);
        assertThat(Icmpv4.sequence(memory, at)).isEqualTo(1);

        memory.asSlice(at, 8).fill((byte) -1);
        Icmpv4.writeEcho(memory, at, Icmpv4.ECHO, 0x1234, 1);
        Icmpv4.fillChecksum(packet, 20);
        assertThat(packet.toBytes()).isEqualTo(Golden.ECHO);
        packet.release(pool);
    }

    @Test
    void anErrorQuotesThePacketItIsAbout() {
        Packet packet = Bytes.slices(pool, Golden.FRAGMENTATION_NEEDED.clone());
        MemorySegment memory = packet.memory(0);
        int at = packet.offset(0) + 20;
        assertThat(Icmpv4.validate(packet, 20)).isNull();
        assertThat(Icmpv4.type(memory, at)).isEqualTo(Icmpv4.UNREACHABLE);
        assertThat(Icmpv4.code(memory, at)).isEqualTo(Icmpv4.FRAGMENTATION_NEEDED);
        assertThat(Icmpv4.mtu(memory, at)).isEqualTo(1400);
        assertThat(Icmpv4.rest(memory, at)).isEqualTo(1400);
        int quote = at + Icmpv4.LENGTH;
        assertThat(Ipv4Header.validateQuoted(memory, quote, 28)).isNull();
        assertThat(Ipv4Header.validateQuoted(memory, quote, 27)).isEqualTo(Malformed.SHORT_QUOTE);
        assertThat(Ipv4Header.validateQuoted(memory, quote, 19)).isEqualTo(Malformed.SHORT_HEADER);
        assertThat(TcpHeader.sourcePort(memory, quote + 20)).isEqualTo(54321);
        assertThat(TcpHeader.sequence(memory, quote + 20)).isEqualTo(0x12345678);

        memory.asSlice(at, 8).fill((byte) -1);
        Icmpv4.writeFragmentationNeeded(memory, at, 1400);
        Icmpv4.fillChecksum(packet, 20);
        assertThat(packet.toBytes()).isEqualTo(Golden.FRAGMENTATION_NEEDED);
        packet.release(pool);
    }

    @Test
    void aParameterProblemPointsAtTheByte() {
        MemorySegment memory = Bytes.nativeCopy(new byte[8]);
        Icmpv4.writeParameterProblem(memory, 0, 255);
        assertThat(Icmpv4.type(memory, 0)).isEqualTo(Icmpv4.PARAMETER_PROBLEM);
        assertThat(Icmpv4.pointer(memory, 0)).isEqualTo(255);
        assertThat(Icmpv4.rest(memory, 0)).isEqualTo(0xff000000);
    }

    @Test
    void errorsAreToldFromQuestions() {
        assertThat(IntStream.range(0, 256).filter(Icmpv4::isError)).containsExactly(3, 4, 5, 11, 12);
        assertThat(IntStream.range(0, 256).filter(Icmpv6::isError)).hasSize(128).allMatch(type -> type < 128);
    }

    @Test
    void aMessageThatIsTooShortOrBrokenIsRefused() {
        Packet packet = Bytes.slices(pool, Golden.ECHO);
        packet.truncate(27, pool);
        assertThat(Icmpv4.validate(packet, 20)).isEqualTo(Malformed.SHORT_HEADER);
        assertThat(Icmpv6.validate(packet, 20, 0)).isEqualTo(Malformed.SHORT_HEADER);
        packet.release(pool);

        byte[] broken = Golden.ECHO.clone();
        broken[31] ^= 4;
        packet = Bytes.slices(pool, broken, 30);
        assertThat(Icmpv4.validate(packet, 20)).isEqualTo(Malformed.BAD_CHECKSUM);
        packet.setChecksumState(ChecksumState.VERIFIED);
        assertThat(Icmpv4.validate(packet, 20)).isNull();
        packet.release(pool);
    }

    @Test
    void packetTooBigIsReadAndWrittenByteForByte() {
        Packet packet = Bytes.slices(pool, Golden.PACKET_TOO_BIG.clone(), 60);
        MemorySegment memory = packet.memory(0);
        int at = packet.offset(0) + 40;
        int pseudo = Ipv6Header.pseudoSum(memory, packet.offset(0), IpProtocol.ICMPV6, 68);
        assertThat(Icmpv6.validate(packet, 40, pseudo)).isNull();
        assertThat(Icmpv6.validate(packet, 40, pseudo ^ 1)).isEqualTo(Malformed.BAD_CHECKSUM);
        assertThat(Icmpv6.type(memory, at)).isEqualTo(Icmpv6.PACKET_TOO_BIG);
        assertThat(Icmpv6.code(memory, at)).isZero();
        assertThat(Icmpv6.checksum(memory, at)).isEqualTo(0x36d1);
        assertThat(Icmpv6.mtu(memory, at)).isEqualTo(1280);

        memory.asSlice(at, 8).fill((byte) -1);
        Icmpv6.write(memory, at, Icmpv6.PACKET_TOO_BIG, 0, 1280);
        Icmpv6.fillChecksum(packet, 40, pseudo);
        assertThat(packet.toBytes()).isEqualTo(Golden.PACKET_TOO_BIG);
        packet.release(pool);
    }

    @Test
    void theTransportInAQuotedIpv6PacketIsFound() {
        MemorySegment memory = Bytes.nativeCopy(Golden.PACKET_TOO_BIG);
        var extensions = new Ipv6Extensions();
        assertThat(Ipv6Header.validateQuoted(memory, 48, 60)).isNull();
        assertThat(Ipv6Header.validateQuoted(memory, 48, 39)).isEqualTo(Malformed.SHORT_QUOTE);
        assertThat(Ipv6Header.validateQuoted(memory, 47, 60)).isEqualTo(Malformed.BAD_VERSION);
        assertThat(extensions.walk(memory, 48, 60)).isNull();
        assertThat(extensions.protocol()).isEqualTo(IpProtocol.TCP);
        assertThat(TcpHeader.destinationPort(memory, 48 + extensions.length())).isEqualTo(54321);
    }

    @Test
    void anEchoOverIpv6IsReadAsItWasWritten() {
        MemorySegment memory = Bytes.nativeCopy(new byte[8]);
        Icmpv6.writeEcho(memory, 0, Icmpv6.ECHO_REPLY, 0xfedc, 0xba98);
        assertThat(Icmpv6.type(memory, 0)).isEqualTo(129);
        assertThat(Icmpv6.identifier(memory, 0)).isEqualTo(0xfedc);
        assertThat(Icmpv6.sequence(memory, 0)).isEqualTo(0xba98);
        Icmpv6.write(memory, 0, Icmpv6.PARAMETER_PROBLEM, Icmpv6.UNKNOWN_OPTION, 48);
        assertThat(Icmpv6.pointer(memory, 0)).isEqualTo(48);
        assertThat(Icmpv6.code(memory, 0)).isEqualTo(2);
    }
}
