package dev.sockeye.jdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A level-triggered selector over the stack's channels, and over the kernel's at the same time.
///
/// A channel to which something happens puts its key on the list of those to look at; a select looks at those on the
/// list, and at those that were ready the last time, so that it costs what is active and not what is registered.
/// A thread that finds nothing parks. As soon as there is a kernel's channel among the keys, it waits inside a selector
/// of the kernel's instead, and is woken there.
final class StackSelector extends AbstractSelector {

    private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
    private final Set<SelectionKey> selected = new HashSet<>();
    private final Set<SelectionKey> publicKeys = Collections.unmodifiableSet(keys);
    private final Set<SelectionKey> publicSelected = new RemoveOnly(selected);

    /// Keys to look at, linked by [StackSelectionKey#next]; pushed by any thread, taken as a whole by the selecting
    /// one.
    private final AtomicReference<@Nullable StackSelectionKey> signalled = new AtomicReference<>();

    /// The selecting thread, from before it looks for the last time until it is awake again; whoever takes it wakes it.
    private final AtomicReference<@Nullable Thread> sleeper = new AtomicReference<>();

    /// [#wakeup] was called, and no select has ended for it yet.
    private volatile boolean woken;

    private volatile @Nullable Selector kernel;
    private final List<StackSelectionKey> found = new ArrayList<>();
    private boolean selecting;

    StackSelector(SelectorProvider provider) {
        super(provider);
    }

    // ---------------------------------------------------------------- sets and registration

    private void ensureOpen() {
        if (!isOpen()) throw new ClosedSelectorException();
    }

    @Override
    public Set<SelectionKey> keys() {
        ensureOpen();
        return publicKeys;
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        ensureOpen();
        return publicSelected;
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, @Nullable Object attachment) {
        ensureOpen();
        var key = new StackSelectionKey(this, channel, socketOf(channel));
        key.attach(attachment);
        keys.add(key);
        key.interestOps(ops);
        key.socket().watch(key);
        key.joinKernel();
        if (!isOpen()) {
            keys.remove(key);
            key.socket().unwatch(key);
            key.leaveKernel();
            throw new ClosedSelectorException();
        }
        if (key.markSignalled()) push(key);
        return key;
    }

    private static SelectableSocket socketOf(AbstractSelectableChannel channel) {
        if (channel instanceof SelectableSocket ours) return ours;
        if (channel.provider().equals(Kernel.provider())) return new KernelOnly(channel);
        throw new IllegalSelectorException();
    }

    // ---------------------------------------------------------------- being woken

    /// The key's channel has changed; by any thread.
    void signal(StackSelectionKey key) {
        push(key);
        wakeSleeper();
    }

    /// The key is to be looked at by the next select.
    void push(StackSelectionKey key) {
        StackSelectionKey head;
        do {
            head = signalled.get();
            key.next = head;
        } while (!signalled.compareAndSet(head, key));
    }

    @Override
    public Selector wakeup() {
        woken = true;
        wakeSleeper();
        return this;
    }

    private void wakeSleeper() {
        Thread thread = sleeper.get();
        if (thread == null || !sleeper.compareAndSet(thread, null)) return;
        Selector inner = kernel;
        if (inner != null) inner.wakeup();
        LockSupport.unpark(thread);
    }

    // ---------------------------------------------------------------- the kernel's selector inside

