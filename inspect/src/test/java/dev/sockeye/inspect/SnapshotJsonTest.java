package dev.sockeye.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SnapshotJsonTest {

    private static SocketSnapshot full() {
        return Sockets.closeWait(Duration.ofMillis(1500))
                .timer(new Timer(Timer.Kind.KEEPALIVE, Duration.ofNanos(1_234_567_890_123L), 3))
                .usage(new Usage(Sockets.NOW, null, Sockets.NOW.minusNanos(1)))
                .backlog(new Backlog(1, 2, 3, 4))
                .queues(7, 1L << 40)
                .build();
    }

    @Test
    void aSnapshotComesBackAsItWas() throws IOException {
        assertThat(SnapshotJson.read(SnapshotJson.write(full()))).isEqualTo(full());
    }

    @Test
    void aSnapshotOfWhichLittleIsKnownComesBackAsItWas() throws IOException {
        SocketSnapshot little = SocketSnapshot.udp(Sockets.NOW, "läptop \"1\"\n", Sockets.address("fe80::1", 53), null)
                .holder(Holder.NOBODY)
                .build();
        assertThat(SnapshotJson.read(SnapshotJson.write(little))).isEqualTo(little);
    }

    @Test
    void whatIsLeftOutOfATerseLineIsWhatIsReadForIt() throws IOException {
        SocketSnapshot little = SocketSnapshot.udp(Sockets.NOW, "läptop", Sockets.address("fe80::1", 53), null)
                .kernel(KernelDetail.of(KernelDetail.IPV6, 17, 0, 0))
                .build();
        var bytes = new ByteArrayOutputStream();
        SnapshotJson.writeTersely(List.of(full(), little), bytes);
        String[] lines = bytes.toString(StandardCharsets.UTF_8).split("\n", -1);
        assertThat(lines).hasSize(3);
        assertThat(lines[2]).isEmpty();
        assertThat(lines[1])
                .contains("\"kernel\":{\"family\":10,\"cookie\":17}")
                .contains("\"keep_alive\":false") // it could be unknown instead
                .doesNotContain("recv_q", "journal", "owners", "bound_only");
        assertThat(SnapshotJson.read(lines[0].getBytes(StandardCharsets.UTF_8))).isEqualTo(full());
        assertThat(SnapshotJson.read(lines[1])).isEqualTo(little);
    }

    @Test
    void fieldsAreNamedAsTheKernelNamesThem() throws IOException {
        assertThat(SnapshotJson.write(full()))
                .doesNotContain("\n")
                .contains("\"recv_q\":7", "\"send_q\":1099511627776", "\"state\":\"CLOSE_WAIT\"")
                .contains("\"local\":\"10.0.0.1:49152\"", "\"remote\":\"10.0.0.2:8080\"")
                .contains("\"expires_in\":1234.567890123", "\"snd_cwnd\":10")
                .doesNotContain("null");
    }

    @Test
    void aReaderSkipsWhatANewerWriterAdds() throws IOException {
        String line = SnapshotJson.write(full()).replaceFirst("\\{", "{\"mood\":{\"a\":[1,{}]},");
        assertThat(SnapshotJson.read(line)).isEqualTo(full());
    }

    @Test
    void whatIsNoSnapshotIsRefused() {
        String[] bad = {
            "",
            "7",
            "[]",
            "{}",
            "{\"state\":\"ASLEEP\"}",
            "{\"local\":\"10.0.0.1\"}",
            "{\"local\":\"10.0.0.1:70000\"}",
            "{\"taken_at\":\"yesterday\"}",
            "{\"recv_q\":\"x\"}",
            "{\"journal\":[null]}",
            "{\"journal\":7}",
            "{\"timer\":{\"expires_in\":1e400}}",
            "{\"timer\":{\"expires_in\":1E99999999}}",
            "{\"timer\":{\"expires_in\":-1E99999999}}",
            "{\"timer\":{\"expires_in\":1E-99999999}}",
            "{\"timer\":{\"expires_in\":12E45567890123}}",
            "{\"recv_q\":1E99999999}",
            "{\"recv_q\":" + "9".repeat(2000) + "}",
            "{\"timer\":{\"expires_in\":5e2147483647}}",
            "{\"timer\":{\"expires_in\":5e-2147483647}}",
            "{\"timer\":{\"expires_in\":1e2147483640}}",
            "[".repeat(100_000)
        };
        for (String line : bad) {
            assertThatThrownBy(() -> SnapshotJson.read(line)).as(line).isInstanceOf(IOException.class);
        }
    }

    @Test
    void noDamageToALineThrowsAnythingElse() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String good = SnapshotJson.write(full());
        for (int i = 0; i < 5_000; i++) {
            char[] line = good.toCharArray();
            for (int n = random.nextInt(4); n >= 0; n--) {
                line[random.nextInt(line.length)] = (char) (' ' + random.nextInt(95));
            }
            try {
                SnapshotJson.read(new String(line));
            } catch (IOException refused) {
                // as it should be
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed + ": " + new String(line), e);
            }
        }
    }
}
