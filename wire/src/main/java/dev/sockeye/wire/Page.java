package dev.sockeye.wire;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A piece of native memory that payload and headers live in, shared by reference count: a sender's queue, packets on
/// their way and the receiver's queue all refer to the same bytes, which nobody changes once a second holder exists.
///
/// Counting is thread-safe, for a page crosses from host to host. What a holder does with the bytes is not guarded:
/// only the one that took the page writes to it, and only beyond the bytes it has already handed on.
public final class Page {

    private static final VarHandle HOLDERS;

    static {
        try {
            HOLDERS = MethodHandles.lookup().findVarHandle(Page.class, "holders", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MemorySegment memory;
    private final int size;
    final int sizeClass;
    final PagePool pool;

    @SuppressWarnings("unused") // through HOLDERS
    private volatile int holders;

    Page(MemorySegment memory, int sizeClass, PagePool pool) {
        this.pool = pool;
        this.memory = memory;
        this.size = (int) memory.byteSize();
        this.sizeClass = sizeClass;
    }

    /// The bytes, always native memory, valid until the last holder has released the page.
    public MemorySegment memory() {
        return memory;
    }

    /// Bytes in this page.
    public int size() {
        return size;
    }

    /// One more holder.
    public void retain() {
        int before = (int) HOLDERS.getAndAdd(this, 1);
        if (before <= 0) throw new IllegalStateException("retain of a page that nobody holds");
    }

    /// One holder less; the last one's release gives the page back to `pages`.
    public void release(Pages pages) {
        // The only holder needs no atomic: nobody else can retain a page that it does not hold.
        if ((int) HOLDERS.getAcquire(this) == 1) {
            HOLDERS.set(this, 0);
            pages.giveBack(this);
            return;
        }
        int before = (int) HOLDERS.getAndAdd(this, -1);
        if (before <= 0) throw new IllegalStateException("release of a page that nobody holds");
        if (before == 1) pages.giveBack(this);
    }

    /// Whether the caller, who holds it, is the only holder.
    public boolean isExclusive() {
        return (int) HOLDERS.getAcquire(this) == 1;
    }

    void taken() {
        HOLDERS.set(this, 1);
    }
}
