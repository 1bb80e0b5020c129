package dev.sockeye.metrics;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// How much processor time the thread that made it has used: the first number in `/proc/thread-self/schedstat`. Where a
/// kernel has none, the time that has passed stands for it.
final class CpuClock implements AutoCloseable {

    private final @Nullable FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocate(64);

    CpuClock() {
        file = open();
    }

    private static @Nullable FileChannel open() {
        try {
            return FileChannel.open(Path.of("/proc/thread-self/schedstat"), StandardOpenOption.READ);
        } catch (IOException e) {
            return null;
        }
    }

    /// Nanoseconds.
    long now() {
        if (file == null) return System.nanoTime();
        try {
            buffer.clear();
            file.read(buffer, 0);
            String text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
            return Long.parseLong(text, 0, text.indexOf(' '), 10);
        } catch (IOException | RuntimeException e) {
            return System.nanoTime();
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) file.close();
    }
}
