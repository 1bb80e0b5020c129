package dev.sockeye.link;

import dev.sockeye.wire.IpAddress;

/// What interfaces of hosts are plugged into: a cable between two ([MemoryLink]), a switch for many (`MemorySwitch`), a
/// device to the outside.
@FunctionalInterface
public interface Medium {

    /// Plugs in an interface.
    ///
    /// @param arrivals  takes what arrives for the interface; from any thread, and only puts it aside (see [Link])
    /// @param addresses the interface's own, where the medium needs to know who is where; a cable does not
    /// @return where the interface sends to
    Link plug(Link arrivals, IpAddress... addresses);
}