    /// The selector of the kernel's channels among ours, opened when first needed.
    Selector kernelSelector() {
        Selector inner = kernel;
        if (inner != null) return inner;
        synchronized (keys) {
            if (kernel == null) {
                try {
                    kernel = Kernel.provider().openSelector();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return Objects.requireNonNull(kernel);
        }
    }

    /// The kernel's selector has a key more: who sleeps goes on to sleep inside it.
    void kernelChanged() {
        wakeSleeper();
    }

    // ---------------------------------------------------------------- select

    @Override
    public int select() throws IOException {
        return lockAndSelect(null, -1);
    }

    @Override
    public int select(long timeoutMillis) throws IOException {
        return lockAndSelect(null, toNanos(timeoutMillis));
    }

    @Override
    public int selectNow() throws IOException {
        return lockAndSelect(null, 0);
    }

    @Override
    public int select(Consumer<SelectionKey> action) throws IOException {
        return lockAndSelect(Objects.requireNonNull(action), -1);
    }

    @Override
    public int select(Consumer<SelectionKey> action, long timeoutMillis) throws IOException {
        return lockAndSelect(Objects.requireNonNull(action), toNanos(timeoutMillis));
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
        return lockAndSelect(Objects.requireNonNull(action), 0);
    }

    /// Of a timeout that is given, 0 means for ever; here -1 does.
    private static long toNanos(long timeoutMillis) {
        if (timeoutMillis < 0) throw new IllegalArgumentException("Negative timeout");
        return timeoutMillis == 0 ? -1 : TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    }

    private int lockAndSelect(@Nullable Consumer<SelectionKey> action, long timeoutNanos) throws IOException {
        synchronized (this) {
            ensureOpen();
            if (selecting) throw new IllegalStateException("select in progress");
            selecting = true;
            try {
                synchronized (publicSelected) {
                    return doSelect(action, timeoutNanos);
                }
            } finally {
                selecting = false;
            }
        }
    }

    /// The name is one that tools look for in stack traces, to tell a thread that selects.
    private int doSelect(@Nullable Consumer<SelectionKey> action, long timeoutNanos) throws IOException {
        removeCancelled();
        if (timeoutNanos == 0) {
            look();
        } else {
            try {
                begin(); // an interrupt wakes up
                await(timeoutNanos);
            } finally {
                end();
            }
        }
        woken = false;
        removeCancelled();
        return report(action);
    }

    private void await(long timeoutNanos) throws IOException {
        long start = System.nanoTime();
        while (true) {
            sleeper.set(Thread.currentThread());
            boolean due = look() || woken || !isOpen() || Thread.currentThread().isInterrupted();
            long left = timeoutNanos < 0 ? Long.MAX_VALUE : timeoutNanos - (System.nanoTime() - start);
            if (due || left <= 0) break;
            sleep(left);
        }
        sleeper.set(null);
    }

    private void sleep(long nanos) throws IOException {
        Selector inner = kernel;
        if (inner == null) {
            if (nanos == Long.MAX_VALUE) LockSupport.park(this);
            else LockSupport.parkNanos(this, nanos);
        } else if (sleeper.get() != null) {
            // a wakeup from here on is kept by the kernel's selector; round up, not to be back too early
            if (nanos == Long.MAX_VALUE) inner.select();
            else inner.select(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
            takeFromKernel(inner);
        }
    }

    /// Looks at the keys on the list and at the kernel's; those that are ready are added to `found`.
    ///
    /// @return whether any is
    private boolean look() throws IOException {
        Selector inner = kernel;
        if (inner != null) {
            inner.selectNow();
            takeFromKernel(inner);
        }
        StackSelectionKey key = signalled.getAndSet(null);
        while (key != null) {
            StackSelectionKey following = key.next;
            key.next = null;
            key.clearSignalled(); // before the look: what happens after it signals again
            if (key.isValid() && readyOps(key) != 0) found.add(key);
            key = following;
        }
        return !found.isEmpty();
    }

    private void takeFromKernel(Selector inner) {
        for (SelectionKey twin : inner.selectedKeys()) {
            var key = (StackSelectionKey) Objects.requireNonNull(twin.attachment());
            if (!twin.isValid()) continue;
            key.kernelReady = twin.readyOps();
            if (key.markSignalled()) push(key);
        }
        inner.selectedKeys().clear();
    }

    private static int readyOps(StackSelectionKey key) {
        int interest = key.interestNow();
        return key.socket().readyOps(interest) | key.kernelReady & interest;
    }

    /// Hands over what was found, and has it looked at again the next time: readiness is a level.
    private int report(@Nullable Consumer<SelectionKey> action) {
        int changed = 0;
        try {
            for (StackSelectionKey key : found) {
                if (!key.isValid()) continue;
                int ready = readyOps(key);
                key.kernelReady = 0;
                if (key.markSignalled()) push(key);
                if (ready != 0 && hand(key, ready, action)) changed++;
            }
        } finally {
            found.clear();
        }
        return changed;
    }

    private boolean hand(StackSelectionKey key, int ready, @Nullable Consumer<SelectionKey> action) {
        if (action != null) {
            key.setReady(ready);
            action.accept(key);
            ensureOpen();
            return true;
        }
        if (selected.add(key)) {
            key.setReady(ready);
            return true;
        }
        int before = key.readyNow();
        key.setReady(before | ready);
        return (ready & ~before) != 0;
    }

    // ---------------------------------------------------------------- leaving

    private void removeCancelled() throws IOException {
        boolean ofKernel = false;
        while (true) {
            SelectionKey[] cancelled;
            synchronized (cancelledKeys()) {
                if (cancelledKeys().isEmpty()) break;
                cancelled = cancelledKeys().toArray(SelectionKey[]::new);
                cancelledKeys().clear();
            }
            for (SelectionKey key : cancelled) ofKernel |= remove((StackSelectionKey) key);
        }
        Selector inner = kernel;
        if (ofKernel && inner != null) {
            inner.selectNow(); // only now it lets go of the channel
            takeFromKernel(inner);
        }
    }

    private boolean remove(StackSelectionKey key) {
        keys.remove(key);
        selected.remove(key);
        key.socket().unwatch(key);
        boolean ofKernel = key.leaveKernel();
        deregister(key);
        SelectableChannel channel = key.channel();
        if (!channel.isOpen() && !channel.isRegistered()) key.socket().leftClosed();
        return ofKernel;
    }

    @Override
    protected void implCloseSelector() throws IOException {
        wakeup();
        synchronized (this) {
            synchronized (publicSelected) {
                for (SelectionKey key : Set.copyOf(keys)) remove((StackSelectionKey) key);
                Selector inner = kernel;
                if (inner != null) inner.close();
            }
        }
    }

    // ---------------------------------------------------------------- parts

    /// A channel that is all the kernel's: a UNIX-domain socket, a datagram channel.
    private record KernelOnly(SelectableChannel kernelPart) implements SelectableSocket {
        @Override
        public int readyOps(int interest) {
            return 0;
        }

        @Override
        public void watch(StackSelectionKey key) {}

        @Override
        public void unwatch(StackSelectionKey key) {}

        @Override
        public void leftClosed() {}
    }

    /// The public view of the selected keys: a program removes from it and adds nothing.
    private static final class RemoveOnly extends AbstractSet<SelectionKey> {
        private final Set<SelectionKey> keys;

        RemoveOnly(Set<SelectionKey> keys) {
            this.keys = keys;
        }

        @Override
        public Iterator<SelectionKey> iterator() {
            return keys.iterator();
        }

        @Override
        public int size() {
            return keys.size();
        }

        @Override
        public boolean contains(Object key) {
            return keys.contains(key);
        }

        @Override
        public boolean remove(Object key) {
            return keys.remove(key);
        }

        @Override
        public void clear() {
            keys.clear();
        }
    }
}
