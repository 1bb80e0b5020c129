package dev.sockeye.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpHeaderTest {

    private final PagePool pool = new PagePool();

    @AfterEach
    void nothingLeaks() {
        assertThat(pool.pagesOut()).isZero();
    }

    private @Nullable Malformed validate(byte[] bytes, int... cuts) {
        Packet packet = Bytes.slices(pool, bytes, cuts);
        int pseudo = Ipv4Header.pseudoSum(packet.memory(0), packet.offset(0), IpProtocol.TCP, bytes.length - 20);
        Malformed why = TcpHeader.validate(packet, 20, pseudo);
        packet.release(pool);
        return why;
    }

    @Test
    void aHeaderIsReadFieldByField() {
        MemorySegment data = Bytes.nativeCopy(Golden.DATA);
        assertThat(validate(Golden.DATA)).isNull();
        assertThat(TcpHeader.sourcePort(data, 20)).isEqualTo(54321);
        assertThat(TcpHeader.destinationPort(data, 20)).isEqualTo(80);
        assertThat(TcpHeader.ports(data, 20)).isEqualTo(54321 << 16 | 80);
        assertThat(TcpHeader.sequence(data, 20)).isEqualTo(0x12345679);
        assertThat(TcpHeader.acknowledgment(data, 20)).isEqualTo(0xfffffff1);
        assertThat(TcpHeader.headerLength(data, 20)).isEqualTo(32);
        assertThat(TcpHeader.flags(data, 20)).isEqualTo(TcpHeader.PSH | TcpHeader.ACK);
        assertThat(TcpHeader.window(data, 20)).isEqualTo(502);
        assertThat(TcpHeader.checksum(data, 20)).isEqualTo(0x00f5);
        assertThat(TcpHeader.urgentPointer(data, 20)).isZero();
    }

    /// RFC 9293 3.1, MUST-2
    @Test
    void aSynIsWrittenByteForByte() {
        Packet packet = pool.takePacket();
        Page page = pool.take(60);
        page.memory().fill((byte) -1);
        packet.add(page, 1, 60);
        MemorySegment memory = page.memory();
        int options = new TcpOptions()
                .mss(1460)
                .sackPermitted()
                .timestamps(5, 0)
                .windowScale(7)
                .write(memory, 41);
        TcpHeader.write(memory, 21, 54321, 80, 0x12345678, 0, options, TcpHeader.SYN, 64240, 0);
        int source = Golden.CLIENT.v4Bits();
        int destination = Golden.SERVER.v4Bits();
        Ipv4Header.write(memory, 1, 0, 60, 0xbeef, Ipv4Header.DONT_FRAGMENT, 64, IpProtocol.TCP, source, destination);
        TcpHeader.fillChecksum(packet, 20, Checksum.pseudoV4(source, destination, IpProtocol.TCP, 40));
        assertThat(Bytes.hex(packet.toBytes())).isEqualTo(Bytes.hex(Golden.SYN));
        packet.release(pool);
    }

    @Test
    void aSegmentOverIpv6IsWrittenByteForByte() {
        Packet packet = pool.takePacket();
        Page page = pool.take(72);
        packet.add(page, 0, 72);
        MemorySegment memory = page.memory();
        int options = new TcpOptions().mss(1440).sackPermitted().windowScale(7).write(memory, 60);
        int flags = TcpHeader.SYN | TcpHeader.ACK | TcpHeader.ECE;
        TcpHeader.write(memory, 40, 80, 54321, 0xfffffff0, 0x12345679, options, flags, 65160, 0);
        Ipv6Header.write(memory, 0, 2, 0xabcde, 32, IpProtocol.TCP, 64, Golden.CLIENT_V6, Golden.SERVER_V6);
        TcpHeader.fillChecksum(packet, 40, Ipv6Header.pseudoSum(memory, 0, IpProtocol.TCP, 32));
        assertThat(Bytes.hex(packet.toBytes())).isEqualTo(Bytes.hex(Golden.SYN_ACK_V6));
        packet.release(pool);
    }

    @Test
    void theChecksumIsOverAllSlices() {
        assertThat(validate(Golden.DATA, 52)).isNull();
        assertThat(validate(Golden.DATA, 53, 1, 0, 1)).isNull();
        byte[] broken = Golden.DATA.clone();
        broken[56] ^= 1;
        assertThat(validate(broken, 53, 1)).isEqualTo(Malformed.BAD_CHECKSUM);
    }

    @Test
    void aChecksumThatIsKnownToBeRightIsNotLookedAt() {
        byte[] broken = Golden.DATA.clone();
        broken[56] ^= 1;
        for (ChecksumState state : ChecksumState.values()) {
            Packet packet = Bytes.slices(pool, broken, 52);
            packet.setChecksumState(state);
            assertThat(TcpHeader.validate(packet, 20, 0))
                    .isEqualTo(state == ChecksumState.IN_PACKET ? Malformed.BAD_CHECKSUM : null);
            packet.release(pool);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "32, 40, 60, BAD_HEADER_LENGTH",
        "32, 00, 60, BAD_HEADER_LENGTH",
        "32, b0, 60, SHORT_HEADER",
        "32, a0, 59, SHORT_HEADER",
        "32, 50, 39, SHORT_HEADER",
        "32, 50, 20, SHORT_HEADER",
        "32, 90, 60, BAD_CHECKSUM",
        "20, 00, 60, BAD_CHECKSUM"
    })
    void whatIsWrongIsNamed(int at, String octet, int length, Malformed why) {
        byte[] packet = Golden.SYN.clone();
        packet[at] = Bytes.hex(octet)[0];
        assertThat(validate(Arrays.copyOf(packet, length))).isEqualTo(why);
    }

    @Test
    void everyHeaderIsReadAsItWasWritten() {
        long seed = 793;
        var random = new Random(seed);
        MemorySegment memory = Bytes.nativeCopy(new byte[27]);
        for (int i = 0; i < 100_000; i++) {
            int at = random.nextInt(8);
            int[] x = {
                random.nextInt(65536),
                random.nextInt(65536),
                random.nextInt(),
                random.nextInt(),
                4 * random.nextInt(11),
                random.nextInt(512),
                random.nextInt(65536),
                random.nextInt(65536)
            };
            TcpHeader.write(memory, at, x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]);
            int[] y = {
                TcpHeader.sourcePort(memory, at),
                TcpHeader.destinationPort(memory, at),
                TcpHeader.sequence(memory, at),
                TcpHeader.acknowledgment(memory, at),
                TcpHeader.headerLength(memory, at) - 20,
                TcpHeader.flags(memory, at),
                TcpHeader.window(memory, at),
                TcpHeader.urgentPointer(memory, at)
            };
            assertThat(y).as("seed %d round %d", seed, i).isEqualTo(x);
            assertThat(TcpHeader.checksum(memory, at)).isZero();
        }
    }

    @Test
    void flagsAndSequenceChangeAlone() {
        MemorySegment memory = Bytes.nativeCopy(new byte[20]);
        TcpHeader.write(memory, 0, 65535, 65535, -1, -1, 40, 0x1ff, 65535, 65535);
        TcpHeader.setFlags(memory, 0, TcpHeader.AE | TcpHeader.FIN);
        TcpHeader.setSequence(memory, 0, 7);
        assertThat(TcpHeader.flags(memory, 0)).isEqualTo(0x101);
        assertThat(TcpHeader.headerLength(memory, 0)).isEqualTo(60);
        assertThat(TcpHeader.sequence(memory, 0)).isEqualTo(7);
        assertThat(TcpHeader.destinationPort(memory, 0)).isEqualTo(65535);
        assertThat(TcpHeader.acknowledgment(memory, 0)).isEqualTo(-1);
        assertThat(TcpHeader.window(memory, 0)).isEqualTo(65535);
    }
}
