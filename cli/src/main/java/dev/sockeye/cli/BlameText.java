package dev.sockeye.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.blame.Blame;
import dev.sockeye.inspect.blame.Clue;
import dev.sockeye.inspect.blame.Clue.Kind;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was found out about a socket, for people and for programs.
final class BlameText {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int LABEL_WIDTH = 12;

    private BlameText() {}

    /// The socket, and under it a line for each clue; clues of one kind stand under one label.
    static List<String> lines(Blame blame, Terminal terminal) {
        List<String> lines = new ArrayList<>();
        lines.add(terminal.mark(SocketLine.of(blame.socket()), Terminal.Mark.BOLD));
        Kind before = null;
        for (Clue clue : blame.clues()) {
            String label = clue.kind() == before ? "" : clue.kind().label();
            var line = new StringBuilder("  ").append(label).repeat(' ', LABEL_WIDTH - label.length());
            if (clue.kind() == Kind.CHAIN) line.append(clue.kind() == before ? "-> " : "   ");
            String text = line.append(clue.text()).toString();
            lines.add(clue.kind() == Kind.PROBLEM ? terminal.mark(text, Terminal.Mark.DIM) : text);
            before = clue.kind();
        }
        return lines;
    }

    /// One object.
    static String json(Blame blame) {
        var text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            write(blame, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(Blame blame, JsonGenerator json) throws IOException {
        SocketSnapshot socket = blame.socket();
        json.writeStartObject();
        json.writeStringField("state", socket.state().ssName());
        json.writeStringField("local", socket.local().toString());
        if (socket.remote() != null)
            json.writeStringField("remote", socket.remote().toString());
        if (socket.kernel() != null)
            json.writeStringField("cookie", Long.toHexString(socket.kernel().cookie()));
        @Nullable Owner owner = blame.owner();
        if (owner != null) {
            json.writeNumberField("pid", owner.pid());
            json.writeStringField("program", owner.program());
        }
        if (blame.fd() >= 0) json.writeNumberField("fd", blame.fd());
        for (Kind kind : Kind.values()) {
            List<String> texts = blame.texts(kind);
            if (texts.isEmpty()) continue;
            json.writeArrayFieldStart(kind.label().replace(' ', '_'));
            for (String each : texts) json.writeString(each);
            json.writeEndArray();
        }
        json.writeEndObject();
    }
}
