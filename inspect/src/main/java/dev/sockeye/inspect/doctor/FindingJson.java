package dev.sockeye.inspect.doctor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A finding as one line of JSON, for programs. Durations are seconds.
public final class FindingJson {

    private static final JsonFactory JSON = new JsonFactory();

    private FindingJson() {}

    /// The finding in one line, without the line's end.
    public static String write(Finding finding) throws IOException {
        var line = new StringWriter(1024);
        try (JsonGenerator out = JSON.createGenerator(line)) {
            out.writeStartObject();
            out.writeStringField("rule", finding.rule());
            out.writeStringField("severity", finding.severity().name().toLowerCase(Locale.ROOT));
            out.writeStringField("namespace", finding.namespace());
            out.writeStringField("title", finding.title());
            out.writeStringField("what", finding.what());
            writeParty(out, finding.party());
            out.writeNumberField("sockets", finding.sockets());
            writeAge(out, finding.age());
            out.writeBooleanField("harmless", finding.isHarmless());
            out.writeStringField("harm", finding.harmless());
            out.writeStringField("next", finding.next());
            writeTexts(out, "evidence", finding.evidence());
            out.writeStringField("now", finding.now());
            writeTexts(out, "commands", finding.commands());
            out.writeStringField("cure", finding.cure());
            out.writeArrayFieldStart("examples");
            for (SocketSnapshot socket : finding.examples()) writeSocket(out, socket);
            out.writeEndArray();
            out.writeEndObject();
        }
        return line.toString();
    }

    /// What was looked at, in one line.
    ///
    /// @param problems what could not be seen
    public static String summary(CheckUp now, @Nullable CheckUp before, List<Finding> findings, List<String> problems)
            throws IOException {
        var line = new StringWriter(256);
        try (JsonGenerator out = JSON.createGenerator(line)) {
            out.writeStartObject();
            out.writeStringField("looked_at", now.at().toString());
            if (before != null) {
                out.writeNumberField("seconds_between", seconds(Duration.between(before.at(), now.at())));
            }
            out.writeNumberField("sockets", now.sockets().size());
            out.writeNumberField("namespaces", now.machines().size());
            out.writeNumberField("findings", findings.size());
            writeTexts(out, "not_seen", problems);
            out.writeEndObject();
        }
        return line.toString();
    }

    private static void writeParty(JsonGenerator out, @Nullable Party party) throws IOException {
        if (party == null) return;
        out.writeObjectFieldStart("who");
        out.writeNumberField("pid", party.pid());
        out.writeStringField("program", party.program());
        out.writeStringField("command", party.command());
        if (party.container() != null) out.writeStringField("container", party.container());
        writeTexts(out, "handles", party.handles());
        if (!party.alsoHeldBy().isEmpty()) {
            out.writeArrayFieldStart("also_held_by");
            for (Owner owner : party.alsoHeldBy()) out.writeNumber(owner.pid());
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    private static void writeAge(JsonGenerator out, @Nullable Age age) throws IOException {
        if (age == null) return;
        out.writeNumberField("at_least", seconds(age.atLeast()));
        if (age.atMost() != null) out.writeNumberField("at_most", seconds(age.atMost()));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static void writeTexts(JsonGenerator out, String name, List<String> texts) throws IOException {
        out.writeArrayFieldStart(name);
        for (String text : texts) out.writeString(text);
        out.writeEndArray();
    }

    private static void writeSocket(JsonGenerator out, SocketSnapshot socket) throws IOException {
        out.writeStartObject();
        out.writeStringField("state", socket.state().name());
        out.writeStringField("local", socket.local().toString());
        if (socket.remote() != null)
            out.writeStringField("remote", socket.remote().toString());
        out.writeNumberField("recv_q", socket.recvQ());
        out.writeNumberField("send_q", socket.sendQ());
        if (socket.inode() != 0) out.writeNumberField("inode", socket.inode());
        KernelDetail kernel = socket.kernel();
        if (kernel != null) out.writeStringField("cookie", Long.toHexString(kernel.cookie()));
        Owner owner = socket.owner();
        if (owner != null && owner.handle() != null) out.writeStringField("handle", owner.handle());
        out.writeEndObject();
    }
}
