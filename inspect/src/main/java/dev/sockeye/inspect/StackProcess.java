package dev.sockeye.inspect;

import com.fasterxml.jackson.core.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Another process that runs a stack and publishes its sockets.
public final class StackProcess implements Source {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String QUESTION = "{\"sockeye\":" + Publisher.VERSION + ",\"ask\":\"sockets\"}\n";

    private final long pid;
    private final Path file;

    StackProcess(long pid, Path file) {
        this.pid = pid;
        this.file = file;
    }

    /// Its number.
    public long pid() {
        return pid;
    }

    /// Asks it for its sockets.
    ///
    /// @throws IOException with a message for people, if it does not answer, or not as it should
    @Override
    public List<SocketSnapshot> sockets() throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Deadline _ = Deadline.after(PATIENCE, channel)) {
            channel.connect(UnixDomainSocketAddress.of(file));
            ByteBuffer question = ByteBuffer.wrap(QUESTION.getBytes(StandardCharsets.UTF_8));
            while (question.hasRemaining()) channel.write(question);
            return readAnswer(new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)));
        } catch (java.nio.channels.AsynchronousCloseException e) {
            throw new IOException("process " + pid + " does not answer", e);
        }
    }

    private List<SocketSnapshot> readAnswer(BufferedReader in) throws IOException {
        String greeting = in.readLine();
        if (greeting == null) throw new IOException("process " + pid + " does not answer: it is busy or ending");
        int count = socketCount(greeting);
        List<SocketSnapshot> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String line = in.readLine();
            if (line == null) throw new IOException("process " + pid + " stopped in the middle of its answer");
            sockets.add(SnapshotJson.read(line));
        }
        return sockets;
    }

    private int socketCount(String greeting) throws IOException {
        int version = 0;
        int sockets = 0;
        try (JsonParser in = SnapshotJson.JSON.createParser(greeting)) {
            in.nextToken();
            for (String field = in.nextFieldName(); field != null; field = in.nextFieldName()) {
                in.nextToken();
                switch (field) {
                    case "sockeye" -> version = in.getIntValue();
                    case "sockets" -> sockets = in.getIntValue();
                    case "error" -> throw new IOException("process " + pid + " says: " + in.getText());
                    default -> in.skipChildren();
                }
            }
        }
        if (version != Publisher.VERSION) {
            throw new IOException(
                    "process " + pid + " speaks version " + version + ", this is version " + Publisher.VERSION);
        }
        return sockets;
    }
}
