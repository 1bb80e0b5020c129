package dev.sockeye.tcp;

/// The SACK blocks that we are to send: what lies beyond the gap, the most recently changed block first (RFC 2018
/// 4), and at most one DSACK block before them (RFC 2883).
final class SackList {

    private static final int[] NONE = new int[0];

    // Made with the first gap.
    private int[] left = NONE;
    private int[] right = NONE;
    private int size;
    private boolean last;
    private boolean duplicate;
    private int duplicateLeft, duplicateRight;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0 && !duplicate;
    }

    /// The furthest right edge of all blocks.
    int highest() {
        int highest = right[0];
        for (int i = 1; i < size; i++) highest = Seq.max(highest, right[i]);
        return highest;
    }

    /// Data from `from` to `to` has arrived beyond a gap.
    void add(int from, int to) {
        if (left.length == 0) {
            left = new int[Segment.MAX_SACK_BLOCKS];
            right = new int[Segment.MAX_SACK_BLOCKS];
        }
        for (int i = 0; i < size; i++) {
            if (Seq.gt(from, right[i]) || Seq.gt(left[i], to)) continue;
            from = Seq.min(from, left[i]);
            to = Seq.max(to, right[i]);
            removeAt(i);
            i = -1; // the larger block may touch others
        }
        int keep = Math.min(size, Segment.MAX_SACK_BLOCKS - 1);
        System.arraycopy(left, 0, left, 1, keep);
        System.arraycopy(right, 0, right, 1, keep);
        left[0] = from;
        right[0] = to;
        size = keep + 1;
    }

    /// Everything before `rcvNxt` is in order now.
    void removeBefore(int rcvNxt) {
        if (last) return;
        for (int i = size - 1; i >= 0; i--) if (Seq.geq(rcvNxt, right[i])) removeAt(i);
    }

    private void removeAt(int i) {
        size--;
        System.arraycopy(left, i + 1, left, i, size - i);
        System.arraycopy(right, i + 1, right, i, size - i);
    }

    /// Data from `from` to `to` has arrived again, as well as what a DSACK that waits tells of (`tcp_dsack_extend`).
    void extendDuplicate(int from, int to) {
        if (duplicate) {
            if (Seq.gt(from, duplicateRight) || Seq.gt(duplicateLeft, to)) return;
            from = Seq.min(from, duplicateLeft);
            to = Seq.max(to, duplicateRight);
        }
        setDuplicate(from, to);
    }

    /// Data from `from` to `to` has arrived again: that is what the next DSACK tells (`tcp_dsack_set`).
    void setDuplicate(int from, int to) {
        duplicate = true;
        duplicateLeft = from;
        duplicateRight = to;
    }

    void forgetDuplicate() {
        duplicate = false;
    }

    /// Whether a DSACK is to be sent with the next ACK.
    boolean hasDuplicate() {
        return duplicate;
    }

    /// Whether the last DSACK, sent or not, began with this number.
    boolean isLastDuplicate(int from) {
        return duplicateLeft == from && duplicateRight != from;
    }

    /// How many blocks a segment is to carry, where `room` fit.
    int count(int room) {
        return Math.min(room, size + (duplicate ? 1 : 0));
    }

    /// The next segment tells what is there now, and then there is nothing to be told any more.
    void clearAfterNext() {
        last = true;
    }

    /// Fills in the option, and forgets the DSACK: it is sent once.
    void writeTo(Segment out, int room) {
        int count = count(room);
        int blocks = 0;
        if (duplicate && count > 0) {
            out.addSack(duplicateLeft, duplicateRight);
            blocks++;
        }
        duplicate = false;
        for (int i = 0; blocks < count; i++, blocks++) out.addSack(left[i], right[i]);
        if (last) clear();
    }

    void clear() {
        last = false;
        size = 0;
        duplicate = false;
    }
}
