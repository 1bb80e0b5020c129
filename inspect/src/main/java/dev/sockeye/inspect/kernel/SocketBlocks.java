package dev.sockeye.inspect.kernel;

import dev.sockeye.inspect.SocketSnapshot;
import java.io.IOException;
import java.util.List;

/// Whoever goes through sockets once, some at a time, while the kernel still tells of more:
/// [KernelPass]. Any number of threads may call at once.
@FunctionalInterface
public interface SocketBlocks {

    /// Takes some sockets.
    ///
    /// @param number  which these are, in the kernel's order: 0 first, none is left out, but a later block may come
    ///                before an earlier one
    /// @param sockets each of which is made when it is asked for; good until this returns
    /// @throws IOException if no more are wanted
    void add(int number, List<SocketSnapshot> sockets) throws IOException;
}
