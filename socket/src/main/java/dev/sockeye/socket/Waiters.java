package dev.sockeye.socket;

import org.jspecify.annotations.Nullable;

/// The threads that wait at one socket, in the order they came. Used under the host's lock, but for [#recycle].
final class Waiters {

    private @Nullable Waiter first;
    private @Nullable Waiter last;

    /// One for later use. A lost update between two threads costs an object, no more.
    private volatile @Nullable Waiter spare;

    /// The calling thread is going to wait for `interest`.
    Waiter add(int interest) {
        Waiter waiter = spare;
        spare = null;
        if (waiter == null) waiter = new Waiter();
        waiter.interest = interest;
        waiter.arm();
        if (last == null) first = waiter;
        else last.next = waiter;
        last = waiter;
        return waiter;
    }

    boolean isEmpty() {
        return first == null;
    }

    /// Signals who waits for any of these `Readiness` bits.
    ///
    /// @param one only the first of them
    void signal(int ready, boolean one, Errands errands) {
        Waiter before = null;
        Waiter waiter = first;
        while (waiter != null) {
            Waiter behind = waiter.next;
            if ((waiter.interest & ready) == 0) {
                before = waiter;
            } else {
                unlink(before, waiter);
                Thread parked = waiter.signal();
                if (parked != null) errands.wake(parked);
                if (one) return;
            }
            waiter = behind;
        }
    }

    /// Takes out one that waits no more, if it is still in.
    void remove(Waiter gone) {
        Waiter before = null;
        for (Waiter waiter = first; waiter != null; waiter = waiter.next) {
            if (waiter == gone) {
                unlink(before, waiter);
                return;
            }
            before = waiter;
        }
    }

    private void unlink(@Nullable Waiter before, Waiter waiter) {
        if (before == null) first = waiter.next;
        else before.next = waiter.next;
        if (waiter == last) last = before;
        waiter.next = null;
    }

    /// Keeps one that is in use no more.
    void recycle(Waiter waiter) {
        waiter.disarm();
        spare = waiter;
    }
}
