package dev.sockeye.tcp;

/// SACK blocks that a peer has told of, in ascending order.
final class SackBlocks {

    /// Of a connection whose peer has told of none yet; nobody adds to it.
    static final SackBlocks NONE = new SackBlocks();

    final int[] left = new int[Segment.MAX_SACK_BLOCKS];
    final int[] right = new int[Segment.MAX_SACK_BLOCKS];
    int size;

    /// Adds a block in its place.
    void insert(int from, int to) {
        int place = size++;
        while (place > 0 && Seq.gt(left[place - 1], from)) {
            left[place] = left[place - 1];
            right[place] = right[place - 1];
            place--;
        }
        left[place] = from;
        right[place] = to;
    }
}
