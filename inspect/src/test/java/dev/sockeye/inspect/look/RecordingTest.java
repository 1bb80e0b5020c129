package dev.sockeye.inspect.look;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What was recorded is read again; what is none, or none whole, is said so.
class RecordingTest {

    private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
    private static final RecordingOrigin WEB1 = new RecordingOrigin("web1", "6.18.44", "0.1.0");

    @TempDir
    private Path folder;

    private Path file;
    private final List<Look> looks = new ArrayList<>();

    @BeforeEach
    void record() throws IOException {
        file = folder.resolve("web1.sockeye");
        looks.add(new Look(NOON, List.of(socket(NOON, 5000), socket(NOON, 5001)), List.of("nobody is root"), Map.of()));
        looks.add(new Look(NOON.plusSeconds(5), List.of(), List.of(), Map.of("facts", "{\"tw\":\n3}")));
        looks.add(new Look(NOON.plusSeconds(10), List.of(socket(NOON, 5002)), List.of(), Map.of()));
        try (Recorder recorder = new Recorder(file, WEB1)) {
            for (Look look : looks) recorder.add(look);
        }
    }

    private static SocketSnapshot socket(Instant at, int port) {
        IpAddress ip = IpAddress.parse("10.0.0.1");
        return SocketSnapshot.tcp(at, "web1", TcpState.CLOSE_WAIT, new TransportAddress(ip, port))
                .remote(new TransportAddress(IpAddress.parse("2001:db8::7"), 443))
                .queues(1, 0)
                .build();
    }

    private List<Look> read(Path from) throws IOException {
        try (Recording recording = Recording.open(from)) {
            List<Look> read = new ArrayList<>();
            for (Look look = recording.next(); look != null; look = recording.next()) read.add(look);
            return read;
        }
    }

    @Test
    void everyLookIsReadAgain() throws IOException {
        assertThat(read(file)).isEqualTo(looks);
        try (Recording recording = Recording.open(file)) {
            assertThat(recording.origin()).isEqualTo(WEB1);
        }
        assertThat(Recording.last(file)).isEqualTo(looks.getLast());
    }

    @Test
    void unpackedOneIsReadAsWell() throws IOException {
        Path plain = folder.resolve("plain.json");
        try (var in = new GZIPInputStream(Files.newInputStream(file))) {
            Files.write(plain, in.readAllBytes());
        }
        assertThat(read(plain)).isEqualTo(looks);
    }

    /// Wherever it was cut off, the looks before are there, and nothing else is.
    @Test
    void cutOffOneIsWholeUpToItsLastLook() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Path cut = folder.resolve("cut");
        int most = 0;
        for (int length = 0; length < bytes.length; length++) {
            Files.write(cut, Arrays.copyOf(bytes, length));
            try (Recording recording = Recording.open(cut)) {
                List<Look> read = new ArrayList<>();
                for (Look look = recording.next(); look != null; look = recording.next()) read.add(look);
                assertThat(read).isEqualTo(looks.subList(0, read.size()));
                assertThat(read.size()).isGreaterThanOrEqualTo(most);
                most = read.size();
            } catch (IOException e) {
                assertThat(most).as("at " + length).isZero();
                assertThat(e).hasMessage(cut + " is no recording of 'sockeye record'");
            }
        }
        assertThat(most).isEqualTo(3);
    }

    @Test
    void otherFilesAreRefusedInWords() throws IOException {
        for (String text : List.of("", "hello\n", "{}\n", "[1]\n", "{\"sockeye_recording\":\n", "\u0000\u0001\n")) {
            Path other = Files.writeString(folder.resolve("other"), text);
            assertThatThrownBy(() -> Recording.open(other))
                    .isInstanceOf(IOException.class)
                    .hasMessage(other + " is no recording of 'sockeye record'");
        }
        Path newer = Files.writeString(folder.resolve("newer"), "{\"sockeye_recording\":2}\n");
        assertThatThrownBy(() -> Recording.open(newer)).hasMessageContaining("was made by a newer Sockeye");
        Path empty = Files.writeString(folder.resolve("empty"), "{\"sockeye_recording\":1}\n");
        assertThatThrownBy(() -> Recording.last(empty)).hasMessageContaining("has no look in it");
        Path wrong = Files.writeString(
                folder.resolve("wrong"), "{\"sockeye_recording\":1}\n{\"look\":\"noon\",\"sockets\":1}\n");
        assertThatThrownBy(() -> Recording.last(wrong)).hasMessage(wrong + ": a look in it cannot be read");
    }
}
