package dev.sockeye.jdk;

import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A `Pipe` in memory, as long as Linux's (`pipe(7)`: 65,536 bytes). A selector takes its ends without the kernel.
final class MemoryPipe extends Pipe {

    private final PipeBuffer buffer = new PipeBuffer();
    private final Source source;
    private final Sink sink;

    MemoryPipe(SelectorProvider provider) {
        source = new Source(provider);
        sink = new Sink(provider);
    }

    @Override
    public SourceChannel source() {
        return source;
    }

    @Override
    public SinkChannel sink() {
        return sink;
    }

    private void changed() {
        source.watchers.signal();
        sink.watchers.signal();
    }

    private final class Source extends SourceChannel implements SelectableSocket {
        private final ReentrantLock reading = new ReentrantLock();
        private final Watchers watchers = new Watchers();

        Source(SelectorProvider provider) {
            super(provider);
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            Objects.requireNonNull(to);
            return (int) read(new ByteBuffer[] {to}, 0, 1);
        }

        @Override
        public long read(ByteBuffer[] to) throws IOException {
            return read(to, 0, to.length);
        }

        @Override
        public long read(ByteBuffer[] to, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, to.length);
            reading.lock();
            try {
                if (!isOpen()) throw new ClosedChannelException();
                boolean blocking = isBlocking();
                long count = 0;
                if (blocking) begin();
                try {
                    count = buffer.read(to, offset, length, blocking);
                } finally {
                    if (blocking) end(count > 0);
                }
                if (count > 0) changed();
                return count;
            } finally {
                reading.unlock();
            }
        }

        @Override
        protected void implCloseSelectableChannel() {
            buffer.closeSource();
            changed();
        }

        @Override
        @SuppressWarnings("LockNotBeforeTry") // the lock is the wait
        protected void implConfigureBlocking(boolean block) {
            reading.lock(); // after the read that waits
            reading.unlock();
        }

        @Override
        public int readyOps(int interest) {
            return buffer.isReadable() ? SelectionKey.OP_READ & interest : 0;
        }

        @Override
        public @Nullable SelectableChannel kernelPart() {
            return null;
        }

        @Override
        public void watch(StackSelectionKey key) {
            watchers.add(key);
        }

        @Override
        public void unwatch(StackSelectionKey key) {
            watchers.remove(key);
        }

        @Override
        public void leftClosed() {}
    }

    private final class Sink extends SinkChannel implements SelectableSocket {
        private final ReentrantLock writing = new ReentrantLock();
        private final Watchers watchers = new Watchers();

        Sink(SelectorProvider provider) {
            super(provider);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            Objects.requireNonNull(from);
            return (int) write(new ByteBuffer[] {from}, 0, 1);
        }

        @Override
        public long write(ByteBuffer[] from) throws IOException {
            return write(from, 0, from.length);
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, from.length);
            writing.lock();
            try {
                if (!isOpen()) throw new ClosedChannelException();
                boolean blocking = isBlocking();
                long count = 0;
                if (blocking) begin();
                try {
                    count = buffer.write(from, offset, length, blocking, MemoryPipe.this::changed);
                } finally {
                    if (blocking) end(count > 0);
                }
                if (!isOpen() && count == 0) throw new AsynchronousCloseException();
                if (count < 0) throw new IOException(Errno.EPIPE.text());
                if (count > 0) changed();
                return count;
            } finally {
                writing.unlock();
            }
        }

        @Override
        protected void implCloseSelectableChannel() {
            buffer.closeSink();
            changed();
        }

        @Override
        @SuppressWarnings("LockNotBeforeTry") // the lock is the wait
        protected void implConfigureBlocking(boolean block) {
            writing.lock(); // after the write that waits
            writing.unlock();
        }

        @Override
        public int readyOps(int interest) {
            return buffer.isWritable() ? SelectionKey.OP_WRITE & interest : 0;
        }

        @Override
        public @Nullable SelectableChannel kernelPart() {
            return null;
        }

        @Override
        public void watch(StackSelectionKey key) {
            watchers.add(key);
        }

        @Override
        public void unwatch(StackSelectionKey key) {
            watchers.remove(key);
        }

        @Override
        public void leftClosed() {}
    }
}
