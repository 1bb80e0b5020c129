package dev.sockeye.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PacketTest {

    private final PagePool pool = new PagePool();
    private final PageCache pages = new PageCache(pool);

    @AfterEach
    void nothingLeaks() {
        pages.clear();
        assertThat(pool.pagesOut()).isZero();
        assertThat(pool.packetsOut()).isZero();
    }

    @Test
    void itsBytesAreThoseOfItsSlicesInOrder() {
        Packet packet = Bytes.slices(pages, bytes(10), 3, 0, 4);
        assertThat(packet.slices()).isEqualTo(4);
        assertThat(packet.length()).isEqualTo(10);
        assertThat(packet.toBytes()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        packet.release(pages);
    }

    @Test
    void aPieceOfItIsCopiedFromAnyPlaceToAnyPlace() {
        Packet packet = Bytes.slices(pages, bytes(10), 3, 0, 4);
        byte[] to = new byte[8];
        packet.copyTo(2, MemorySegment.ofArray(to), 1, 6);
        assertThat(to).containsExactly(0, 2, 3, 4, 5, 6, 7, 0);
        packet.copyTo(10, MemorySegment.ofArray(to), 8, 0);
        assertThatThrownBy(() -> packet.copyTo(5, MemorySegment.ofArray(to), 0, 6))
                .isInstanceOf(IndexOutOfBoundsException.class);
        packet.release(pages);
    }

    @Test
    void cuttingItOffReleasesThePagesBehind() {
        Packet packet = Bytes.slices(pages, bytes(10), 3, 0, 4);
        Page last = packet.page(3);
        last.retain();

        packet.truncate(12, pages);
        assertThat(packet.length()).isEqualTo(10);
        packet.truncate(8, pages);
        assertThat(packet.toBytes()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(packet.slices()).isEqualTo(4);
        packet.truncate(7, pages);
        assertThat(packet.slices()).isEqualTo(3);
        assertThat(last.isExclusive()).isTrue();
        packet.truncate(3, pages);
        assertThat(packet.toBytes()).containsExactly(0, 1, 2);
        packet.truncate(0, pages);
        assertThat(packet.slices()).isZero();
        assertThatThrownBy(() -> packet.truncate(-1, pages)).hasMessage("a length of -1");

        last.release(pages);
        packet.release(pages);
    }

    @Test
    void cutAnywhereItHasTheFrontOfItsBytes() {
        var random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = Bytes.random(random, random.nextInt(300));
            Packet packet = Bytes.cutAtRandom(pages, bytes, random);
            int length = random.nextInt(bytes.length + 1);
            packet.truncate(length, pages);
            assertThat(packet.toBytes()).isEqualTo(Arrays.copyOf(bytes, length));
            packet.release(pages);
        }
    }

    @Test
    void pulledTogetherItHasTheSameBytesAndItsHeadersInOnePiece() {
        var random = new Random(2);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = Bytes.random(random, random.nextInt(300));
            Packet packet = Bytes.cutAtRandom(pages, bytes, random);
            int count = random.nextInt(400);
            packet.pull(count, pages);
            assertThat(packet.toBytes()).isEqualTo(bytes);
            if (bytes.length > 0) assertThat(packet.length(0)).isGreaterThanOrEqualTo(Math.min(count, bytes.length));
            packet.release(pages);
        }
    }

    @Test
    void pullingLeavesAPacketAloneWhoseHeadersAreInOnePiece() {
        Packet packet = Bytes.slices(pages, bytes(100), 60);
        Page first = packet.page(0);
        packet.pull(60, pages);
        assertThat(packet.page(0)).isSameAs(first);
        packet.pull(61, pages);
        assertThat(packet.length(0)).isEqualTo(61);
        assertThat(packet.length(1)).isEqualTo(39);
        packet.release(pages);
    }

    @Test
    void aDuplicateHasHeadersOfItsOwnAndSharesThePayload() {
        for (int[] cuts : new int[][] {{}, {20}}) {
            Packet packet = Bytes.slices(pages, bytes(100), cuts);
            packet.setSegmentSize(40);
            Packet twin = packet.duplicate(pages);
            packet.memory(0).set(ValueLayout.JAVA_BYTE, packet.offset(0), (byte) 99);
            assertThat(twin.toBytes()).isEqualTo(bytes(100));
            assertThat(twin.segmentSize()).isEqualTo(40);
            if (cuts.length > 0) assertThat(twin.page(1)).isSameAs(packet.page(1));
            packet.release(pages);
            assertThat(twin.toBytes()).isEqualTo(bytes(100));
            twin.release(pages);
        }
    }

    @Test
    void aCopySharesNothing() {
        byte[] bytes = bytes(200_000);
        Packet packet = Bytes.slices(pages, Arrays.copyOf(bytes, 90_000), 20, 1500, 0, 40_000);
        packet.setChecksumState(ChecksumState.VERIFIED);
        Packet copy = packet.copy(pages);
        for (int i = 0; i < packet.slices(); i++) packet.memory(i).fill((byte) -1);
        packet.release(pages);
        assertThat(copy.toBytes()).isEqualTo(Arrays.copyOf(bytes, 90_000));
        assertThat(copy.slices()).isEqualTo(2);
        assertThat(copy.checksumState()).isEqualTo(ChecksumState.VERIFIED);
        copy.release(pages);
    }

    @Test
    void bytesOfAnyLengthMakeAPacket() {
        for (int length : new int[] {0, 1, 256, 1500, 65535, 65536, 65537, 200_000}) {
            Packet packet = Packet.of(bytes(length), pages);
            assertThat(packet.toBytes()).isEqualTo(bytes(length));
            packet.release(pages);
        }
    }

    @Test
    void aSliceLiesWithinItsPageAndThereIsRoomForSoMany() {
        Packet packet = pages.takePacket();
        Page page = pages.take(256);
        assertThatThrownBy(() -> packet.add(page, 1, 256)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.add(page, -1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.add(page, Integer.MAX_VALUE, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        for (int i = 0; i < Packet.MAX_SLICES; i++) {
            assertThat(packet.isFull()).isFalse();
            page.retain();
            packet.add(page, i, 1);
        }
        assertThat(packet.isFull()).isTrue();
        assertThatThrownBy(() -> packet.add(page, 0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(packet.length()).isEqualTo(Packet.MAX_SLICES);
        assertThatThrownBy(() -> packet.offset(Packet.MAX_SLICES)).isInstanceOf(IndexOutOfBoundsException.class);
        page.release(pages);
        packet.release(pages);
        assertThatThrownBy(() -> packet.length(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.page(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aPacketBeginsItsNextLifeWithoutTheLastOnesMarks() {
        Packet packet = pages.takePacket();
        packet.setChecksumPartial(20, 16);
        packet.setSegmentSize(1460);
        packet.release(pages);
        Packet next = pages.takePacket();
        assertThat(next).isSameAs(packet);
        assertThat(next.checksumState()).isEqualTo(ChecksumState.IN_PACKET);
        assertThat(next.segmentSize()).isZero();
        assertThat(next.length()).isZero();
        next.release(pages);
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte) i;
        return bytes;
    }
}
