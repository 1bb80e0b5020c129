package dev.sockeye.wire;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Free pages of one size, last in first out, so that the next taken is likely still in a cache of the processor.
final class PageStack {

    private @Nullable Page[] pages;
    private int size;

    PageStack(int capacity) {
        pages = new Page[capacity];
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void push(Page page) {
        if (size == pages.length) pages = Arrays.copyOf(pages, 2 * size);
        pages[size++] = page;
    }

    Page pop() {
        Page page = pages[--size];
        pages[size] = null;
        if (page == null) throw new AssertionError("a hole in the stack of free pages");
        return page;
    }
}
