package dev.sockeye.inspect.blame;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who inside a process is to blame for a socket.
///
/// @param socket the socket
/// @param owner  the process that was looked into; null if nobody holds the socket
/// @param fd     the descriptor; -1 if nobody holds it
/// @param clues  what was found out, in the order of their kinds
public record Blame(SocketSnapshot socket, @Nullable Owner owner, int fd, List<Clue> clues) {

    public Blame {
        clues = List.copyOf(clues);
    }

    /// What is to be found out about one socket.
    ///
    /// @param effort what may be done for it
    public static Blame of(SocketSnapshot socket, Effort effort) {
        return Investigation.of(List.of(socket), effort, HeapProgress.NONE).getFirst();
    }

    /// What is to be found out about several: a process is dumped once for all of its sockets.
    ///
    /// @return one for each socket, in their order
    public static List<Blame> of(List<SocketSnapshot> sockets, Effort effort, HeapProgress progress) {
        return Investigation.of(sockets, effort, progress);
    }

    /// The texts of one kind.
    public List<String> texts(Clue.Kind kind) {
        return clues.stream()
                .filter(clue -> clue.kind() == kind)
                .map(Clue::text)
                .toList();
    }

    /// The most that can be said in one sentence, without a full stop: `held by com.acme.Pool.idle
    /// (HashMap key "orders"), opened at com.acme.Client.connect(Client.java:88)`; null if nothing was
    /// found out.
    public @Nullable String summary() {
        var text = new StringBuilder();
        for (Clue.Kind kind :
                List.of(Clue.Kind.HELD_BY, Clue.Kind.OPENED, Clue.Kind.END_READ, Clue.Kind.THREAD, Clue.Kind.WATCH)) {
            List<String> texts = texts(kind);
            if (texts.isEmpty()) continue;
            boolean labelled = kind != Clue.Kind.THREAD && kind != Clue.Kind.WATCH;
            text.append(text.isEmpty() ? "" : ", ")
                    .append(labelled ? kind.label() + " " : "")
                    .append(texts.getFirst());
        }
        return text.isEmpty() ? null : text.toString();
    }
}
