package dev.sockeye.host;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Timers by the hundred thousand: six levels of 64 slots each, the lowest of about a millisecond (2^20 ns), each
/// slot of a level as long as the whole level below (Varghese and Lauck 1987, scheme 7). Setting, moving and
/// stopping a timer is O(1) and allocates nothing.
///
/// A timer that is put off stays in its slot until that slot comes; TCP's retransmission timer, which each ACK
/// puts off, costs a store. Slots only find timers: one fires at its deadline to the nanosecond.
final class TimerWheel {

    private static final int TICK_SHIFT = 20;
    private static final int LEVEL_SHIFT = 6;
    private static final int SLOTS = 1 << LEVEL_SHIFT;
    private static final int LEVELS = 6;
    private static final int DUE = LEVELS * SLOTS;
    private static final long HORIZON = 1L << LEVELS * LEVEL_SHIFT;

    private final @Nullable Timer[] heads = new Timer[DUE + 1];
    private final long[] occupied = new long[LEVELS];
    private long tick;

    /// No timer is due before this; [Timer#NEVER] only if there is none.
    private long earliest = Timer.NEVER;

    private int size;

    /// How many timers there are.
    int size() {
        return size;
    }

    /// Never later than the first deadline. It is earlier only after that timer was put off or stopped.
    long nextDeadline() {
        return size == 0 ? Timer.NEVER : earliest;
    }

    /// Sets or moves a timer.
    ///
    /// @param deadline nanoseconds; [Timer#NEVER] stops it
    void schedule(Timer timer, long deadline) {
        if (deadline == Timer.NEVER) {
            cancel(timer);
            return;
        }
        boolean later = timer.slot >= 0 && timer.slot != DUE && deadline >= timer.deadline;
        timer.deadline = deadline;
        if (later) return;
        if (timer.slot >= 0) unlink(timer);
        // What was known of timers that are all stopped is of the past.
        earliest = size == 0 ? deadline : Math.min(earliest, deadline);
        insert(timer);
    }

    /// Stops a timer.
    void cancel(Timer timer) {
        timer.deadline = Timer.NEVER;
        if (timer.slot >= 0) unlink(timer);
    }

    /// Fires all timers that are due, the first in time first but for those within a millisecond.
    void advance(long now) {
        if (now < earliest) return;
        long target = now >> TICK_SHIFT;
        for (int level = firstLevel(); level >= 0; level = firstLevel()) {
            int slot = firstSlot(level);
            long start = startOf(level, slot);
            if (start > target) break;
            tick = Math.max(tick, start);
            empty(level << LEVEL_SHIFT | slot, now);
            boolean again = fireDue(now);
            if (!again && level == 0 && start == target) break;
        }
        tick = Math.max(tick, target);
        earliest = findEarliest();
    }

    /// Takes all timers out of a slot: due ones to be fired, others to where they belong now.
    private void empty(int slot, long now) {
        Timer timer = heads[slot];
        heads[slot] = null;
        occupied[slot >> LEVEL_SHIFT] &= ~(1L << (slot & SLOTS - 1));
        while (timer != null) {
            Timer next = timer.next;
            timer.next = null;
            timer.previous = null;
            size--;
            if (timer.deadline <= now) push(timer, DUE);
            else insert(timer);
            timer = next;
        }
    }

    /// @return whether any fired
    private boolean fireDue(long now) {
        boolean any = false;
        for (Timer due = heads[DUE]; due != null; due = heads[DUE]) {
            any = true;
            unlink(due);
            due.deadline = Timer.NEVER;
            due.fire(now);
        }
        return any;
    }

    private void insert(Timer timer) {
        int slot = slotFor(timer);
        occupied[slot >> LEVEL_SHIFT] |= 1L << (slot & SLOTS - 1);
        push(timer, slot);
    }

    /// The slot that a timer belongs in as the wheel stands.
    private int slotFor(Timer timer) {
        long due = Math.max(tick, timer.deadline >> TICK_SHIFT);
        // Beyond the horizon it waits in the last slot and is put back from there.
        if ((due ^ tick) >= HORIZON) due = tick | HORIZON - 1;
        long differs = due ^ tick;
        int level = differs == 0 ? 0 : (63 - Long.numberOfLeadingZeros(differs)) / LEVEL_SHIFT;
        return level << LEVEL_SHIFT | (int) (due >> level * LEVEL_SHIFT) & SLOTS - 1;
    }

    private void push(Timer timer, int slot) {
        timer.slot = slot;
        Timer head = heads[slot];
        timer.next = head;
        timer.previous = null;
        if (head != null) head.previous = timer;
        heads[slot] = timer;
        size++;
    }

    private void unlink(Timer timer) {
        Timer previous = timer.previous;
        Timer next = timer.next;
        if (previous != null) previous.next = next;
        else heads[timer.slot] = next;
        if (next != null) next.previous = previous;
        if (timer.slot != DUE && heads[timer.slot] == null) {
            occupied[timer.slot >> LEVEL_SHIFT] &= ~(1L << (timer.slot & SLOTS - 1));
        }
        timer.next = null;
        timer.previous = null;
        timer.slot = -1;
        size--;
    }

    /// The level of the first occupied slot: all of a level lies before the next slot of the level above. -1:
    /// none.
    private int firstLevel() {
        for (int level = 0; level < LEVELS; level++) {
            if (occupied[level] != 0) return level;
        }
        return -1;
    }

    /// The first occupied slot of a level: none lies behind the current one, for the wheel passes none by.
    private int firstSlot(int level) {
        return Long.numberOfTrailingZeros(occupied[level]);
    }

    /// The tick that a slot begins at.
    private long startOf(int level, int slot) {
        int shift = level * LEVEL_SHIFT;
        long above = tick >> shift + LEVEL_SHIFT << shift + LEVEL_SHIFT;
        return above | (long) slot << shift;
    }

    /// The first deadline. Timers that were put off leave the slot that they no longer belong in, so that each
    /// slot's timers are earlier than all of the next.
    private long findEarliest() {
        for (int level = firstLevel(); level >= 0; level = firstLevel()) {
            int slot = level << LEVEL_SHIFT | firstSlot(level);
            long least = Timer.NEVER;
            for (Timer timer = heads[slot]; timer != null; ) {
                Timer next = timer.next;
                if (slotFor(timer) == slot) {
                    least = Math.min(least, timer.deadline);
                } else {
                    unlink(timer);
                    insert(timer);
                }
                timer = next;
            }
            if (least != Timer.NEVER) return least;
        }
        return Timer.NEVER;
    }

    /// Stops all timers.
    void clear() {
        for (int slot = 0; slot < heads.length; slot++) {
            for (Timer timer = heads[slot]; timer != null; timer = heads[slot]) cancel(timer);
        }
        Arrays.fill(occupied, 0);
        earliest = Timer.NEVER;
    }
}
