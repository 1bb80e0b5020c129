package dev.sockeye.jdk;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A channel's registration with a [StackSelector]. Where the channel is the kernel's, or partly, it has a twin: a
/// key of the kernel's selector that stands inside ours.
final class StackSelectionKey extends AbstractSelectionKey {

    private final StackSelector selector;
    private final AbstractSelectableChannel channel;
    private final SelectableSocket socket;
    private final AtomicInteger interest = new AtomicInteger();
    private volatile int ready;

    /// Whether it is among those that the selector is going to look at.
    private final AtomicBoolean signalled = new AtomicBoolean();

    /// The next one among them; of the selector's list.
    @Nullable
    StackSelectionKey next;

    /// What the kernel's selector has found since this key was looked at; of the selecting thread.
    int kernelReady;

    private @Nullable SelectionKey twin;

    StackSelectionKey(StackSelector selector, AbstractSelectableChannel channel, SelectableSocket socket) {
        this.selector = selector;
        this.channel = channel;
        this.socket = socket;
    }

    SelectableSocket socket() {
        return socket;
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    @Override
    public Selector selector() {
        return selector;
    }

    private void ensureValid() {
        if (!isValid()) throw new CancelledKeyException();
    }

    private void ensureInterest(int ops) {
        if ((ops & ~channel.validOps()) != 0) throw new IllegalArgumentException();
    }

    @Override
    public int interestOps() {
        ensureValid();
        return interest.get();
    }

    @Override
    public SelectionKey interestOps(int ops) {
        ensureValid();
        ensureInterest(ops);
        changed(interest.getAndSet(ops), ops);
        return this;
    }

    @Override
    public int interestOpsOr(int ops) {
        ensureValid();
        ensureInterest(ops);
        int before = interest.getAndAccumulate(ops, (current, more) -> current | more);
        changed(before, before | ops);
        return before;
    }

    @Override
    public int interestOpsAnd(int ops) {
        ensureValid();
        int before = interest.getAndAccumulate(ops, (current, mask) -> current & mask);
        changed(before, before & ops);
        return before;
    }

    /// A change takes effect with the next select, as with the JDK's own selectors: it wakes nobody.
    private void changed(int before, int after) {
        if (before == after) return;
        tellTwin();
        if (markSignalled()) selector.push(this);
    }

    @Override
    public int readyOps() {
        ensureValid();
        return ready;
    }

    int interestNow() {
        return interest.get();
    }

    int readyNow() {
        return ready;
    }

    void setReady(int ops) {
        ready = ops;
    }

    // ---------------------------------------------------------------- the selector's list of keys to look at

    /// Something has happened to the channel: the selector is to look at it. By any thread.
    void signal() {
        if (markSignalled()) selector.signal(this);
    }

    boolean markSignalled() {
        return !signalled.get() && signalled.compareAndSet(false, true);
    }

    void clearSignalled() {
        signalled.set(false);
    }

    // ---------------------------------------------------------------- the twin

    /// Registers the channel's kernel part, if it has one, with the kernel's selector inside ours.
    void joinKernel() {
        SelectableChannel kernel = socket.kernelPart();
        if (kernel == null) return;
        Selector inner = selector.kernelSelector();
        synchronized (this) {
            if (twin != null || !isValid()) return;
            try {
                twin = kernel.register(inner, interest.get() & kernel.validOps(), this);
            } catch (ClosedChannelException closed) {
                return; // and so is the channel in front of it, which leaves the selector
            }
        }
        selector.kernelChanged();
    }

    private synchronized void tellTwin() {
        if (twin == null) return;
        try {
            twin.interestOps(interest.get() & twin.channel().validOps());
        } catch (CancelledKeyException cancelled) {
            // it is on its way out, and this key will follow
        }
    }

    /// @return whether there was a twin, which the kernel's selector has to be run for
    synchronized boolean leaveKernel() {
        SelectionKey key = twin;
        twin = null;
        if (key != null) key.cancel();
        return key != null;
    }

    void leaveKernelIfCancelled() {
        if (!isValid()) leaveKernel();
    }
}
