package dev.sockeye.metrics;

import dev.sockeye.linux.DiagPlace;
import java.util.Arrays;

/// What is remembered of each socket of a namespace from one look to the next: where it is and in which state, since
/// when
/// it has been seen in that, who holds it, and how far its bytes were counted. Arrays of numbers: a look at 10 000
/// sockets allocates nothing.
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
    private int gone;
    private int met;
    private int expected;
    private int outOfOrder;

    /// Where each socket is, plus one: open addressing, 0 where there is none.
    private int[] index = new int[SMALLEST * 2];

    private long[] keys = new long[SMALLEST];
    private boolean[] isGone = new boolean[SMALLEST];
    private int[] looks = new int[SMALLEST];
    private byte[] states = new byte[SMALLEST];
    private int[] holders = new int[SMALLEST];
    private long[] inodes = new long[SMALLEST];
    private long[] since = new long[SMALLEST];
    private long[] sent = new long[SMALLEST];
    private long[] retransmitted = new long[SMALLEST];
    private long[] localHigh = new long[SMALLEST];
    private long[] localLow = new long[SMALLEST];
    private long[] remoteHigh = new long[SMALLEST];
    private long[] remoteLow = new long[SMALLEST];
    /// The local port in the upper half.
    private int[] ports = new int[SMALLEST];

    private int[] devices = new int[SMALLEST];
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
    /// @param cookie names it
    /// @param state  an index in [StateLabel#NAMES]
    /// @param inode  of its file; 0 for none
    /// @param now    milliseconds
    /// @return where it is, until [#endLook]; -1 if this look has met it before
    int meet(long cookie, int state, long inode, long now) {
        int at = expected;
        if (at >= count || keys[at] != cookie) {
            outOfOrder++;
            at = find(cookie);
            if (at < 0) at = add(cookie, state, inode, now);
        }
        if (looks[at] == look) return -1;
        looks[at] = look;
        order[met++] = at;
        expected = at + 1;
        set(at, state, inode, now);
        return at;
    }

    /// It is there still, and this is known of it now, whether this look has met it before or not.
    void set(int at, int state, long inode, long now) {
        if (isGone[at]) {
            isGone[at] = false;
            gone--;
        }
        if (states[at] != state) {
            states[at] = (byte) state;
            since[at] = now;
        }
        if (inodes[at] != inode) {
            inodes[at] = inode;
            holders[at] = NEW;
        }
    }

    private int add(long key, int state, long inode, long now) {
        if (count == keys.length) grow();
        int at = count++;
        keys[at] = key;
        isGone[at] = false;
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

    /// Where the socket is that has this cookie; -1 if it is not known.
    int find(long cookie) {
        int mask = index.length - 1;
        for (int slot = slot(cookie, mask); index[slot] != 0; slot = slot + 1 & mask) {
            int at = index[slot] - 1;
            if (keys[at] == cookie) return at;
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
        int[] all = new int[count];
        Arrays.setAll(all, at -> at);
        int[] metSoFar = order;
        rearrange(all, count, keys.length * 2);
        System.arraycopy(metSoFar, 0, order, 0, met);
    }

    // ---------------------------------------------------------------- who is gone

    /// Those in these states that this look has not met are gone.
    ///
    /// @param which a mask of `1 << state`
    void endWalk(int which) {
        for (int at = 0; at < count; at++) {
            if (looks[at] != look && (which >>> states[at] & 1) != 0) remove(at);
        }
    }

    /// It is gone.
    void remove(int at) {
        if (isGone[at]) return;
        isGone[at] = true;
        gone++;
    }

    /// Forgets those that are gone, and puts the others in the order of this look, which has met all of them, when it
    /// is
    /// worth it.
    void endLook() {
        int there = count - gone;
        if (gone <= 512 + there / 4 && outOfOrder <= 512 + there / 4) return;
        int kept = 0;
        for (int i = 0; i < met; i++) {
            if (!isGone[order[i]]) order[kept++] = order[i];
        }
        rearrange(order, kept, Math.max(SMALLEST, Integer.highestOneBit(Math.max(1, kept)) * 2));
        gone = 0;
    }

    /// Only these remain, in this order.
    private void rearrange(int[] from, int size, int capacity) {
        keys = rearranged(keys, from, size, capacity);
        inodes = rearranged(inodes, from, size, capacity);
        since = rearranged(since, from, size, capacity);
        sent = rearranged(sent, from, size, capacity);
        retransmitted = rearranged(retransmitted, from, size, capacity);
        localHigh = rearranged(localHigh, from, size, capacity);
        localLow = rearranged(localLow, from, size, capacity);
        remoteHigh = rearranged(remoteHigh, from, size, capacity);
        remoteLow = rearranged(remoteLow, from, size, capacity);
        looks = rearranged(looks, from, size, capacity);
        holders = rearranged(holders, from, size, capacity);
        ports = rearranged(ports, from, size, capacity);
        devices = rearranged(devices, from, size, capacity);
        var newStates = new byte[capacity];
        var newGone = new boolean[capacity];
        for (int to = 0; to < size; to++) {
            newStates[to] = states[from[to]];
            newGone[to] = isGone[from[to]];
        }
        states = newStates;
        isGone = newGone;
        order = new int[capacity];
        index = new int[capacity * 2];
        count = size;
        for (int at = 0; at < count; at++) enter(at);
    }

    private static long[] rearranged(long[] old, int[] from, int size, int capacity) {
        var rearranged = new long[capacity];
        for (int to = 0; to < size; to++) rearranged[to] = old[from[to]];
        return rearranged;
    }

    private static int[] rearranged(int[] old, int[] from, int size, int capacity) {
        var rearranged = new int[capacity];
        for (int to = 0; to < size; to++) rearranged[to] = old[from[to]];
        return rearranged;
    }

    // ---------------------------------------------------------------- what is known of each

    /// How many are remembered, with those that are gone.
    int size() {
        return count;
    }

    /// Whether it is not gone.
    boolean isThere(int at) {
        return !isGone[at];
    }

    /// Whether this look has met it.
    boolean isMet(int at) {
        return looks[at] == look;
    }

    long cookie(int at) {
        return keys[at];
    }

    int state(int at) {
        return states[at];
    }

    long inode(int at) {
        return inodes[at];
    }

    /// Since when it has been seen in its state.
    long since(int at) {
        return since[at];
    }

    /// It has been so for longer than it was seen.
    void sinceAtLeast(int at, long then) {
        if (then < since[at]) since[at] = then;
    }

    /// Where it is; a socket may go elsewhere when it is connected anew.
    void setLocal(int at, long high, long low, int port) {
        localHigh[at] = high;
        localLow[at] = low;
        ports[at] = port << 16 | ports[at] & 0xffff;
    }

    void setRemote(int at, long high, long low, int port, int device) {
        remoteHigh[at] = high;
        remoteLow[at] = low;
        ports[at] = ports[at] & 0xffff << 16 | port;
        devices[at] = device;
    }

    long localHigh(int at) {
        return localHigh[at];
    }

    long localLow(int at) {
        return localLow[at];
    }

    int localPort(int at) {
        return ports[at] >>> 16;
    }

    long remoteHigh(int at) {
        return remoteHigh[at];
    }

    long remoteLow(int at) {
        return remoteLow[at];
    }

    int remotePort(int at) {
        return ports[at] & 0xffff;
    }

    DiagPlace place(int at) {
        return new DiagPlace(
                localHigh[at], localLow[at], localPort(at), remoteHigh[at], remoteLow[at], remotePort(at), devices[at]);
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
