package dev.sockeye.conformance.machine;

import dev.sockeye.tcp.Readiness;

/// One end of a `pipe(2)`. What goes through a script's pipe are zeros, so that it keeps only their number.
public final class PipeEnd implements OpenFile {

    /// What both ends share.
    static final class Content {
        static final int CAPACITY = 65536;
        int bytes;
        boolean readerClosed;
        boolean writerClosed;
    }

    final Content content;
    final boolean reads;
    private int flags;

    PipeEnd(Content content, boolean reads, int flags) {
        this.content = content;
        this.reads = reads;
        this.flags = flags;
    }

    @Override
    public int readiness() {
        if (reads) {
            int ended = content.writerClosed ? Readiness.HUP : 0;
            return content.bytes > 0 ? Readiness.IN | ended : ended;
        }
        int broken = content.readerClosed ? Readiness.ERR : 0;
        return content.bytes < Content.CAPACITY ? Readiness.OUT | broken : broken;
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
    public void close(long now) {
        if (reads) content.readerClosed = true;
        else content.writerClosed = true;
    }
}
