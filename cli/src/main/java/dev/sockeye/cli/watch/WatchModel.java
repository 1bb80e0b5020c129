package dev.sockeye.cli.watch;

import dev.sockeye.inspect.Explainer;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Surroundings;
import dev.sockeye.inspect.Verdict;
import dev.sockeye.inspect.look.Look;
import dev.sockeye.tcp.TcpState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What `watch` knows and how the user wants to see it: everything but the drawing. Used by one thread.
final class WatchModel {

    private final Explainer explainer = new Explainer();
    private Map<SocketKey, Watched> sockets = new HashMap<>();
    private List<Watched> shown = List.of();
    private @Nullable Look last;
    private Surroundings around = Surroundings.UNKNOWN;
    private Order order = Order.TROUBLE;
    private boolean isReversed;
    private Predicate<SocketSnapshot> filter;
    private String filterText;
    private @Nullable SocketKey chosen;
    private boolean isPaused;

    /// @param filter     which sockets are shown
    /// @param filterText how the user has written that
    WatchModel(Predicate<SocketSnapshot> filter, String filterText) {
        this.filter = filter;
        this.filterText = filterText;
    }

    // ---------------------------------------------------------------- looks

    /// Takes note of a new look.
    void add(Look look) {
        Map<SocketKey, Watched> now = new HashMap<>(look.sockets().size() * 2);
        around = Surroundings.of(look.sockets());
        for (SocketSnapshot socket : look.sockets()) {
            SocketKey key = SocketKey.of(socket);
            Verdict verdict = explainer.situation(socket, around).verdict();
            Watched watched = sockets.get(key);
            if (watched == null) watched = new Watched(key, socket, verdict);
            else watched.update(socket, verdict);
            now.put(key, watched);
        }
        sockets = now;
        last = look;
        arrange();
    }

    /// The last look; null before the first one.
    @Nullable
    Look last() {
        return last;
    }

    /// The sockets of the last look.
    Surroundings around() {
        return around;
    }

    private void arrange() {
        List<Watched> wanted = new ArrayList<>();
        for (Watched watched : sockets.values()) if (filter.test(watched.socket())) wanted.add(watched);
        Comparator<Watched> comparator = order.comparator();
        wanted.sort(isReversed ? comparator.reversed() : comparator);
        shown = wanted;
        if (chosen == null || indexOfChosen() < 0) chosen = shown.isEmpty() ? null : shown.getFirst().key;
    }

    // ---------------------------------------------------------------- what is shown

    /// The sockets that are wanted, in the order that is wanted.
    List<Watched> shown() {
        return shown;
    }

    /// How many sockets there are, shown or not.
    int total() {
        return sockets.size();
    }

    /// How many are in each state.
    Map<TcpState, Integer> states() {
        Map<TcpState, Integer> states = new EnumMap<>(TcpState.class);
        for (Watched watched : sockets.values()) states.merge(watched.socket().state(), 1, Integer::sum);
        return states;
    }

    /// How many there are with a verdict.
    long count(Verdict verdict) {
        return sockets.values().stream()
                .filter(watched -> watched.verdict() == verdict)
                .count();
    }

    /// Whether the sockets are of several hosts or namespaces.
    boolean hasSeveralHosts() {
        return sockets.values().stream()
                        .map(watched -> watched.socket().host())
                        .distinct()
                        .limit(2)
                        .count()
                > 1;
    }

    // ---------------------------------------------------------------- what the user wants

    Order order() {
        return order;
    }

    boolean isReversed() {
        return isReversed;
    }

    void orderBy(Order wanted) {
        order = wanted;
        isReversed = false;
        arrange();
    }

    void reverse() {
        isReversed = !isReversed;
        arrange();
    }

    String filterText() {
        return filterText;
    }

    void filter(Predicate<SocketSnapshot> wanted, String text) {
        filter = wanted;
        filterText = text;
        arrange();
    }

    boolean isPaused() {
        return isPaused;
    }

    void pause(boolean paused) {
        isPaused = paused;
    }

    /// The socket that the cursor is on; null if there is none.
    @Nullable
    Watched chosen() {
        int index = indexOfChosen();
        return index < 0 ? null : shown.get(index);
    }

    /// Its place in [#shown], -1 if there is none.
    int indexOfChosen() {
        for (int i = 0; i < shown.size(); i++) if (shown.get(i).key.equals(chosen)) return i;
        return -1;
    }

    /// Moves the cursor by so many lines, as far as there are any.
    void move(int lines) {
        if (shown.isEmpty()) return;
        long to = (long) indexOfChosen() + lines;
        chosen = shown.get(Math.clamp(to, 0, shown.size() - 1)).key;
    }
}
