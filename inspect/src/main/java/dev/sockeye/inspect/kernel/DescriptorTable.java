package dev.sockeye.inspect.kernel;

import dev.sockeye.inspect.kernel.SocketHolders.Descriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Descriptors of sockets by their inode numbers: some hundred thousand of them in arrays, of which only those become
/// values that somebody asks for.
final class DescriptorTable {

    private final Map<Integer, String> commands = new HashMap<>();
    private long[] inodes;
    private int[] pids;
    private int[] fds;
    private int count;

    /// By the hash of an inode number one more than where its last descriptor stands, 0 if there is none; the one
    /// before that with the same hash stands in [#before].
    private int[] heads;

    private int[] before;

    /// @param expected how many there may be
    DescriptorTable(int expected) {
        int size = Integer.highestOneBit(Math.max(1024, expected)) * 2;
        inodes = new long[size];
        pids = new int[size];
        fds = new int[size];
        before = new int[size];
        heads = new int[size];
    }

    /// Names a process.
    void name(int pid, String command) {
        commands.put(pid, command);
    }

    void add(long inode, int pid, int fd) {
        if (count == inodes.length) grow();
        inodes[count] = inode;
        pids[count] = pid;
        fds[count] = fd;
        link(count++);
    }

    private void link(int at) {
        int bucket = bucket(inodes[at]);
        before[at] = heads[bucket];
        heads[bucket] = at + 1;
    }

    private void grow() {
        inodes = Arrays.copyOf(inodes, 2 * count);
        pids = Arrays.copyOf(pids, 2 * count);
        fds = Arrays.copyOf(fds, 2 * count);
        before = new int[2 * count];
        heads = new int[2 * count];
        for (int at = 0; at < count; at++) link(at);
    }

    /// The kernel numbers inodes in their order.
    private int bucket(long inode) {
        return (int) inode & heads.length - 1;
    }

    /// How many descriptors there are.
    int size() {
        return count;
    }

    /// Where the last descriptor of a socket stands; -1 if there is none.
    int find(long inode) {
        return findFrom(heads[bucket(inode)] - 1, inode);
    }

    private int findFrom(int from, long inode) {
        int at = from;
        while (at >= 0 && inodes[at] != inode) at = before[at] - 1;
        return at;
    }

    /// Another descriptor of the same socket; -1 if there is none.
    int another(int at) {
        return findFrom(before[at] - 1, inodes[at]);
    }

    /// What stands there.
    Descriptor get(int at) {
        return new Descriptor(pids[at], commands.getOrDefault(pids[at], ""), fds[at]);
    }

    /// All of a socket, by process and descriptor.
    List<Descriptor> of(long inode) {
        int at = find(inode);
        if (at < 0) return List.of();
        int other = another(at);
        if (other < 0) return List.of(get(at)); // as most are
        List<Descriptor> all = new ArrayList<>();
        all.add(get(at));
        for (; other >= 0; other = another(other)) all.add(get(other));
        all.sort(Comparator.comparingInt(Descriptor::pid).thenComparingInt(Descriptor::fd));
        return List.copyOf(all);
    }
}
