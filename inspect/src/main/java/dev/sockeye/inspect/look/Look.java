package dev.sockeye.inspect.look;

import dev.sockeye.inspect.SocketSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Everything that was seen at one moment.
///
/// @param at       when
/// @param sockets  every socket
/// @param problems what could not be seen: a line of plain words each
/// @param texts    what else belongs to it, by name: such as the counters and limits of the machine, in the form in
///     which whoever wrote them reads them
public record Look(Instant at, List<SocketSnapshot> sockets, List<String> problems, Map<String, String> texts) {

    public Look {
        sockets = List.copyOf(sockets);
        problems = List.copyOf(problems);
        texts = Map.copyOf(texts);
    }
}
