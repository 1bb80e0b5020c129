package dev.sockeye.inspect.blame;

/// Is told how far the search in a heap dump is, so that somebody who waits can be shown it.
@FunctionalInterface
public interface HeapProgress {

    /// For those whom it does not matter to.
    HeapProgress NONE = (pass, at, of) -> {};

    /// @param pass how often the dump has been read, 1 for the first time; 0 while it is being written
    /// @param at   bytes read of this pass
    /// @param of   bytes of the dump; 0 if that is not known yet
    void reading(int pass, long at, long of);
}
