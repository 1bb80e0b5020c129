package dev.sockeye.inspect.history;

import dev.sockeye.linux.TraceFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Names of threads and their processes by the thread's number, from `/proc`; of those that have ended,
/// from what the trace remembers. A name is good for a second, as numbers come again.
final class TaskNames {

    private static final long GOOD_NANOS = 1_000_000_000;
    private static final int MOST = 1024;

    private record Known(Actor actor, long at) {}

    private final TraceFs trace;
    private final Map<Integer, Known> known = new LinkedHashMap<>();

    TaskNames(TraceFs trace) {
        this.trace = trace;
    }

    Actor of(int tid) {
        long now = System.nanoTime();
        Known found = known.get(tid);
        if (found != null && now - found.at < GOOD_NANOS) return found.actor;
        Actor actor = look(tid);
        if (known.size() >= MOST) known.remove(known.keySet().iterator().next());
        known.put(tid, new Known(actor, now));
        return actor;
    }

    private Actor look(int tid) {
        try {
            String thread = Files.readString(Path.of("/proc/" + tid + "/comm")).strip();
            long pid = processOf(tid);
            String command = pid == tid
                    ? thread
                    : Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
            return new Actor(pid, command, tid, thread, null);
        } catch (IOException e) {
            String remembered = remembered(tid);
            return new Actor(tid, remembered == null ? "" : remembered, tid, "", null);
        }
    }

    private static long processOf(int tid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + tid + "/status"))) {
            if (line.startsWith("Tgid:"))
                return Long.parseLong(line.substring(5).strip());
        }
        return tid;
    }

    private @Nullable String remembered(int tid) {
        try {
            return trace.savedCommands().get(tid);
        } catch (IOException e) {
            return null;
        }
    }
}
