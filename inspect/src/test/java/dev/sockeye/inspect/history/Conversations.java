package dev.sockeye.inspect.history;

import dev.sockeye.inspect.history.HistoryEvent.Destroyed;
import dev.sockeye.inspect.history.HistoryEvent.Dropped;
import dev.sockeye.inspect.history.HistoryEvent.ResetReceived;
import dev.sockeye.inspect.history.HistoryEvent.ResetSent;
import dev.sockeye.inspect.history.HistoryEvent.Retransmission;
import dev.sockeye.inspect.history.HistoryEvent.Transition;
import dev.sockeye.linux.KernelSocket;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Connections of the kernel's over the loopback interface of this thread's namespace, and what a
/// history tells of them, a line an event.
final class Conversations implements AutoCloseable {

    private final List<HistoryEvent> events = new ArrayList<>();
    private final MemorySegment memory = Arena.ofAuto().allocate(1 << 16, 8);
    private final KernelSocket listener = KernelSocket.open(true);
    private final long namespace = ownNamespace();
    final int port;

    Conversations() throws IOException {
        up(true);
        listener.bind(new TransportAddress(IpAddress.LOOPBACK_V4, 0));
        if (listener.listen(128) != 0) throw new IOException("listen");
        port = listener.localAddress().port();
    }

    static void up(boolean isUp) throws IOException {
        try (var netlink = new Rtnetlink()) {
            netlink.setUp("lo", isUp);
        }
    }

    // ---------------------------------------------------------------- what they do

    KernelSocket connect() throws IOException {
        return connect(port);
    }

    KernelSocket connect(int to) throws IOException {
        KernelSocket socket = KernelSocket.open(true);
        socket.connect(new TransportAddress(IpAddress.LOOPBACK_V4, to));
        return socket;
    }

    KernelSocket accept() throws IOException {
        var accepted = new KernelSocket[1];
        await(() -> listener.accept(accepted) == 0);
        return accepted[0];
    }

    void send(KernelSocket from, int bytes) throws IOException {
        if (from.send(memory, 0, bytes, KernelSocket.MSG_NOSIGNAL) != bytes) throw new IOException("send");
    }

    /// Reads until so much has come.
    void receive(KernelSocket by, int bytes) throws IOException {
        var left = new int[] {bytes};
        await(() -> {
            int read = by.receive(memory, 0, left[0], 0);
            if (read > 0) left[0] -= read;
            return left[0] == 0;
        });
    }

    /// Reads until the end of the stream.
    void receiveEnd(KernelSocket by) throws IOException {
        await(() -> by.receive(memory, 0, 1, 0) == 0);
    }

    /// `SO_LINGER` with no time at all: `close` is a reset.
    void lingerNot(KernelSocket socket) {
        MemorySegment linger = memory.asSlice(0, 8);
        linger.set(java.lang.foreign.ValueLayout.JAVA_INT, 0, 1);
        linger.set(java.lang.foreign.ValueLayout.JAVA_INT, 4, 0);
        socket.setOption(KernelSocket.SOL_SOCKET, 13, linger);
    }

    static void await(BooleanSupplier condition) throws IOException {
        long until = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > until) throw new IOException("it did not happen within ten seconds");
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    // ---------------------------------------------------------------- what is told of them

    /// Takes in an event, unless it is of another namespace: others have the same ports.
    synchronized void note(HistoryEvent event) {
        if (event.namespace() == 0 || event.namespace() == namespace) events.add(event);
    }

    private static long ownNamespace() throws IOException {
        String link =
                Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
        return Long.parseLong(link.substring(link.indexOf('[') + 1, link.indexOf(']')));
    }

    /// The events of one end, each in a line; this process is `me`.
    synchronized List<String> lines(TransportAddress local, int remotePort) {
        List<String> lines = new ArrayList<>();
        for (HistoryEvent event : events) {
            TransportAddress remote = event.remote();
            int other = remote == null ? 0 : remote.port();
            if (event.local().port() == local.port() && other == remotePort) lines.add(line(event));
        }
        return lines;
    }

    private static String line(HistoryEvent event) {
        String me = "java " + ProcessHandle.current().pid();
        return switch (event) {
            case Transition change ->
                change.from() + " > " + change.to() + ": " + change.why().replaceAll(me + "( \\[[^\\]]*\\])?", "me");
            case Destroyed end ->
                "the end, sent " + end.figures().bytesSent() + ", received "
                        + end.figures().bytesReceived();
            case Retransmission _ -> "sent again";
            case ResetSent reset -> "reset sent: " + reset.reason();
            case ResetReceived _ -> "reset received";
            case Dropped drop -> "dropped: " + drop.reason();
        };
    }

    /// The same, as soon as the end has been told of.
    List<String> whole(TransportAddress local, int remotePort) throws IOException {
        await(() -> lines(local, remotePort).stream().anyMatch(line -> line.startsWith("the end")));
        return lines(local, remotePort);
    }

    synchronized List<HistoryEvent> events() {
        return new ArrayList<>(events);
    }

    @Override
    public void close() {
        listener.close();
    }
}
