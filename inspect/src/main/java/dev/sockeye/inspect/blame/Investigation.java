package dev.sockeye.inspect.blame;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.blame.Clue.Kind;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// Looks into one process for all of its sockets in question, with as much effort as is permitted. What
/// goes wrong with one way of looking is a clue too, and does not hinder the others.
final class Investigation {

    private static final Duration GDB_PATIENCE = Duration.ofSeconds(30);
    /// Threads that wait for something else are of interest where nothing else is known; a few of them.
    private static final int MOST_OTHER_THREADS = 8;

    private final Owner owner;
    private final Map<SocketSnapshot, Integer> descriptors;
    private final Map<SocketSnapshot, List<Clue>> clues = new HashMap<>();
    private final Effort effort;
    private final HeapProgress progress;
    private final @Nullable Jvm jvm;

    private Investigation(Owner owner, Map<SocketSnapshot, Integer> descriptors, Effort effort, HeapProgress progress) {
        this.owner = owner;
        this.descriptors = descriptors;
        this.effort = effort;
        this.progress = progress;
        jvm = Jvm.of((int) owner.pid());
        for (SocketSnapshot socket : descriptors.keySet()) clues.put(socket, new ArrayList<>());
    }

    static List<Blame> of(List<SocketSnapshot> sockets, Effort effort, HeapProgress progress) {
        Map<Owner, Map<SocketSnapshot, Integer>> byProcess = new LinkedHashMap<>();
        Map<Long, Owner> processes = new HashMap<>();
        for (SocketSnapshot socket : sockets) {
            Owner held = holder(socket);
            if (held == null) continue;
            Owner process = processes.computeIfAbsent(held.pid(), pid -> held);
            byProcess.computeIfAbsent(process, key -> new LinkedHashMap<>()).put(socket, descriptor(held));
        }
        Map<SocketSnapshot, Blame> told = new HashMap<>();
        byProcess.forEach((process, held) -> new Investigation(process, held, effort, progress).into(told));
        List<Blame> all = new ArrayList<>();
        for (SocketSnapshot socket : sockets) all.add(told.getOrDefault(socket, ofNobody(socket)));
        return all;
    }

    private static Blame ofNobody(SocketSnapshot socket) {
        String why = switch (socket.holder()) {
            case ACCEPT_QUEUE -> "no program has it: it waits in its listener's queue to be accepted";
            case NOBODY -> "no program has it any more, or none has it yet: the kernel alone does";
            case PROGRAM -> "the process that holds it may not be looked into, or has ended";
        };
        return new Blame(socket, socket.owner(), -1, List.of(new Clue(Kind.PROBLEM, why)));
    }

    private static @Nullable Owner holder(SocketSnapshot socket) {
        for (Owner owner : socket.owners()) if (descriptor(owner) >= 0) return owner;
        return null;
    }

    private static int descriptor(Owner owner) {
        String handle = owner.handle();
        return handle != null && handle.matches("fd=[0-9]{1,9}") ? Integer.parseInt(handle.substring(3)) : -1;
    }

    private void into(Map<SocketSnapshot, Blame> told) {
        if (!Files.isReadable(Path.of("/proc/" + owner.pid() + "/fd"))) {
            addToAll(Kind.PROBLEM, "process " + owner.pid() + " may not be looked into: try again as root");
        } else {
            attempt(this::addThreads);
            if (jvm != null) {
                if (effort.openings()) attempt(this::addOpenings);
                if (!effort.reads().isZero()) attempt(this::addReads);
                if (effort.heap()) attempt(this::addChains);
            } else {
                if (effort.heap() || effort.openings() || !effort.reads().isZero())
                    addToAll(
                            Kind.PROBLEM, "it is no JVM: there is no heap, and there are no reads and openings to see");
                if (effort.gdb()) attempt(this::addFrames);
            }
        }
        descriptors.forEach((socket, fd) -> {
            List<Clue> found = clues.getOrDefault(socket, List.of());
            List<Clue> ordered =
                    found.stream().sorted(Comparator.comparing(Clue::kind)).toList();
            told.put(socket, new Blame(socket, owner, fd, ordered));
        });
    }

    @FunctionalInterface
    private interface Look {

        void look() throws IOException;
    }

    private void attempt(Look look) {
        try {
            look.look();
        } catch (IOException e) {
            addToAll(Kind.PROBLEM, String.valueOf(e.getMessage()));
        }
    }

    private void addToAll(Kind kind, String text) {
        descriptors.forEach((socket, fd) -> add(socket, kind, text));
    }

    private void add(SocketSnapshot socket, Kind kind, String text) {
        List<Clue> found = clues.get(socket);
        if (found != null) found.add(new Clue(kind, text));
    }

