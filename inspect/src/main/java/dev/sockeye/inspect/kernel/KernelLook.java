package dev.sockeye.inspect.kernel;

import dev.sockeye.inspect.SocketSnapshot;
import java.util.List;

/// What one look at the kernel's sockets gave.
///
/// @param sockets    namespace by namespace, in the kernel's order; not to be changed
/// @param namespaces those that were looked into
/// @param problems   what could not be seen, and what to do about it: a line of plain words each
public record KernelLook(List<SocketSnapshot> sockets, List<Namespace> namespaces, List<String> problems) {

    public KernelLook {
        namespaces = List.copyOf(namespaces);
        problems = List.copyOf(problems);
    }
}
