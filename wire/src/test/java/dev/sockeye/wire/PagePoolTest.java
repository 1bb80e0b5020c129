package dev.sockeye.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PagePoolTest {

    private final PagePool pool = new PagePool();
    private final PageCache cache = new PageCache(pool);

    @ParameterizedTest
    @CsvSource({
        "0, 256",
        "1, 256",
        "256, 256",
        "257, 2048",
        "2048, 2048",
        "2049, 16384",
        "16384, 16384",
        "16385, 65536",
        "65536, 65536",
        "65537, 65536"
    })
    void aPageHasRoomForWhatIsAskedForUpToTheLargest(int asked, int size) {
        for (Pages pages : List.of(pool, cache)) {
            Page page = pages.take(asked);
            assertThat(page.size()).isEqualTo(size);
            assertThat(page.memory().byteSize()).isEqualTo(size);
            assertThat(page.memory().isNative()).isTrue();
            page.release(pages);
        }
    }

    @Test
    void pagesNeverOverlap() {
        var pages = new ArrayList<Page>();
        for (int i = 0; i < 500; i++) {
            Page page = pool.take(1 << i % 17);
            page.memory().fill((byte) i);
            pages.add(page);
        }
        for (int i = 0; i < pages.size(); i++) {
            for (byte octet : pages.get(i).memory().toArray(ValueLayout.JAVA_BYTE)) {
                if (octet != (byte) i) throw new AssertionError("page " + i + " was written to by another");
            }
            pages.get(i).release(pool);
        }
        assertThat(pool.pagesOut()).isZero();
    }

    @Test
    void thePoolCountsWhatIsOut() {
        Page a = pool.take(1);
        Page b = pool.take(2000);
        Packet packet = pool.takePacket();
        assertThat(pool.pagesOut()).isEqualTo(2);
        assertThat(pool.packetsOut()).isEqualTo(1);

        packet.add(a, 0, 1);
        packet.release(pool);
        assertThat(pool.pagesOut()).isEqualTo(1);
        assertThat(pool.packetsOut()).isZero();

        b.release(pool);
        assertThat(pool.pagesOut()).isZero();
        assertThat(pool.bytesReserved()).isEqualTo(256 + 2048);
    }

    @Test
    void aPageLivesUntilItsLastHolderReleasesIt() {
        Page page = pool.take(1);
        assertThat(page.isExclusive()).isTrue();
        page.retain();
        page.retain();
        assertThat(page.isExclusive()).isFalse();
        page.release(pool);
        page.release(pool);
        assertThat(pool.pagesOut()).isEqualTo(1);
        assertThat(page.isExclusive()).isTrue();
        page.release(pool);
        assertThat(pool.pagesOut()).isZero();
    }

    @Test
    void aPageThatNobodyHoldsCannotBeReleasedOrRetained() {
        Page page = pool.take(1);
        page.release(pool);
        assertThatThrownBy(() -> page.release(pool)).hasMessage("release of a page that nobody holds");
        assertThatThrownBy(page::retain).hasMessage("retain of a page that nobody holds");
    }

    @Test
    void aPacketEndsOnce() {
        Packet packet = cache.takePacket();
        packet.release(cache);
        assertThatThrownBy(() -> packet.release(cache)).hasMessage("a packet is released twice");
    }

    @Test
    void aCacheTakesAndGivesByTheBatchAndHoldsBackLittle() {
        var held = new ArrayList<Page>();
        for (int i = 0; i < 1000; i++) held.add(cache.take(2048));
        assertThat(pool.pagesOut()).isBetween(1000L, 1064L);
        for (Page page : held) page.release(cache);
        assertThat(pool.pagesOut()).isBetween(1L, 64L);
        cache.clear();
        assertThat(pool.pagesOut()).isZero();
        assertThat(pool.packetsOut()).isZero();
    }

    @Test
    void aPageReturnsToThePoolItCameFromWhoeverReleasesIt() {
        var other = new PagePool();
        var otherCache = new PageCache(other);
        pool.take(1).release(other);
        pool.take(1).release(otherCache);
        pool.takePacket().release(other);
        cache.takePacket().release(otherCache);
        cache.clear();
        assertThat(pool.pagesOut()).isZero();
        assertThat(pool.packetsOut()).isZero();
        assertThat(other.pagesOut()).isZero();
        assertThat(other.packetsOut()).isZero();
        assertThat(other.bytesReserved()).isZero();
    }

    @Test
    void memoryGrowsWithWhatIsNeededAtOnceNotWithWhatPasses() {
        for (int i = 0; i < 10_000; i++) pool.take(65536).release(pool);
        assertThat(pool.bytesReserved()).isEqualTo(65536);
    }

    /// Four threads with a cache each pass pages round, retaining and releasing them as packets between hosts are:
    /// every page is found as its writer left it, and comes home.
    @Test
    void holdersInSeveralThreadsAgreeOnWhoIsTheLast() throws InterruptedException, ExecutionException {
        var exchange = new ArrayList<Page>();
        try (var threads = Executors.newFixedThreadPool(4)) {
            var work = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 4; i++) {
                long seed = i;
                work.add(() -> passPages(exchange, new Random(seed)));
            }
            int passed = 0;
            for (Future<Integer> result : threads.invokeAll(work)) passed += result.get();
            assertThat(passed).isGreaterThan(10_000);
        }
        for (Page page : exchange) page.release(pool);
        assertThat(pool.pagesOut()).isZero();
    }

    private int passPages(List<Page> exchange, Random random) {
        var mine = new PageCache(pool);
        int passed = 0;
        for (int i = 0; i < 20_000; i++) {
            Page page = null;
            synchronized (exchange) {
                if (exchange.size() > 50) page = exchange.remove(random.nextInt(exchange.size()));
            }
            if (page == null) {
                page = mine.take(256);
                assertThat(page.isExclusive()).isTrue();
                page.memory().fill((byte) i);
                int holders = 1 + random.nextInt(3);
                for (int more = 1; more < holders; more++) page.retain();
                synchronized (exchange) {
                    for (int n = 0; n < holders; n++) exchange.add(page);
                }
            } else {
                byte first = page.memory().get(ValueLayout.JAVA_BYTE, 0);
                assertThat(page.memory().get(ValueLayout.JAVA_BYTE, 255)).isEqualTo(first);
                page.release(mine);
                passed++;
            }
        }
        mine.clear();
        return passed;
    }
}