    // ---------------------------------------------------------------- what is free

    private void addThreads() throws IOException {
        var threads = new NativeThreads((int) owner.pid());
        for (Map.Entry<SocketSnapshot, Integer> each : descriptors.entrySet()) {
            List<Watch> watches = threads.watchesOf(each.getValue());
            for (Watch watch : watches) add(each.getKey(), Kind.WATCH, watch.text());
            List<WaitingThread> waiting = threads.waitingFor(each.getValue());
            boolean any = waiting.stream().anyMatch(WaitingThread::onThis);
            for (WaitingThread thread : waiting) {
                if (thread.onThis()) add(each.getKey(), Kind.THREAD, thread.text());
            }
            if (jvm != null && !any) add(each.getKey(), Kind.THREAD, "no thread is in a call on it");
            if (jvm != null || any) continue;
            waiting.stream()
                    .limit(MOST_OTHER_THREADS)
                    .forEach(thread -> add(each.getKey(), Kind.THREAD, thread.text()));
            if (waiting.size() > MOST_OTHER_THREADS)
                add(each.getKey(), Kind.THREAD, "and " + (waiting.size() - MOST_OTHER_THREADS) + " more");
            if (watches.isEmpty())
                add(each.getKey(), Kind.WATCH, "no thread waits for it, and no epoll of the process watches it");
        }
        if (threads.usesRings())
            addToAll(Kind.PROBLEM, "the process uses io_uring: what it waits for there cannot be seen from outside");
    }

    // ---------------------------------------------------------------- what costs the program something

    private void addChains() throws IOException {
        if (jvm == null) return;
        Map<Integer, HeapChain> chains = HeapDump.of(jvm).chains(descriptors.values(), progress);
        descriptors.forEach((socket, fd) -> {
            HeapChain chain = chains.get(fd);
            if (chain == null) return;
            add(socket, Kind.HELD_BY, chain.heldBy());
            if (chain.steps().size() > 1) for (String step : chain.steps()) add(socket, Kind.CHAIN, step);
            for (String use : chain.inUse()) add(socket, Kind.IN_USE, use);
        });
    }

    private void addReads() throws IOException {
        if (jvm == null) return;
        var seen = new ConcurrentLinkedQueue<EndOfStream>();
        EndOfStreamReader.watch(jvm, effort.reads(), seen::add);
        descriptors.forEach((socket, fd) -> {
            TransportAddress peer = socket.remote();
            for (EndOfStream end : seen) {
                if (peer == null || end.port() != peer.port() || !isSame(end.peer(), peer)) continue;
                add(socket, Kind.END_READ, end.line() + ", by thread \"" + end.thread() + "\"");
            }
        });
        if (seen.isEmpty())
            addToAll(
                    Kind.PROBLEM,
                    "no end of stream was read in " + PlainWords.duration(effort.reads())
                            + "; of one that was read before nothing is known");
    }

    private static boolean isSame(String text, TransportAddress peer) {
        return text.isEmpty() || peer.ip().toString().equals(text.startsWith("/") ? text.substring(1) : text);
    }

    private void addOpenings() throws IOException {
        if (jvm == null) return;
        var lines = new OpeningLines(jvm);
        if (!lines.isInstalled()) {
            lines.install();
            addToAll(
                    Kind.PROBLEM,
                    "from now on process " + owner.pid() + " notes where it opens sockets; of this one, which was open"
                            + " before, it does not know");
            return;
        }
        Map<Integer, Opening> openings = lines.read();
        descriptors.forEach((socket, fd) -> {
            Opening opening = openings.get(fd);
            if (opening == null) {
                add(socket, Kind.PROBLEM, "it was opened before openings were noted");
                return;
            }
            String age = PlainWords.duration(socket.age(opening.at()));
            add(socket, Kind.OPENED, opening.line() + ", by thread \"" + opening.thread() + "\", " + age + " ago");
        });
    }

    private void addFrames() throws IOException {
        Map<Integer, List<String>> frames = GdbBacktrace.of((int) owner.pid(), GDB_PATIENCE);
        var threads = new NativeThreads((int) owner.pid());
        for (Map.Entry<SocketSnapshot, Integer> each : descriptors.entrySet()) {
            List<WaitingThread> waiting = threads.waitingFor(each.getValue());
            boolean any = waiting.stream().anyMatch(WaitingThread::onThis);
            for (WaitingThread thread : waiting) {
                if (any && !thread.onThis()) continue;
                List<String> stack = frames.getOrDefault(thread.tid(), List.of());
                for (int i = 0; i < stack.size(); i++)
                    add(each.getKey(), Kind.FRAME, "thread " + thread.tid() + " #" + i + " " + stack.get(i));
            }
        }
    }
}
