package dev.sockeye.inspect.look;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.sockeye.inspect.SnapshotJson;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/// Writes a recording: lines of JSON, compressed by gzip.
///
/// The first line says what it is, `{"sockeye_recording":1,"host":"web1","kernel":"6.18.44","version":"0.1.0"}`. Then,
/// for each look, a line `{"look":"2026-11-26T19:00:00Z","sockets":2,"problems":[],"texts":{}}` and a line for each
/// socket ([SnapshotJson#writeTersely]). After each look everything is in the file: a recording that was cut off is
/// whole up to its
/// last look.
public final class Recorder implements AutoCloseable {

    /// The version of the form above.
    static final int VERSION = 1;

    private static final JsonFactory JSON = new JsonFactory();

    /// At a level that takes half the time of the usual one, for a file that is a third larger.
    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream file) throws IOException {
            super(file, 1 << 16, true);
            def.setLevel(3);
        }
    }

    private final OutputStream out;

    /// Begins a recording; a file that is there is replaced.
    ///
    /// @param of where and with what it is made
    public Recorder(Path file, RecordingOrigin of) throws IOException {
        out = new BufferedOutputStream(new Gzip(Files.newOutputStream(file)), 1 << 16);
        out.write(header(of).getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /// Adds a look.
    public void add(Look look) throws IOException {
        out.write(line(look).getBytes(StandardCharsets.UTF_8));
        SnapshotJson.writeTersely(look.sockets(), out);
        out.flush();
    }

    private static String header(RecordingOrigin of) throws IOException {
        var line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeNumberField("sockeye_recording", VERSION);
            json.writeStringField("host", of.host());
            json.writeStringField("kernel", of.kernel());
            json.writeStringField("version", of.version());
            json.writeEndObject();
        }
        return line.append('\n').toString();
    }

    private static String line(Look look) throws IOException {
        var line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("look", look.at().toString());
            json.writeNumberField("sockets", look.sockets().size());
            json.writeArrayFieldStart("problems");
            for (String problem : look.problems()) json.writeString(problem);
            json.writeEndArray();
            json.writeObjectFieldStart("texts");
            for (Map.Entry<String, String> text : look.texts().entrySet()) {
                json.writeStringField(text.getKey(), text.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        return line.append('\n').toString();
    }

    /// Ends the recording.
    @Override
    public void close() throws IOException {
        out.close();
    }
}
