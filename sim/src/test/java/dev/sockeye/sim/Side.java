package dev.sockeye.sim;

import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/// One side of a conversation of two random programs, and what the model knows of it. The peer's side is at hand, so
/// that
/// every byte, every end of stream and every error is judged at the moment it is seen.
@NullMarked
final class Side implements Program {

    /// How a program behaves.
    enum Temper {
        /// Writes what it has, ends its direction, reads to the end, closes.
        CLEAN,
        /// The same, with long pauses and small reads: its window closes.
        SLOW,
        /// The same, but leaves hours between the end of the stream and its close: CLOSE_WAIT, or TIME_WAIT at the
        /// peer.
        PATIENT,
        /// The same, but never closes until the test lets go.
        FORGETFUL,
        /// Writes what it has and closes, read or not.
        HASTY,
        /// Reads so much and closes.
        HALF_READER,
        /// Aborts after so many bytes.
        ABORTER,
        /// Closes with SO_LINGER 0 after so many bytes.
        LINGERER;

        boolean readsToTheEnd() {
            return ordinal() <= FORGETFUL.ordinal();
        }
    }

    private static final int LARGEST_PIECE = 1 << 16;

    private final String name;
    private final Network net;
    private final RandomGenerator random;
    private final Temper temper;
    private final Pattern mine;
    private final long total;
    private final long enough;
    private final int largestWrite;
    private final int largestRead;
    private final MemorySegment buffer = Arena.ofAuto().allocate(LARGEST_PIECE);
    private @Nullable Side peer;
    private @Nullable Stream stream;
    private boolean met;
    private boolean paused;
    private int pauses;
    private boolean justPaused;
    long written;
    long read;
    /// It has ended its direction in peace: shutdown, or close without a reset of its own will.
    boolean endedWriting;

    boolean aborted;
    boolean closed;
    boolean endOfStream;

    @Nullable
    Errno error;

    Side(String name, Network net, Temper temper) {
        this.name = name;
        this.net = net;
        this.temper = temper;
        this.random = net.random(name);
        this.mine = new Pattern(Seeds.derive(net.seed(), name));
        this.total = randomTotal();
        this.enough = random.nextLong(1 + randomTotal());
        this.largestWrite = 1 + (int) randomUpTo(LARGEST_PIECE - 1);
        this.largestRead =
                1 + (int) (temper == Temper.SLOW ? 300 + random.nextInt(2000) : randomUpTo(LARGEST_PIECE - 1));
    }

    void meets(Side other) {
        peer = other;
    }

    private Side peer() {
        if (peer == null) throw new IllegalStateException("no peer");
        return peer;
    }

