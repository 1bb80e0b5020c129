package dev.sockeye.metrics;

import java.util.Arrays;

/// What is remembered of each socket from one look to the next: since when it has been seen in its state, who holds it,
/// and how far its bytes were counted. Arrays of numbers: a look at 10 000 sockets allocates nothing.
///
/// The kernel tells of its sockets in the same order each time, that of its own table. They are kept in that order, so
/// that the next one is expected right behind the last, and is found without searching; a hash index finds those that
/// are not there.
final class SocketTable {

    /// Who holds it was never looked up; was looked up, and may be another by now.
    static final int NEW = -1, LOOK_AGAIN = -2;

    private static final int SMALLEST = 1 << 10;

    private int look;
    private int count;
    private int met;
    private int expected;
    private int outOfOrder;

    /// Where each socket is, plus one: open addressing, 0 where there is none.
    private int[] index = new int[SMALLEST * 2];

    private long[] keys = new long[SMALLEST];
    private int[] looks = new int[SMALLEST];
    private byte[] states = new byte[SMALLEST];
    private int[] holders = new int[SMALLEST];
    private long[] inodes = new long[SMALLEST];
    private long[] since = new long[SMALLEST];
    private long[] sent = new long[SMALLEST];
    private long[] retransmitted = new long[SMALLEST];
    /// In which order this look has met them.
    private int[] order = new int[SMALLEST];

    /// A new look begins.
    void beginLook() {
        look++;
        met = 0;
        expected = 0;
        outOfOrder = 0;
    }

    /// A socket is there.
    ///
    /// @param cookie    names it, in its namespace: old kernels number them in each
    /// @param namespace the inode number of that
    /// @param state     an index in [StateLabel#NAMES]
    /// @param inode     of its file; 0 for none
    /// @param now       milliseconds
    /// @return where it is, until [#endLook]; -1 if this look has met it before
    int meet(long cookie, long namespace, int state, long inode, long now) {
        long key = cookie ^ namespace << 40;
        int at = expected;
        if (at >= count || keys[at] != key) {
            outOfOrder++;
            at = find(key);
            if (at < 0) at = add(key, state, inode, now);
        }
        if (looks[at] == look) return -1;
        looks[at] = look;
        if (states[at] != state) {
            states[at] = (byte) state;
            since[at] = now;
        }
        if (inodes[at] != inode) {
            inodes[at] = inode;
            holders[at] = NEW;
        }
        order[met++] = at;
        expected = at + 1;
        return at;
    }

    private int add(long key, int state, long inode, long now) {
        if (count == keys.length) grow();
        int at = count++;
        keys[at] = key;
        looks[at] = look - 1;
        states[at] = (byte) state;
        holders[at] = NEW;
        inodes[at] = inode;
        since[at] = now;
        sent[at] = 0;
        retransmitted[at] = 0;
        enter(at);
        return at;
    }

    private int find(long key) {
        int mask = index.length - 1;
        for (int slot = slot(key, mask); index[slot] != 0; slot = slot + 1 & mask) {
            int at = index[slot] - 1;
            if (keys[at] == key) return at;
        }
        return -1;
    }

    private void enter(int at) {
        int mask = index.length - 1;
        int slot = slot(keys[at], mask);
        while (index[slot] != 0) slot = slot + 1 & mask;
        index[slot] = at + 1;
    }

    private static int slot(long key, int mask) {
        return (int) (key * 0x9E37_79B9_7F4A_7C15L >>> 32) & mask;
    }

    private void grow() {
        int capacity = keys.length * 2;
        keys = Arrays.copyOf(keys, capacity);
        looks = Arrays.copyOf(looks, capacity);
        states = Arrays.copyOf(states, capacity);
        holders = Arrays.copyOf(holders, capacity);
        inodes = Arrays.copyOf(inodes, capacity);
        since = Arrays.copyOf(since, capacity);
        sent = Arrays.copyOf(sent, capacity);
        retransmitted = Arrays.copyOf(retransmitted, capacity);
        order = Arrays.copyOf(order, capacity);
        index = new int[capacity * 2];
        for (int at = 0; at < count; at++) enter(at);
    }

    /// Forgets those that this look has not met, and puts the others in its order, when it is worth it.
    void endLook() {
        int gone = count - met;
        if (gone > 512 + met / 4 || outOfOrder > 512 + met / 4) putInOrder();
    }

    private void putInOrder() {
        int capacity = Math.max(SMALLEST, Integer.highestOneBit(Math.max(1, met)) * 2);
        long[] newKeys = new long[capacity];
        int[] newLooks = new int[capacity];
        byte[] newStates = new byte[capacity];
        int[] newHolders = new int[capacity];
        long[] newInodes = new long[capacity];
        long[] newSince = new long[capacity];
        long[] newSent = new long[capacity];
        long[] newRetransmitted = new long[capacity];
        for (int to = 0; to < met; to++) {
            int from = order[to];
            newKeys[to] = keys[from];
            newLooks[to] = looks[from];
            newStates[to] = states[from];
            newHolders[to] = holders[from];
            newInodes[to] = inodes[from];
            newSince[to] = since[from];
            newSent[to] = sent[from];
            newRetransmitted[to] = retransmitted[from];
        }
        keys = newKeys;
        looks = newLooks;
        states = newStates;
        holders = newHolders;
        inodes = newInodes;
        since = newSince;
        sent = newSent;
        retransmitted = newRetransmitted;
        order = new int[capacity];
        index = new int[capacity * 2];
        count = met;
        for (int at = 0; at < count; at++) enter(at);
    }

    /// How many are remembered.
    int size() {
        return count;
    }

    /// Since when it has been seen in its state.
    long since(int at) {
        return since[at];
    }

    /// It has been so for longer than it was seen.
    void sinceAtLeast(int at, long then) {
        if (then < since[at]) since[at] = then;
    }

    /// Who holds it: a number of [Holders]; [#NEW], [#LOOK_AGAIN].
    int holder(int at) {
        return holders[at];
    }

    void setHolder(int at, int holder) {
        holders[at] = holder;
    }

    /// Everyone may be another by now.
    void forgetHolders() {
        Arrays.fill(holders, LOOK_AGAIN);
    }

    /// Counts what it has sent.
    ///
    /// @return how much more than when it was asked last
    long sent(int at, long bytes) {
        long more = Math.max(0, bytes - sent[at]);
        sent[at] = bytes;
        return more;
    }

    /// Counts what of that was a repetition.
    ///
    /// @return how much more than when it was asked last
    long retransmitted(int at, long bytes) {
        long more = Math.max(0, bytes - retransmitted[at]);
        retransmitted[at] = bytes;
        return more;
    }
}
