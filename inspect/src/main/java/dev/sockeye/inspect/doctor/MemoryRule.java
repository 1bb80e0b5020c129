package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.SocketMemory;
import dev.sockeye.inspect.SocketSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The kernel's own limits: memory for all of TCP (tcp_mem), and orphans (tcp_max_orphans). Both are of
/// the whole machine, whichever namespace tells of them.
final class MemoryRule implements Rule {

    @Override
    public List<Draft> examine(Examination examination) {
        MachineFacts facts = machine(examination);
        if (facts == null) return List.of();
        List<Draft> drafts = new ArrayList<>();
        add(drafts, memory(examination, facts));
        add(drafts, orphans(facts));
        return drafts;
    }

    private static void add(List<Draft> drafts, @Nullable Draft draft) {
        if (draft != null) drafts.add(draft);
    }

    /// The sums are the same everywhere, but the limits are told in the host's namespace only.
    private static @Nullable MachineFacts machine(Examination examination) {
        MachineFacts told = null;
        for (MachineFacts facts : examination.now.machines()) {
            if (facts.ofHost()) return facts;
            if (told == null || facts.setting("tcp_mem", 2).isPresent()) told = facts;
        }
        return told;
    }

    private static @Nullable Draft memory(Examination examination, MachineFacts facts) {
        OptionalLong used = facts.sum("TCPmem");
        OptionalLong pressure = facts.setting("tcp_mem", 1);
        OptionalLong most = facts.setting("tcp_mem", 2);
        if (used.isEmpty() || pressure.isEmpty() || most.isEmpty()) return null;
        if (used.getAsLong() < pressure.getAsLong()) return null;
        boolean isFull = used.getAsLong() * 10 >= most.getAsLong() * 9;
        Map<Long, List<SocketSnapshot>> heaviest = new HashMap<>();
        Map<Long, Long> weights = new HashMap<>();
        for (SocketSnapshot socket : examination.now.sockets()) {
            Owner owner = socket.owner();
            if (owner == null || weight(socket) == 0) continue;
            heaviest.computeIfAbsent(owner.pid(), key -> new ArrayList<>()).add(socket);
            weights.merge(owner.pid(), weight(socket), Long::sum);
        }
        Map.Entry<Long, Long> worst =
                weights.entrySet().stream().max(Map.Entry.comparingByValue()).orElse(null);
        List<SocketSnapshot> sockets = worst == null ? List.of() : heaviest.getOrDefault(worst.getKey(), List.of());
        Draft draft = new Draft(
                        isFull ? "memory-full" : "memory-pressure",
                        isFull ? Severity.CRITICAL : Severity.WARNING,
                        facts.namespace())
                .about(sockets)
                .by(examination.partyOf(sockets), "nobody who can be seen")
                .fill("used", pages(used.getAsLong()))
                .fill("pressure", pages(pressure.getAsLong()))
                .fill("limit", pages(most.getAsLong()))
                .seen("All of TCP uses " + pages(used.getAsLong()) + "; from " + pages(pressure.getAsLong())
                        + " on the kernel saves, and " + pages(most.getAsLong()) + " is the end (tcp_mem).");
        if (worst != null) {
            Party party = examination.partyOf(sockets);
            draft.seen("Most of what can be seen is " + (party == null ? "nobody's" : party.words() + "'s") + ": "
                    + PlainWords.count(worst.getValue() >> 20, "MiB", "MiB") + " in "
                    + PlainWords.count(sockets.size(), "socket", "sockets") + ".");
        }
        return draft;
    }

    private static long weight(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        SocketMemory memory = kernel == null ? null : kernel.memory();
        return memory == null ? 0 : memory.received() + memory.queued() + memory.forward();
    }

    /// Of 4 KiB on most machines, and not on all.
    private static String pages(long count) {
        return PlainWords.count(count, "page", "pages");
    }

    private static @Nullable Draft orphans(MachineFacts facts) {
        OptionalLong orphans = facts.sum("TCPorphan");
        OptionalLong most = facts.setting("tcp_max_orphans");
        if (orphans.isEmpty() || most.isEmpty() || orphans.getAsLong() * 2 < most.getAsLong()) return null;
        boolean isFull = orphans.getAsLong() * 10 >= most.getAsLong() * 9;
        return new Draft("orphans-limit", isFull ? Severity.CRITICAL : Severity.WARNING, facts.namespace())
                .fill("orphans", orphans.getAsLong())
                .fill("limit", most.getAsLong())
                .seen("sockstat counts " + PlainWords.grouped(orphans.getAsLong()) + " orphans; tcp_max_orphans is "
                        + PlainWords.grouped(most.getAsLong()) + ".");
    }
}
