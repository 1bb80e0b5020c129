package dev.sockeye.inspect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.util.Collection;

/// A snapshot as one line of JSON: what running stacks publish, and what `sockeye ss --json` prints. The fields are the
/// components of [SocketSnapshot] in snake_case; those that are not known are left out.
public final class SnapshotJson {

    /// Reads and writes all of our JSON. A stranger's line may be long, but not without bounds.
    static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxStringLength(64 << 10)
                    .maxDocumentLength(1 << 20)
                    .build())
            .build();

    private SnapshotJson() {}

    /// The snapshot in one line, without the line's end.
    public static String write(SocketSnapshot socket) throws IOException {
        var line = new StringWriter(1024);
        try (JsonGenerator out = JSON.createGenerator(line)) {
            RecordJson.write(out, socket);
        }
        return line.toString();
    }

    /// The snapshots, a line each. What is 0, false or empty is left out, which [#read] takes for the same: of a
    /// thousand sockets it is most of what there would be to write.
    public static void writeTersely(Collection<SocketSnapshot> sockets, OutputStream lines) throws IOException {
        try (JsonGenerator out = JSON.createGenerator(lines)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM)) {
            out.setRootValueSeparator(null);
            for (SocketSnapshot socket : sockets) {
                RecordJson.write(out, socket, RecordJson.Zeros.LEFT_OUT);
                out.writeRaw('\n');
            }
        }
    }

    /// The snapshot that this line holds.
    ///
    /// @throws IOException if it holds none
    public static SocketSnapshot read(String line) throws IOException {
        try (JsonParser in = JSON.createParser(line)) {
            return read(in);
        }
    }

    /// The same of a line in UTF-8.
    public static SocketSnapshot read(byte[] line) throws IOException {
        try (JsonParser in = JSON.createParser(line)) {
            return read(in);
        }
    }

    private static SocketSnapshot read(JsonParser in) throws IOException {
        in.nextToken();
        return RecordJson.read(in, SocketSnapshot.class);
    }
}
