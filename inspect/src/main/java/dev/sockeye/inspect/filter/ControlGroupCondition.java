package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.SocketSnapshot;

/// `cgroup PATH`: the socket was made in this control group, not in one below it.
///
/// @param path as it was written
/// @param id   inode number of its directory in cgroup2
public record ControlGroupCondition(String path, long id) implements Filter.Condition {

    @Override
    public boolean matches(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        Long own = kernel == null ? null : kernel.controlGroup();
        return own != null && own == id;
    }

    @Override
    public String toString() {
        return "cgroup = " + Words.quoted(path);
    }
}
