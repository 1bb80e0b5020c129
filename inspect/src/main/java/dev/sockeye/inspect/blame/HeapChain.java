package dev.sockeye.inspect.blame;

import java.util.List;

/// What holds a socket in a JVM: the chain of references from a root of the garbage collector to it.
///
/// @param fd     the socket's descriptor
/// @param grip   whether anything holds it at all
/// @param heldBy in short: the innermost collection that it is in, such as `com.acme.Pool.idle (HashMap
///     key "orders")`; else where the chain begins, such as `local variable of thread "price-check" in
///     com.acme.PriceCheck.follow(PriceCheck.java:36)`; or why there is none
/// @param inUse  the variables of threads that refer to it as well, or calls that are made on it at
///     this moment; none where the chain itself begins at one
/// @param steps  the whole of it, from the root on, each step a field that refers to the next
public record HeapChain(int fd, Grip grip, String heldBy, List<String> steps, List<String> inUse) {

    /// How tight.
    public enum Grip {
        /// As long as the chain is there.
        HELD,
        /// Not at all.
        GARBAGE,
        /// The program has closed it; a selector that it is registered with has not looked since.
        CLOSING,
        /// By no Java object: by the JVM itself or by native code.
        NATIVE,
        /// Too many ways lead to it to be followed.
        UNKNOWN
    }

    public HeapChain {
        steps = List.copyOf(steps);
        inUse = List.copyOf(inUse);
    }

    /// Nothing but the reason why there is no chain.
    static HeapChain none(int fd, Grip grip, String why) {
        return new HeapChain(fd, grip, why, List.of(), List.of());
    }

    /// Whether it is a thread by itself that holds it: its task.
    boolean beginsAtThread() {
        return !steps.isEmpty()
                && (steps.getFirst().startsWith("thread \"") || steps.getFirst().startsWith("a thread "));
    }

    /// The same, and who has it in hand besides.
    HeapChain usedBy(String variable) {
        return new HeapChain(fd, grip, heldBy, steps, List.of(variable));
    }

    /// The whole chain in a line, from the root to the socket.
    public String text() {
        return steps.isEmpty() ? heldBy : String.join(" -> ", steps);
    }
}