    private long randomTotal() {
        return switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> random.nextInt(100);
            case 2 -> random.nextInt(5_000);
            case 3 -> random.nextInt(50_000);
            default -> random.nextInt(300_000);
        };
    }

    /// Small numbers as likely as large ones.
    private long randomUpTo(int most) {
        return random.nextInt(1 + (most >>> random.nextInt(17)));
    }

    void setOptions(SocketOptions options) {
        options.noDelay = random.nextInt(3) == 0;
        options.sendBuffer = randomBuffer();
        options.receiveBuffer = randomBuffer();
        if (random.nextInt(8) == 0) options.maxSegment = 88 + random.nextInt(1000);
        if (random.nextInt(4) == 0) options.congestionControl = "reno";
    }

    private int randomBuffer() {
        return switch (random.nextInt(6)) {
            case 0 -> 4608;
            case 1 -> 16 << 10;
            case 2 -> 4 << 20;
            default -> 0;
        };
    }

    /// Whether it is, or was, on a connection.
    boolean hasMet() {
        return met;
    }

    /// Whether its program has nothing more to do.
    boolean isDone() {
        return closed || temper == Temper.FORGETFUL && endOfStream && endedWriting;
    }

    /// Whether it may wait for ever: its connection never came about, or the peer's reset may have been lost, and it
    /// has
    /// nothing in flight that would ask for another.
    boolean mayWait() {
        return peer().causesResets() && inFlight() == 0 || stream == null && peer().aborted;
    }

    /// Bytes that it has written and the peer's host has not acknowledged; none of a connection that is over, whose
    /// queue still tells what was written.
    int inFlight() {
        if (stream == null || closed || !stream.isAlive()) return 0;
        Connection connection = stream.endpoint().connection();
        return connection == null || connection.state() == TcpState.CLOSED ? 0 : connection.sendQueueBytes();
    }

    @Override
    public void onReady(Stream on, int events) {
        stream = on;
        if (!met && !temper.readsToTheEnd()) {
            // What it waits for may never come: its patience ends.
            net.after(Duration.ofMillis(1 + random.nextInt(100_000)), () -> {
                if (on.isAlive() && !closed) finish(on);
            });
        }
        met = true;
        if (!paused) act(on);
    }

    /// The test wants it to end.
    void letGo() {
        if (stream != null && !closed && stream.isAlive()) close(stream);
    }

    private void act(Stream on) {
        while (!closed) {
            if (mustPause()) {
                justPaused = true;
                pause(on, randomPause());
                return;
            }
            justPaused = false;
            boolean moved = write(on);
            moved |= read(on);
            if (error != null) close(on);
            else if (!closed) end(on);
            if (!moved || paused) return;
        }
    }

    /// Not for ever: a million pauses would only take time.
    private boolean mustPause() {
        return pauses < 200 && !justPaused && random.nextInt(temper == Temper.SLOW ? 2 : 8) == 0;
    }

    private Duration randomPause() {
        return Duration.ofMillis(randomUpTo(temper == Temper.SLOW ? 5_000 : 500));
    }

    private void pause(Stream on, Duration time) {
        paused = true;
        pauses++;
        net.after(time, () -> {
            paused = false;
            if (on.isAlive() && !closed) act(on);
        });
    }

    private boolean write(Stream on) {
        if (written == total || endedWriting) return false;
        int piece = 1 + (int) Math.min(random.nextInt(largestWrite), total - written - 1);
        int result = on.write(mine.memory(), mine.at(written), piece);
        if (result > piece) throw new AssertionError(this + ": wrote " + result + " of " + piece);
        if (result < 0) return failed("write", result);
        written += result;
        return true;
    }

    private boolean read(Stream on) {
        if (endOfStream || error != null) return false;
        int piece = 1 + random.nextInt(largestRead);
        int result = on.read(buffer, 0, piece);
        if (result < 0) return failed("read", result);
        if (result > piece || read + result > peer().written) {
            throw new AssertionError(this + ": read " + result + " more, invented; the peer is " + peer());
        }
        if (result == 0) {
            judgeEndOfStream();
        } else if (!peer().mine.matches(read, buffer, 0, result)) {
            throw new AssertionError(this + ": other bytes than were written, in " + result + " from " + read);
        }
        read += result;
        return true;
    }

    private void judgeEndOfStream() {
        if (!peer().endedWriting || read != peer().written) {
            throw new AssertionError(this + ": end of stream too soon; the peer is " + peer());
        }
        endOfStream = true;
    }

    private boolean failed(String call, int result) {
        if (result == Errno.EAGAIN.asResult()) return false;
        error = Errno.ofResult(result);
        if (!peer().causesResets() && !(peer().closed && orphansGivenUp.getAsBoolean())) {
            throw new AssertionError(this + ": " + call + " fails with " + error + "; the peer is " + peer());
        }
        return true;
    }

    /// Whether this side gives its peer a reason to see an error: it aborted, or closed with data unread, or the world
    /// is
    /// harsh.
    private boolean causesResets() {
        return aborted || closed && peer().written > read || isHarsh;
    }

    /// Whether a host may have given up what a side left behind when it closed.
    BooleanSupplier orphansGivenUp = () -> false;

    /// Machines vanish and cables are cut for long: any error may come.
    boolean isHarsh;

    /// Whether the peer must get everything, and the end.
    boolean mustBeHeard() {
        return endedWriting
                && !causesResets()
                && !peer().causesResets()
                && peer().temper.readsToTheEnd();
    }

    private void finish(Stream on) {
        switch (temper) {
            case ABORTER -> abort(on);
            case LINGERER -> lingerNot(on);
            default -> close(on);
        }
    }

    private void end(Stream on) {
        boolean all = written == total;
        boolean over = endOfStream && all;
        switch (temper) {
            case CLEAN, SLOW, FORGETFUL -> endCleanly(on, all);
            case PATIENT -> endPatiently(on, all);
            case HASTY -> {
                if (all) close(on);
            }
            case HALF_READER -> {
                if (read >= enough && all || over) close(on);
            }
            case ABORTER -> {
                if (read + written >= enough || over) abort(on);
            }
            case LINGERER -> {
                if (read + written >= enough || over) lingerNot(on);
            }
        }
    }

    private void endCleanly(Stream on, boolean all) {
        if (all && !endedWriting) endWriting(on);
        if (endOfStream && endedWriting && temper != Temper.FORGETFUL) close(on);
    }

    private void endPatiently(Stream on, boolean all) {
        if (!endOfStream) {
            if (all && !endedWriting) endWriting(on);
        } else if (pauses < 1000) {
            pauses = 1000;
            pause(on, Duration.ofMinutes(random.nextInt(180)));
        } else {
            if (all && !endedWriting) endWriting(on);
            if (endedWriting) close(on);
        }
    }

    private void endWriting(Stream on) {
        int result = on.shutdown(Shutdown.WRITE);
        if (result < 0) failed("shutdown", result);
        else endedWriting = true;
    }

    private void close(Stream on) {
        closed = true;
        if (!aborted && error == null) endedWriting = true;
        on.close();
    }

    private void abort(Stream on) {
        aborted = true;
        on.abort();
        close(on);
    }

    private void lingerNot(Stream on) {
        aborted = true;
        on.options(options -> options.lingerSeconds = 0);
        close(on);
    }

    @Override
    public String toString() {
        return name + " [" + temper + ", " + (stream == null ? "no stream" : closed ? "closed" : stream.state())
                + ", wrote "
                + written + " of " + total + ", read " + read + (endedWriting ? ", ended writing" : "")
                + (aborted ? ", aborted" : "") + (endOfStream ? ", saw the end" : "")
                + (error == null ? "" : ", " + error) + "]";
    }
}
