package dev.sockeye.inspect.look;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.sockeye.inspect.SnapshotJson;
import dev.sockeye.inspect.SocketSnapshot;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// Reads what a [Recorder] wrote, look by look; compressed or, for who has unpacked it, plain.
public final class Recording implements AutoCloseable {

    private static final int MAX_LINE = 16 << 20;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxStringLength(4 << 20)
                    .build())
            .build();

    private final Path file;
    private final Lines in;
    private final RecordingOrigin origin;
    private boolean cutOff;

    private Recording(Path file, Lines in) throws IOException {
        this.file = file;
        this.in = in;
        this.origin = readHeader();
    }

    /// Opens a recording.
    ///
    /// @throws IOException with a message for people, if the file cannot be read or is no recording
    public static Recording open(Path file) throws IOException {
        InputStream bytes = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        try {
            bytes.mark(2);
            boolean compressed = bytes.read() == 0x1f && bytes.read() == 0x8b; // RFC 1952 2.3.1
            bytes.reset();
            InputStream plain = compressed ? new GZIPInputStream(bytes, 1 << 16) : bytes;
            return new Recording(file, new Lines(plain, MAX_LINE));
        } catch (IOException | RuntimeException e) {
            bytes.close();
            if (e instanceof EOFException || e instanceof ZipException) throw notOne(file, e);
            throw e;
        }
    }

    /// Its last look: what a command shows that shows one moment.
    ///
    /// @throws IOException if there is none
    public static Look last(Path file) throws IOException {
        try (Recording recording = open(file)) {
            Written last = null;
            for (Written look = recording.nextWritten(); look != null; look = recording.nextWritten()) last = look;
            if (last == null) throw new IOException(file + " has no look in it: it was cut off before the first one");
            return recording.read(last);
        }
    }

    /// Where and with what it was made.
    public RecordingOrigin origin() {
        return origin;
    }

    /// The next look; null after the last one.
    ///
    /// @throws IOException if what is there is no look
    public @Nullable Look next() throws IOException {
        Written look = nextWritten();
        return look == null ? null : read(look);
    }

    /// Whether it ended in the middle of a look, which [#next] has left out.
    public boolean wasCutOff() {
        return cutOff;
    }

    /// A look as it is written: who wants the last one need not read the others.
    private record Written(Head head, List<byte[]> sockets) {}

    private @Nullable Written nextWritten() throws IOException {
        try {
            byte[] line = readLine();
            if (line == null) return null;
            Head head = readHead(line);
            List<byte[]> sockets = new ArrayList<>();
            for (int i = 0; i < head.sockets; i++) {
                byte[] socket = readLine();
                if (socket == null) throw new EOFException();
                sockets.add(socket);
            }
            return new Written(head, sockets);
        } catch (EOFException e) {
            cutOff = true; // whoever wrote it was ended: what is whole counts
            return null;
        }
    }

    private Look read(Written look) throws IOException {
        List<SocketSnapshot> sockets = new ArrayList<>(look.sockets.size());
        for (byte[] line : look.sockets) {
            try {
                sockets.add(SnapshotJson.read(line));
            } catch (JsonProcessingException e) {
                throw new IOException(file + ": a socket in it cannot be read: " + e.getOriginalMessage(), e);
            }
        }
        return new Look(look.head.at, sockets, look.head.problems, look.head.texts);
    }

    private byte @Nullable [] readLine() throws IOException {
        try {
            return in.next();
        } catch (Lines.TooLong e) {
            throw new IOException(file + ": a line in it is longer than any of ours", e);
        }
    }

    // ---------------------------------------------------------------- lines

    private record Head(Instant at, int sockets, List<String> problems, Map<String, String> texts) {}

    private Head readHead(byte[] line) throws IOException {
        Instant at = null;
        int sockets = 0;
        List<String> problems = new ArrayList<>();
        Map<String, String> texts = new HashMap<>();
        try (JsonParser json = JSON.createParser(line)) {
            json.nextToken();
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                switch (field) {
                    case "look" -> at = Instant.parse(json.getText());
                    case "sockets" -> sockets = json.getIntValue();
                    case "problems" -> {
                        while (json.nextToken() == JsonToken.VALUE_STRING) problems.add(json.getText());
                    }
                    case "texts" -> {
                        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                            texts.put(name, String.valueOf(json.nextTextValue()));
                        }
                    }
                    default -> json.skipChildren();
                }
            }
        } catch (JsonProcessingException | DateTimeException e) {
            throw new IOException(file + ": a look in it cannot be read", e);
        }
        if (at == null || sockets < 0) throw new IOException(file + ": a look in it cannot be read");
        return new Head(at, sockets, problems, texts);
    }

    private RecordingOrigin readHeader() throws IOException {
        int version = 0;
        Map<String, String> words = new HashMap<>();
        byte[] line = readLine();
        try (JsonParser json = JSON.createParser(line == null ? new byte[0] : line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) throw notOne(file, null);
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("sockeye_recording")) version = json.getIntValue();
                else if (value == JsonToken.VALUE_STRING) words.put(field, json.getText());
                else json.skipChildren();
            }
        } catch (JsonProcessingException e) {
            throw notOne(file, e);
        }
        if (version == 0) throw notOne(file, null);
        if (version > Recorder.VERSION) {
            throw new IOException(file + " was made by a newer Sockeye (version " + version + " of the form; this one"
                    + " reads " + Recorder.VERSION + ")");
        }
        return new RecordingOrigin(
                words.getOrDefault("host", "?"), words.getOrDefault("kernel", "?"), words.getOrDefault("version", "?"));
    }

    private static IOException notOne(Path file, @Nullable Exception cause) {
        return new IOException(file + " is no recording of 'sockeye record'", cause);
    }

    /// Lets go of the file.
    @Override
    public void close() throws IOException {
        in.close();
    }
}
