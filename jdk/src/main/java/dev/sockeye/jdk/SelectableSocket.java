package dev.sockeye.jdk;

import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// What a channel of ours offers to [StackSelector].
interface SelectableSocket {

    /// The operations among `interest` that would not block now, those of the kernel's part aside. Takes no lock
    /// that is held while a selector is called.
    int readyOps(int interest);

    /// The kernel's channel, or the kernel's part of it, behind this one; null while it has none.
    @Nullable
    SelectableChannel kernelPart();

    /// A selector wants to be told of changes.
    void watch(StackSelectionKey key);

    /// It does no more.
    void unwatch(StackSelectionKey key);

    /// The channel was closed, and has now left its last selector.
    void leftClosed();
}
