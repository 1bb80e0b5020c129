package dev.sockeye.inspect.blame;

import dev.sockeye.inspect.blame.HprofClass.Layout;
import dev.sockeye.inspect.blame.HprofClass.Slot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The pass that finds the objects that hold the wanted descriptors: what the JDK opens, old and new,
/// blocking and not, and what Netty opens past it.
final class SocketObjects implements HprofVisitor {

    /// Their class, or the class that theirs extends.
    private static final List<String> WITH_DESCRIPTOR = List.of(
            "java.net.SocketImpl", // NioSocketImpl, and before JDK 13 PlainSocketImpl
            "sun.nio.ch.AsynchronousSocketChannelImpl",
            "sun.nio.ch.AsynchronousServerSocketChannelImpl",
            "sun.nio.ch.SocketChannelImpl",
            "sun.nio.ch.ServerSocketChannelImpl");

    private static final String DESCRIPTOR = "java.io.FileDescriptor";
    /// Perhaps with a prefix, where a library has its own copy.
    private static final String NETTY = "io.netty.channel.unix.FileDescriptor";

    /// The numbers of the field `state` that mean that the program has closed it - and something has
    /// not let go of it yet, such as a selector - and that it is closed: its descriptor's number, which
    /// it keeps, may be another's by now.
    private enum Closed {
        NIO_SOCKET("sun.nio.ch.NioSocketImpl", 4, 5),
        CHANNEL("sun.nio.ch.SocketChannelImpl", 3, 4),
        SERVER_CHANNEL("sun.nio.ch.ServerSocketChannelImpl", 1, 2);

        final String type;
        final int closing;
        final int closed;

        Closed(String type, int closing, int closed) {
            this.type = type;
            this.closing = closing;
            this.closed = closed;
        }

        static @Nullable Closed of(Layout type) {
            for (Closed each : values()) if (type.isA(each.type)) return each;
            return null;
        }
    }

    /// The least significant bit of Netty's `state`.
    private static final int NETTY_CLOSED = 1;

    private final HeapModel model;
    private final Set<Integer> wanted;
    private final Kind[] kinds;
    private final LongIntMap descriptors = new LongIntMap();
    private final List<Candidate> candidates = new ArrayList<>();

    /// What the objects of a class are to us.
    private sealed interface Kind {

        /// Nothing.
        record None() implements Kind {}

        /// `java.io.FileDescriptor`
        record Descriptor(Slot fd) implements Kind {}

        /// Something that refers to such a one.
        record Holder(
                @Nullable Closed closed,
                Slot fd,
                @Nullable Slot state,
                @Nullable Slot flag) implements Kind {}

        /// Netty's, which has the number itself.
        record Netty(Slot fd, @Nullable Slot state) implements Kind {}
    }

    private record Candidate(long id, int classIndex, long descriptor, int fd, boolean closing) {}

    /// An object that holds a socket.
    ///
    /// @param closing whether the program has closed it, and a selector holds it still
    record Found(long id, int classIndex, boolean closing) {}

    private static final Kind NONE = new Kind.None();

    SocketObjects(HeapModel model, Collection<Integer> wanted) {
        this.model = model;
        this.wanted = new HashSet<>(wanted);
        kinds = new Kind[model.classCount()];
        for (int i = 0; i < kinds.length; i++) kinds[i] = kindOf(model.layout(i));
    }

    private static Kind kindOf(Layout type) {
        Slot fd = type.find("fd");
        if (fd == null) return NONE;
        if (type.name().equals(DESCRIPTOR)) return new Kind.Descriptor(fd);
        for (Layout each = type; each != null; each = each.superclass()) {
            if (each.name().endsWith(NETTY)) return new Kind.Netty(fd, type.find("state"));
            if (WITH_DESCRIPTOR.contains(each.name()))
                return new Kind.Holder(Closed.of(type), fd, type.find("state"), type.find("closed"));
        }
        return NONE;
    }

    @Override
    public void instance(long id, long classId, byte[] bytes, int at) {
        int index = model.classIndex(classId);
        if (index == LongIntMap.NONE) return;
        switch (kinds[index]) {
            case Kind.None none -> {}
            case Kind.Descriptor(Slot slot) -> {
                int fd = HprofBuffer.u4(bytes, at + slot.offset());
                if (wanted.contains(fd)) descriptors.put(id, fd);
            }
            case Kind.Holder holder -> {
                int state = holder.state == null ? 0 : intAt(bytes, at, holder.state);
                Closed closed = holder.closed;
                // Where there is no such state there is a flag, in channels that are asynchronous.
                boolean isFlagged = holder.flag != null && bytes[at + holder.flag.offset()] != 0;
                if (closed == null ? isFlagged : state >= closed.closed) return;
                long descriptor = idAt(bytes, at + holder.fd.offset());
                candidates.add(new Candidate(id, index, descriptor, -1, closed != null && state == closed.closing));
            }
            case Kind.Netty(Slot slot, Slot state) -> {
                int fd = HprofBuffer.u4(bytes, at + slot.offset());
                boolean closed = state != null && (intAt(bytes, at, state) & NETTY_CLOSED) != 0;
                if (!closed && wanted.contains(fd)) candidates.add(new Candidate(id, index, 0, fd, false));
            }
        }
    }

    private static int intAt(byte[] bytes, int at, Slot slot) {
        return slot.type() == 10 ? HprofBuffer.u4(bytes, at + slot.offset()) : 0;
    }

    private long idAt(byte[] bytes, int at) {
        return model.idSize() == 8 ? HprofBuffer.u8(bytes, at) : HprofBuffer.u4(bytes, at) & 0xffff_ffffL;
    }

    /// The object that holds each wanted descriptor; none for one that no Java object holds.
    Map<Integer, Found> found() {
        Map<Integer, Found> found = new HashMap<>();
        for (Candidate each : candidates) {
            int fd = each.descriptor == 0 ? each.fd : descriptors.get(each.descriptor);
            if (fd < 0) continue;
            Found known = found.get(fd);
            // What was closed may have a number that is another's by now.
            if (known == null || known.closing) found.put(fd, new Found(each.id, each.classIndex, each.closing));
        }
        return found;
    }
}
