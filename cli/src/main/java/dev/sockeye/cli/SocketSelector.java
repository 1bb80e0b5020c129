package dev.sockeye.cli;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.filter.SocketFilter;
import dev.sockeye.inspect.filter.StateSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which sockets a command is to act on: two addresses, the local one first; or any filter of `ss`, in
/// which `fd=7` may stand too: `pid=812,fd=7`.
final class SocketSelector implements Predicate<SocketSnapshot> {

    private static final Pattern DESCRIPTOR = Pattern.compile("(?i)fd=([0-9]{1,9})");
    private static final Pattern ADDRESS = Pattern.compile("[^=<>!]*:([0-9]+|\\*)");

    private final Predicate<SocketSnapshot> test;

    private SocketSelector(Predicate<SocketSnapshot> test) {
        this.test = test;
    }

    @Override
    public boolean test(SocketSnapshot socket) {
        return test.test(socket);
    }

    /// @throws IllegalArgumentException with a line for the user
    static SocketSelector parse(List<String> words) {
        if (words.isEmpty())
            throw new IllegalArgumentException("say which sockets: pid=PID, LOCAL REMOTE, or a filter");
        SocketSelector pair = pair(words);
        if (pair != null) return pair;
        List<String> filter = new ArrayList<>();
        Integer fd = null;
        for (String word : words) {
            for (String part : word.split(",", -1)) {
                Matcher descriptor = DESCRIPTOR.matcher(part);
                if (descriptor.matches()) fd = Integer.valueOf(descriptor.group(1));
                else filter.add(part);
            }
        }
        Predicate<SocketSnapshot> test = filter(String.join(" ", filter));
        return new SocketSelector(fd == null ? test : test.and(heldBy("fd=" + fd)));
    }

    private static Predicate<SocketSnapshot> filter(String text) {
        if (text.isBlank()) throw new IllegalArgumentException("fd=N needs the process as well: pid=PID,fd=N");
        return SocketFilter.parse(text, StateSet.ALL);
    }

    private static Predicate<SocketSnapshot> heldBy(String handle) {
        return socket -> {
            for (Owner owner : socket.owners()) if (handle.equals(owner.handle())) return true;
            return false;
        };
    }

    private static @Nullable SocketSelector pair(List<String> words) {
        String text = String.join(" ", words).replace("->", " ").strip();
        String[] ends = text.split(" +", -1);
        if (ends.length != 2
                || !ADDRESS.matcher(ends[0]).matches()
                || !ADDRESS.matcher(ends[1]).matches()) return null;
        return new SocketSelector(SocketQuery.parse(ends[0] + "->" + ends[1]));
    }
}
