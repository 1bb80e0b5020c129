package dev.sockeye.jdk;

import java.util.Arrays;

/// The selection keys that are told when something happens to a channel: few, read often and by any thread.
final class Watchers {

    private static final StackSelectionKey[] NONE = {};

    private volatile StackSelectionKey[] keys = NONE;

    synchronized void add(StackSelectionKey key) {
        StackSelectionKey[] more = Arrays.copyOf(keys, keys.length + 1);
        more[keys.length] = key;
        keys = more;
    }

    synchronized void remove(StackSelectionKey key) {
        keys = Arrays.stream(keys).filter(other -> other != key).toArray(StackSelectionKey[]::new);
    }

    boolean isEmpty() {
        return keys.length == 0;
    }

    /// Their selectors are to look at the channel.
    void signal() {
        for (StackSelectionKey key : keys) key.signal();
    }

    /// The channel has got a kernel part.
    void joinKernel() {
        for (StackSelectionKey key : keys) key.joinKernel();
    }

    /// Cancelled keys let go of the kernel part at once, without waiting for their selector, so that it can be made
    /// blocking.
    void leaveKernelIfCancelled() {
        for (StackSelectionKey key : keys) key.leaveKernelIfCancelled();
    }
}
