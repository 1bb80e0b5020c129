package dev.sockeye.link;

import dev.sockeye.wire.Packet;

/// One direction of what carries packets: packets go in at [#send], and come out at the [Link] behind it. The last link
/// of a chain is made by whoever drives the hosts and hands the packets to one ("arrivals"); the links before it
/// delay, drop, record or distribute. A cable between two hosts is two chains, one in each direction.
///
/// A link is sans-I/O as the floors below are: it has no thread and no clock. One that holds packets back says when it
/// wants to be called again:
///
///  * after every [#send] and [#advance], [#nextDeadline] may have changed;
///  * when `now` has reached it, whoever drives the link calls [#advance], which sends on what is due.
///
/// **Threads.** A link belongs to one direction and is used by one thread at a time, in the order in which the core
/// made
/// the packets, and never under a host's lock. Hand-over between threads, with the visibility that goes with it, is the
/// driver's work. Different directions are used at the same time. Only arrivals are called from several directions at
/// once (a `MemorySwitch` joins them, and a router's ICMP error comes from the other direction), so they take packets
/// from any thread, as a host's inbox does. A link calls the next one before it returns: arrivals therefore only put
/// the
/// packet aside for the host, and do not run it.
///
/// **Time.** `now` is nanoseconds of the driver's clock, one for all the links and hosts that it drives; within a
/// direction it never goes back.
///
/// Nothing is allocated per packet in the steady state.
@FunctionalInterface
public interface Link {

    /// Takes over a packet, to carry or to lose it. A chain of links under this one may be run before it returns.
    void send(Packet packet, long now);

    /// When [#advance] is to be called, nanoseconds; `Long.MAX_VALUE` for never. A stack of links gives the earliest of
    /// its members.
    default long nextDeadline() {
        return Long.MAX_VALUE;
    }

    /// Sends on what is due at `now`, in order; nothing where nothing is.
    default void advance(long now) {}

    /// Loses everything that is under way, so that its pages go back. For the end of a network.
    default void clear() {}
}
