package dev.sockeye.inspect.filter;

import dev.sockeye.wire.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the names in a filter stand for on this machine; each null or empty where there is none of that name.
public interface Lookups {

    /// The port of a TCP service (`services(5)`).
    @Nullable
    Integer service(String name);

    /// The addresses of a host.
    List<IpAddress> host(String name);

    /// The id of a control group: the inode number of its directory.
    ///
    /// @param path as files have it, or within the hierarchy of cgroup2
    @Nullable
    Long controlGroup(String path);

    /// The ports that the kernel chooses from: the first and the last (`net.ipv4.ip_local_port_range`).
    int[] localPorts();
}
