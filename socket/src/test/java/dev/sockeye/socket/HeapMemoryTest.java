package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/// Arrays as memory segments.
class HeapMemoryTest {

    @Test
    void theSegmentOfAnArrayIsThatArrays() {
        byte[][] arrays = new byte[1000][];
        for (int i = 0; i < arrays.length; i++) arrays[i] = new byte[] {(byte) i, (byte) (i >> 8)};
        for (int round = 0; round < 2; round++) {
            for (byte[] array : arrays) {
                assertThat(HeapMemory.of(array).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(array);
            }
        }
    }

    @Test
    void theSameArrayHasTheSameSegmentUnlessItIsLarge() {
        byte[] small = new byte[HeapMemory.LARGEST];
        byte[] large = new byte[HeapMemory.LARGEST + 1];
        assertThat(HeapMemory.of(small)).isSameAs(HeapMemory.of(small));
        assertThat(HeapMemory.of(large)).isNotSameAs(HeapMemory.of(large));
    }
}
