package dev.sockeye.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PcapngTest {

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private final PagePool pool = new PagePool();

    /// What a reader finds, in words.
    private static List<String> read(byte[] bytes) throws IOException {
        var reader = new PcapngReader(new ByteArrayInputStream(bytes));
        var found = new ArrayList<String>();
        for (Pcapng.Block block = reader.next(); block != null; block = reader.next()) found.add(text(block));
        return found;
    }

    private static String text(Pcapng.Block block) {
        return switch (block) {
            case Pcapng.Section section -> "section " + section.application();
            case Pcapng.Interface in -> in.id() + " " + in.name() + ", " + in.description() + ", " + in.linkType();
            case Pcapng.CapturedPacket p ->
                "%d @%d %s %s of %d %s"
                        .formatted(
                                p.interfaceId(),
                                p.timeNanos(),
                                p.direction(),
                                Bytes.hex(p.bytes().toArray(ValueLayout.JAVA_BYTE)),
                                p.originalLength(),
                                p.comments());
            case Pcapng.Statistics s ->
                "%d @%d received %d dropped %d".formatted(s.interfaceId(), s.timeNanos(), s.received(), s.dropped());
        };
    }

    private void writeSample() throws IOException {
        var writer = new PcapngWriter(file, "Sockeye");
        int client = writer.addInterface("client:eth0", null);
        int server = writer.addInterface("server:eth0", "10 Mbit/s, 1 % loss");
        Packet packet = Bytes.slices(pool, Bytes.hex("01020304 05060708 09"), 3, 4);
        writer.packet(client, 0, packet, Pcapng.Direction.OUT, "socket 7: CLOSED -> SYN_SENT");
        packet.release(pool);
        writer.packet(server, 1_700_000_000_123_456_789L, Bytes.hex("0102"), Pcapng.Direction.IN, null);
        writer.packet(server, Long.MAX_VALUE, new byte[0], Pcapng.Direction.UNKNOWN, "Grüße ✓");
        int late = writer.addInterface("late", null);
        writer.statistics(late, 5, 1L << 40, 0);
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        writeSample();
        assertThat(read(file.toByteArray()))
                .containsExactly(
                        "section Sockeye",
                        "0 client:eth0, null, 101",
                        "1 server:eth0, 10 Mbit/s, 1 % loss, 101",
                        "0 @0 OUT 01020304 05060708 09 of 9 [socket 7: CLOSED -> SYN_SENT]",
                        "1 @1700000000123456789 IN 0102 of 2 []",
                        "1 @9223372036854775807 UNKNOWN  of 0 [Grüße ✓]",
                        "2 late, null, 101",
                        "2 @5 received 1099511627776 dropped 0");
        assertThat(pool.pagesOut()).isZero();
    }

    @Test
    void aFileIsWrittenByteForByte() throws IOException {
        var writer = new PcapngWriter(file, "abc", 256);
        writer.addInterface("lo", null);
        writer.packet(0, 0x1122334455667788L, Bytes.hex("aabbccddee"), Pcapng.Direction.IN, "hi");
        assertThat(Bytes.hex(file.toByteArray())).isEqualTo(Bytes.hex(Bytes.hex("""
                        0a0d0d0a 28000000 4d3c2b1a 01000000 ffffffff ffffffff 04000300 61626300 00000000 28000000
                        01000000 28000000 65000000 00010000 02000200 6c6f0000 09000100 09000000 00000000 28000000
                        06000000 3c000000 00000000 44332211 88776655 05000000 05000000 aabbccdd ee000000
                        02000400 01000000 01000200 68690000 00000000 3c000000""")));
    }

    @Test
    void ofALongPacketTheFrontIsKept() throws IOException {
        var writer = new PcapngWriter(file, "x", 4);
        writer.addInterface("lo", null);
        Packet packet = Bytes.slices(pool, Bytes.hex("0102030405"), 3);
        writer.packet(0, 1, packet, Pcapng.Direction.IN, null);
        packet.release(pool);
        assertThat(read(file.toByteArray())).last().isEqualTo("0 @1 IN 01020304 of 5 []");
    }

    @Test
    void packetsAndCommentsOfAnySizeFit() throws IOException {
        var random = new Random(1);
        var writer = new PcapngWriter(file, "x");
        writer.addInterface("lo", null);
        for (int length : new int[] {0, 1, 3, 2000, 65535, 65575}) {
            String comment = "c".repeat(length);
            writer.packet(0, length, Bytes.random(random, length), Pcapng.Direction.IN, comment);
        }
        List<String> found = read(file.toByteArray());
        assertThat(found).hasSize(8);
        assertThat(found.get(6)).endsWith(" of 65535 [" + "c".repeat(65535) + "]");
        assertThat(found.get(7)).endsWith(" of 65575 [" + "c".repeat(65535) + "]"); // as long as an option can be
    }

    @Test
    void anInterfaceIsAddedBeforeItsPackets() throws IOException {
        var writer = new PcapngWriter(file, "x");
        assertThatThrownBy(() -> writer.packet(0, 0, new byte[1], Pcapng.Direction.IN, null))
                .hasMessage("interface 0 of 0");
        assertThatThrownBy(() -> writer.statistics(-1, 0, 0, 0)).hasMessage("interface -1 of 0");
        assertThatThrownBy(() -> new PcapngWriter(file, "x", 0)).hasMessage("a snap length of 0");
    }

    /// A block of another writer's file.
    private static byte[] block(ByteOrder order, int type, String body) {
        byte[] bytes = Bytes.hex(body);
        var block = ByteBuffer.allocate(bytes.length + 12).order(order);
        block.putInt(type).putInt(bytes.length + 12).put(bytes).putInt(bytes.length + 12);
        return block.array();
    }

    private byte[] bigEndian(String interfaceOptions, String... blocks) throws IOException {
        file.write(block(ByteOrder.BIG_ENDIAN, Pcapng.SECTION_HEADER, "1a2b3c4d 00010000 ffffffffffffffff"));
        file.write(block(ByteOrder.BIG_ENDIAN, 1, "00650000 00000000" + interfaceOptions));
        for (String block : blocks) {
            file.write(block(ByteOrder.BIG_ENDIAN, Integer.parseInt(block.substring(0, 1)), block.substring(1)));
        }
        return file.toByteArray();
    }

    @Test
    void theOtherByteOrderIsRead() throws IOException {
        byte[] bytes = bigEndian(
                "00020002 6c6f0000 00000000",
                "6 00000000 00000001 00000002 00000003 00000005 01020300",
                "4 00000000", // a name resolution block, passed over
                "3 00000002 0a0b0000",
                "5 00000000 00000000 00000009");
        assertThat(read(bytes))
                .containsExactly(
                        "section null",
                        "0 lo, null, 101",
                        "0 @4294967298000 UNKNOWN 010203 of 5 []", // microseconds, where a file does not say
                        "0 @0 UNKNOWN 0a0b of 2 []",
                        "0 @9000 received -1 dropped -1");
    }

    @Test
    void timesComeInAnyResolution() throws IOException {
        // if_tsresol 3: milliseconds; if_tsoffset 1000 s
        byte[] milliseconds = bigEndian(
                "00090001 03000000 000e0008 00000000 000003e8 00000000",
                "6 00000000 00000000 000007d1 00000000 00000000");
        assertThat(read(milliseconds)).last().isEqualTo("0 @1002001000000 UNKNOWN  of 0 []");
        file.reset();
        // 2^-32 s: NTP's format
        byte[] binary = bigEndian("00090001 a0000000", "6 00000000 00000003 80000000 00000000 00000000");
        assertThat(read(binary)).last().isEqualTo("0 @3500000000 UNKNOWN  of 0 []");
        file.reset();
        // 10^-12 s
        byte[] picoseconds = bigEndian("00090001 0c000000", "6 00000000 ffffffff ffffffff 00000000 00000000");
        assertThat(read(picoseconds)).last().isEqualTo("0 @18446744073709551 UNKNOWN  of 0 []");
    }

    @Test
    void anotherSectionCountsItsInterfacesAnew() throws IOException {
        new PcapngWriter(file, "first").addInterface("a", null);
        new PcapngWriter(file, "second").addInterface("b", null);
        assertThat(read(file.toByteArray()))
                .containsExactly("section first", "0 a, null, 101", "section second", "0 b, null, 101");
    }

    @Test
    void whatIsNoCaptureIsRefused() throws IOException {
        assertThat(read(new byte[0])).isEmpty();
        assertThatThrownBy(() -> read(new byte[7])).hasMessage("the capture is cut off in the head of a block");
        assertThatThrownBy(() -> read(new byte[99])).hasMessage("not a pcapng capture");
        assertThatThrownBy(() -> read(Bytes.hex("0a0d0d0a 0000001c 00000000")))
                .hasMessage("not a pcapng capture: its byte order is neither of two");
        byte[] packetOfNoInterface = bigEndian("", "6 00000001 00000000 00000000 00000000 00000000");
        assertThatThrownBy(() -> read(packetOfNoInterface)).hasMessage("a packet of interface 1 of 1");
        file.reset();
        byte[] longerThanItsBlock = bigEndian("", "6 00000000 00000000 00000000 7fffffff 7fffffff");
        assertThatThrownBy(() -> read(longerThanItsBlock))
                .hasMessage("a packet of 2147483647 bytes in a smaller block");
    }

    /// A capture that is cut off or damaged anywhere gives what stands in front, then an exception with a reason;
    /// never another exception, and never memory for more than there is.
    @Test
    void aDamagedFileIsRefusedWithAReason() throws IOException {
        long seed = 1;
        var random = new Random(seed);
        writeSample();
        byte[] good = file.toByteArray();
        int refused = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(3) == 0 ? random.nextInt(good.length) : good.length);
            for (int n = random.nextInt(4); n > 0 && bad.length > 0; n--) {
                bad[random.nextInt(bad.length)] = (byte) (random.nextBoolean() ? random.nextInt() : -1);
            }
            try {
                assertThat(read(bad).size()).isLessThan(30);
            } catch (IOException e) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + i + ": " + Bytes.hex(bad), e);
            }
        }
        assertThat(refused).isGreaterThan(10_000);
    }
}
