package dev.sockeye.conformance.machine;

import dev.sockeye.tcp.Readiness;

/// A regular file. What a script's files hold are zeros, so that it has only a length.
public final class PlainFile implements OpenFile {

    private final Disk.Entry entry;
    private int flags;
    long position;

    PlainFile(Disk.Entry entry, int flags) {
        this.entry = entry;
        this.flags = flags;
    }

    /// Bytes from `position` to the end.
    long remaining(long position) {
        return Math.max(0, entry.length - position);
    }

    /// Takes bytes up to the end of the file.
    int read(int most) {
        int count = (int) Math.min(most, remaining(position));
        position += count;
        return count;
    }

    /// Writes that many bytes.
    int write(int count) {
        position += count;
        entry.length = Math.max(entry.length, position);
        return count;
    }

    @Override
    public int readiness() {
        return Readiness.IN | Readiness.OUT;
    }

    @Override
    public int flags() {
        return flags;
    }

    @Override
    public void setFlags(int flags) {
        this.flags = flags;
    }

    @Override
    public void close(long now) {}
}
