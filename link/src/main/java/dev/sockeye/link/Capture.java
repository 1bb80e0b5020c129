package dev.sockeye.link;

import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Pcapng;
import dev.sockeye.wire.PcapngWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A capture file that several directions of several links write to, each from its own thread: what Wireshark opens.
///
/// Traffic goes on if the file cannot be written, as when the disk is full: the capture ends there, and [#close] says
/// so.
public final class Capture implements AutoCloseable {

    /// More bytes than a packet has.
    private static final int EVERYTHING = 0x4_0000;

    private final ReentrantLock lock = new ReentrantLock();
    private final OutputStream out;
    private final PcapngWriter writer;
    private final long epochNanos;
    private long packets;
    private boolean closed;
    private @Nullable IOException failure;

    /// Begins a capture.
    ///
    /// @param out        is closed with it
    /// @param epochNanos what the links' time 0 is, in nanoseconds since 1970; 0 in virtual time
    /// @throws IOException as the stream does
    public Capture(OutputStream out, long epochNanos) throws IOException {
        this(out, epochNanos, EVERYTHING);
    }

    /// Begins a capture that keeps only the first `snapLength` bytes of each packet.
    ///
    /// @throws IOException as the stream does
    public Capture(OutputStream out, long epochNanos, int snapLength) throws IOException {
        this.out = out;
        this.writer = new PcapngWriter(out, "Sockeye", snapLength);
        this.epochNanos = epochNanos;
    }

    /// Adds an interface.
    ///
    /// @param name such as `client:eth0`
    /// @return its number, for [#packet]
    public int addInterface(String name) {
        lock.lock();
        try {
            return failure == null ? writer.addInterface(name, null) : 0;
        } catch (IOException e) {
            failure = e;
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /// Writes a packet, which stays the caller's.
    ///
    /// @param now     of the links' clock
    /// @param comment shown beside the packet, or null
    public void packet(int interfaceId, long now, Packet packet, Pcapng.Direction direction, @Nullable String comment) {
        // Wireshark would call a checksum wrong that a device was still to fill in.
        Checksum.complete(packet);
        lock.lock();
        try {
            if (failure != null || closed) return;
            writer.packet(interfaceId, epochNanos + now, packet, direction, comment);
            packets++;
        } catch (IOException e) {
            failure = e;
        } finally {
            lock.unlock();
        }
    }

    /// Packets written so far.
    public long packets() {
        lock.lock();
        try {
            return packets;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the capture; what comes later is not written.
    ///
    /// @throws IOException if anything could not be written
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (closed) return;
            closed = true;
            out.close();
            if (failure != null) throw failure;
        } finally {
            lock.unlock();
        }
    }
}
