package dev.sockeye.inspect.kernel;

import dev.sockeye.linux.DiagFilter;
import dev.sockeye.linux.SockDiag;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Which of the kernel's sockets to look at, and how closely: what is not asked for costs nothing.
///
/// @param states        a mask of `1 << state`, with the kernel's numbers
/// @param filter        decided by the kernel; null for all
/// @param v4            sockets of `AF_INET`
/// @param v6            sockets of `AF_INET6`
/// @param allNamespaces of every network namespace that may be entered, not of this process's alone
/// @param holders       find out which processes hold them: see [SocketHolders] for what that costs
/// @param controlGroups find out the paths of their control groups
/// @param holdersAnew   how old what is known of descriptors may be: who holds a socket may change
/// @param extensions    what the kernel is to tell of each besides: bits of [SockDiag#INFO] and the others
public record KernelQuery(
        int states,
        @Nullable DiagFilter filter,
        boolean v4,
        boolean v6,
        boolean allNamespaces,
        boolean holders,
        boolean controlGroups,
        Duration holdersAnew,
        int extensions) {

    /// Everything, of this namespace.
    public static final KernelQuery ALL = new KernelQuery(
            SockDiag.ALL_STATES, null, true, true, false, true, true, Duration.ofSeconds(30), SockDiag.ALL_EXTENSIONS);

    /// The same of all namespaces.
    public KernelQuery ofAllNamespaces() {
        return new KernelQuery(states, filter, v4, v6, true, holders, controlGroups, holdersAnew, extensions);
    }

    /// The same of sockets in these states only.
    public KernelQuery inStates(int mask) {
        return new KernelQuery(mask, filter, v4, v6, allNamespaces, holders, controlGroups, holdersAnew, extensions);
    }

    /// The same of sockets that the kernel finds to be so only.
    public KernelQuery where(@Nullable DiagFilter decided) {
        return new KernelQuery(states, decided, v4, v6, allNamespaces, holders, controlGroups, holdersAnew, extensions);
    }

    /// The same of these address families only.
    public KernelQuery ofFamilies(boolean ipv4, boolean ipv6) {
        return new KernelQuery(
                states, filter, ipv4, ipv6, allNamespaces, holders, controlGroups, holdersAnew, extensions);
    }

    /// The same, with only these things looked up beside.
    public KernelQuery with(boolean itsHolders, boolean itsControlGroups) {
        return new KernelQuery(
                states, filter, v4, v6, allNamespaces, itsHolders, itsControlGroups, holdersAnew, extensions);
    }
}
