package dev.sockeye.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A standard stream that remembers why it could not be written to, which a `PrintStream` on top of it keeps to itself:
/// a list that is cut off because the disk is full is no list.
final class Output extends FileOutputStream {

    private final Path link;
    private @Nullable IOException failure;

    /// @param number of the descriptor
    Output(FileDescriptor descriptor, int number) {
        super(descriptor);
        link = Path.of("/proc/self/fd", Integer.toString(number));
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        try {
            super.write(bytes, from, count);
        } catch (IOException e) {
            if (failure == null) failure = e;
            throw e;
        }
    }

    /// Why something could not be written; null if all was, or if who read it has read enough, as `head` does.
    @Nullable
    String loss() {
        if (failure == null) return null;
        String reason = String.valueOf(failure.getMessage());
        return reason.contains("Broken pipe") || hasReader() ? null : reason;
    }

    /// Whether it leads to another program: that nobody reads any more is then all that can go wrong, in whatever
    /// language the C library says so.
    private boolean hasReader() {
        try {
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("pipe:") || target.startsWith("socket:");
        } catch (IOException e) {
            return false; // no Linux
        }
    }
}
