package dev.sockeye.metrics;

import dev.sockeye.inspect.kernel.Namespace;
import dev.sockeye.inspect.kernel.Namespaces;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The namespaces that the agent looks into. A door to one keeps it alive: those in which nobody is any more are closed
/// at each [#refresh].
final class Places implements AutoCloseable {

    private final Namespaces namespaces = new Namespaces();
    private final boolean all;
    private final Map<Long, Place> open = new LinkedHashMap<>();
    private int closed;

    /// @param all every one that may be entered, not this process's alone
    Places(boolean all) {
        this.all = all;
    }

    /// Finds out which there are.
    ///
    /// @throws IOException with a message for people, if not even this process's own can be looked into
    void refresh() throws IOException {
        List<Namespace> there = all ? namespaces.all() : List.of(namespaces.own());
        closed = 0;
        Set<Long> inodes = new HashSet<>();
        Map<String, Integer> names = new HashMap<>();
        for (Namespace namespace : there) {
            inodes.add(namespace.inode());
            names.merge(namespace.name(), 1, Integer::sum);
        }
        for (Iterator<Place> each = open.values().iterator(); each.hasNext(); ) {
            Place place = each.next();
            if (inodes.contains(place.inode())) continue;
            place.close();
            each.remove();
        }
        for (Namespace namespace : there) {
            if (open.containsKey(namespace.inode())) continue;
            boolean isOne = names.getOrDefault(namespace.name(), 0) == 1 || namespace.isOwn();
            open(namespace, isOne ? namespace.name() : namespace.name() + "@net:" + namespace.inode());
        }
    }

    private void open(Namespace namespace, String name) throws SystemCallException {
        try {
            var place = new Place(namespace, name);
            open.put(namespace.inode(), place);
            place.readFacts();
        } catch (SystemCallException e) {
            if (namespace.isOwn()) throw e;
            if (!e.is(Errno.ENOENT)) closed++;
        }
    }

    /// Reads the counters of all.
    void readFacts() {
        for (Place place : List.copyOf(open.values())) {
            try {
                place.readFacts();
            } catch (SystemCallException e) {
                close(place);
            }
        }
    }

    /// Those that are open, this process's own first.
    Collection<Place> open() {
        return open.values();
    }

    /// The one with this inode number; null if it is not open.
    @Nullable
    Place find(long inode) {
        return open.get(inode);
    }

    /// This process's own.
    ///
    /// @throws IOException if it cannot be looked into any more
    Place own() throws IOException {
        for (Place place : open.values()) if (place.isOwn()) return place;
        throw new IOException("the sockets of this network namespace cannot be looked at any more");
    }

    /// How many could not be entered.
    int closed() {
        return closed;
    }

    /// Closes one: it is opened anew if it is still there at the next [#refresh].
    void close(Place place) {
        place.close();
        open.remove(place.inode());
    }

    @Override
    public void close() {
        new ArrayList<>(open.values()).forEach(this::close);
    }
}
