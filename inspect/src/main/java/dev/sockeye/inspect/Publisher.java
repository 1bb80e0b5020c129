package dev.sockeye.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.StringWriter;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Publishes the sockets of this process on a UNIX socket that only its user can open: what `sockeye ss` in another
/// terminal lists.
///
/// A client sends one line, `{"sockeye":1,"ask":"sockets"}`, and gets a line that says who answers
/// (`{"sockeye":1,"pid":...,"program":"...","sockets":...}`), then a line for each socket
/// ([SnapshotJson]), then the end. A question that is not understood gets
/// `{"sockeye":1,"error":"..."}`.
///
/// It has a daemon thread that accepts and one for each client: platform threads, because a program
/// is looked at most closely when its virtual threads are stuck. A client has [#PATIENCE] from its
/// first byte to its last, and there are at most [#MAX_CLIENTS].
public final class Publisher implements AutoCloseable {

    /// The version of the dialogue above.
    static final int VERSION = 1;

    /// How long a client may take.
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Clients served at one time; others are turned away.
    static final int MAX_CLIENTS = 8;

    private static final int MAX_QUESTION_BYTES = 4096;

    private final ServerSocketChannel listener;
    private final Path file;
    private final String program;
    private final Source source;
    private final Duration patience;
    private final Semaphore places = new Semaphore(MAX_CLIENTS);

    private Publisher(ServerSocketChannel listener, Path file, String program, Source source, Duration patience) {
        this.listener = listener;
        this.file = file;
        this.program = program;
        this.source = source;
        this.patience = patience;
    }

    /// Starts publishing in the user's folder.
    ///
    /// @param program what to call this process
    /// @param source  is asked for each client, on the client's thread
    /// @throws IOException with a message for people, if this process's file is in use or the folder is not safe
    public static Publisher start(String program, Source source) throws IOException {
        return start(PublishFolder.ofUser(), program, source, PATIENCE);
    }

    static Publisher start(PublishFolder folder, String program, Source source, Duration patience) throws IOException {
        folder.prepare();
        Path file = folder.socketOf(ProcessHandle.current().pid());
        var publisher = new Publisher(bind(file), file, program, source, patience);
        Thread.ofPlatform().name("sockeye-inspect").daemon().start(publisher::acceptClients);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(publisher::close));
        return publisher;
    }

    private static ServerSocketChannel bind(Path file) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            removeIfStale(file);
            listener.bind(UnixDomainSocketAddress.of(file), 2 * MAX_CLIENTS);
            return listener;
        } catch (BindException e) {
            listener.close();
            throw new IOException(file + " is in use: this process publishes its sockets already", e);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    /// A process that was killed leaves its file, and another may get its number.
    private static void removeIfStale(Path file) throws IOException {
        if (!Files.exists(file)) return;
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(file));
        } catch (IOException nobodyListens) {
            Files.deleteIfExists(file);
        }
    }

    /// Where it publishes.
    public Path file() {
        return file;
    }

    /// Stops publishing and removes the file.
    @Override
    public void close() {
        try {
            if (!listener.isOpen()) return;
            listener.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The file stays behind; whoever lists the folder next removes it.
        }
    }

    // ---------------------------------------------------------------- serving

    private void acceptClients() {
        while (listener.isOpen()) {
            SocketChannel client = acceptOne();
            if (client == null) continue;
            if (places.tryAcquire()) {
                Thread.ofPlatform().name("sockeye-inspect-client").daemon().start(() -> serve(client));
            } else {
                closeQuietly(client);
            }
        }
    }

    private @Nullable SocketChannel acceptOne() {
        try {
            return listener.accept();
        } catch (IOException e) {
            pause(); // closed, which the caller sees; or no descriptors left, which may pass
            return null;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel client) {
        try (client;
                Deadline _ = Deadline.after(patience, client)) {
            String question = readQuestion(client);
            if (question != null) write(client, answer(question));
        } catch (IOException e) {
            // The client went away or was too slow: its loss.
        } finally {
            places.release();
        }
    }

    private static void closeQuietly(SocketChannel client) {
        try {
            client.close();
        } catch (IOException e) {
            // It was to be closed.
        }
    }

    /// The first line the client sends; null if it ends or grows too long before that.
    private static @Nullable String readQuestion(SocketChannel client) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_QUESTION_BYTES);
        while (bytes.hasRemaining()) {
            int from = bytes.position();
            if (client.read(bytes) < 0) return null;
            for (int i = from; i < bytes.position(); i++) {
                if (bytes.get(i) == '\n') return new String(bytes.array(), 0, i, StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    private static void write(SocketChannel client, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) client.write(bytes);
    }

    /// Answers one question; whatever goes wrong is said to the client, and never harms the program.
    private String answer(String question) throws IOException {
        String ask;
        try {
            ask = parseQuestion(question);
        } catch (IOException e) {
            return error("not a question of version " + VERSION);
        }
        if (!ask.equals("sockets")) return error("unknown question '" + ask + "'");
        try {
            return sockets();
        } catch (IOException | RuntimeException e) {
            return error("cannot look at the sockets: " + e);
        }
    }

    private static String parseQuestion(String question) throws IOException {
        String ask = "";
        int version = 0;
        try (JsonParser in = SnapshotJson.JSON.createParser(question)) {
            in.nextToken();
            for (String field = in.nextFieldName(); field != null; field = in.nextFieldName()) {
                in.nextToken();
                switch (field) {
                    case "sockeye" -> version = in.getIntValue();
                    case "ask" -> ask = in.getText();
                    default -> in.skipChildren();
                }
            }
        }
        if (version != VERSION) throw new IOException("version " + version);
        return ask;
    }

    private String sockets() throws IOException {
        List<SocketSnapshot> sockets = source.sockets();
        var text = new StringBuilder(1024 * (sockets.size() + 1));
        text.append(greeting(sockets.size())).append('\n');
        for (SocketSnapshot socket : sockets)
            text.append(SnapshotJson.write(socket)).append('\n');
        return text.toString();
    }

    private String greeting(int sockets) throws IOException {
        var line = new StringWriter();
        try (JsonGenerator out = SnapshotJson.JSON.createGenerator(line)) {
            out.writeStartObject();
            out.writeNumberField("sockeye", VERSION);
            out.writeNumberField("pid", ProcessHandle.current().pid());
            out.writeStringField("program", program);
            out.writeNumberField("sockets", sockets);
            out.writeEndObject();
        }
        return line.toString();
    }

    private static String error(String message) throws IOException {
        var line = new StringWriter();
        try (JsonGenerator out = SnapshotJson.JSON.createGenerator(line)) {
            out.writeStartObject();
            out.writeNumberField("sockeye", VERSION);
            out.writeStringField("error", message);
            out.writeEndObject();
        }
        return line.append('\n').toString();
    }
}
