package dev.sockeye.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.Pcapng;
import dev.sockeye.wire.PcapngReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class CaptureLinkTest {

    private final PagePool pool = new PagePool();
    private final Arrivals arrivals = new Arrivals(pool);

    @Test
    void whatPassesIsInTheFileWithItsTimeAndDirectionAndComment() throws IOException {
        var file = new ByteArrayOutputStream();
        var capture = new Capture(file, 1_000_000_000);
        int client = capture.addInterface("client:eth0");
        int server = capture.addInterface("server:eth0");
        var received =
                new CaptureLink(arrivals, capture, server, Pcapng.Direction.IN, (packet, now) -> "arrived at " + now);
        var bad = new ImpairedLink(received, Impairment.parse("delay 5ns"), new SplittableRandom(1), pool);
        var sent = new CaptureLink(bad, capture, client, Pcapng.Direction.OUT);
        sent.send(Arrivals.packet(7, 60, pool), 10);
        assertThat(sent.nextDeadline()).isEqualTo(15);
        sent.advance(15);
        capture.close();
        sent.send(Arrivals.packet(8, 60, pool), 20); // the link goes on without the capture
        Arrivals.run(sent);
        assertThat(arrivals.log).containsExactly("15:7", "25:8");
        assertThat(read(file.toByteArray()))
                .containsExactly("0 1000000010 OUT 7 60 []", "1 1000000015 IN 7 60 [arrived at 15]");
        assertThat(pool.pagesOut()).isZero();
    }

    @Test
    void trafficGoesOnWhenTheFileCannotBeWritten() throws IOException {
        var full = new OutputStream() {
            private int left = 200;

            @Override
            public void write(int b) throws IOException {
                if (left-- <= 0) throw new IOException("No space left on device");
            }
        };
        var capture = new Capture(full, 0);
        var link = new CaptureLink(arrivals, capture, capture.addInterface("eth0"), Pcapng.Direction.OUT);
        for (int i = 0; i < 3; i++) link.send(Arrivals.packet(i, 1000, pool), i);
        assertThat(arrivals.numbers()).containsExactly(0, 1, 2);
        assertThat(capture.packets()).isZero();
        assertThatThrownBy(capture::close).isInstanceOf(IOException.class).hasMessage("No space left on device");
    }

    private static List<String> read(byte[] file) throws IOException {
        var reader = new PcapngReader(new ByteArrayInputStream(file));
        List<String> packets = new ArrayList<>();
        for (var block = reader.next(); block != null; block = reader.next()) {
            if (block instanceof Pcapng.CapturedPacket p) {
                packets.add(p.interfaceId() + " " + p.timeNanos() + " " + p.direction() + " "
                        + p.bytes().get(ValueLayout.JAVA_BYTE, 0) + " " + p.originalLength() + " " + p.comments());
            }
        }
        return packets;
    }
}
